"""Where a listing is asked for at a given time."""

from __future__ import annotations

from datetime import datetime

from scraper.find import sources
from scraper.pages.dates import HONG_KONG
from scraper.source import listing_addresses

NEW_YEAR = datetime(2027, 1, 1, 0, 5, tzinfo=HONG_KONG)


def test_a_feed_has_one_address_whatever_the_time():
    assert listing_addresses(sources()["hk_gia_en"].listing, NEW_YEAR) == (
        "https://www.info.gov.hk/gia/rss/general_en.xml",
    )


def test_day_indexes_are_asked_for_the_last_48_hours_in_the_portal_s_zone():
    (english,), (chinese,) = sources()["hk_gia_en"].gap_checks, sources()["hk_gia_zh"].gap_checks
    assert listing_addresses(english, NEW_YEAR) == (
        "https://www.info.gov.hk/gia/general/202701/01.htm",
        "https://www.info.gov.hk/gia/general/202612/31.htm",
        "https://www.info.gov.hk/gia/general/202612/30.htm",
    )
    assert listing_addresses(chinese, NEW_YEAR)[1] == "https://www.info.gov.hk/gia/general/202612/31c.htm"
