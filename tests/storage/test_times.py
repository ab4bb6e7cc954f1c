from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.times import from_text, from_text_or_none, stamp, stamp_or_none, to_text

MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 2),
    max_value=datetime(2999, 12, 30),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
)


def test_a_time_is_told_in_utc_without_a_fraction_it_does_not_have():
    assert to_text(datetime(2026, 11, 21, 16, 30, tzinfo=timezone(timedelta(hours=8)))) == "2026-11-21T08:30:00Z"
    assert to_text(datetime(2026, 11, 21, 8, 30, 0, 120000, tzinfo=UTC)) == "2026-11-21T08:30:00.120000Z"


def test_a_stamp_always_has_six_digits():
    assert stamp(datetime(2026, 11, 21, 8, 30, tzinfo=UTC)) == "2026-11-21T08:30:00.000000Z"


@given(MOMENTS)
def test_both_forms_read_back_as_the_same_moment(moment):
    assert from_text(to_text(moment)) == moment
    assert from_text(stamp(moment)) == moment


@given(MOMENTS, MOMENTS)
def test_stamps_sort_as_their_times_do(one, other):
    assert (stamp(one) < stamp(other)) == (one < other)


@pytest.mark.parametrize("write", [to_text, stamp])
def test_a_naive_time_is_refused(write):
    with pytest.raises(ValueError, match="without an offset"):
        write(datetime(2026, 11, 21))


@pytest.mark.parametrize("text", ["2026-11-21T08:30:00", "yesterday", ""])
def test_a_text_that_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        from_text(text)


def test_nothing_stays_nothing():
    assert stamp_or_none(None) is None
    assert from_text_or_none(None) is None
