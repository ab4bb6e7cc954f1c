"""A subscription's rehearsal: what it would have sent of a past, and what it only just left out. Pure.

A story is told once, as it would have been. Not counted: what one person gets by several subscriptions at a time.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from scheduler.alerts.rules import Condition, judge, matches
from scheduler.config import Subscription
from storage.model import ChangeKind, Notice

# How many of those that were only just left out are kept.
MISSES = 10


@dataclass(frozen=True, slots=True)
class Told:
    """A change that would have been told, and when."""

    release_id: int
    kind: str
    title: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class Miss:
    """A change that would not have been told, with the conditions that failed."""

    release_id: int
    title: str
    moment: datetime
    score: float
    failed: tuple[Condition, ...]

    @property
    def near(self) -> tuple[int, float, int]:
        """How near it was: the fewer conditions failed and the higher the score, the nearer."""
        return -len(self.failed), self.score, -self.release_id


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a subscription would have sent.

    Args:
        name: of the subscription.
        since: from when on the past was asked; until when.
        until: see there.
        looked_at: how many changes there were.
        told: those that would have been told, the earliest first.
        days: how many on each day that had any, by the subscription's calendar.
        misses: the nearest of the others, the nearest first.
    """

    name: str
    since: datetime
    until: datetime
    looked_at: int
    told: tuple[Told, ...]
    days: tuple[tuple[date, int], ...]
    misses: tuple[Miss, ...]

    @property
    def busiest(self) -> tuple[date, int] | None:
        """The day with the most, the first of several; None where nothing would have been told."""
        return max(self.days, key=lambda day: day[1], default=None)

    @property
    def most(self) -> int:
        """How many on the busiest day."""
        return self.busiest[1] if self.busiest else 0

    @property
    def weeks(self) -> tuple[tuple[date, int], ...]:
        """How many in each week, by its Monday, from the first with any to the last; weeks with none between too."""
        found: Counter[date] = Counter()
        for day, count in self.days:
            found[day - timedelta(days=day.weekday())] += count
        if not found:
            return ()
        first, last = min(found), max(found)
        return tuple(
            (monday, found[monday])
            for monday in (first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1))
        )


def rehearse(
    subscriptions: Sequence[Subscription],
    changes: Iterable[tuple[datetime, Notice]],
    zones: Sequence[tzinfo],
    since: datetime,
    until: datetime,
) -> list[Rehearsal]:
    """Return what each subscription would have sent of these changes, in one pass over them. Pure.

    Args:
        subscriptions: to rehearse.
        changes: see `past`.
        zones: whose calendar counts the days, for each subscription.
        since: the time the changes are of, for the answer; until when.
        until: see there.
    """
    tallies = [_Tally(subscription, zone) for subscription, zone in zip(subscriptions, zones, strict=True)]
    for moment, told in changes:
        for tally in tallies:
            tally.hear(moment, told)
    return [tally.outcome(since, until) for tally in tallies]


def floods(rehearsal: Rehearsal, subscription: Subscription, many: int) -> str | None:
    """Return what to say of a rule that would send more messages a day than is meant, or None. Pure.

    A digest is one message, whatever it holds.
    """
    busiest = rehearsal.busiest
    if busiest is None or busiest[1] <= many or subscription.allow_many or subscription.gathered:
        return None
    return (
        f"would have sent {busiest[1]} on {busiest[0].isoformat()}; more than {many} a day ([alerts] many) need"
        f" allow_many = true. See what: coopwatch rehearse {subscription.name}; ask for less in `where`, or gather a"
        " digest"
    )


def as_plain(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return a rehearsal as JSON shows it."""
    busiest = rehearsal.busiest
    return {
        "subscription": rehearsal.name,
        "since": rehearsal.since.isoformat(),
        "until": rehearsal.until.isoformat(),
        "looked_at": rehearsal.looked_at,
        "sent": len(rehearsal.told),
        "busiest": {"day": busiest[0].isoformat(), "sent": busiest[1]} if busiest else None,
        "weeks": [{"week": monday.isoformat(), "sent": sent} for monday, sent in rehearsal.weeks],
        "told": [
            {"release_id": one.release_id, "kind": one.kind, "at": one.moment.isoformat(), "title": one.title}
            for one in rehearsal.told
        ],
        "misses": [
            {
                "release_id": one.release_id,
                "at": one.moment.isoformat(),
                "score": one.score,
                "title": one.title,
                "failed": [{"condition": each.name, "wanted": each.wanted, "saw": each.saw} for each in one.failed],
            }
            for one in rehearsal.misses
        ],
    }


class _Tally:
    """Counts for one subscription while the past goes by; keeps the nearest misses only."""

    def __init__(self, subscription: Subscription, zone: tzinfo) -> None:
        self._subscription, self._zone = subscription, zone
        self._told: list[Told] = []
        self._days: Counter[date] = Counter()
        self._misses: dict[int, Miss] = {}
        self._heard: set[object] = set()
        self._seen = 0

    def hear(self, moment: datetime, told: Notice) -> None:
        """Count one change."""
        self._seen += 1
        if matches(self._subscription, told):
            event = _event(told)
            if event not in self._heard:
                self._heard.add(event)
                kind = told.change.kind.value
                self._told.append(Told(told.change.release_id, kind, told.release.title, moment))
                self._days[moment.astimezone(self._zone).date()] += 1
            return
        failed = judge(self._subscription, told).failed
        if any(condition.name in ("changes", "canary", "operator") for condition in failed):
            return  # of a kind that is not asked for: nowhere near
        miss = Miss(told.change.release_id, told.release.title, moment, told.assessment.score, failed)
        other = self._misses.get(miss.release_id)
        if other is None or miss.near > other.near:
            self._misses[miss.release_id] = miss
        if len(self._misses) > 20 * MISSES:
            self._misses = {one.release_id: one for one in self._nearest()}

    def outcome(self, since: datetime, until: datetime) -> Rehearsal:
        """Return the whole."""
        told, days = tuple(self._told), tuple(sorted(self._days.items()))
        heard = {one.release_id for one in told}
        misses = tuple(one for one in self._nearest() if one.release_id not in heard)
        return Rehearsal(self._subscription.name, since, until, self._seen, told, days, misses)

    def _nearest(self) -> list[Miss]:
        return heapq.nlargest(MISSES, self._misses.values(), key=lambda one: one.near)


def _event(told: Notice) -> object:
    """Return what is told only once: a story's first telling, a figure of a story, each other change by itself."""
    change, figure = told.change, told.figure
    if change.kind is ChangeKind.NEW and change.story_id is not None:
        return change.story_id
    if figure is not None and change.story_id is not None:
        return change.story_id, figure.programme, figure.counts, figure.after
    return change.event
