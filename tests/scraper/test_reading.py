"""An article becomes the release that the store keeps."""

from __future__ import annotations

from scraper.find import sources
from scraper.pages.dates import of_machine
from scraper.pages.document import Article
from scraper.reading import to_release
from storage.model import Precision


def test_a_release_keeps_all_that_the_reader_saw_and_where():
    source = sources()["mo_gcs_zh"]
    address = source.address("http://www.gcs.gov.mo/detail/zh-hant/N26KLq7RtA")
    at = of_machine("2026-11-12T18:20:00+08:00").at
    article = Article("題", ("一", "二"), at, Precision.MINUTE, "zh-Hant", "衛生局", ("圖",))
    release = to_release(source, address, article, "abc")
    assert (release.key, release.url) == ("gcs.gov.mo/N26KLq7RtA", "https://www.gcs.gov.mo/detail/zh-hant/N26KLq7RtA")
    assert (release.source, release.portal, release.jurisdiction) == ("mo_gcs_zh", "www.gcs.gov.mo", "Macao")
    assert (release.title, release.text, release.language) == ("題", "一\n二", "zh-Hant")
    assert (release.published, release.precision) == (at, Precision.MINUTE)
    assert (release.department, release.captions, release.page) == ("衛生局", ("圖",), "abc")


def test_a_release_takes_its_language_from_the_text_not_from_the_source():
    source = sources()["hk_gia_zh"]
    address = source.address("https://www.info.gov.hk/gia/general/202611/12/P2026111200417.htm")
    release = to_release(source, address, Article("题", ("一",), None, None, "zh-Hans"), None)
    assert (release.language, release.published, release.page) == ("zh-Hans", None, None)
