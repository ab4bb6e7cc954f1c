from dataclasses import replace

import pytest

from storage.sameness import WITHIN, sameness
from storage.telling import Clue, Telling
from storage.wording import MOST, TEXT, TITLE, likeness, pack, sample

DAY = 739_000


def words(*digests, place=TEXT, rarity=3.0):
    return sample(pack(digest, rarity, place) for digest in digests)


NAMES = (Clue("party", "harbour hospital", 4.0), Clue("person", "ada lam", 4.0), Clue("place", "harbour city", 3.0))
BASE = Telling("1", "en", DAY, (DAY,), (*NAMES, Clue("number", "320", 4.0)), (12.0, 320.0), words(*range(1, 41)))


def test_the_same_telling_is_a_near_copy_with_what_is_shared():
    decided = sameness(BASE, BASE)
    assert decided.same
    assert decided.reason == "near copy: 1.00 alike, 1 party, 1 person, 1 place and 1 figure shared"


def test_a_translation_is_known_by_names_and_figures():
    decided = sameness(BASE, replace(BASE, language="zh", words=words(*range(900, 940))))
    assert decided.same
    assert decided.reason == "translation: same day, 1 party, 1 person, 1 place and 1 figure shared"


def test_a_retelling_is_known_by_names_and_some_of_the_words():
    decided = sameness(BASE, replace(BASE, words=words(*range(1, 15), *range(100, 140))))
    assert decided.same
    assert decided.reason.startswith("retelling: same day, 0.35 alike, ")


def test_other_figures_in_the_same_words_are_another_event():
    decided = sameness(BASE, replace(BASE, numbers=(14.0, 290.0)))
    assert (decided.same, decided.contrary, decided.reason) == (False, True, "same template, other figures")


def test_daily_reports_of_one_template_that_share_a_day_are_two_events():
    today = replace(BASE, days=(DAY - 1, DAY))
    tomorrow = replace(BASE, day=DAY + 1, days=(DAY, DAY + 1))
    decided = sameness(today, tomorrow)
    assert (decided.contrary, decided.reason) == (True, "same template, other days")
    assert sameness(today, replace(tomorrow, days=(DAY - 1, DAY))).same


def test_one_figure_put_right_in_the_same_words_is_a_correction_where_it_says_so():
    other = replace(BASE, numbers=(12.0, 230.0))
    assert sameness(BASE, other).reason == "same template, other figures"
    decided = sameness(BASE, replace(other, clues=(*BASE.clues, Clue("topic", "correction", 3.0))))
    assert (decided.same, decided.reason) == (True, "correction: 1.00 alike, one figure differs")


def test_a_figure_that_is_only_more_exact_is_no_other_figure():
    assert sameness(BASE, replace(BASE, numbers=(12.0, 320.0, 5300.0))).same
    decided = sameness(replace(BASE, numbers=(7.0, 5325.0)), replace(BASE, numbers=(7.0, 5300.0)))
    assert decided.reason.startswith("near copy")


def test_what_the_shorter_leaves_out_contradicts_nothing():
    assert sameness(BASE, replace(BASE, numbers=(12.0, 44.0, 320.0, 900.0))).same


def test_another_subject_in_the_same_words_is_another_event():
    subject = TITLE | TEXT
    one = replace(BASE, words=sample((*BASE.words, *words(500, place=subject))))
    two = replace(BASE, words=sample((*BASE.words, *words(501, place=subject))))
    assert sameness(one, two).reason == "same template, another subject"
    assert sameness(one, replace(two, words=sample((*two.words, *words(500))))).same


@pytest.mark.parametrize("apart", [1, 3])
def test_tellings_of_different_days_are_different_events(apart):
    later = replace(BASE, day=DAY + apart, days=(DAY + apart,))
    assert sameness(BASE, later).reason == "they tell of different days"
    assert sameness(BASE, later).contrary


def test_a_report_of_the_next_days_that_tells_of_the_same_day_is_the_same_event():
    assert sameness(BASE, replace(BASE, day=DAY + 2)).same


def test_the_same_words_days_later_need_something_that_dates_them_alike():
    undated = replace(BASE, days=(), numbers=(), clues=NAMES)
    assert sameness(undated, replace(undated, day=DAY + 1)).same
    assert "nothing dates them alike" in sameness(undated, replace(undated, day=DAY + 2)).reason


def test_far_apart_is_another_event():
    assert sameness(BASE, replace(BASE, day=DAY + WITHIN + 1)).reason == f"published {WITHIN + 1} days apart"


def test_without_a_day_of_publishing_a_stated_day_will_do():
    elsewhere = replace(BASE, day=None)
    assert sameness(BASE, elsewhere).same
    weak = replace(BASE, day=None, days=(), words=words(*range(1, 15), *range(100, 140)))
    assert sameness(BASE, weak).reason == "one is undated, and they share no day"


def test_little_in_common_is_not_enough():
    stranger = Telling("1", "en", DAY, (), (Clue("place", "harbour city", 3.0),), (), words(*range(60, 100)))
    decided = sameness(BASE, stranger)
    assert (decided.same, decided.contrary) == (False, False)
    assert decided.reason == "too little in common: 1 place shared"


def test_tellings_of_different_rules_are_not_compared():
    assert sameness(BASE, replace(BASE, rule="0")).reason == "made by different rules"


def test_long_texts_are_compared_by_fair_samples():
    one = words(*(number * 2_654_435_761 % (1 << 32) for number in range(1, 2001)))
    half = words(*(number * 2_654_435_761 % (1 << 32) for number in range(1001, 3001)))
    assert len(one) == len(half) == MOST
    assert likeness(one, half).share == pytest.approx(0.5, abs=0.08)
    assert likeness(one, one).share == 1.0


def test_nothing_is_like_no_words():
    assert likeness((), BASE.words).share == 0.0
    assert likeness((), ()).share == 0.0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_one_minister_s_meetings_with_two_cities_on_one_day_are_two_events(language):
    own = (Clue("party", "harbour bureau", 1.7), Clue("person", "ada lam", 2.4), Clue("place", "harbour", 0.7))
    one = replace(BASE, clues=(*own, Clue("place", "hill city", 3.0), Clue("party", "hill city commission", 4.0)))
    two = replace(BASE, clues=(*own, Clue("place", "lake city", 3.0)), language=language, words=words(*range(20, 70)))
    decided = sameness(one, two)
    assert (decided.same, decided.contrary, decided.reason) == (False, True, "they name other places")


def test_two_languages_that_state_other_large_figures_only_tell_two_events():
    one, two = (replace(BASE, numbers=(2.0, number, number + 500)) for number in (120.0, 240.0))
    decided = sameness(one, replace(two, language="zh", words=words(*range(900, 940))))
    assert (decided.same, decided.contrary, decided.reason) == (False, True, "all figures differ")
