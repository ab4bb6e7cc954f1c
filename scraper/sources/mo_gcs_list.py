"""Macao: the GCS's own list of its news, which checks whether mo_gcs is complete: the feed holds two days.

Off by default: two scripts of 2025 ask for it under two addresses (SOURCES 5), and nobody has seen it since, nor the
markup of one release's page: what the feed left out is then shown as not read.
"""

from scraper.pages import lists
from scraper.source import Listing, check_only
from scraper.sources.mo_gcs import ADDRESS, HOST, LANGUAGE

NEWS = Listing(
    f"https://{HOST}/list/zh-hant/news/",
    lists.rows(ADDRESS, ".infiniteItem", title=".subject .txt", when="time", source="mo_gcs_zh"),
)
TITLE = "Macao: the GCS's list (checks mo_gcs_zh; unverified: off)"

SOURCES = (
    check_only("mo_gcs_list", TITLE, HOST, LANGUAGE, "Macao", NEWS, ("mo_gcs_zh",), enabled=False, every=3600.0),
)
