"""Durations as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.config.durations import in_words, seconds_of


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("15m", 900),
        ("2s", 2),
        ("1h30m", 5400),
        ("0.5s", 0.5),
        ("250ms", 0.25),
        ("4d", 345600),
        (7, 7),
        (0.5, 0.5),
        (0, 0),
        ("0", 0),
    ],
)
def test_a_duration_is_read(written, seconds):
    assert seconds_of(written) == seconds


@pytest.mark.parametrize(
    "written", ["", "15", "m", "1x", "1 h", "-5m", "1h-5m", "1e3s", "٣s", -1, True, None, float("inf")]
)
def test_what_is_no_duration_is_refused(written):
    with pytest.raises(ValueError, match="15m, 2s or 1h30m"):
        seconds_of(written)


@given(st.integers(1, 10_000_000))
def test_a_duration_in_words_is_the_same_duration(seconds):
    assert seconds_of(in_words(seconds)) == seconds
