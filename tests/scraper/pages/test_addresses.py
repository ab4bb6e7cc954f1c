"""One release has one address, however it is spelt; nothing else is taken for one."""

from __future__ import annotations

import pytest

from scraper.find import sources

GIA = "https://www.info.gov.hk/gia/general/202609/26/P2026092200291.htm"


@pytest.mark.parametrize(
    "spelt",
    [
        GIA,
        GIA.replace("https", "http"),
        GIA.replace(".htm", "p.htm"),
        GIA.replace(".htm", ".html"),
        GIA + "?fontSize=1",
        GIA + "?utm_source=x&fontSize=3#contentBody",
        GIA.replace("www.info.gov.hk", "WWW.Info.Gov.HK."),
        GIA.replace("www.info.gov.hk", "www.info.gov.hk:443"),
        GIA.replace("www.", ""),
        GIA.replace("/gia/", "//gia/"),
        GIA.replace("/P", "/%50"),
        GIA.replace("https://", "https://sc.isd.gov.hk/gb/"),
        GIA.replace("https://", "http://sc.isd.gov.hk/TuniS/").replace(".htm", "p.htm"),
        f"  {GIA}\n",
    ],
)
def test_every_spelling_is_the_one_address_in_both_languages(spelt):
    for name in ("hk_gia_en", "hk_gia_zh"):
        address = sources()[name].address(spelt)
        assert (address.key, address.url) == ("info.gov.hk/P2026092200291", GIA)


@pytest.mark.parametrize(
    "spelt",
    [
        "",
        "P2026092200291.htm",
        "/gia/general/202609/26/P2026092200291.htm",
        GIA.replace("https", "ftp"),
        GIA.replace("https://", "javascript://"),
        "javascript:alert(1)//" + GIA,
        GIA.replace("https://", "https://user:pw@"),
        GIA.replace("www.info.gov.hk", "www.info.gov.hk.example.org"),
        GIA.replace("www.info.gov.hk", "evil-info.gov.hk"),
        GIA.replace("www.info.gov.hk", "www.info.gov.hk:8443"),
        GIA.replace("www.info.gov.hk", "www.info.gov.hk:x"),
        GIA.replace("https://www.info.gov.hk", "https://127.0.0.1\\@www.info.gov.hk"),
        GIA.replace("https://", "https://sc.isd.gov.hk/gb/www.example.org/"),
        GIA.replace("https://", "https://sc.isd.gov.hk/gb/sc.isd.gov.hk/gb/"),
        GIA.replace("/general/", "/general/../general/"),
        GIA.replace(".htm", ".htm/extra"),
        GIA.replace(".htm", "\n.htm"),
        GIA.replace("P2026092200291", "P２０２６０９２２００２９１"),
        "https://[::1/gia",
        GIA + "x" * 1000,
    ],
)
def test_whatever_is_not_the_portal_s_is_none(spelt):
    assert [source.name for source in sources().values() if source.address(spelt)] == []


def test_macao_s_ids_keep_their_case():
    address = sources()["mo_gcs_zh"].address
    assert (
        address("https://www.gcs.gov.mo/detail/zh-hant/N26DNTyiSY").key
        != address("https://www.gcs.gov.mo/detail/zh-hant/N26DNTYISY").key
    )
