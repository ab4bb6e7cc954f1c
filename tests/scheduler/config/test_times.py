"""Times of day, quiet hours and the turns of digests, as people write them."""

from __future__ import annotations

import contextlib
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.config.times import digest, quiet, time_of_day


@pytest.mark.parametrize(
    ("words", "cron"),
    [
        ("daily 08:00", "0 8 * * *"),
        ("Daily  18:05", "5 18 * * *"),
        ("daily", "0 8 * * *"),
        ("weekdays 07:30", "30 7 * * mon,tue,wed,thu,fri"),
        ("weekly Monday", "0 8 * * mon"),
        ("weekly sun 23:59", "59 23 * * sun"),
        ("0 8 * * 1-5", "0 8 * * mon,tue,wed,thu,fri"),
        ("0 8 * * 0", "0 8 * * sun"),
        ("0 8 * * 7", "0 8 * * sun"),
        ("0 8 * * 5-7", "0 8 * * fri,sat,sun"),
        ("0 8 * * sun-tue", "0 8 * * mon,tue,sun"),
        ("15 8,18 * * *", "15 8,18 * * *"),
        ("0 */6 * * *", "0 0,6,12,18 * * *"),
        ("0 8 1,15 * *", "0 8 1,15 * *"),
        ("0 8 1 jan-mar *", "0 8 1 1,2,3 *"),
        ("0 8 31 1,4 *", "0 8 31 1,4 *"),
    ],
)
def test_a_digest_is_written_by_words_or_by_cron_and_days_become_names(words, cron):
    assert digest(words).cron == cron
    assert str(digest(words)) == " ".join(words.split())


@pytest.mark.parametrize(
    "words",
    [
        "", "hourly", "weekly", "weekly Moonday", "weekly mo", "daily 8:00", "daily 24:00", "daily 08:00 UTC", 8, None,
        "* * * * *", "*/5 8 * * *", "0,30 8 * * *", "60 8 * * *", "0 24 * * *", "0 8 0 * *", "0 8 31 2,4 *",
        "0 8 * 13 *",
        "0 8 * * 8", "0 8 1 * mon", "0 8 * * fri-mon", "0 8 * * *-3/0", "0 8 x * *", "@daily", "0 8 */0 * *",
    ],
)  # fmt: skip
def test_what_names_no_turn_or_more_than_one_an_hour_is_refused(words):
    with pytest.raises(ValueError, match="is no time for a digest; write it like daily 08:00"):
        digest(words)


@given(st.integers(0, 59), st.integers(0, 23), st.sets(st.integers(0, 6), min_size=1))
def test_every_list_of_days_becomes_the_same_days_by_name(minute, hour, days):
    names = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    cron = digest(f"{minute} {hour} * * {','.join(map(str, days))}").cron
    assert cron.split()[:4] == [str(minute), str(hour), "*", "*"]
    assert set(cron.split()[4].split(",")) == {names[day] for day in days}


@given(st.text(alphabet="0123456789*/-, abmonsu:", max_size=30))
def test_no_text_makes_the_reading_of_turns_end_otherwise(text):
    with contextlib.suppress(ValueError):
        assert len(digest(text).cron.split()) == 5


@pytest.mark.parametrize(("text", "ends"), [("22:00-07:00", time(7)), ("12:30 - 13:30", time(13, 30))])
def test_quiet_hours_have_a_start_and_an_end(text, ends):
    assert quiet(text).end == ends
    assert str(quiet(text)) == text.replace(" ", "")


@pytest.mark.parametrize("text", ["22-7", "22:00", "22:00-22:00", "22:00-24:00", "a-b", 3, ["22:00", "07:00"], ""])
def test_what_are_no_quiet_hours_is_refused(text):
    with pytest.raises(ValueError, match="22:00-07:00"):
        quiet(text)


@pytest.mark.parametrize("text", ["7:30", "24:00", "07:60", "07:30:00", "", 7, None, "０７:30"])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(ValueError, match="07:30"):
        time_of_day(text)
