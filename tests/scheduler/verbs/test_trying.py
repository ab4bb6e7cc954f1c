"""try: what would be read, by which selector, and why something would be refused; nothing is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from scraper.find import adopt
from tests.web import Web, status

PAGES = Path(__file__).parents[2] / "pages"
LIST = b"<html><ul class=news><li><a href='/n/2.html'>Two</a></li><li><a href='/n/1.html'>One</a></li></ul></html>"
PAGE = (
    b"<html><head><title>x</title></head><body><h2>Bath opens</h2><p class=day>20 November 2026</p>"
    b"<div class=text><p>It opens.</p><p>It is warm.</p></div></body></html>"
)


@pytest.fixture
def web():
    web = Web()
    web.pages |= {"/n/": LIST, "/n/2.html": PAGE}
    yield web
    web.end()
    adopt(())


@pytest.fixture
def ministry(folder, web):
    def write(**changes):
        keys = {
            "kind": "html", "url": f"{web.base}/n/", "language": "en", "jurisdiction": "Macao", "links": ".news li",
            "title_selector": "h2", "text_selector": ".text", "date_selector": ".day", "date_format": "%d %B %Y",
        } | changes  # fmt: skip
        table = "".join(f"{key} = '{value}'\n" for key, value in keys.items())
        (folder / "coopwatch.toml").write_text(f'[politeness]\ndelay = "1s"\n[sources.ministry]\n{table}')

    write()
    return write


def fields(seen):
    return {one["name"]: (one["value"], one["selector"]) for one in seen["fields"]}


def test_a_portal_of_ones_own_is_tried_from_its_list_to_its_first_release(coopwatch, ministry, web, folder):
    done = coopwatch("try", "ministry", "--json")
    assert done.code == 0, done.err
    listing, release = done.json
    assert (listing["what"], listing["listed"]) == ("listing", 2)
    assert [one["title"] for one in listing["links"]] == ["Two", "One"]
    told = fields(release)
    assert told["title"] == ("Bath opens", "h2")
    assert told["text"] == ("It opens.\nIt is warm.", ".text")
    assert told["published"] == ("2026-11-20T00:00:00+08:00 (to the day)", ".day")
    assert web.asked("/robots.txt") == 1
    assert [path.name for path in folder.iterdir()] == ["coopwatch.toml"]


def test_for_people_each_field_stands_with_its_selector(coopwatch, ministry):
    out = coopwatch("try", "ministry").out
    assert "title      Bath opens  <- h2" in out
    assert "2 releases; the first of them:" in out


def test_a_page_that_would_be_refused_is_shown_with_the_reason_and_what_was_tried(coopwatch, ministry, web):
    ministry(text_selector="div.words")
    done = coopwatch("try", f"{web.base}/n/2.html", "--json")
    assert done.code == 1
    (seen,) = done.json
    assert seen["refused"] == "no text where this source's releases have it"
    assert {"selector": "div.words", "found": 0} in seen["asked"]
    assert "div.words: nothing" in coopwatch("try", f"{web.base}/n/2.html").out


def test_a_date_that_is_not_read_is_told_as_such(coopwatch, ministry, web):
    ministry(date_format="%Y-%m-%d")
    assert "published  not told" in coopwatch("try", f"{web.base}/n/2.html").out


def test_a_saved_page_asks_nobody(coopwatch, ministry, web, folder):
    (folder / "page.html").write_bytes(PAGE)
    (seen,) = coopwatch("try", f"{web.base}/n/9.html", "--file", "page.html", "--json").json
    assert fields(seen)["key"][0].endswith("/n/9.html")
    assert web.hits == []


def test_robots_txt_and_errors_of_the_portal_end_with_69(coopwatch, ministry, web):
    web.pages["/n/"] = status(404)
    done = coopwatch("try", "ministry")
    assert (done.code, "http 404" in done.err) == (69, True)
    web.pages["/robots.txt"] = b"User-agent: *\nDisallow: /n/\n"
    done = coopwatch("try", "ministry")
    assert (done.code, "robots" in done.err) == (69, True)


def test_a_built_in_source_shows_which_of_its_selectors_matched(coopwatch, folder):
    page = PAGES / "hk_gia_en" / "stroke_agreement_with_photos" / "page.html"
    address = "http://www.info.gov.hk/gia/general/202611/12/P2026111200417p.htm"
    (seen,) = coopwatch("try", address, "--file", page, "--json").json
    assert fields(seen)["title"][1] == "#PRHeadlineSpan"
    assert fields(seen)["text"][1] == "#pressrelease"


def test_a_feed_that_tells_everything_is_tried_with_the_release_it_tells_first(coopwatch, folder):
    feed = PAGES / "mo_gcs_zh" / "listing" / "page.xml"
    listing, release = coopwatch("try", "mo_gcs_zh", "--file", feed, "--json").json
    assert listing["listed"] == 3
    assert fields(release)["department"] == ("衛生局", "dc:creator")


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("hk_gia_ne", 2, "did you mean hk_gia_en?"),
        ("https://www.info.gov.hk/elsewhere", 65, "reads other addresses of this host"),
        ("https://unknown.example/x", 65, "no source reads this host"),
        ("cn_nhc", 1, "cannot be watched from here"),
    ],
)
def test_what_cannot_be_tried_says_why(coopwatch, folder, what, code, said):
    done = coopwatch("try", what)
    assert (done.code, said in done.err) == (code, True), done.err
