"""When a source is next due, as arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cadence import interval, next_check, spread

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVERY = 900.0


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def test_a_source_never_checked_is_due_now():
    assert next_check(None, EVERY, 0, None, NOW) == NOW


def test_a_source_checked_lately_is_due_when_its_time_has_passed():
    assert next_check(ago(minutes=5), EVERY, 0, None, NOW) == NOW + timedelta(minutes=10)


def test_a_service_that_was_down_catches_up_with_one_check_now():
    assert next_check(ago(days=3), EVERY, 0, None, NOW) == NOW


def test_a_clock_that_went_back_does_not_stall_a_source():
    assert next_check(NOW + timedelta(hours=1), EVERY, 0, None, NOW) == NOW


@pytest.mark.parametrize(
    ("failures", "minutes"), [(0, 15), (1, 15), (2, 15), (3, 30), (4, 60), (5, 120), (6, 120), (1000, 120)]
)
def test_a_source_that_goes_on_failing_is_asked_less_often_and_never_given_up(failures, minutes):
    assert interval(EVERY, failures) == timedelta(minutes=minutes)


def test_a_slow_source_is_not_asked_more_often_for_failing():
    assert interval(86400.0, 9) == timedelta(days=1)


def test_a_fast_trial_stays_fast_enough_while_it_fails():
    assert interval(1.0, 50) == timedelta(seconds=8)


def test_a_held_source_is_left_alone_as_long_as_its_portal_asked():
    assert next_check(ago(minutes=20), EVERY, 0, NOW + timedelta(minutes=7), NOW) == NOW + timedelta(minutes=7)


def test_a_portal_that_asks_for_ten_years_is_asked_again_a_day_later():
    assert next_check(ago(hours=1), EVERY, 0, NOW + timedelta(days=3650), NOW) == NOW + timedelta(hours=23)


MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))


@given(
    st.none() | MOMENTS, st.floats(0.1, 604800), st.integers(0, 10**6), st.none() | MOMENTS, MOMENTS
)  # fmt: skip
def test_the_next_check_is_never_past_and_never_further_than_a_day_or_the_slowest_pace(
    last, every, failures, held, now
):
    due = next_check(last, every, failures, held, now)
    assert now <= due <= now + max(timedelta(days=1), interval(every, failures))


def test_checks_are_spread_by_a_twentieth_and_at_most_half_a_minute():
    assert spread(EVERY, 0.0) == timedelta(0)
    assert spread(100.0, 1.0) == timedelta(seconds=5)
    assert spread(86400.0, 1.0) == timedelta(seconds=30)
