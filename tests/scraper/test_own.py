"""A portal out of settings alone: each kind of listing, pages by selector, addresses by key, hostile expressions."""

from __future__ import annotations

import json
import time
from datetime import datetime

import pytest

from scraper.find import SourceError, adopt, sources
from scraper.own import Own, as_text, from_text, own_source
from scraper.pages.date_formats import by_format
from scraper.pages.dates import HONG_KONG
from scraper.pages.document import BlockedError, Document, ParseError
from scraper.pages.patterns import linear
from storage.model import Precision

HOME = "https://www.ministry.example"


def source(**settings):
    given = {"kind": "html", "url": f"{HOME}/news/", "language": "en", "jurisdiction": "Macao", "links": "li"}
    return own_source("ministry", Own(**{**given, "text_selector": "div.text", **settings}))


def listed(one, body, kind="text/html"):
    return one.listing.links(Document(one.listing.url, body.encode(), kind))


def read(one, body, url=f"{HOME}/news/7.html"):
    return one.read(Document(url, body.encode(), "text/html; charset=utf-8"))


def test_a_list_in_html_offers_its_rows_and_nothing_of_the_menu():
    body = "<nav><a href='/about'>About</a></nav><ul><li>2026-11-20 <a href='8.html'>Eight</a></li>"
    body += (
        "<li><a href='https://www.ministry.example/news/7.html#top'>Seven</a></li><li><a href='//else.example/x'>X</a>"
    )
    links = listed(source(), body)
    assert [(one.key, one.url, one.title) for one in links] == [
        ("www.ministry.example/news/8.html", f"{HOME}/news/8.html", "Eight"),
        ("www.ministry.example/news/7.html", f"{HOME}/news/7.html", "Seven"),
    ]
    assert links[0].published.isoformat() == "2026-11-20T00:00:00+08:00"
    alone = listed(source(links="li a"), body.replace("Eight", "Eight on 2026-01-01"))
    assert [(one.key, one.published) for one in alone] == [(one.key, None) for one in links]


def test_a_list_in_json_offers_what_the_path_leads_to():
    one = source(kind="json", links="data.items[].url", url=f"{HOME}/api/news")
    body = json.dumps({"data": {"items": [{"url": "/news/8.html"}, {"no": 1}, {"url": f"{HOME}/news/7.html"}]}})
    assert [link.url for link in listed(one, body, "application/json")] == [
        f"{HOME}/news/8.html",
        f"{HOME}/news/7.html",
    ]
    top = source(kind="json", links="[].link", url=f"{HOME}/api/news")
    assert [link.url for link in listed(top, '[{"link": "/news/9.html"}]')] == [f"{HOME}/news/9.html"]
    with pytest.raises(ParseError, match="this is not JSON"):
        listed(one, body[:-2])
    with pytest.raises(BlockedError):
        listed(one, "<html><title>Just a moment...</title></html>")
    with pytest.raises(ParseError, match="none of 0 entries"):
        listed(one, '{"data": {}}')


def test_a_sitemap_offers_the_pages_that_changed_last_first():
    one = source(kind="sitemap", links="", url=f"{HOME}/sitemap.xml", key=r"/news/(\d+)")
    body = (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>{HOME}/about</loc></url><url><loc>{HOME}/news/1.html</loc></url>"
        f"<url><loc>{HOME}/news/2.html</loc><lastmod>2026-11-01</lastmod></url>"
        f"<url><loc>{HOME}/news/3.html</loc><n:news><n:title>Three</n:title>"
        "<n:publication_date>2026-11-02T08:00:00Z</n:publication_date></n:news></url></urlset>"
    )
    links = listed(one, body)
    assert [(link.key.rpartition("/")[2], link.title) for link in links] == [("3", "Three"), ("2", ""), ("1", "")]
    assert links[0].published.isoformat() == "2026-11-02T16:00:00+08:00"
    changed = listed(one, body.replace("2026-11-01", "2026-11-05"))
    assert changed[0].key == links[1].key
    assert changed[0].digest != links[1].digest
    with pytest.raises(ParseError, match="cut short"):
        listed(one, body[:-9])
    with pytest.raises(ParseError, match=r"name one of them instead, such as https://x\.example/1\.xml"):
        listed(one, "<sitemapindex><sitemap><loc>https://x.example/1.xml</loc></sitemap></sitemapindex>")


FEED = (
    f'<rss version="2.0"><channel><item><title>Seven</title><link>{HOME}/news/7.html</link><description>&lt;p&gt;One.'
    "&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description><pubDate>Fri, 20 Nov 2026 09:00:00 +0800</pubDate></item></channel>"
    "</rss>"
)


def test_a_feed_leads_to_pages_or_tells_everything_itself():
    leading = source(kind="feed", links="", url=f"{HOME}/rss.xml")
    assert [link.title for link in listed(leading, FEED)] == ["Seven"]
    assert not leading.listing.whole
    whole = source(kind="feed", links="", url=f"{HOME}/rss.xml", text_selector="")
    (link,) = listed(whole, FEED)
    article = whole.read(whole.item(Document(whole.listing.url, FEED.encode()), link.key))
    assert (article.title, article.paragraphs) == ("Seven", ("One.", "Two."))
    assert (whole.listing.whole, whole.reread) == (True, False)


ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title><entry><title>Seven</title>
<link rel="edit" href="{HOME}/edit/7"/><link href="{HOME}/news/7.html"/><id>tag:7</id>
<updated>2026-11-21T00:00:00Z</updated>
<published>2026-11-20T09:00:00+08:00</published><author><name>Ministry</name></author><summary>Short</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content></entry></feed>"""


def test_an_atom_feed_is_read_like_any_other():
    whole = source(kind="feed", links="", url=f"{HOME}/atom.xml", text_selector="")
    (link,) = listed(whole, ATOM)
    assert (link.title, link.published.isoformat()) == ("Seven", "2026-11-20T09:00:00+08:00")
    alone = whole.item(Document(whole.listing.url, ATOM.encode()), link.key)
    article = whole.read(alone)
    assert (article.title, article.paragraphs, article.department) == ("Seven", ("One.", "Two."), "Ministry")
    assert listed(whole, ATOM.replace("<p>One.</p>", "<p>1.</p>"))[0].digest != link.digest
    with pytest.raises(ParseError, match="cut short"):
        listed(whole, ATOM[:-7])


PAGE = (
    "<html><head><title>Seven - Ministry</title><meta name=when content='20.11.2026 09:05'></head><body><h1>Seven</h1>"
    "<time datetime='2026-11-19T10:00:00+08:00'>yesterday</time><i>20. Nov 2026</i><div class=text><p>One.<p>Two.</div>"
)


@pytest.mark.parametrize(
    ("settings", "day", "precision"),
    [
        ({}, None, None),
        ({"date_selector": "time"}, "2026-11-19T10:00:00+08:00", Precision.MINUTE),
        ({"date_selector": "i", "date_format": "%d. %b %Y"}, "2026-11-20T00:00:00+08:00", Precision.DAY),
        ({"date_selector": "meta[name=when]", "date_format": "%d.%m.%Y %H:%M"}, "2026-11-20T09:05:00+08:00", "minute"),
        ({"date_selector": "b"}, None, None),
    ],
)
def test_a_page_is_read_by_its_selectors(settings, day, precision):
    article = read(source(**settings), PAGE)
    assert (article.title, article.paragraphs) == ("Seven", ("One.", "Two."))
    assert (article.published and article.published.isoformat(), article.precision) == (day, precision)


def test_a_page_that_was_rebuilt_is_refused_and_not_guessed_at():
    with pytest.raises(ParseError, match="no text where"):
        read(source(), PAGE.replace("class=text", "class=words"))
    with pytest.raises(ParseError, match="no title where"):
        read(source(title_selector="h2"), PAGE)
    with pytest.raises(ParseError, match="written in zh"):
        read(source(), PAGE.replace("Seven", "衞生局簽署協議").replace("One.", "衞生局今日簽署協議。"))


def test_a_key_tells_releases_apart_and_what_has_none_is_no_release():
    known = source(key=r"[?&]id=(\d+)").address
    one = known("http://www.ministry.example:80/show?lang=en&id=12&print=1#x")
    assert (one.key, one.url) == ("www.ministry.example/12", f"{HOME}/show?lang=en&id=12&print=1")
    for spelt in ("/show?lang=en", "https://else.example/show?id=12", f"{HOME}/show?id=12\\", "javascript:id=12",
                  "https://a@www.ministry.example/show?id=12", "https://www.ministry.example:x/show?id=1"):  # fmt: skip
        assert known(spelt) is None
    plain = source().address
    assert plain(f"{HOME}/news/") is None
    assert plain(f"{HOME}//news//7.html").key == "www.ministry.example/news/7.html"


def test_a_hostile_expression_takes_no_longer_than_a_plain_one():
    known = source(key=r"((a|a)*)*b(a|aa)+$").address
    began = time.perf_counter()
    assert known(f"{HOME}/{'a' * 400}") is None
    assert time.perf_counter() - began < 0.5
    with pytest.raises(ValueError, match="over 300 characters"):
        linear("a" * 301)


@pytest.mark.parametrize(
    ("form", "text", "at"),
    [
        ("%Y年%m月%d日", "发布时间：2026年1月5日 来源", (2026, 1, 5)),
        ("%d/%m/%y", "on 05/01/26", (2026, 1, 5)),
        ("%B %d, %Y %I:%M %p", "January 5, 2026 12:07 a.m.", (2026, 1, 5, 0, 7)),
        ("%Y-%m-%dT%H:%M:%S%z", "2026-01-05T23:30:00Z", (2026, 1, 6, 7, 30)),
        ("%d.%m.%Y", "31.02.2026 and 28.02.2026", (2026, 2, 28)),
        ("%d.%m.%Y", "28.02.20261", None),
        ("%Y %b %d", "2026 Foo 12", None),
    ],
)
def test_a_date_is_found_by_its_form(form, text, at):
    found = by_format(form)(text)
    assert (found and found.at) == (at and datetime(*at, tzinfo=HONG_KONG))


def test_settings_cross_to_the_child_and_come_back_as_the_same_portal():
    own = Own(kind="feed", url=f"{HOME}/rss.xml", language="zh-Hant", jurisdiction="Macao", title="部")
    (back,) = from_text(as_text({"ministry": own}))
    assert (back.name, back.title, back.listing.url) == ("ministry", "部", own.url)
    assert as_text({}) == ""
    assert from_text("") == ()


def test_an_adopted_portal_takes_nobodys_name_and_can_be_given_up():
    with pytest.raises(SourceError, match="comes with coopwatch"):
        adopt([own_source("hk_gia_en", Own(kind="feed", url=HOME, language="en", jurisdiction="Macao"))])
    adopt([source()])
    assert "ministry" in sources()
    adopt(())
    assert "ministry" not in sources()
