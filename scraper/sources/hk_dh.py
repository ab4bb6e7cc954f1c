"""Hong Kong: the Department of Health's lists of press releases, which check whether hk_gia's are complete."""

from scraper.pages.departments import table
from scraper.source import Listing, Source, check_only
from scraper.sources.hk_gia import ADDRESS

HOST = "www.dh.gov.hk"


def source(language: str, folder: str, checked: str) -> Source:
    """Return the source of one language."""
    listed = Listing(f"https://{HOST}/textonly/{folder}/press/press.html", table(ADDRESS, checked))
    title = f"Hong Kong: Department of Health ({folder}; checks {checked})"
    name = f"hk_dh_{language[:2]}"
    return check_only(name, title, HOST, language, "Hong Kong", listed, (checked,), every=3600.0)


SOURCES = (source("en", "english", "hk_gia_en"), source("zh-Hant", "tc_chi", "hk_gia_zh"))
