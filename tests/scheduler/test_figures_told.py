"""From the words of two releases to the promise to tell that a programme's figure has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scheduler.alerts.message import word
from scheduler.alerts.rules import route
from scheduler.config import Subscription, Where
from scraper.understanding import understood
from storage.database import Database
from storage.model import Precision, Release
from storage.outbox import claim
from storage.releases import record

PILOT = "Elderly Health Care Voucher Greater Bay Area Pilot Scheme"
FIRST = Release(
    key="info.gov.hk/P2026060100001",
    source="hk_gia_en",
    portal="www.info.gov.hk",
    url="https://www.info.gov.hk/gia/general/202606/01/P2026060100001.htm",
    language="en",
    title="Voucher pilot in the Greater Bay Area",
    text=f"The Health Bureau and the Guangdong Provincial Health Commission run the {PILOT} at seven service points.",
    jurisdiction="Hong Kong",
    published=datetime(2026, 6, 1, 8, tzinfo=UTC),
    precision=Precision.MINUTE,
)
LATER = replace(
    FIRST,
    key="info.gov.hk/P2026110100001",
    url="https://www.info.gov.hk/gia/general/202611/01/P2026110100001.htm",
    title="Voucher pilot extended on the Mainland",
    text=f"The Health Bureau and the Guangdong health authority extended the {PILOT}, which now has 19 service points.",
    published=datetime(2026, 11, 1, 8, tzinfo=UTC),
)
CHINESE = replace(
    LATER,
    key="info.gov.hk/P2026110100002",
    source="hk_gia_zh",
    url="https://www.info.gov.hk/gia/general/202611/01/P2026110100002.htm",
    language="zh-Hant",
    title="長者醫療券試點計劃擴展",
    text="醫務衞生局與廣東省衞生健康委員會擴展長者醫療券大灣區試點計劃，服務點由七個增至十九個。",
)


def wanting(name, **where):
    return Subscription(name=name, channel="webhook", url="https://example.org/hook", where=Where(**where))


DESK, WATCHER = wanting("desk"), wanting("watcher", changes=("figure",))


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "coopwatch.db") as opened:
        yield opened


def read(db, release):
    assessment, telling = understood(release)
    told = route([DESK, WATCHER])
    return record(db, release, assessment, release.published, telling=telling, route=told)


def test_who_asked_for_figures_is_told_of_the_change_and_nobody_else(db):
    assert read(db, FIRST).promised == ("desk",)
    assert read(db, LATER).promised == ("desk", "watcher")
    later = LATER.published
    told = [one for one in claim(db, later, later - later, limit=9) if one.subscription == "watcher"]
    message = word(told[0], WATCHER)
    assert message.subject == f"Changed figure: {PILOT}: service points 19, before 7"
    assert message.data["type"] == "release.figure"
    assert message.data["figure"]["before"]["url"] == FIRST.url
    assert "which now has 19 service points" in message.data["figure"]["text"]


def test_the_same_figure_in_another_language_is_not_told_again(db):
    for release in (FIRST, LATER):
        read(db, release)
    again = read(db, CHINESE)
    assert "watcher" not in again.promised
    assert [change.silent for change in again.figures] == ["told already: story 2"]


def test_the_order_of_the_languages_does_not_matter(db):
    read(db, FIRST)
    assert "watcher" in read(db, CHINESE).promised
    assert "watcher" not in read(db, LATER).promised


def test_who_reads_one_language_hears_of_the_figure_in_that_language(db):
    reader = wanting("reader", changes=("figure",), languages=("zh",))
    for release in (FIRST, LATER):
        read(db, release)
    assessment, telling = understood(CHINESE)
    told = route([WATCHER, reader])
    assert record(db, CHINESE, assessment, CHINESE.published, telling=telling, route=told).promised == ("reader",)
