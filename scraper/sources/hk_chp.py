"""Hong Kong: the Centre for Health Protection's list of press releases, which checks whether hk_gia's are complete.

One record names a release in English and in Chinese: the two belong together, whatever their texts say.
"""

from scraper.pages.departments import records
from scraper.source import Listing, check_only
from scraper.sources.hk_gia import ADDRESS

HOST = "www.chp.gov.hk"
CHECKED = {"en": "hk_gia_en", "zh-Hant": "hk_gia_zh"}
DATA = Listing(f"https://{HOST}/js/press_data_index.js", records(ADDRESS, CHECKED))
TITLE = "Hong Kong: Centre for Health Protection (checks hk_gia)"

SOURCES = (check_only("hk_chp", TITLE, HOST, "en", "Hong Kong", DATA, tuple(CHECKED.values()), every=3600.0),)
