"""Quiet hours and free days: over midnight, over clocks that change, over holidays in a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler.alerts.quiet import held_until

HONG_KONG, LONDON, NEW_YORK = map(ZoneInfo, ("Asia/Hong_Kong", "Europe/London", "America/New_York"))
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2029, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@dataclass(frozen=True)
class Hours:
    start: time
    end: time


NIGHT = Hours(time(22), time(7))


def never(_day):
    return False


def weekend(day):
    return day.weekday() > 4


def hk(text):
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-20T21:59:59", None),
        ("2026-11-20T22:00:00", "2026-11-21T07:00"),
        ("2026-11-20T23:59:59", "2026-11-21T07:00"),
        ("2026-11-21T00:00:00", "2026-11-21T07:00"),
        ("2026-11-21T06:59:59", "2026-11-21T07:00"),
        ("2026-11-21T07:00:00", None),
        ("2026-12-31T23:30:00", "2027-01-01T07:00"),
    ],
)
def test_quiet_hours_reach_over_midnight(now, until):
    assert held_until(NIGHT, never, HONG_KONG, hk(now)) == (None if until is None else hk(until))


def test_quiet_hours_may_lie_within_a_day():
    lunch = Hours(time(12), time(14))
    assert held_until(lunch, never, HONG_KONG, hk("2026-11-20T13:00")) == hk("2026-11-20T14:00")
    assert held_until(lunch, never, HONG_KONG, hk("2026-11-20T11:59")) is None


def test_quiet_hours_that_end_as_they_begin_are_none():
    assert held_until(Hours(time(8), time(8)), never, HONG_KONG, hk("2026-11-20T08:00")) is None


def test_a_free_day_is_held_until_the_quiet_hours_after_it_end():
    """Friday 23:00: the night, Saturday, Sunday, and the night to Monday."""
    assert held_until(NIGHT, weekend, HONG_KONG, hk("2026-11-20T23:00")) == hk("2026-11-23T07:00")
    assert held_until(None, weekend, HONG_KONG, hk("2026-11-21T12:00")) == hk("2026-11-23T00:00")


def test_holidays_and_weekends_in_a_row_are_one_wait():
    holidays = {date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5), date(2026, 10, 6), date(2026, 10, 7)}
    assert held_until(NIGHT, lambda day: day in holidays or weekend(day), HONG_KONG, hk("2026-09-30T22:30")) == hk(
        "2026-10-08T07:00"
    )


def test_the_end_of_the_quiet_moves_with_the_clock():
    """In London on 29 March 2026 the hour from 01:00 is left out; on 25 October it comes twice."""
    early = Hours(time(22), time(1, 30))
    assert held_until(early, never, LONDON, datetime(2026, 3, 29, 0, 30, tzinfo=UTC)) == datetime(
        2026, 3, 29, 1, 0, tzinfo=UTC
    )
    assert held_until(early, never, LONDON, datetime(2026, 10, 24, 23, tzinfo=UTC)) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )
    # 01:15 the second time: the quiet ended at 01:30 the first time and does not begin again.
    assert held_until(early, never, LONDON, datetime(2026, 10, 25, 1, 15, tzinfo=UTC)) is None


def test_days_without_end_are_looked_at_again_and_hold_nothing_for_ever():
    until = held_until(None, lambda _day: True, HONG_KONG, hk("2026-11-20T12:00"))
    assert timedelta(days=200) < until - hk("2026-11-20T12:00") < timedelta(days=800)


@given(TIMES, TIMES, st.sets(st.integers(0, 6), max_size=6), st.sampled_from((HONG_KONG, LONDON, NEW_YORK)), MOMENTS)
def test_what_is_held_is_told_at_the_first_working_moment(start, end, free, zone, now):
    hours = Hours(start, end)

    def is_free(day):
        return day.weekday() in free

    assume(start != end)
    until = held_until(hours, is_free, zone, now)
    if until is None:
        assert not is_free(now.astimezone(zone).date())
    else:
        assert until > now
        assert held_until(hours, is_free, zone, until) is None, "it is really over then"
        assert held_until(hours, is_free, zone, until - timedelta(microseconds=1)) == until, "and not before"
        assert until - now < timedelta(days=9)
