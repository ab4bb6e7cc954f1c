"""The demo's portals: what they show is what the readers of the real portals read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests

from scheduler.demo.invented import HONG_KONG, event, stock, synthetic
from scheduler.demo.portals import SOURCES, Portals
from scraper.cooperation import assess
from scraper.find import source_of, sources
from scraper.pages.document import Document
from scraper.source import listing_addresses

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)  # so that "three hours ago" is the same day in Hong Kong


@pytest.fixture(scope="module")
def web():
    with Portals(stock(), clock=lambda: NOON) as portals:
        yield portals


def fetched(web, portal, url, **options):
    answer = requests.get(web.base(portal) + "/" + url.split("/", 3)[3], timeout=5, **options)
    return answer, Document(url, answer.content, answer.headers.get("Content-Type", ""))


def source_for(issued):
    return next(
        sources()[name]
        for name, portal in SOURCES.items()
        if portal == issued.release.portal and sources()[name].language == issued.release.language
    )


@pytest.mark.parametrize("name", [one.name for one in stock()])
def test_a_page_is_read_as_it_was_written(web, name):
    issued = next(one for one in web.all() if one.release.name == name)
    source = source_for(issued)
    if source.item:
        _, listing = fetched(web, issued.release.portal, source.listing.url)
        document = source.item(listing, issued.key)
    else:
        _, document = fetched(web, issued.release.portal, issued.url)
    article = source.read(document)
    assert article.title == issued.release.title
    assert article.paragraphs == issued.release.paragraphs
    assert article.published.replace(second=0) == issued.published.replace(second=0)
    assert article.published.utcoffset() == HONG_KONG.utcoffset(None)
    assert len(article.captions) == len(issued.release.captions)
    assert article.department == issued.release.department


@pytest.mark.parametrize("name", list(SOURCES))
def test_a_listing_names_the_releases_of_its_language_under_their_keys(web, name):
    source = sources()[name]
    _, document = fetched(web, SOURCES[name], source.listing.url)
    mine = [one for one in web.all() if source_for(one).name == name]
    assert {link.key for link in source.listing.links(document)} == {one.key for one in mine}


@pytest.mark.parametrize("name", ["hk_gia_en", "hk_gia_zh"])
def test_the_index_of_a_day_names_the_same_releases_as_the_feed(web, name):
    source = sources()[name]
    today = listing_addresses(source.gap_checks[0], NOON.astimezone(HONG_KONG))[0]
    _, document = fetched(web, "gia", today)
    mine = {one.key for one in web.all() if source_for(one).name == name}
    assert {link.key for link in source.gap_checks[0].links(document)} == mine


def test_an_address_is_the_one_its_source_would_store(web):
    for issued in web.all():
        _, address = source_of(issued.url)
        assert (address.key, address.url) == (issued.key, issued.url)


def test_what_has_not_changed_is_answered_with_304_and_what_has_is_not():
    with Portals(stock(), clock=lambda: NOON) as web:
        url = web.base("gia") + "/gia/rss/general_en.xml"
        first = requests.get(url, timeout=5)
        tags = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
        assert requests.get(url, headers=tags, timeout=5).status_code == 304
        web.publish(stock()[0])
        assert requests.get(url, headers=tags, timeout=5).status_code == 200


def test_an_edit_shows_on_the_page_and_in_the_feed_or_on_the_page_alone():
    with Portals(stock(), clock=lambda: NOON) as web:
        issued = next(one for one in web.all() if one.release.name == "blood-drive")
        feed = web.base("gia") + "/gia/rss/general_en.xml"
        web.edit(issued.key, paragraphs=["Stocks have recovered."], quietly=True)
        assert "Stocks have recovered" in requests.get(web.base("gia") + issued.path, timeout=5).text
        assert "Stocks have recovered" not in requests.get(feed, timeout=5).text
        web.edit(issued.key, paragraphs=["Stocks are full."])
        assert "Stocks are full" in requests.get(feed, timeout=5).text


def test_a_withdrawn_release_is_on_no_listing_and_its_page_is_gone_until_it_is_put_back():
    with Portals(stock(), clock=lambda: NOON) as web:
        issued = next(one for one in web.all() if one.release.name == "blood-drive")
        page, feed = web.base("gia") + issued.path, web.base("gia") + "/gia/rss/general_en.xml"
        web.withdraw(issued.key)
        assert requests.get(page, timeout=5).status_code == 404
        assert issued.number not in requests.get(feed, timeout=5).text
        web.withdraw(issued.key, withdrawn=False)
        assert requests.get(page, timeout=5).status_code == 200


def test_a_portal_that_is_told_to_fail_answers_so_until_told_otherwise(web):
    web.fail("news", 503, {"Retry-After": "7"})
    answer, _ = fetched(web, "news", "https://www.news.gov.hk/robots.txt")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "7")
    web.fail("news", None)
    assert fetched(web, "news", "https://www.news.gov.hk/robots.txt")[0].status_code == 200


def test_made_up_releases_are_spread_over_the_days_and_always_the_same():
    one, other = (list(synthetic(1200, days=20, now=NOON)) for _ in range(2))
    assert one == other
    assert len({release.title for release, _ in one}) == 1200
    assert 19 <= (one[-1][1] - one[0][1]).days <= 20
    assert sum(release.cooperation for release, _ in one) == 120
    assert one[-1][1] < NOON


def test_made_up_events_are_co_operation_and_no_two_are_alike():
    made = [event(number) for number in range(120)]
    assert len({one.title for one in made}) == len({one.paragraphs for one in made}) == 120
    assert all(assess(one.title, "\n".join(one.paragraphs), language="en").cooperation for one in made)
