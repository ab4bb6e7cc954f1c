from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.decide import (
    CONFIRM_AFTER,
    FIRST_SIGHT,
    REREADS,
    change_kind,
    is_twin,
    next_look,
    next_reread,
    silence,
    verdict,
)
from storage.model import ChangeKind, Known, Precision, Verdict

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAST = st.timedeltas(min_value=timedelta(), max_value=timedelta(days=60))
MARKS = st.sampled_from(["1:a", "1:b"])


def known(state="present", fingerprint="1:a", missing_since=None):
    return Known(7, state, fingerprint, 1, missing_since=missing_since)


def test_an_unknown_key_is_new():
    assert verdict(None, "1:a", None, NOW) is Verdict.NEW


def test_an_unknown_key_with_a_known_text_is_a_duplicate():
    assert verdict(None, "1:a", 3, NOW) is Verdict.DUPLICATE


def test_the_same_text_is_unchanged_and_another_is_revised():
    assert verdict(known(), "1:a", None, NOW) is Verdict.UNCHANGED
    assert verdict(known(), "1:b", None, NOW) is Verdict.REVISED


def test_a_known_key_is_never_a_duplicate():
    assert verdict(known(), "1:b", 3, NOW) is Verdict.REVISED


def test_a_page_not_found_once_is_only_missing():
    assert verdict(known(), None, None, NOW) is Verdict.MISSING
    assert verdict(known(), None, None, NOW, by_hand=True) is Verdict.MISSING


def test_it_is_gone_when_not_found_again_six_hours_later_or_when_a_person_asks():
    missing = known("missing", missing_since=NOW - CONFIRM_AFTER)
    assert verdict(missing, None, None, NOW) is Verdict.GONE
    soon = known("missing", missing_since=NOW - HOUR)
    assert verdict(soon, None, None, NOW) is Verdict.MISSING
    assert verdict(soon, None, None, NOW, by_hand=True) is Verdict.GONE


def test_a_missing_page_that_is_found_again_unchanged_was_a_hiccup():
    assert verdict(known("missing", missing_since=NOW), "1:a", None, NOW) is Verdict.UNCHANGED


@pytest.mark.parametrize("text", ["1:a", "1:b"])
def test_a_gone_page_that_is_found_again_has_returned(text):
    assert verdict(known("gone", missing_since=NOW), text, None, NOW) is Verdict.RETURNED


def test_a_gone_page_that_is_still_not_there_is_no_news():
    assert verdict(known("gone", missing_since=NOW), None, None, NOW) is Verdict.UNCHANGED


def test_a_page_that_was_never_read_cannot_go_missing():
    with pytest.raises(ValueError, match="never read"):
        verdict(None, None, None, NOW)


@given(
    st.sampled_from(["present", "missing", "gone"]),
    MARKS,
    st.none() | MARKS,
    PAST,
    st.booleans(),
    st.none() | st.integers(1, 9),
)
def test_every_state_has_a_verdict_and_only_the_fitting_ones_are_told(state, had, came, ago, by_hand, twin):
    place = known(state, had, None if state == "present" else NOW - ago)
    made = verdict(place, came, twin, NOW, by_hand=by_hand)
    assert made not in (Verdict.NEW, Verdict.DUPLICATE)
    assert (made is Verdict.GONE) <= (state == "missing" and came is None)
    assert (made is Verdict.RETURNED) == (state == "gone" and came is not None)
    assert (change_kind(made) is None) == (made in (Verdict.UNCHANGED, Verdict.MISSING))


def test_duplicates_are_no_change():
    assert change_kind(Verdict.DUPLICATE) is None
    assert change_kind(Verdict.NEW) is ChangeKind.NEW


def quiet(made=Verdict.NEW, asked=None, marked=None, published=NOW, precision=Precision.MINUTE, first_sight=NOW - HOUR):
    return silence(made, asked, marked, published, precision, first_sight)


def test_a_link_of_the_first_sight_is_silent_unless_published_after_it():
    assert quiet(marked=FIRST_SIGHT, published=NOW - 2 * HOUR) == FIRST_SIGHT
    assert quiet(marked=FIRST_SIGHT, published=NOW) is None


def test_a_time_known_to_the_day_only_does_not_break_the_silence_of_the_first_sight():
    assert quiet(marked=FIRST_SIGHT, precision=Precision.DAY) == FIRST_SIGHT
    assert quiet(marked=FIRST_SIGHT, published=None, precision=None) == FIRST_SIGHT
    assert quiet(marked=FIRST_SIGHT, first_sight=None) == FIRST_SIGHT


def test_any_other_reason_holds_whatever_was_published_when():
    assert quiet(asked="import", published=NOW + HOUR) == "import"
    assert quiet(Verdict.REVISED, asked="import") == "import"


@pytest.mark.parametrize("made", [Verdict.REVISED, Verdict.GONE, Verdict.RETURNED])
def test_what_happens_to_a_release_after_a_silent_first_sight_is_told(made):
    assert quiet(made, marked=FIRST_SIGHT, published=NOW - 9 * HOUR) is None


def test_nothing_asked_and_nothing_marked_is_told():
    assert quiet() is None


def test_releases_are_read_again_after_one_hour_six_hours_a_day_and_four_days():
    moments, now = [], NOW
    while (now := next_reread(NOW, NOW, now)) is not None:
        moments.append(now - NOW)
    assert tuple(moments) == REREADS


def test_a_release_that_was_old_at_first_sight_is_not_read_again():
    assert next_reread(NOW, NOW - timedelta(days=5), NOW) is None
    assert next_reread(NOW, None, NOW) == NOW + HOUR


@given(PAST, st.none() | PAST)
def test_the_next_reading_always_lies_ahead(later, old):
    now = NOW + later
    found = next_reread(NOW, None if old is None else NOW - old, now)
    assert found is None or found > now


def test_a_missing_page_is_asked_for_again_when_that_can_confirm_it():
    assert next_look(Verdict.MISSING, NOW, NOW) == NOW + CONFIRM_AFTER
    late = NOW + CONFIRM_AFTER - timedelta(seconds=1)
    assert next_look(Verdict.MISSING, NOW, late) > late


def test_a_gone_page_is_asked_for_daily_for_four_days():
    looks, now = 0, NOW + CONFIRM_AFTER
    while (now := next_look(Verdict.GONE, NOW, now)) is not None:
        looks += 1
        assert looks < 9
    assert looks == 4


def test_the_same_text_two_months_later_is_news_again():
    assert is_twin(NOW, NOW - timedelta(days=30))
    assert not is_twin(NOW, NOW - timedelta(days=31))
