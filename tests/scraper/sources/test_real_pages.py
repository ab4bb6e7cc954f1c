"""The real pages on the reference shelf parse to exactly what a reader sees. Skipped where the shelf is not at hand."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from scraper.find import read, sources
from scraper.pages import lists, nfcms, nfcms_json
from scraper.pages.addresses import spellings
from scraper.pages.document import BlockedError, Document
from storage.model import Precision

SHELF = Path(__file__).parents[4] / "shared" / "sources" / "pages"
pytestmark = pytest.mark.skipif(not SHELF.is_dir(), reason="the shelf of real pages (../shared) is not at hand")

GIA = "https://www.info.gov.hk/gia/general/202206/21/P2022062100598.htm"
NEWS = "https://www.news.gov.hk/chi/2024/05/20240531/20240531_144119_521.html"


def page(name: str, url: str) -> Document:
    return Document(url, (SHELF / name).read_bytes())


@pytest.fixture
def press_release():
    return read(page("info_gov_hk_P2022062100598_en.html", GIA))


def test_the_press_release_is_the_english_source_s(press_release):
    source, address, article = press_release
    assert (source.name, address.key, address.url) == ("hk_gia_en", "info.gov.hk/P2022062100598", GIA)
    assert article.language == "en"
    assert article.title == "Speech by CE at HKEX 22nd Anniversary Celebrations (English only) (with photos/video)"


def test_the_press_release_has_its_fourteen_paragraphs_without_indent_and_footer(press_release):
    text = press_release[2].paragraphs
    assert len(text) == 14
    assert text[0].startswith("Following is the speech by the Chief Executive, Mrs Carrie Lam")
    assert text[1].startswith("Commissioner Liu (Commissioner of the Ministry of Foreign Affairs")
    assert text[-1] == "Thank you very much."
    assert not any(part in press_release[2].text for part in ("NNNN", "Ends/", "Issued at", "\xa0", "****"))
    assert len(press_release[2].text) == len("\n".join(text))


def test_the_press_release_was_issued_when_its_footer_says(press_release):
    article = press_release[2]
    assert article.published.isoformat() == "2022-06-21T20:16:00+08:00"
    assert article.precision is Precision.MINUTE


def test_the_press_release_has_three_captions_each_once(press_release):
    captions = press_release[2].captions
    assert len(captions) == 3
    assert captions[0].endswith("Anniversary Celebrations today (June 21).")
    assert all(caption not in press_release[2].text for caption in captions)


@pytest.mark.parametrize(
    "spelt",
    [
        "http://www.info.gov.hk/gia/general/202206/21/P2022062100598.htm",
        "https://www.info.gov.hk/gia/general/202206/21/P2022062100598p.htm",
        "https://WWW.INFO.GOV.HK:443/gia/general/202206/21/P2022062100598.htm?fontSize=1#top",
        "https://sc.isd.gov.hk/gb/www.info.gov.hk/gia/general/202206/21/P2022062100598.htm",
    ],
)
def test_any_spelling_of_its_address_is_the_one_release(spelt, press_release):
    assert read(page("info_gov_hk_P2022062100598_en.html", spelt)) == press_release


def test_the_two_saved_copies_of_one_story_are_one_record():
    copies = ("news_gov_hk_1717602458511.html", "news_gov_hk_20240531_144119_521_chi.html")
    first, second = (read(page(name, NEWS + "?type=category&name=finance")) for name in copies)
    assert first == second
    source, address, article = first
    assert (source.name, address.key, address.url) == ("hk_news_zh", "news.gov.hk/chi/20240531_144119_521", NEWS)
    assert article.title == "陳茂波訪矽谷科企"
    assert article.published == datetime.fromisoformat("2024-05-31T17:10:00+08:00")
    assert article.language == "zh-Hant"
    assert [len(line) for line in article.paragraphs] == [38, 127, 58, 15]
    assert article.paragraphs[-1] == "陳茂波今日啟程回港，明早抵港。"
    assert article.captions == ("環保科技: 陳茂波（右六）到訪一家從事回收塑料循環再用的科技公司。",)


@pytest.mark.parametrize(
    ("name", "source", "count"),
    [
        ("news_gov_hk_rss_health_tc_20240526_asCommitted.rss", "hk_news_zh", 19),
        ("news_gov_hk_rss_topstories_tc_20240526_asCommitted.rss", "hk_news_zh", 15),
        ("info_gov_hk_rss_zh_shape.xml", "hk_gia_zh", 1),
        ("gcs_mo_rss_zh-hant_20260414_151035.xml", "mo_gcs_zh", 24),
    ],
)
def test_a_real_feed_offers_all_its_releases(name, source, count):
    listing = sources()[source].listing
    links = listing.links(page(name, listing.url))
    assert len(links) == len({link.key for link in links}) == count
    assert all(link.title == link.title.strip() != "" for link in links)


def test_each_entry_of_macao_s_real_feed_reads_alone():
    source = sources()["mo_gcs_zh"]
    feed = page("gcs_mo_rss_zh-hant_20260414_151035.xml", source.listing.url)
    articles = {link.key: source.read(source.item(feed, link.key)) for link in source.listing.links(feed)}
    health = articles["gcs.gov.mo/N26DMLXk4b"]
    assert health.department == "衛生局"
    assert health.title == "修改《控煙法》公開諮詢已結束共收到2,500多份意見 衛生局正全面分析及編製總結報告"
    assert health.published.isoformat() == "2026-04-13T18:40:00+08:00"
    assert len(health.paragraphs) == 3
    joint = [article.department for article in articles.values() if " / " in article.department]
    assert "生產力暨科技轉移中心 / 科學技術發展基金" in joint
    assert all(article.paragraphs and article.language == "zh-Hant" for article in articles.values())
    assert not any("<" in line or "&nbsp;" in line for article in articles.values() for line in article.paragraphs)


def test_real_silent_edits_change_a_link_s_digest_when_the_words_change_and_only_then():
    source = sources()["hk_news_zh"]
    told = json.loads((SHELF / "news_gov_hk_rss_silent_edits_sample.json").read_text())
    compared = 0
    for item in told:
        digests = []
        for version in item["versions"]:
            feed = (
                f"<rss><channel><item><title>{version['title']}</title><guid>{item['guid']}</guid>"
                f"<description><![CDATA[{version['description_html']}]]></description></item></channel></rss>"
            )
            (link,) = source.listing.links(Document(source.listing.url, feed.encode()))
            digests.append(link.digest)
        assert len(set(digests)) == len(digests)
        compared += len(digests)
    assert compared >= 8


@pytest.mark.parametrize("name", ["gov_mo_home_zh-hant_20210118.html", "nhc_list_fragment_20260922.html"])
def test_another_portal_s_real_page_is_neither_a_listing_nor_a_release(name):
    strangers = [source for source in sources().values() if source.portal != "www.gov.mo"]
    for source in strangers:
        with pytest.raises(ValueError, match=r"feed|web page|answered|no list|JSON|no array|no pages"):
            source.listing.links(page(name, source.listing.url))
    with pytest.raises(ValueError, match=r"no text|answered"):
        read(page(name, GIA))


def test_macao_s_real_home_page_offers_its_news_with_their_times():
    listing = sources()["mo_gov_zh"].listing
    links = listing.links(page("gov_mo_home_zh-hant_20210118.html", listing.url))
    assert len(links) == len({link.key for link in links}) >= 5
    known = {link.key: link for link in links}["gov.mo/360596"]
    assert known.title == "郵電局推出2020年年冊"
    assert known.url == "https://www.gov.mo/zh-hant/news/360596/"
    assert known.published.isoformat() == "2021-01-18T12:00:00+08:00"


def test_a_real_element_of_the_guangdong_platform_s_data_is_a_link():
    told = json.loads((SHELF / "nfcms_postmeta_article_sample.json").read_text())
    posts = nfcms.posts("www.dpxq.gov.cn")
    column = Document("https://www.dpxq.gov.cn/postmeta/i/1.json", json.dumps({"articles": [told]}).encode())
    (link,) = nfcms_json.articles(posts)(column)
    assert (link.key, link.url) == (
        "www.dpxq.gov.cn/12373906",
        "https://www.dpxq.gov.cn/ztzl/gfxwjk/content/post_12373906.html",
    )
    assert link.published.isoformat() == "2025-09-11T15:11:04+08:00"


@pytest.mark.parametrize(
    ("name", "rows", "first", "day"),
    [
        ("nhc_list_fragment_20260922.html", "ul.zxxx_list li", "4f357dbdd51748fea20ce817d0466c40", "2026-09-22"),
        ("nmpa_list_fragment_202609.html", ".list ul li", "20260922184421167", "2026-09-22"),
    ],
)
def test_the_real_lists_of_blocked_portals_would_be_read_by_the_reader_of_lists(name, rows, first, day):
    portal = spellings(
        r"/.*?(?P<id>\w{17,32})\.s?html", hosts=("www.nhc.gov.cn",), converters=(), key="x/{id}", url="https://x/{id}"
    )
    links = lists.rows(portal, rows)(page(name, "https://www.nhc.gov.cn/a/b/c/list.shtml"))
    assert links[0].key == f"x/{first}"
    assert links[0].published.date().isoformat() == day


def test_a_real_page_instead_of_a_feed_is_a_block():
    listing = sources()["mo_gcs_zh"].listing
    with pytest.raises(BlockedError, match=r"web page instead of the feed|answered"):
        listing.links(page("gov_mo_home_zh-hant_20210118.html", listing.url))
