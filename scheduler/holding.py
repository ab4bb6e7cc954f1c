"""The storm brake at work: holds a run's promises, has them judged at its end, and lets them out or asks about them.

The judgement is brake.py's, the rows are storage.holds'. A hold of a process that died is taken over by the next run of
its source, or judged when the service starts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from scheduler.brake import LONG_AWAY, Burst, Past, Ruling, may_storm, rule
from scheduler.digesting import most_in
from scheduler.incidents import IncidentKind, Wrong
from scheduler.observing import closed, opened
from storage import bursts, outbox
from storage.holds import DROPPED, JUDGING, OPEN, RELEASED, Hold, hold, hold_join, hold_open, hold_settle, holds
from storage.times import stamp, stamp_or_none

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.database import Database

log = logging.getLogger(__name__)

BEFORE = timedelta(minutes=5)
"""How long before its hold a run may have taken the links it holds for."""
PATIENCE = timedelta(hours=1)
"""How long a run that was cut short is waited for, to be gone on with by the next."""
SELDOM = 3
"""Checks that a source may miss before it was away: one that is asked weekly is not away all week."""
BRAKE = "the brake"


class Brake:
    """The hold of one run of one source, opened when there turns out to be much to read.

    Args:
        db: the database.
        config: the configuration.
        source: its name.
        clock: the time now, aware.
    """

    def __init__(self, db: Database, config: Config, source: str, clock: Callable[[], datetime]) -> None:
        self._db, self._config, self._source, self._clock = db, config, source, clock
        self._hold: int | None = None
        self._looked = False

    @property
    def hold(self) -> int | None:
        """The hold that promises are made under, or None where they are let go at once."""
        return self._hold

    def before(self, to_read: int) -> None:
        """Open a hold where it may be needed; called before so many links or releases are read."""
        if self._hold is not None:
            return
        if not self._looked:
            self._looked = True
            left = [one for one in holds(self._db, (JUDGING,)) if one.source == self._source]
            self._hold = left[-1].id if left else None
        now = self._clock()
        if self._hold is None and may_storm(
            to_read, away(self._db, self._config, self._source, now), self._config.alerts.storm
        ):
            self._hold = hold_open(self._db, self._source, now, f"{to_read} to be read at once")

    def settle(self) -> bool:
        """Judge what the run held, at its end; return whether anything was let out."""
        if self._hold is None:
            return False
        kept = hold(self._db, self._hold)
        self._hold, self._looked = None, False
        return kept is not None and judge(self._db, self._config, kept, self._clock())


def away(db: Database, config: Config, source: str, now: datetime) -> timedelta:
    """Return how long a source has not been read well; nothing for one that never was, or is not due more often."""
    good, setting = bursts.last_good(db, source), config.sources.get(source)
    gap = max(timedelta(), now - good) if good is not None else timedelta()
    usual = timedelta(seconds=SELDOM * setting.every) if setting is not None else timedelta()
    return gap if gap > usual else timedelta()


def judge(db: Database, config: Config, kept: Hold, now: datetime) -> bool:
    """Judge a hold and do what follows, in one transaction; return whether anything was let out."""
    with db.transaction():
        burst = Burst(
            alerts=bursts.alerts(db, kept.id),
            fresh=bursts.listed(db, kept.source, kept.made - BEFORE),
            unread=bursts.unread(db, kept.source),
            away=away(db, config, kept.source, now),
        )
        known = bursts.history(db, kept.source, kept.made)
        past = Past(known.busiest_alerts, known.busiest_day, known.days)
        made, why = rule(burst, past, storm=config.alerts.storm, patient=timedelta() <= now - kept.made < PATIENCE)
        if made is Ruling.WAIT:
            return False
        if burst.alerts:
            log.info("%s: hold %d: %s: %s", kept.source, kept.id, made.value, why)
        if made is Ruling.ASK:
            _ask(db, config, kept, burst, why, now)
            return False
        let_out(db, config, kept, now, BRAKE, why, gathered=made is Ruling.CATCH_UP)
        return burst.alerts > 0


def _ask(db: Database, config: Config, kept: Hold, burst: Burst, why: str, now: datetime) -> None:
    """Leave a hold open as one question; where its source has one already, it becomes part of that."""
    asked = [one for one in holds(db, (OPEN,)) if one.source == kept.source]
    if asked:
        hold_join(db, kept.id, asked[0].id, now)
        return
    hold_settle(db, kept.id, OPEN, now, BRAKE, why)
    evidence = {"hold": kept.id, "alerts": burst.alerts, "count": burst.alerts, "fresh": burst.fresh, "why": why}
    titles = bursts.titles(db, kept.id)
    opened(db, config, Wrong(IncidentKind.STORM, kept.source, {**evidence, "titles": titles}), now)


def let_out(
    db: Database, config: Config, kept: Hold, now: datetime, by: str, why: str | None = None, *, gathered: bool = True
) -> int:
    """Let a hold's alerts out; return how many deliveries that are.

    Args:
        db: the database.
        config: the configuration.
        kept: the hold.
        now: the time.
        by: who says so.
        why: what the judgement says, where there is one.
        gathered: make one digest for each subscription of which it keeps more than `[alerts] catch_up`; those that
            gather their alerts anyway find them in their next digest.
    """
    with db.transaction():
        counted = bursts.kept_from(db, kept.id)
        for name, count in counted.items() if gathered else ():
            one = config.subscription(name)
            if count > config.alerts.catch_up and one is not None and not one.gathered:
                body, most = _body(db, config, kept, now), most_in(one)
                outbox.gather(db, name, f"hold {kept.id}", now, body, empty=False, hold=kept.id, most=most)
        hold_settle(db, kept.id, RELEASED, now, by, why)
        _answered(db, config, kept, RELEASED, by, now)
        return sum(counted.values())


def drop(db: Database, config: Config, kept: Hold, now: datetime, by: str) -> int:
    """Keep a hold's alerts quiet for good; return how many deliveries that are."""
    with db.transaction():
        count = hold_settle(db, kept.id, DROPPED, now, by)
        _answered(db, config, kept, DROPPED, by, now)
        return count


def _answered(db: Database, config: Config, kept: Hold, settled: str, by: str, now: datetime) -> None:
    if kept.state == OPEN:
        evidence = {"hold": kept.id, "settled": settled, "by": by}
        closed(db, config, IncidentKind.STORM.value, kept.source, now, evidence)


def _body(db: Database, config: Config, kept: Hold, now: datetime) -> dict[str, Any]:
    """Return what a catch-up digest is made from, beyond its members."""
    gone = away(db, config, kept.source, now) > LONG_AWAY
    since = bursts.last_good(db, kept.source) if gone else kept.made
    return {
        "catch_up": kept.source if gone else None,
        "source": kept.source,
        "since": stamp_or_none(since),
        "until": stamp(now),
        "hold": kept.id,
    }


def left_over(db: Database, config: Config, now: datetime, busy: Callable[[str], bool]) -> bool:
    """Judge the holds that no run will judge any more, since it died; return whether anything was let out.

    Args:
        db: the database.
        config: the configuration.
        now: the time.
        busy: whether a source is being checked just now.
    """
    found = [one for one in holds(db, (JUDGING,)) if not busy(one.source)]
    return sum(judge(db, config, one, now) for one in found) > 0
