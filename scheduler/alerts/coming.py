"""Which dates to come a release states, and which of them a revision has moved. Pure."""

from __future__ import annotations

import calendar
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from storage.model import Dated

ALIKE = 0.7  # as much of a passage, dates apart, must be the same for its date to have been moved and not taken out


@dataclass(frozen=True, slots=True)
class Coming:
    """A date to come.

    Args:
        number: counts the dates of a release, from 0, and stays with this one when it is moved.
        first: the first day.
        after: the day after the last one.
        passage: where the release says so.
        moves: how often a revision has moved it.
    """

    number: int
    first: date
    after: date
    passage: str
    moves: int = 0

    @property
    def exact(self) -> bool:
        """Whether it is a day, and not a month or a quarter."""
        return self.after - self.first == timedelta(days=1)


def coming(versions: Sequence[Sequence[Dated]], published: date) -> tuple[Coming, ...]:
    """Return the dates that the last version of a release states and that lie after the day of publication.

    Args:
        versions: the dates each version states, the first version first.
        published: the day by the portal's calendar.
    """
    known: list[Coming] = []
    number = 0
    for dates in versions:
        now: list[Coming] = []
        for one in _later(dates, published):
            old = _same(one, [each for each in known if each.number not in {kept.number for kept in now}])
            if old is None:
                now.append(replace(one, number=number))
                number += 1
            else:
                moved = (old.first, old.after) != (one.first, one.after)
                now.append(replace(one, number=old.number, moves=old.moves + moved))
        known = now
    return tuple(known)


def _later(dates: Sequence[Dated], published: date) -> list[Coming]:
    spans = ((span(one.date), one.what) for one in dates)
    found = [Coming(0, found[0], found[1], what) for found, what in spans if found and found[0] > published]
    once = {(each.first, each.after, _words(each.passage)): each for each in reversed(found)}
    return [each for each in found if once[each.first, each.after, _words(each.passage)] is each]


def _same(one: Coming, known: Sequence[Coming]) -> Coming | None:
    """Return the date of an earlier version that this one is: the one whose passage says most nearly the same."""
    scored = [(_alike(each.passage, one.passage), each.first == one.first, -each.number, each) for each in known]
    best = max(scored, key=lambda score: score[:3], default=None)
    return best[3] if best and best[0] >= ALIKE else None


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _words(one), _words(other), autojunk=False).ratio()


def _words(passage: str) -> str:
    """Return a passage without its numbers, which are what a revision of a date changes."""
    return re.sub(r"[\d\s〇一二三四五六七八九十]+", "", passage.casefold())[:400]


def span(text: str) -> tuple[date, date] | None:
    """Return the first day of an ISO date, month or interval of them, and the day after its last.

    None for a year, which says too little for a calendar, and for what is no date.
    """
    first, _, last = text.partition("/")
    begins, ends = _days(first), _days(last or first)
    return (begins[0], ends[1]) if begins and ends and begins[0] < ends[1] else None


def _days(text: str) -> tuple[date, date] | None:
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = date.fromisoformat(text)
            return day, day + timedelta(days=1)
        if re.fullmatch(r"\d{4}-\d{2}", text):
            first = date.fromisoformat(f"{text}-01")
            return first, first + timedelta(days=calendar.monthrange(first.year, first.month)[1])
    except (ValueError, OverflowError):
        return None
    return None
