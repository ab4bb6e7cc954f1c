"""What is not the page that was asked for never becomes a release, and says in words what it is."""

from __future__ import annotations

import pytest

from scraper.find import read, sources
from scraper.pages.document import BlockedError, Document, ParseError

GIA = "https://www.info.gov.hk/gia/general/202611/12/P2026111200417.htm"
NEWS = "https://www.news.gov.hk/eng/2026/11/20261110/20261110_101502_344.html"
GCS = "https://www.gcs.gov.mo/detail/zh-hant/N26KLq7RtA"
POST = "https://wsjkw.gd.gov.cn/xxgk/gzdt/content/post_4942475.html"
NATCM = "https://www.natcm.gov.cn/bangongshi/2026-11-10/38190.html"
MACAO = "https://www.gov.mo/zh-hant/news/1267001/"
ADDRESSES = (GIA, NEWS, GCS, POST, NATCM, MACAO)

BLOCKS = {
    "cloudflare": "<html><head><title>Just a moment...</title></head><body class='cf-chl'>Wait</body></html>",
    "ruishu": "<html><head><script>$_ts=window['$_ts'];</script></head><body></body></html>",
    "incapsula": "<html><body><iframe src='/_Incapsula_Resource?x=1'>Request unsuccessful.</iframe></body></html>",
    "refused": "<HTML><TITLE>Access Denied</TITLE><BODY>You do not have permission.</BODY></HTML>",
    "big ip": "<html><body>The requested URL was rejected. Your support ID is: 1234</body></html>",
    "maintenance": "<html><body><h1>系統維護中</h1><p>請稍後再試。</p></body></html>",
    "gateway": "<html><body><center><h1>502 Bad Gateway</h1></center></body></html>",
    "log in": "<html><body><h1>Welcome</h1><form><input name=u><input type='password' name=p></form></body></html>",
    "hotel": "<html><body>Captive Portal: accept the terms to go online</body></html>",
    "script only": "<html><head><script>if (a < b) location.href = '/verify'</script></head><body></body></html>",
    "refresh": "<html><head><meta http-equiv='refresh' content='0; url=/x'></head><body></body></html>",
}


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize("kind", BLOCKS)
def test_a_blocking_page_in_place_of_a_release_is_told_as_a_block(kind, url):
    with pytest.raises(BlockedError, match="answered with"):
        read(Document(url, BLOCKS[kind].encode(), "text/html"))


@pytest.mark.parametrize("name", [name for name, source in sources().items() if not source.blocked])
@pytest.mark.parametrize("kind", BLOCKS)
def test_a_blocking_page_in_place_of_a_listing_is_told_as_a_block(kind, name):
    source = sources()[name]
    for listing in (source.listing, *source.gap_checks):
        with pytest.raises(BlockedError, match="answered with"):
            listing.links(Document(listing.url, BLOCKS[kind].encode(), "text/html"))


NEITHER = (
    b"",
    b" \n ",
    b"\x00" * 50,
    b"plain words",
    b'{"error": 404}',
    b"%PDF-1.7 \xe2\xe3",
    b"<!-- nothing -->",
    b"\xff\xfe",
)


@pytest.mark.parametrize("body", NEITHER)
def test_what_is_no_page_at_all_is_a_parse_error_everywhere(body):
    for url in ADDRESSES:
        with pytest.raises(ParseError):
            read(Document(url, body))
    for source in sources().values():
        for listing in (source.listing, *source.gap_checks):
            with pytest.raises(ParseError):
                listing.links(Document(listing.url, body))


def gia(title: str = "A title", text: str = "A text.", rest: str = "") -> bytes:
    return (
        f"<html><body><span id='PRHeadlineSpan'>{title}</span><span id='pressrelease'>{text}</span>{rest}</body></html>"
    ).encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "&nbsp;&nbsp;",
        "<br><div>Ends/Thursday, November 12, 2026<br>Issued at HKT 18:30</div>NNNN",
        "<script>x</script>",
    ],
)
def test_a_release_without_text_is_an_error_not_an_empty_release(text):
    with pytest.raises(ParseError, match=r"no text|without text"):
        read(Document(GIA, gia(text=text)))


def test_a_release_without_a_title_is_an_error():
    with pytest.raises(ParseError, match="no title"):
        read(Document(GIA, gia(title="&nbsp;")))


def test_a_release_about_maintenance_and_captchas_is_a_release():
    text = "The eHealth portal is under maintenance; its captcha and log-in page (Access Denied) change on Sunday."
    assert read(Document(GIA, gia("Service Unavailable on Sunday", text)))[2].paragraphs == (text,)


@pytest.mark.parametrize(
    ("name", "title", "text"),
    [("hk_gia_zh", "Bus stop moves", "The stop moves."), ("hk_gia_en", "巴士站遷移", "巴士站明日起遷移。")],
)
def test_a_page_of_the_other_language_is_refused_by_a_source(name, title, text):
    with pytest.raises(ParseError, match="written in"):
        sources()[name].read(Document(GIA, gia(title, text)))


def test_simplified_chinese_is_read_as_what_it_is():
    source, _, article = read(Document(GIA, gia("卫生署与广东省签署协议", "两地医院将开展合作。")))
    assert (source.name, article.language) == ("hk_gia_zh", "zh-Hans")


@pytest.mark.parametrize("depth", [300, 2_000, 100_000])
def test_markup_nested_too_deep_is_an_error_not_a_shorter_text(depth):
    bomb = "Seen." + "<div>" * depth + "Lost?" + "</div>" * depth
    with pytest.raises(ParseError):
        read(Document(GIA, gia(text=bomb)))
    with pytest.raises(ParseError):
        read(Document(GIA, b"<div>" * depth + gia()))
    feed = "<rss><channel><item><title>一題</title><link>%s</link><description>%s</description></item></channel></rss>"
    source = sources()["mo_gcs_zh"]
    cdata = (feed % (GCS, f"<![CDATA[{bomb}]]>")).encode()
    with pytest.raises(ParseError, match="deep"):
        source.read(Document(GCS, cdata))
    with pytest.raises(ParseError, match=r"deep|cut short"):
        source.listing.links(Document(source.listing.url, (feed % (GCS, bomb)).encode()))


def test_an_address_of_no_source_is_an_error():
    with pytest.raises(ParseError, match="no source knows"):
        read(Document("https://www.example.org/", gia()))
