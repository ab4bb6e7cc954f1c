"""The ledger of checks in words: what may be said of who was read, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from scheduler.alerts import watch
from scheduler.alerts.catalogue import words
from scheduler.alerts.clocks import clock, moment, span, stated
from scheduler.alerts.message import word
from scheduler.config import Subscription
from scraper.find import sources
from storage.ledger import Ledger, Watched
from storage.model import Precision

NOW = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
HERE = ZoneInfo("Asia/Hong_Kong")
ENGLISH, HANT, HANS = (words(language) for language in ("en", "zh-Hant", "zh-Hans"))


def ago(**length):
    return NOW - timedelta(**length)


def ledger(*watched):
    return Ledger(ago(days=1), NOW, watched)


GOOD = Watched("hk_gia_en", 96, 0, ago(minutes=7), ago(hours=5), ago(hours=5), ago(minutes=30))
LATE = replace(GOOD, source="hk_gia_zh", last_good=ago(hours=3))
BLIND = replace(LATE, source="mo_gcs_zh", runs=96, failed=40, last_good=ago(hours=30), trouble="server: 503")
NEVER = Watched("hk_news_en")
MACAO = "Macao: news of the departments (Chinese)"


@pytest.mark.parametrize(
    ("watched", "said"),
    [
        ((GOOD,), "1 source, all read in the last hour; this source last read 07:53"),
        ((GOOD, LATE), "2 sources, all read in the last 6 hours; this source last read 07:53"),
        (
            (GOOD, BLIND),
            f"2 sources, 1 of them read in the last hour; not read: {MACAO}; this source last read 07:53",
        ),
        ((BLIND,), f"1 source, none of them read in the last hour; not read: {MACAO}"),
        ((GOOD, NEVER), "2 sources, 1 of them read in the last 24 hours; this source last read 07:53"),
    ],
)
def test_the_line_claims_no_more_than_was_seen(watched, said):
    assert watch.short(ledger(*watched), "hk_gia_en", ENGLISH, HERE) == f"Watch: {said}."


def test_a_line_of_the_first_minutes_claims_nothing():
    line = "Watch: 2 sources, being read for the first time."
    assert watch.short(ledger(NEVER, replace(NEVER, source="hk_news_zh")), "hk_news_en", ENGLISH, HERE) == line


def test_everything_was_looked_at_only_where_every_source_was_read_well_in_the_window():
    assert watch.whole(ledger(GOOD, LATE))
    for other in (BLIND, NEVER, replace(GOOD, last_good=ago(hours=25)), replace(GOOD, trouble="empty")):
        assert not watch.whole(ledger(GOOD, other))
    assert not watch.whole(ledger())


def test_a_row_tells_all_that_is_known_of_a_source():
    good, blind, never = watch.rows(ledger(GOOD, BLIND, NEVER), ENGLISH, HERE)
    assert good["source"] == "Hong Kong: press releases (English)"
    assert good["checks"] == "read 96 times, none failed; last read 07:53; newest release 03:00; index compared 07:30"
    assert blind["checks"].startswith("read 96 times, 40 failed; last read 21 November 2026 02:00;")
    assert blind["trouble"] == "trouble: server: 503"
    assert never["checks"] == "read 0 times, none failed; never read; no release yet; index not compared yet"


@pytest.mark.parametrize("said", [HANT, HANS])
def test_every_source_has_a_name_that_a_chinese_reader_can_tell_from_the_others(said):
    names = [watch.source_name(name, said) for name in sources()]
    assert len(set(names)) >= len({(one.portal, one.language) for one in sources().values()})
    assert all(source.portal in name for name, source in zip(names, sources().values(), strict=True))
    assert watch.source_name("gone_away", said) == "gone_away"


def test_an_alert_carries_the_checks_in_short(make_delivery):
    office = Subscription(name="office", channel="email", timezone="Europe/London")
    message = word(make_delivery(), office, ledger=ledger(GOOD, BLIND))
    assert "this source last read 21 November 2026 23:53." in message.text  # by the reader's clock
    assert message.data["watch"] == {
        "as_of": "2026-11-22T00:00:00+00:00",
        "sources": 2,
        "read_within_an_hour": 1,
        "blind": ["mo_gcs_zh"],
        "last_good": "2026-11-21T23:53:00+00:00",
    }
    assert word(make_delivery(), office).data["watch"] is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (ENGLISH, "21 November 2026, 16:30 (UTC+08:00)"),
        (HANT, "2026年11月21日 16:30（UTC+08:00）"),
        (HANS, "2026年11月21日 16:30（UTC+08:00）"),
    ],
)
def test_a_time_is_told_as_people_write_it(said, told):
    at = datetime(2026, 11, 21, 16, 30, tzinfo=timezone(timedelta(hours=8)))
    assert moment(said, at) == told
    assert moment(said, at, Precision.DAY) == told.partition(" 16")[0].rstrip(",")
    assert "UTC" not in moment(said, at, home=HERE)
    assert "UTC" in moment(said, at, home=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("length", "told"),
    [
        ({"seconds": 59}, "less than a minute"),
        ({"minutes": 1}, "1 minute"),
        ({"minutes": 119}, "119 minutes"),
        ({"minutes": 185}, "3 hours"),
        ({"hours": 48}, "2 days"),
    ],
)
def test_a_span_is_told_in_whole_ones(length, told):
    assert span(ENGLISH, timedelta(**length)) == told


@pytest.mark.parametrize(
    ("date", "english", "chinese"),
    [
        ("2027-03-01", "1 March 2027", "2027年3月1日"),
        ("2027-03", "March 2027", "2027年3月"),
        ("2027", "2027", "2027年"),
        ("2026-07/2026-09", "July 2026 to September 2026", "2026年7月至2026年9月"),
        ("soon", "soon", "soon"),
    ],
)
def test_a_date_of_a_text_is_as_exact_as_the_text(date, english, chinese):
    assert stated(ENGLISH, date) == english
    assert stated(HANT, date) == chinese


def test_a_time_of_another_day_has_its_date():
    assert clock(ENGLISH, ago(days=1), NOW, HERE) == "21 November 2026 08:00"
    assert clock(HANT, None, NOW, HERE) == "從未"
