"""What the service does about itself: incidents each minute, the canary each day, a reconciliation each hour.

Not here: when (service.py), the rules (incidents.py, canary.py, accounting.py). Nothing raises: what fails is logged
and done again at the next turn.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scheduler import canary
from scheduler.alerts.resting import Resting
from scheduler.incidents import IncidentKind
from scheduler.judging_sources import Judge
from scheduler.observing import Observer, settle
from scheduler.reconciling import gap, reconcile
from scheduler.standings import Standings
from scheduler.troubles import TroubleError
from storage.errors import StorageError

if TYPE_CHECKING:
    from scheduler.checking import Checker
    from scheduler.config import Config
    from storage.database import Database
    from storage.model import Run
    from storage.outbox import Route

log = logging.getLogger(__name__)

USUAL = ("unchanged", "moved")


class Watchman:
    """Looks after the watching.

    Args:
        db: the database.
        config: the configuration.
        checker: whose child understands the canary, and whose holds may be left over.
        route: who is told of a change.
        wake: called when something was promised.
        breakers: destinations that are left alone now, and why.
        clock: the time now, aware.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        checker: Checker,
        route: Route,
        *,
        wake: Callable[[], None],
        breakers: Callable[[], Mapping[str, str]],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._db, self._config, self._checker, self._route = db, config, checker, route
        self._wake, self._breakers, self._clock = wake, breakers, clock
        self._resting, self._judge = Resting(config), Judge(db, config)
        self._observer = Observer(db, config, clock(), wake=wake, breakers=breakers)

    def minute(self) -> None:
        """Look for incidents, judge what a dead process held, and send the canary off where it is due."""
        try:
            self._checker.settle_left_over()
            if canary.is_to_sing(self._db, self._config, self._clock()):
                self._sing()
        except StorageError as error:
            self._observer.failed(error)
            log.warning("the watching could not be looked after: %s", error)
        except Exception:
            log.exception("a fault of coopwatch while it looked after itself")
        self._observer.look(self._clock())
        self._wake()  # what a verb let out or took up again meanwhile is sent now

    def hour(self) -> None:
        """Judge each source by its past, and account for every change of the last days; a gap is an incident."""
        now = self._clock()
        self._judge_sources(now)
        try:
            standings = Standings(self._db, self._config, now, resting=self._resting, breakers=self._breakers())
            found = reconcile(self._db, self._config, now, standings)
            wrong = gap(found)
            settle(self._db, self._config, [wrong] if wrong else [], {IncidentKind.GAP.value}, now)
        except StorageError as error:
            self._observer.failed(error)
            log.warning("deliveries could not be reconciled: %s", error)
            return
        except Exception:
            log.exception("a fault of coopwatch while it reconciled deliveries")
            return
        log.log(
            logging.WARNING if wrong else logging.INFO,
            "reconciled %d changes with %d subscriptions: %d of %d promises unaccounted for",
            found.changes,
            len(self._config.subscriptions),
            len(found.gaps),
            len(found.checked),
        )
        self._wake()

    def after(self, run: Run) -> None:
        """Look at once where a check went badly, or well again while something was amiss; judge what it brought."""
        if run.listed:
            self._judge_sources(self._clock(), run.source)
        if run.outcome not in USUAL or self._observer.is_amiss:
            self._observer.look(self._clock())

    def _judge_sources(self, now: datetime, name: str | None = None) -> None:
        try:
            if self._judge.look(now, name):
                self._wake()
        except StorageError as error:
            self._observer.failed(error)
            log.warning("sources could not be judged by their past: %s", error)
        except Exception:
            log.exception("a fault of coopwatch while it judged sources by their past")

    def jumped(self, seconds: float) -> None:
        """Note that the clock jumped, and look."""
        self._observer.jumped(seconds, self._clock())
        self._observer.look(self._clock())

    def failed(self, error: StorageError) -> None:
        """Note that the database failed."""
        self._observer.failed(error)

    def _sing(self) -> None:
        now = self._clock()
        day = now.astimezone(self._config.service.zone).date()
        try:
            made = canary.sing(self._db, self._checker.understand, self._route, now, day)
        except TroubleError as error:
            log.warning("the canary could not be made, and is tried again: %s", error)
            return
        log.info("the canary was sent off for %s", ", ".join(made.promised) or "nobody")
        self._wake()
