"""The breaker of a destination: opens after five failures in a row, tries again ever less often, closes at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.alerts.breaker import CLOSED, FAILURES, LONGEST, LONGEST_PATIENCE, Breaker, pause

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def failing(times, now=NOW):
    known = CLOSED
    for _ in range(times):
        known = known.failed(now)
    return known


def test_four_failures_leave_it_closed_and_the_fifth_opens_it():
    assert failing(4).waits(NOW) is None
    assert not failing(4).is_open
    assert failing(5).is_open
    assert failing(5).waits(NOW) == NOW + timedelta(seconds=30)


def test_the_pause_doubles_from_30_seconds_to_15_minutes():
    assert [pause(number).total_seconds() for number in range(1, 12)] == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900]


def test_after_the_pause_one_attempt_is_let_through_and_its_failure_closes_the_door_for_longer():
    known = failing(5)
    later = NOW + timedelta(seconds=30)
    assert known.waits(later) is None
    assert known.failed(later).waits(later) == later + timedelta(seconds=60)


def test_it_remembers_since_when_the_destination_fails():
    assert failing(3).failed(NOW + timedelta(hours=1)).since == NOW


def test_a_destination_that_asks_for_patience_gets_it_without_being_called_failing():
    known = CLOSED.asked(3600, NOW)
    assert known.waits(NOW) == NOW + timedelta(hours=1)
    assert not known.is_open
    assert known.asked(10, NOW) == known, "a shorter wish does not shorten the pause"
    assert CLOSED.asked(10**9, NOW).waits(NOW) == NOW + LONGEST_PATIENCE
    assert CLOSED.asked(-5, NOW).waits(NOW) is None


def test_a_clock_that_went_back_by_years_does_not_leave_it_waiting_for_years():
    assert failing(5).waits(NOW - timedelta(days=400)) is None


@given(st.integers(0, 10_000), st.integers(0, 10_000_000))
def test_nobody_is_left_alone_for_more_than_15_minutes_by_failures(times, seconds):
    known = Breaker(times).failed(NOW + timedelta(seconds=seconds))
    until = known.waits(NOW + timedelta(seconds=seconds))
    assert until is None or timedelta(0) < until - NOW - timedelta(seconds=seconds) <= LONGEST
    assert (until is None) == (times + 1 < FAILURES)
