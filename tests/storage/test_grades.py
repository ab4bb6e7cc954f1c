from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.grades import grade
from storage.model import Assessment, Dated, Figure, Grade, Mention, Release, Version
from storage.stated import days, numbers, skeleton

AT = datetime(2026, 11, 21, tzinfo=UTC)
THOUGHT = Assessment(True, 0.9, "1")
TEXT = "The Health Bureau and the Harbour Hospital Group will train 300 nurses from 21 November 2026."
CHINESE = "衞生局與海港醫院集團將於2026年11月21日起培訓三十名護士。"
PARTIES = (
    Mention("Health Bureau", 4, 17, "Health Bureau", aliases=("衞生局", "HB")),
    Mention("Harbour Hospital Group", 26, 48, "Harbour Hospital Group", aliases=("海港醫院集團",)),
)


def seen(text, parties=PARTIES):
    """Return what a detector would make of a text that may name these parties."""
    named = [one for one in parties if any(name in text for name in (one.name, *one.aliases))]
    return replace(THOUGHT, parties=tuple(named))


def graded(before, after, was=THOUGHT, now=None, title="T", new_title=None):
    old = Version(1, "1:0", title, before, AT)
    new = Release("k", "s", "p", "u", "en", title if new_title is None else new_title, after)
    return grade(old, new, was, now or was)


def full_width(text):
    return text.replace(", ", "，").replace(": ", "：").replace("; ", "；").replace("Health", "HEALTH")


@pytest.mark.parametrize(
    "changed", [full_width, lambda text: text.replace(", ", ","), lambda text: text.replace(", ", " , ")]
)
def test_a_mark_of_another_width_or_without_its_blank_is_cosmetic(changed):
    text = (
        "On March 3, 2027, and Monday, April 5, 2027, Health, Welfare and Nursing Bureau: 300, 45 and 1,500 nurses,"
        " 20 doctors, at 10:30; it costs $3,000,000, or 12, 13 per cent."
    )
    parties = (Mention("Health, Welfare and Nursing Bureau", 0, 9, "Health, Welfare and Nursing Bureau"),)
    other = changed(text)
    assert other != text
    assert graded(text, other, replace(THOUGHT, parties=parties)) is Grade.COSMETIC
    assert graded(text, text.replace("March 3, 2027", "March 3, 2028")) is Grade.DATE
    assert graded(text, text.replace("1,500", "1,600")) is Grade.FIGURE


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        (TEXT, Grade.COSMETIC),
        (TEXT.upper(), Grade.COSMETIC),
        (TEXT.replace(".", " ！"), Grade.COSMETIC),
        (TEXT.replace("300", "３００"), Grade.COSMETIC),
        (TEXT.replace("train", "teach"), Grade.WORDING),
        (TEXT + " It is a first.", Grade.WORDING),
        (TEXT.replace("300", "310"), Grade.FIGURE),
        (TEXT.replace("300 nurses", "300 nurses and 12 doctors"), Grade.FIGURE),
        (TEXT.replace("300 nurses", "nurses"), Grade.FIGURE),
        (TEXT.replace("300", "thirty"), Grade.FIGURE),
        (TEXT.replace("21 November", "22 November"), Grade.DATE),
        (TEXT.replace("21 November 2026", "21 November 2027"), Grade.DATE),
        (TEXT.replace("21 November 2026", "Monday"), Grade.DATE),
        (TEXT.replace("nurses", "nurses at 10am"), Grade.DATE),
        (TEXT.replace(" and the Harbour Hospital Group", ""), Grade.PARTY),
        (TEXT.replace("Harbour Hospital Group", "Hill Hospital"), Grade.PARTY),
        ("", Grade.PARTY),
    ],
)
def test_the_gravest_grade_that_applies_counts(after, wanted):
    assert graded(TEXT, after, seen(TEXT), seen(after)) is wanted


@pytest.mark.parametrize(
    ("after", "wanted"),
    [
        (CHINESE.replace("。", "．"), Grade.COSMETIC),
        (CHINESE.replace("2026年11月21日", "2026 年 11 月 21 日"), Grade.COSMETIC),
        (CHINESE.replace("將於", "會在"), Grade.WORDING),
        (CHINESE + "是次合作十分重要，四川亦可參與。", Grade.WORDING),
        (CHINESE.replace("三十名", "四十名"), Grade.FIGURE),
        (CHINESE.replace("三十名", "兩名"), Grade.FIGURE),
        (CHINESE.replace("11月21日", "11月22日"), Grade.DATE),
        (CHINESE.replace("11月21日", "十一月二十二日"), Grade.DATE),
        (CHINESE.replace("與海港醫院集團", ""), Grade.PARTY),
    ],
)
def test_a_chinese_text_is_graded_by_the_same_rule(after, wanted):
    assert graded(CHINESE, after, seen(CHINESE), seen(after)) is wanted


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ("It costs 1.5 million.", "It costs 15 million.", Grade.FIGURE),
        ("It costs 1,500 dollars.", "It costs 1500 dollars.", Grade.COSMETIC),
        ("About 5% fell ill.", "About 5 fell ill.", Grade.FIGURE),
        ("It rose 5 per cent.", "It rose 5%.", Grade.WORDING),
        ("It costs $5.", "It costs €5.", Grade.WORDING),
        ("It met COVID-19.", "It met COVID 19.", Grade.COSMETIC),
        ("It was -5 degrees.", "It was 5 degrees.", Grade.FIGURE),
        ("At 10.30am on Monday.", "At 10:30 a.m. on Monday.", Grade.COSMETIC),
        ("At 10.30am on Monday.", "At 10:30 p.m. on Monday.", Grade.DATE),
        ("On 5 May.", "On May 5.", Grade.WORDING),
        ("It may rise.", "It might rise.", Grade.WORDING),
        ("2026-11-21", "2026年11月21日", Grade.WORDING),
        ("Notice 17 of 2026", "Notice 18 of 2026", Grade.FIGURE),
        ("A b", "Ab", Grade.COSMETIC),
    ],
)
def test_what_looks_like_little_may_be_much_and_the_other_way_round(before, after, wanted):
    assert graded(before, after) is wanted


def test_a_title_counts_as_the_text_does():
    assert graded(TEXT, TEXT, title="300 nurses", new_title="400 nurses") is Grade.FIGURE
    assert graded(TEXT, TEXT, title="Nurses", new_title="NURSES!") is Grade.COSMETIC


def test_a_party_under_another_of_its_names_is_no_other_party():
    after = TEXT.replace("Health Bureau", "HB")
    assert graded(TEXT, after, seen(TEXT), seen(after)) is Grade.WORDING
    assert graded(TEXT, after, seen(TEXT), THOUGHT) is Grade.WORDING


def test_a_short_name_within_a_word_is_not_that_name():
    party = Mention("Health Bureau", 0, 2, "HB")
    assert graded("HB met.", "AHBA met.", replace(THOUGHT, parties=(party,)), THOUGHT) is Grade.PARTY


def test_a_party_that_only_the_newer_detector_knows_changes_nothing_that_the_texts_do_not():
    now = replace(THOUGHT, detector="2", parties=PARTIES)
    assert graded(TEXT, TEXT + " It is a first.", THOUGHT, now) is Grade.WORDING
    assert graded(TEXT.replace(" and the Harbour Hospital Group", ""), TEXT, THOUGHT, now) is Grade.PARTY


def test_a_party_that_is_found_in_both_texts_may_be_called_otherwise():
    was = replace(THOUGHT, parties=(Mention("Health Bureau", 0, 15, "the authorities"),))
    now = replace(THOUGHT, parties=(Mention("Health Bureau", 0, 11, "both bodies"),))
    assert graded("the authorities met", "both bodies met", was, now) is Grade.WORDING


def test_a_person_counts_as_a_party_does():
    was = replace(THOUGHT, people=(Mention("Dr Lo", 0, 5, "Dr Lo"),))
    assert graded("Dr Lo spoke.", "Dr Ho spoke.", was, replace(THOUGHT, people=(Mention("Dr Ho", 0, 5, "Dr Ho"),))) is (
        Grade.PARTY
    )


def test_what_only_one_detector_sees_of_figures_and_dates_counts_where_the_passage_changed():
    was = replace(THOUGHT, figures=(Figure(300.0, "nurses", "nurses", 0, 15, qualifier="over"),))
    now = replace(THOUGHT, figures=(Figure(300.0, "nurses", "nurses", 0, 16),))
    assert graded("over 300 nurses", "about 300 nurses", was, replace(now, detector="2")) is Grade.WORDING
    assert graded("over 300 nurses", "about 300 nurses", was, now) is Grade.FIGURE
    eve = replace(THOUGHT, dates=(Dated("2026-12-24", "", 0, 13),))
    day = replace(THOUGHT, dates=(Dated("2026-12-25", "", 0, 13),))
    assert graded("Christmas Eve", "Christmas Day", eve, day) is Grade.DATE
    assert graded("Christmas Eve", "Christmas Eve!", eve, day) is Grade.COSMETIC


def test_days_and_numbers_are_read_in_both_scripts():
    assert days("on 5 May 2026 and 六月七日, 2026-11-21, Friday, 10.30 a.m.") == {
        "05-05", "2026", "06-07", "11-21", "friday", "10:30am"
    }  # fmt: skip
    assert numbers("1,500 beds, 3.50 million, 20%, 三十名, two") == {"1500", "3.5", "million", "20%", "三十", "two"}
    assert numbers("on 5 May 2026") == frozenset()


WORDS = st.lists(
    st.sampled_from(
        ["Health", "Bureau", "trains", "300", "nurses", "on", "21", "November", "衞生局", "三十名", "5%", "—"]
    ),
    max_size=12,
)
SPACES = st.lists(st.sampled_from([" ", "  ", "\n", "\u3000", "\t"]), min_size=13, max_size=13)


def joined(words, spaces):
    return "".join(f"{word}{space}" for word, space in zip(words, spaces, strict=False))


@given(words=WORDS, one=SPACES, other=SPACES, loud=st.booleans())
def test_white_space_and_case_are_cosmetic_whatever_the_text(words, one, other, loud):
    before, after = joined(words, one), joined(words, other)
    assert graded(before, after.upper() if loud else after) is Grade.COSMETIC


@given(st.text(max_size=80))
def test_a_text_is_cosmetically_itself(text):
    assert graded(text, text) is Grade.COSMETIC


@given(before=st.text(max_size=60), after=st.text(max_size=60))
def test_the_order_of_two_texts_does_not_matter(before, after):
    assert graded(before, after) is graded(after, before)


@given(before=WORDS, after=WORDS, parties=st.booleans())
def test_a_grade_says_what_differs(before, after, parties):
    old, new = " ".join(before), " ".join(after)
    found = graded(old, new, seen(old), seen(new)) if parties else graded(old, new)
    if found is Grade.COSMETIC:
        assert skeleton(old) == skeleton(new)
    if found.rank < Grade.FIGURE.rank:
        assert numbers(f"T\n{old}") == numbers(f"T\n{new}")
    if found.rank < Grade.DATE.rank:
        assert days(f"T\n{old}") == days(f"T\n{new}")
    if found is Grade.PARTY:
        assert parties


@given(words=WORDS, number=st.integers(10_000, 99_999))
def test_a_number_that_was_not_there_makes_it_a_figure_or_graver(words, number):
    text = joined(words, [" "] * 13)
    assert graded(text, f"{text}. In all {number} people.").rank >= Grade.FIGURE.rank


def test_grades_rise_in_the_order_of_the_enumeration():
    assert [one.rank for one in Grade] == [0, 1, 2, 3, 4, 5]
    assert max(Grade, key=lambda one: one.rank) is Grade.WITHDRAWN


def test_a_text_made_to_be_slow_is_graded_in_time():
    many = "1" * 50_000 + " nov " * 20_000 + "十" * 50_000
    assert graded(many, many + "x") is Grade.WORDING
