"""The Guangdong platform: one post, one key, whichever way leads to it and however its page is written."""

from __future__ import annotations

import json

import pytest

from scraper.find import sources
from scraper.pages import nfcms, nfcms_json
from scraper.pages.document import BlockedError, Document, ParseError

HOST = "wsjkw.gd.gov.cn"
POSTS = nfcms.posts(HOST)
DIRECTORY = f"https://{HOST}/gkmlpt/api/all/0?page={{}}&sid=216"
POST = f"https://{HOST}/xxgk/gzdt/content/post_4942475.html"
WAYS = (
    POST,
    POST.replace("https", "http"),
    POST.replace("/post_", "/mpost_") + "?from=1#top",
    f"https://{HOST}/gkmlpt/content/4/4942/post_4942475.html#4196",
    f"http://{HOST}/postmeta/p/4/4942/4942475.json",
    f"https://{HOST}/bmpd/zwgk_2/gzdt-1/content/post_4942475.html",
)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_a_post_has_its_one_key(way):
    found = POSTS(way)
    assert found.key == f"{HOST}/4942475"
    assert found.url.startswith(f"https://{HOST}/")
    assert POSTS(found.url) == found


@pytest.mark.parametrize(
    "spelt",
    [
        f"https://{HOST}/xxgk/gzdt/index.html",
        "https://www.gd.gov.cn/xxgk/content/post_4942475.html",
        f"https://{HOST}/content/post_x.html",
        f"https://{HOST}" + "/a" * 200 + "/content/post_1234.html",
    ],
)
def test_what_is_no_post_of_the_site_has_none(spelt):
    assert POSTS(spelt) is None


def directory(page: int, *articles: dict) -> Document:
    return Document(DIRECTORY.format(page), json.dumps({"articles": articles}).encode(), "application/json")


def listed(number: int, **more: object) -> dict:
    return {
        "id": number,
        "title": "关于护理培训的通知",
        "post_url": POST.replace("https", "http"),
        "date": 1762905600,
    } | more


def test_page_nought_of_a_directory_is_its_first_and_offers_the_same():
    read = nfcms_json.articles(POSTS)
    assert read(directory(0, listed(4942475))) == read(directory(1, listed(4942475)))


def test_a_post_under_another_number_of_the_directory_is_the_same_link():
    links = nfcms_json.articles(POSTS)(directory(1, listed(5000001), listed(4942475, title="重复")))
    assert [(link.key, link.title) for link in links] == [(f"{HOST}/4942475", "关于护理培训的通知")]


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ({"date": 1762905600}, "2025-11-12T08:00:00+08:00"),
        ({"date": "2025-11-12"}, "2025-11-12T00:00:00+08:00"),
        ({"display_publish_time": "1762905661", "date": 1}, "2025-11-12T08:01:01+08:00"),
        ({"display_publish_time": 0, "created_at": "2025-11-12 09:30:00", "date": 0}, "2025-11-12T09:30:00+08:00"),
        ({"display_publish_time": True, "date": "soon"}, None),
        ({"date": 10**30}, None),
    ],
)
def test_times_in_seconds_since_1970_and_in_figures_are_read(told, moment):
    (link,) = nfcms_json.articles(POSTS)(directory(1, listed(1, **told)))
    assert (link.published and link.published.isoformat()) == moment


@pytest.mark.parametrize(
    "body", [b'{"articles": []}', b'{"articles": "none"}', b'{"articles": [1, null]}', b"[]", b'{"a"']
)
def test_a_listing_that_offers_nothing_is_an_error_and_never_no_news(body):
    with pytest.raises(ParseError):
        nfcms_json.articles(POSTS)(Document(DIRECTORY.format(1), body))


def test_a_challenge_in_place_of_a_listing_is_told_as_one():
    with pytest.raises(BlockedError):
        nfcms_json.articles(POSTS)(Document(DIRECTORY.format(1), b"<html><script>$_ts=window['$_ts'];</script></html>"))


def page(config: str) -> Document:
    return Document(
        POST, f"<html><head><title>护理培训</title></head><body><script>{config}</script></body></html>".encode()
    )


def test_the_text_is_found_though_the_script_around_it_is_no_json():
    config = "window._CONFIG = { DETAIL: {'title': 'x', \"content\": \"\\u003Cp\\u003E医护人员\\u003C/p\\u003E\"}, }"
    assert nfcms.read(page(config)).paragraphs == ("医护人员",)


@pytest.mark.parametrize(
    "config", ['window._CONFIG = {DETAIL: {"content": "\\u003Cp', 'window._CONFIG = {DETAIL: {"title": "x"}}']
)
def test_a_page_whose_data_hold_no_text_is_an_error(config):
    with pytest.raises(ParseError):
        nfcms.read(page(config))


def test_a_list_of_which_only_links_elsewhere_on_the_page_are_left_was_rebuilt():
    listing = sources()["cn_sz_wjw"].listing
    body = "<html><body><nav><a href='/xxgk/gzdt/content/post_1234567.html'>要闻</a></nav></body></html>"
    with pytest.raises(ParseError, match="used to be"):
        listing.links(Document(listing.url, body.encode()))
