"""The folder of sources is the only list of them."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from scraper import find
from scraper.find import SourceError, built_in, source_of, sources

FOLDER = Path(find.__file__).parent / "sources"
NEW_SOURCE = '''"""A portal that was added a moment ago."""
from scraper.pages import listings
from scraper.pages.addresses import spellings
from scraper.source import Listing, Source
ADDRESS = spellings(r"/n/(?P<id>\\d+)", hosts=("news.example.org",), converters=(), key="e/{id}", url="https://news.example.org/n/{id}")
def read(document):
    return listings.told(document, ADDRESS, "en")
SOURCES = (Source("xx_example_en", "Example", "news.example.org", "en", "Elsewhere",
                  Listing("https://news.example.org/feed", listings.feed(ADDRESS)), ADDRESS, read),)
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A package of sources of the test's own, on the import path."""
    package = tmp_path / "portals_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    built_in.cache_clear()
    yield package
    built_in.cache_clear()
    for name in [name for name in sys.modules if name.split(".")[0] == package.name]:
        del sys.modules[name]


WATCHED = {
    "cn_gd_wsjkw", "cn_hengqin", "cn_natcm", "cn_sz_wjw",
    "hk_gia_en", "hk_gia_zh", "hk_news_en", "hk_news_zh", "mo_gcs_zh",
}  # fmt: skip
CHECKING = {"hk_chp", "hk_dh_en", "hk_dh_zh", "hk_news_archive_en", "hk_news_archive_zh"}
OUT_OF_REACH = {"cn_nhc", "cn_nmpa", "mo_ssm_zh"}


def test_what_is_watched_where_the_configuration_says_nothing():
    found = sources().values()
    assert {one.name for one in found if one.enabled and not one.check_only} == WATCHED
    assert {one.name for one in found if one.enabled and one.check_only} == CHECKING
    assert {one.name for one in found if one.blocked} == OUT_OF_REACH


def test_a_source_that_is_off_says_so_in_its_title_or_why_it_is_blocked():
    off = [one for one in sources().values() if not one.enabled]
    assert len(off) == 13
    assert all(one.blocked or "off)" in one.title for one in off)


def test_what_checks_others_checks_sources_that_are_there():
    assert all(name in sources() for one in sources().values() for name in one.compares)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[!_]*.py")), ids=lambda path: path.name)
def test_a_source_is_a_file_of_at_most_forty_lines(path):
    assert len(path.read_text().splitlines()) <= 40


def test_adding_a_file_is_all_it_takes(folder):
    (folder / "xx_example.py").write_text(NEW_SOURCE)
    found = sources(folder.name)
    assert list(found) == ["xx_example_en"]
    assert found["xx_example_en"].address("http://news.example.org/n/7?x").key == "e/7"


def test_the_sources_found_cannot_be_changed_by_one_who_asked():
    with pytest.raises(TypeError):
        sources()["hk_gia_en"] = None


def test_two_sources_of_one_name_are_refused_by_the_name_of_the_file(folder):
    (folder / "one.py").write_text(NEW_SOURCE)
    (folder / "two.py").write_text(NEW_SOURCE)
    with pytest.raises(SourceError, match=r"portals_of_a_test\.two: .*xx_example_en"):
        sources(folder.name)


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("SOURCES =", "OTHERS =", "define SOURCES"),
        ("SOURCES = (Source(", "SOURCES = [1] or (Source(", "define SOURCES"),
        ('"xx_example_en"', '"Example"', "lower case"),
        ('"Example"', '" "', "give it a title"),
        ('"en", "Elsewhere"', '"English", "Elsewhere"', "BCP 47"),
        ('"Elsewhere"', '""', "jurisdiction"),
        ('"Example", "news.example.org"', '"Example", "https://news.example.org"', "host name"),
        ('Listing("https:', 'Listing("http:', "https only"),
        ("listings.feed(ADDRESS))", "listings.feed(ADDRESS), days=2)", "%d"),
        ("listings.feed(ADDRESS))", "listings.feed(ADDRESS), whole=True)", "`item`"),
    ],
)
def test_an_incomplete_source_is_refused_with_what_to_do(folder, old, new, advice):
    assert old in NEW_SOURCE
    (folder / "xx_example.py").write_text(NEW_SOURCE.replace(old, new))
    with pytest.raises(SourceError, match=advice):
        sources(folder.name)


@pytest.mark.parametrize(
    ("url", "name", "key"),
    [
        ("https://www.info.gov.hk/gia/general/202609/26/P2026092200291.htm", "hk_gia_en", "info.gov.hk/P2026092200291"),
        ("http://info.gov.hk/gia/general/201601/25/P201601250593.htm", "hk_gia_en", "info.gov.hk/P201601250593"),
        (
            "http://news.gov.hk//chi/2024/05/20240531/20240531_144119_521.html",
            "hk_news_zh",
            "news.gov.hk/chi/20240531_144119_521",
        ),
        (
            "https://www.news.gov.hk/eng/2024/08/20240806/20240806_173945_753.html?type=ticker",
            "hk_news_en",
            "news.gov.hk/eng/20240806_173945_753",
        ),
        ("https://www.gcs.gov.mo/detail/zh-hans/N26DNTyiSY/", "mo_gcs_zh", "gcs.gov.mo/N26DNTyiSY"),
        ("http://wsjkw.gd.gov.cn/zwyw_yqxx/content/post_2876057.html", "cn_gd_wsjkw", "wsjkw.gd.gov.cn/2876057"),
        (
            "https://wsjkw.gd.gov.cn/gkmlpt/content/2/2876/post_2876057.html#41",
            "cn_gd_wsjkw",
            "wsjkw.gd.gov.cn/2876057",
        ),
        ("https://wsjkw.gd.gov.cn/postmeta/p/2/2876/2876057.json", "cn_gd_wsjkw", "wsjkw.gd.gov.cn/2876057"),
        ("http://www.satcm.gov.cn/kejisi/2026-11-06/38077.html", "cn_natcm", "natcm.gov.cn/38077"),
        ("http://gov.mo/zh-hans/news/1266967", "mo_gov_zh", "gov.mo/1266967"),
    ],
)
def test_an_address_leads_to_its_source_and_key(url, name, key):
    source, address = source_of(url)
    assert (source.name, address.key) == (name, key)
    assert source.address(address.url) == address


def test_where_two_languages_share_addresses_the_wanted_one_is_preferred():
    url = "https://www.info.gov.hk/gia/general/202609/26/P2026092200291.htm"
    assert [source_of(url, language)[0].name for language in ("en", "zh-Hant", "zh-Hans", "pt", None)] == [
        "hk_gia_en", "hk_gia_zh", "hk_gia_zh", "hk_gia_en", "hk_gia_en"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "https://www.info.gov.hk/gia/general/202609/26.htm",
        "https://www.gcs.gov.mo/detail/pt/N26DNTyiSY",
    ],
)
def test_an_address_that_is_no_release_leads_nowhere(url):
    assert source_of(url) is None


def test_the_reading_side_never_loads_scrapy_or_twisted():
    asked = "any(name in sys.modules for name in ('scrapy', 'twisted', 'parsel'))"
    code = f"import sys, scraper.find, scraper.reading; scraper.find.sources(); sys.exit({asked})"
    root = Path(find.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0
