"""Dates to come: which are, and which one a revision has moved."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.alerts.coming import coming, span
from storage.model import Dated

DAY = date(2026, 3, 2)


def stated(*dates: tuple[str, str]) -> tuple[Dated, ...]:
    return tuple(Dated(when, what, 0, 1) for when, what in dates)


def test_only_dates_after_the_day_of_publication_are_to_come() -> None:
    found = coming([stated(("2026-03-02", "met today"), ("2019", "founded"), ("2026-04-01", "opens on April 1"))], DAY)
    assert [(one.first, one.passage, one.exact) for one in found] == [(date(2026, 4, 1), "opens on April 1", True)]


@pytest.mark.parametrize(
    ("text", "first", "after"),
    [
        ("2026-04-01", date(2026, 4, 1), date(2026, 4, 2)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-07/2026-09", date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-07-03/2026-07-05", date(2026, 7, 3), date(2026, 7, 6)),
    ],
)
def test_a_month_a_quarter_and_several_days_are_spans(text: str, first: date, after: date) -> None:
    assert span(text) == (first, after)


@pytest.mark.parametrize("text", ["2026", "", "next week", "2026-13", "2026-02-30", "2026-09/2026-07", "9999-12-31"])
def test_what_is_no_day_and_no_month_is_no_span(text: str) -> None:
    assert span(text) is None


def test_a_date_that_a_revision_moves_keeps_its_number_and_counts_the_move() -> None:
    first = stated(("2026-04-01", "The centre opens on April 1."), ("2026-05-03", "Training begins on May 3 there."))
    second = stated(
        ("2026-03-20", "Registration closes on March 20 for all nurses."),
        ("2026-04-08", "The centre opens on April 8."),
        ("2026-05-03", "Training begins on May 3 there."),
    )
    found = {one.number: (one.first, one.moves) for one in coming([first, second], DAY)}
    assert found == {0: (date(2026, 4, 8), 1), 1: (date(2026, 5, 3), 0), 2: (date(2026, 3, 20), 0)}


def test_a_date_moved_in_a_chinese_text_is_the_same_one() -> None:
    before, after = stated(("2026-04-01", "中心將於四月一日啟用。")), stated(("2026-04-12", "中心將於四月十二日啟用。"))
    (one,) = coming([before, after], DAY)
    assert (one.number, one.first, one.moves) == (0, date(2026, 4, 12), 1)


def test_a_date_that_is_taken_out_is_gone_and_its_number_is_not_given_again() -> None:
    versions = [
        stated(("2026-04-01", "The centre opens on April 1.")),
        stated(),
        stated(("2026-06-01", "A forum will be held on June 1.")),
    ]
    assert [one.number for one in coming(versions, DAY)] == [1]


when = st.dates(date(2026, 3, 3), date(2027, 1, 1)).map(date.isoformat)
what = st.text(alphabet="abc 香港深圳1", min_size=1, max_size=12)


@given(st.lists(st.lists(st.tuples(when, what), max_size=5), min_size=1, max_size=4))
def test_numbers_are_never_shared_and_an_unchanged_version_moves_nothing(versions: list[list[tuple[str, str]]]) -> None:
    all_of_them = [stated(*dates) for dates in versions]
    found = coming(all_of_them, DAY)
    assert len({one.number for one in found}) == len(found)
    assert coming([*all_of_them, all_of_them[-1]], DAY) == found
