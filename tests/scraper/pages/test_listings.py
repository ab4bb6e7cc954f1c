"""What listings offer, and how they fail: never with silence."""

from __future__ import annotations

import contextlib
import time
from datetime import datetime

import pytest

from scraper.find import sources
from scraper.pages.document import BlockedError, Document, ParseError

GIA, GCS = sources()["hk_gia_en"], sources()["mo_gcs_zh"]
ONE, TWO = (f"https://www.info.gov.hk/gia/general/202611/12/P202611120000{n}.htm" for n in (1, 2))


def feed(*items: str, source=GIA, head: str = "", content_type: str = "") -> Document:
    body = f"{head}<rss version='2.0'><channel><title>t</title>{''.join(items)}</channel></rss>"
    return Document(source.listing.url, body.encode(), content_type)


def item(link: str = ONE, title: str = "A title", description: str = "words", rest: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link><description>{description}</description>{rest}</item>"


def offered(document: Document, source=GIA) -> list[str]:
    return [link.url for link in source.listing.links(document)]


def test_a_release_listed_twice_is_offered_once_and_first_come_first_kept():
    links = GIA.listing.links(feed(item(title="First"), item(TWO), item(ONE + "?x", title="Again")))
    assert [(link.url, link.title) for link in links] == [(ONE, "First"), (TWO, "A title")]


def test_relative_links_are_seen_from_the_feed():
    assert offered(feed(item("/gia/general/202611/12/P2026111200001.htm"))) == [ONE]
    assert offered(feed(item("//www.info.gov.hk/gia/general/202611/12/P2026111200001.htm"))) == [ONE]


def test_where_the_link_is_no_use_the_guid_counts():
    guid = f"<guid>{ONE}</guid>"
    assert offered(feed(item("", rest=guid))) == [ONE]
    assert offered(feed(item("https://www.example.org/", rest=guid))) == [ONE]


def test_links_elsewhere_are_not_offered():
    bad = ["javascript:alert(1)", "https://www.example.org/x", "file:///etc/passwd", "http://[bad", "  "]
    assert offered(feed(*(item(link) for link in bad), item())) == [ONE]


def test_a_feed_of_nothing_but_links_elsewhere_is_an_error():
    with pytest.raises(ParseError, match="none of 2 entries leads"):
        offered(feed(item("https://www.example.org/1"), item("https://www.example.org/2")))


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<rss><channel><title>t</title></channel></rss>", "no entries"),
        ("<opml><body/></opml>", "neither RSS nor Atom"),
        (f"<rss><channel>{item()}<item><title>cut", "cut short"),
        (f"<rss><channel>{item()}", "cut short"),
    ],
)
def test_what_is_no_whole_feed_is_an_error(body, what):
    with pytest.raises(ParseError, match=what):
        offered(Document(GIA.listing.url, body.encode()))


def test_a_web_page_instead_of_a_feed_is_a_block_even_if_it_mentions_one():
    body = "<!DOCTYPE html><html><head><title>Portal</title></head><body>our <rss> feed</rss></body></html>"
    with pytest.raises(BlockedError, match="web page instead of the feed"):
        offered(Document(GIA.listing.url, body.encode()))


def test_a_feed_whose_text_holds_html_is_a_feed():
    assert offered(feed(item(description="<![CDATA[<html><body>x</body></html>]]>"))) == [ONE]


def test_unclean_xml_is_read_as_far_as_it_makes_sense():
    assert offered(feed(item(title="Fish < chips &nbsp; & tea"), item(TWO), head="\n\n")) == [ONE, TWO]


def test_times_and_titles_come_stripped():
    (link,) = GIA.listing.links(
        feed(
            item(f"\n {ONE}\n ", "\n  A &amp; B\u200b\n", rest="<pubDate>\n Wed, 09 Sep 2026 07:33:04 +0800 </pubDate>")
        )
    )
    assert (link.title, link.published) == ("A & B", datetime.fromisoformat("2026-09-09T07:33:04+08:00"))


def digest(**parts: str) -> str:
    (link,) = GIA.listing.links(feed(item(**parts)))
    return link.digest


def test_the_digest_follows_the_words_and_nothing_else():
    told = "<![CDATA[<img src='a1.jpg' alt='x'/><p>Some <b>words</b>.</p><p>&nbsp;</p>]]>"
    same = "<![CDATA[<img src='b2.jpg'/><p>Some words.</p>]]>"
    escaped = "&lt;p&gt;Some words.&lt;/p&gt;"
    other = "<![CDATA[<p>Some other words.</p>]]>"
    assert digest(description=told) == digest(description=same) == digest(description=escaped)
    assert digest(description=other) != digest(description=same)
    assert digest(description=same, title="Other") != digest(description=same)


BOMB = (
    "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


def test_entities_are_neither_expanded_nor_fetched(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("TOPSECRET")
    head = f"<!DOCTYPE rss [<!ENTITY x SYSTEM '{secret.as_uri()}'><!ENTITY % p SYSTEM '{secret.as_uri()}'>%p;]>"
    (link,) = GIA.listing.links(feed(item(title="T &x; end"), head=head))
    assert "TOPSECRET" not in link.title
    assert len(link.title) < 50


def test_entities_that_grow_without_end_cost_next_to_nothing():
    before = time.thread_time()
    with contextlib.suppress(ParseError):
        assert all(len(link.title) < 50 for link in GIA.listing.links(feed(item(title="T &i; end"), head=BOMB)))
    assert time.thread_time() - before < 1


def index(body: str, banner: str = "14-11-2026", day: str = "14") -> Document:
    page = f"<html><body><div id='headerBanner'>{banner}</div><div id='contentBody'>{body}</div></body></html>"
    return Document(f"https://www.info.gov.hk/gia/general/202611/{day}.htm", page.encode())


def indexed(document: Document) -> list[str]:
    return [link.url for link in GIA.gap_checks[0].links(document)]


def test_a_day_s_index_is_read_by_its_list_or_else_by_its_left_side():
    anchor = "<a class='NEW' href='/gia/general/202611/12/P2026111200001.htm'>A&nbsp;<!-- x -->title</a>"
    assert indexed(index(f"<ul class='list fontSize1'><li><span></span>{anchor}</li></ul>")) == [ONE]
    assert indexed(index(f"<div class='leftBody'><p>{anchor}</p><a href='/gia/rss'>RSS</a></div>")) == [ONE]


def test_a_day_without_releases_is_told_by_its_banner():
    assert indexed(index("<div class='leftBody'></div>")) == []


@pytest.mark.parametrize(
    ("body", "banner"),
    [
        ("", ""),
        ("", "Press Releases"),
        ("", "13-11-2026"),
        ("<ul class='list'><li><a href='/other'>x</a></li></ul>", "14-11-2026"),
    ],
)
def test_an_index_that_says_no_day_or_another_or_leads_elsewhere_is_a_changed_layout(body, banner):
    with pytest.raises(ParseError, match="no list of releases"):
        indexed(index(body, banner))


def test_releases_anywhere_but_in_the_list_are_a_changed_layout_not_an_empty_day():
    with pytest.raises(ParseError, match="not where the list"):
        indexed(index("<table><tr><td><a href='/gia/general/202611/14/P2026111400001.htm'>x</a></td></tr></table>"))


def test_a_whole_feed_refuses_a_key_it_has_not_and_an_address_not_its_own():
    document = feed(item("https://www.gcs.gov.mo/detail/zh-hant/N26KLq7RtA", "題目", "正文"), source=GCS)
    with pytest.raises(ParseError, match=r"no entry gcs\.gov\.mo/N26XXXXXXX"):
        GCS.item(document, "gcs.gov.mo/N26XXXXXXX")
    with pytest.raises(ParseError, match="not an address"):
        GCS.read(document)


def test_an_entry_keeps_its_department_when_taken_out_of_its_feed():
    url = "https://www.gcs.gov.mo/detail/zh-hant/N26KLq7RtA"
    for prefix in ("<rss xmlns:dc='http://purl.org/dc/elements/1.1/'>", "<rss>"):
        entry = item(
            url,
            "題目 &amp; 副題 ]]&gt;",
            "&lt;p&gt;正文 &amp;amp; 續&lt;/p&gt;",
            "<dc:creator>衛生局</dc:creator><pubDate>2026-11-12T18:20:00+08:00</pubDate>",
        )
        document = Document(GCS.listing.url, f"{prefix}<channel>{entry}</channel></rss>".encode())
        article = GCS.read(GCS.item(document, "gcs.gov.mo/N26KLq7RtA"))
        assert (article.title, article.paragraphs, article.department) == ("題目 & 副題 ]]>", ("正文 & 續",), "衛生局")
        assert article.published.isoformat() == "2026-11-12T18:20:00+08:00"
