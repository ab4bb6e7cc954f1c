"""A digest's turns: each exactly once, on days that change the clock, at month ends, and after missed ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.alerts.turns import check, last_turn, moment, next_turn

HONG_KONG, LONDON, NEW_YORK = map(ZoneInfo, ("Asia/Hong_Kong", "Europe/London", "America/New_York"))
LORD_HOWE, APIA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
ZONES = (HONG_KONG, LONDON, NEW_YORK, LORD_HOWE, APIA, ZoneInfo("UTC"))
CRONS = ("0 8 * * *", "30 1 * * *", "30 2 * * *", "0 8 * * 1", "0 8 * * 1-5", "0 9 L * *", "*/20 * * * *", "0 0 31 * *")
MOMENTS = st.datetimes(datetime(2009, 1, 1), datetime(2029, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def turns(cron, zone, start, end):
    found, at = [], start
    while (at := next_turn(cron, zone, at)) <= end:
        found.append(at)
    return found


def test_a_daily_digest_comes_at_eight_in_hong_kong():
    assert next_turn("0 8 * * *", HONG_KONG, utc("2026-11-21T10:00")) == utc("2026-11-22T00:00")
    assert last_turn("0 8 * * *", HONG_KONG, utc("2026-11-21T10:00")) == utc("2026-11-21T00:00")


def test_a_turn_itself_is_the_last_one_and_not_the_next():
    eight = utc("2026-11-21T00:00")
    assert last_turn("0 8 * * *", HONG_KONG, eight) == eight
    assert next_turn("0 8 * * *", HONG_KONG, eight) == eight + timedelta(days=1)


@pytest.mark.parametrize(
    ("cron", "day"), [("0 8 * * 0", 6), ("0 8 * * 7", 6), ("0 8 * * SUN", 6), ("0 8 * * 1", 0), ("0 8 * * MON", 0)]
)
def test_days_of_the_week_are_counted_as_cron_does(cron, day):
    assert next_turn(cron, HONG_KONG, utc("2026-11-21T10:00")).astimezone(HONG_KONG).weekday() == day


def test_the_first_turn_after_a_weekend_is_mondays():
    assert next_turn("0 8 * * 1-5", HONG_KONG, utc("2026-11-20T00:00")) == utc("2026-11-23T00:00")


def test_a_turn_in_the_hour_that_is_left_out_comes_right_after_it():
    """Clocks in London went from 01:00 to 02:00 on 29 March 2026, in New York from 02:00 to 03:00 on 8 March."""
    assert turns("30 1 * * *", LONDON, utc("2026-03-28T12:00"), utc("2026-03-30T12:00")) == [
        utc("2026-03-29T01:00"),
        utc("2026-03-30T00:30"),
    ]
    assert next_turn("30 2 * * *", NEW_YORK, utc("2026-03-08T00:00")) == utc("2026-03-08T07:00")


def test_a_turn_in_the_hour_that_comes_twice_comes_the_first_time_only():
    """Clocks in London go from 02:00 to 01:00 on 25 October 2026; APScheduler's daily 01:30 came twice that day."""
    assert turns("30 1 * * *", LONDON, utc("2026-10-24T12:00"), utc("2026-10-26T12:00")) == [
        utc("2026-10-25T00:30"),
        utc("2026-10-26T01:30"),
    ]
    assert last_turn("30 1 * * *", LONDON, utc("2026-10-25T01:15")) == utc("2026-10-25T00:30")
    assert last_turn("*/20 * * * *", LONDON, utc("2026-10-25T01:05")) == utc("2026-10-25T00:40")


def test_a_half_hour_leap_and_a_day_that_never_was_are_met_too():
    """Lord Howe moves by 30 minutes; Samoa had no 30 December 2011."""
    assert next_turn("15 2 * * *", LORD_HOWE, utc("2026-10-03T12:00")) == utc("2026-10-03T15:30")
    assert turns("0 8 * * *", APIA, utc("2011-12-29T20:00"), utc("2011-12-31T20:00")) == [
        utc("2011-12-30T10:00"),  # the turn of the missing day, at the moment the 31st began
        utc("2011-12-30T18:00"),
        utc("2011-12-31T18:00"),
    ]


def test_month_ends_are_met_in_months_of_every_length():
    found = turns("0 9 L * *", HONG_KONG, utc("2027-12-31T12:00"), utc("2028-05-01T00:00"))
    assert [at.astimezone(HONG_KONG).day for at in found] == [31, 29, 31, 30]
    only = turns("0 9 31 * *", HONG_KONG, utc("2026-01-01T00:00"), utc("2026-12-31T23:00"))
    assert [at.astimezone(HONG_KONG).month for at in only] == [1, 3, 5, 7, 8, 10, 12]
    assert next_turn("0 9 29 2 *", HONG_KONG, utc("2026-01-01T00:00")) == utc("2028-02-29T01:00")


def test_of_missed_turns_the_last_one_is_told():
    assert last_turn("0 8 * * *", HONG_KONG, utc("2026-11-21T07:59")) == utc("2026-11-21T00:00")
    assert last_turn("0 8 * * 1", HONG_KONG, utc("2026-11-22T23:59")) == utc("2026-11-16T00:00")


@given(st.sampled_from(CRONS), st.sampled_from(ZONES), MOMENTS)
def test_the_turn_before_the_next_one_is_the_last_one(cron, zone, now):
    """Nothing lies between them: so a dispatcher that looks up at any moment misses no turn and takes none twice."""
    coming, gone = next_turn(cron, zone, now), last_turn(cron, zone, now)
    assert gone <= now < coming
    assert next_turn(cron, zone, gone) == coming
    assert last_turn(cron, zone, coming) == coming
    assert last_turn(cron, zone, coming - timedelta(microseconds=1)) == gone


@given(st.sampled_from((HONG_KONG, LONDON, NEW_YORK, LORD_HOWE)), st.integers(0, 23), st.integers(0, 59), MOMENTS)
def test_a_daily_digest_has_one_turn_a_day_of_the_wall_calendar(zone, hour, minute, start):
    found = turns(f"{minute} {hour} * * *", zone, start, start + timedelta(days=20))
    days = [at.astimezone(zone).date() for at in found]
    assert len(days) == len(set(days))
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))
    assert len(days) in (19, 20, 21)


@given(st.sampled_from(ZONES), MOMENTS)
def test_a_wall_clock_that_shows_a_time_once_is_taken_at_its_word(zone, now):
    wall = now.astimezone(zone).replace(tzinfo=None, fold=0)
    assert moment(wall, zone) <= now
    assert moment(wall, zone).astimezone(zone).replace(tzinfo=None, fold=0) == wall


@pytest.mark.parametrize(
    "words",
    ["", "0 8 * *", "0 0 8 * * *", "0 25 * * *", "0 8 30 2 *", "0 8 * * 8", "daily", "*/0 * * * *", "0 8 * * L"],
)
def test_words_that_never_come_true_are_refused(words):
    with pytest.raises(ValueError):
        check(words)


@pytest.mark.parametrize("words", CRONS)
def test_words_that_do_are_taken(words):
    check(words)
