"""How often a source publishes, learned from its own past by weekday, hour and holiday. Pure; the clock comes in.

For each hour of a working day, a Saturday and a free day it is counted how often at least one release came. That is a
rate for each hour, and the sum of the rates over a silence says how many releases were to be expected in it: a long
weekend counts for little, a working morning for much. A silence in which far more was to be expected than in any
silence of the past means that something is wrong, although every check was answered. Where releases come by chance at
these rates, so much is missed once in e ** -(ln(gaps) + 3) silences: once in twenty times the past that was learned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

LOCAL = timezone(timedelta(hours=8))
"""All portals keep this time."""
LEARN = timedelta(days=90)
LEAST_DAYS, LEAST_ARRIVALS = 14.0, 8
"""Less past than this is no rhythm: nothing is said of its silences."""
WORKING, SATURDAY, FREE = "working", "saturday", "free"
SURE = 3.0
CALM = 1.25
"""A silence may be so many times as long as the longest of the past (in releases to be expected) at least."""
FARTHEST = timedelta(days=60)
HOUR = timedelta(hours=1)
Span = tuple[datetime, datetime]
IsFree = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What was learned.

    Args:
        rates: releases to be expected in one hour, by kind of day and hour of the day.
        limit: as many may be missed in a silence before it is unusual.
        gaps: how many silences were seen.
        per_day: releases on a working day, on average.
    """

    rates: Mapping[tuple[str, int], float]
    limit: float
    gaps: int
    per_day: float

    def expected(self, since: datetime, until: datetime, is_free: IsFree) -> float:
        """Return how many releases were to be expected between two times."""
        total, at = 0.0, since
        while at < until:
            ends = min(_hour(at) + HOUR, until)
            total += self.rates.get((kind_of(at, is_free), at.astimezone(LOCAL).hour), 0.0) * ((ends - at) / HOUR)
            at = ends
        return total

    def is_silent(self, newest: datetime, now: datetime, is_free: IsFree) -> bool:
        """Return whether the silence since the newest release is unusual for this source."""
        return self.expected(newest, now, is_free) > self.limit

    def due(self, newest: datetime, is_free: IsFree) -> datetime | None:
        """Return when a silence that began with the newest release becomes unusual; None where that is months off."""
        total, at = 0.0, newest
        while at < newest + FARTHEST:
            ends = _hour(at) + HOUR
            more = self.expected(at, ends, is_free)
            if total + more > self.limit:
                return at + (ends - at) * ((self.limit - total) / more)
            total, at = total + more, ends
        return None


def learn(
    arrivals: Sequence[datetime], since: datetime, until: datetime, is_free: IsFree, dark: Sequence[Span] = ()
) -> Rhythm | None:
    """Return the rhythm of a source, or None where its past is too short to tell.

    Args:
        arrivals: when its releases came, in order.
        since: when it was first watched.
        until: where the past that counts ends: now, or when an incident began.
        is_free: whether a day is a holiday.
        dark: spans in which it could not be read: they count neither as watched nor as silence.
    """
    seen = [at for at in arrivals if since <= at <= until]
    if len(seen) < LEAST_ARRIVALS or (until - since) / timedelta(days=1) < LEAST_DAYS:
        return None
    hit = {_hour(at) for at in seen}
    came: dict[tuple[str, int], int] = {}
    watched: dict[tuple[str, int], int] = {}
    at, last = _hour(since), _hour(seen[-1]) + HOUR  # the silence that goes on is not learned as usual
    while at < last:
        if at in hit or not any(begin <= at < end for begin, end in dark):
            slot = (kind_of(at, is_free), at.astimezone(LOCAL).hour)
            watched[slot] = watched.get(slot, 0) + 1
            came[slot] = came.get(slot, 0) + (at in hit)
        at += HOUR
    # One hour more than was watched: an hour that always brought something is nearly sure to, not sure.
    rates = {slot: -math.log1p(-came[slot] / (hours + 1)) for slot, hours in watched.items()}
    rates |= {(FREE, hour): rates.get((SATURDAY, hour), 0.0) for hour in range(24) if (FREE, hour) not in rates}
    drawn = Rhythm(rates, math.inf, 0, 0.0)
    gaps = [
        drawn.expected(one, other, is_free)
        for one, other in pairwise(seen)
        if other > one and not any(one < end and begin < other for begin, end in dark)
    ]
    limit = max(math.log(max(len(gaps), 1)) + SURE, CALM * max(gaps, default=0.0))
    days = {at.astimezone(LOCAL).date() for at in _days(since, until)}
    worked = [day for day in days if day.weekday() < 5 and not is_free(day)]
    on_them = sum(at.astimezone(LOCAL).date() in worked for at in seen)
    return Rhythm(rates, limit, len(gaps), on_them / max(len(worked), 1))


def kind_of(at: datetime, is_free: IsFree) -> str:
    """Return what kind of day a time is on: working, a Saturday, or free (a Sunday, a holiday)."""
    day = at.astimezone(LOCAL).date()
    if is_free(day) or day.weekday() == 6:
        return FREE
    return SATURDAY if day.weekday() == 5 else WORKING


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _days(since: datetime, until: datetime) -> list[datetime]:
    count = max(0, math.ceil((until - since) / timedelta(days=1)))
    return [since + timedelta(days=number) for number in range(count)]


def words(rhythm: Rhythm | None) -> str:
    """Return a rhythm in a few words, for a table."""
    if rhythm is None:
        return "not known yet"
    busy = sorted({hour for (kind, hour), rate in rhythm.rates.items() if kind == WORKING and rate > 0.05})
    often = f"{rhythm.per_day:.0f} a working day" if rhythm.per_day >= 1.5 else f"{rhythm.per_day * 5:.1f} a week"
    return f"{often}, mostly {busy[0]:02}-{busy[-1] + 1:02} h" if busy else often
