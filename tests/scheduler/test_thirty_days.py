"""Thirty simulated days of eight sources: weekends, holidays, two outages, a redesign. All is found, and nothing else.

Pure: no network, no database, no sleeping. What checks would journal is kept in lists, under a clock the test moves.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.config import Config, SourceConfig
from scheduler.incidents import failing
from scheduler.judging_sources import PAST, Past, is_read_well, oddities
from scheduler.rhythm import LEARN, learn
from storage.rhythms import Counted, Filled
from storage.runs import SourceState

EVERY = timedelta(minutes=30)
START = datetime(2026, 9, 13, 16, 0, tzinfo=UTC)  # midnight in Hong Kong
JUDGED_EVERY = timedelta(hours=1)
LEARNED, DAYS = timedelta(days=30), timedelta(days=30)
HOLIDAYS = {date(2026, 9, 26), date(2026, 10, 1), date(2026, 10, 19), date(2026, 11, 3)}
ALL = frozenset({"published", "department", "text"})


@dataclass(frozen=True)
class Habit:
    """How a source publishes: releases an hour of a working day; the parts of that on Saturdays and free days."""

    name: str
    rate: float
    hours: range
    saturday: float = 0.3
    free: float = 0.1
    links: int = 100


HABITS = (
    Habit("gia-en", 5.0, range(8, 22), 0.5, 0.35),
    Habit("gia-zh", 4.5, range(8, 22), 0.5, 0.35),
    Habit("news-en", 1.2, range(9, 20), 0.5, 0.3, 60),
    Habit("news-zh", 1.0, range(9, 20), 0.5, 0.3, 60),
    Habit("macao", 3.0, range(9, 21), 0.4, 0.3, 40),
    Habit("city", 0.25, range(9, 18), 0.0, 0.0, 20),
    Habit("commission", 0.1, range(9, 18), 0.0, 0.0, 15),
    Habit("programme", 0.05, range(10, 17), 0.0, 0.0, 10),
)


def is_free(day: date) -> bool:
    return day in HOLIDAYS


class Watched:
    """One source: what it publishes, what a check of it brings, what is found wrong."""

    def __init__(self, habit: Habit, seed: str) -> None:
        self.habit, self.chance = habit, random.Random(seed)
        self.arrivals: list[datetime] = []
        self.waiting: list[datetime] = []
        self.newest: datetime | None = None
        self.counted: list[Counted] = []
        self.filled: list[Filled] = []
        self.state = SourceState(habit.name, START, START, START, START)
        self.rhythm = None
        self.open: dict[str, datetime] = {}
        self.told: list[tuple[str, datetime, datetime | None]] = []
        self.trouble: str | None = None
        self.stale = self.rebuilt = False

    def step(self, now: datetime) -> None:
        self._publish(now)
        brought = bool(self.waiting) and not self.stale and not self.trouble
        if self.trouble:
            state = self.state
            self.state = SourceState(state.name, START, START, now, state.last_good, state.failures + 1, self.trouble)
        else:
            self.state = SourceState(self.habit.name, START, START, now, now)
            if self.waiting and not self.stale:
                self._take(now)
        config = Config(sources={self.habit.name: SourceConfig(every=EVERY.total_seconds())})
        self._settle({one.kind.value for one in failing(config, [self.state], now)}, {"source-failing"}, now)
        if now.hour == now.minute == 0:
            self._learn(now)
        hourly = now.minute == 0  # the service judges what a check brought, and all sources each hour
        if (brought or hourly) and is_read_well(self.state, EVERY.total_seconds(), now):
            past = Past(self.habit.name, self.newest, self.rhythm, self.counted, self.filled[-PAST:], self.open)
            found = {one.kind.value for one in oddities(past, now, is_free)}
            self._settle(found, set(self.open) | found - {"source-failing"}, now)

    def _publish(self, now: datetime) -> None:
        local, part, habit = now + timedelta(hours=8), 1.0, self.habit
        if local.weekday() == 6 or local.date() in HOLIDAYS:
            part = habit.free
        elif local.weekday() == 5:
            part = habit.saturday
        mean = habit.rate * part * (EVERY / timedelta(hours=1)) if local.hour in habit.hours else 0.0
        while (mean := mean - self.chance.expovariate(1.0)) > 0:
            self.waiting.append(now - timedelta(minutes=self.chance.randrange(1, 30)))

    def _take(self, now: datetime) -> None:
        links = self.habit.links // 2 if self.rebuilt else self.habit.links - self.chance.randrange(3)
        self.counted.append(Counted(now, links, gaps=False))
        for at in sorted(self.waiting):
            fields = ALL - {"department"} if self.rebuilt else ALL
            number = len(self.filled)
            self.filled.append(Filled(now, f"https://x.example/{at:%Y%m}/P{number}.htm", fields, "A notice."))
            self.arrivals.append(at)
        self.arrivals.sort()
        self.waiting, self.newest = [], now

    def _learn(self, now: datetime) -> None:
        since = max(START, now - LEARN)
        dark = [(began, ended or now) for _, began, ended in self.told]
        self.rhythm = learn(self.arrivals, since, self.open.get("source-silent", now), is_free, dark)

    def _settle(self, found: set[str], judged: set[str], now: datetime) -> None:
        for kind in found - self.open.keys():
            self.open[kind] = now
            self.told.append((kind, now, None))
        for kind in [one for one in self.open if one in judged and one not in found]:
            began = self.open.pop(kind)
            self.told[self.told.index((kind, began, None))] = (kind, began, now)


class World:
    def __init__(self, seed: int) -> None:
        self.now = START
        self.sources = {one.name: Watched(one, f"{seed} {one.name}") for one in HABITS}

    def until(self, when: datetime) -> None:
        while self.now < when:
            self.now += EVERY
            for one in self.sources.values():
                one.step(self.now)

    def told(self, since: datetime) -> list[tuple[str, str, datetime]]:
        found = ((name, kind, at) for name, one in self.sources.items() for kind, at, _ in one.told)
        return [one for one in found if one[2] > since]

    def interval(self, name: str) -> datetime:
        """Return when a source is bound to have published, should it go on as it is wont to."""
        one = self.sources[name]
        due = one.rhythm.due(max(one.newest, self.now - EVERY), is_free)
        assert due is not None
        return due


@pytest.mark.parametrize("seed", range(2))
def test_thirty_days_of_eight_sources(seed):
    world = World(seed)
    world.until(START + LEARNED)
    begin, due = world.now, {}
    assert world.told(START) == [], "while it learned"

    # The first outage, on a Tuesday morning: nothing answers for a day.
    world.until(begin + timedelta(days=6, hours=10))
    due["news-en", "source-failing"] = world.interval("news-en")
    world.sources["news-en"].trouble = "connect: refused"
    world.until(world.now + timedelta(days=1))
    world.sources["news-en"].trouble = None

    # The second outage: every check is answered, with an old copy, from a Sunday morning on.
    world.until(begin + timedelta(days=11, hours=10))
    due["macao", "source-silent"] = world.interval("macao")
    assert due["macao", "source-silent"] < world.now + timedelta(days=1)
    world.sources["macao"].stale = True
    world.until(world.now + timedelta(days=5))
    world.sources["macao"].stale = False

    # A redesign: the listing shows half, and the department is not where it was, for two days.
    world.until(begin + timedelta(days=19, hours=10))
    due["gia-en", "listing-short"] = due["gia-en", "fields-missing"] = world.interval("gia-en")
    world.sources["gia-en"].rebuilt = True
    world.until(world.now + timedelta(days=2))
    world.sources["gia-en"].rebuilt = False
    world.until(begin + DAYS)

    found = world.told(begin)
    for (name, kind), latest in due.items():
        times = [at for one, what, at in found if (one, what) == (name, kind)]
        assert times, f"{kind} of {name} was never found"
        assert times[0] <= latest + JUDGED_EVERY, f"{kind} of {name} was found late"
    false = [one for one in found if one[:2] not in due]
    assert len(false) <= 1, false
    assert len(found) <= len(due) + 1, "each is opened once"
    left = {(name, kind) for name, one in world.sources.items() for kind in one.open}
    assert not left & due.keys(), "each is closed by a good read"
