"""One check of one source, from the glance to the journal; neither Scrapy nor Twisted is loaded. When: cadence.py.

Order: the listing, what it shows new (read and recorded at once), the gap checks, the re-reads. Each step leaves the
database such that a check cut off after it is simply continued by the next.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

from scheduler.archiving import Archiving
from scheduler.asking import Asking
from scheduler.backfilling import Backfill
from scheduler.config import Config
from scheduler.config.own import own_settings
from scheduler.courtesy import LONGEST_HOLD, Courtesy
from scheduler.crawling import Crawler, Wear
from scheduler.exchange import Exchange
from scheduler.holding import Brake, left_over
from scheduler.looking import Looking
from scheduler.patience import USUAL, Patience
from scheduler.reading import Reading, Tally, troubles_of
from scheduler.robots import Robots
from scheduler.troubles import HeldError, TroubleError
from scraper.agent import agent
from scraper.mirror import ask_address, host
from scraper.own import as_text
from scraper.source import Source
from scraper.wire import Job, Options
from storage import links, runs
from storage.database import Database
from storage.decide import BACKFILL
from storage.errors import StorageError
from storage.model import Assessment, Release, Run, Verdict
from storage.outbox import Route
from storage.telling import Telling

log = logging.getLogger(__name__)

GAP_CHECK = timedelta(hours=1)
QUIET = {Verdict.UNCHANGED.value}


class Checker:
    """Checks sources, from any thread, one check of a source at a time.

    Args:
        db: the database.
        config: the whole configuration.
        sources: by name.
        route: who is told of a change.
        clock: the time now, aware.
        on_recorded: called when a change was promised to somebody: wake the dispatcher.
        patience: how long anything may take.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        sources: Mapping[str, Source],
        route: Route,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_recorded: Callable[[], None] = lambda: None,
        patience: Patience = USUAL,
    ) -> None:
        self._db = db
        self._config = config
        self._sources = sources
        self._route = route
        self._clock = clock
        self._on_recorded = on_recorded
        self._patience = patience
        service, name = config.service, agent(config.service.contact)
        self._exchange = Exchange(name, deadline=patience.glance, connect=patience.connect)
        self._courtesy = Courtesy(config.politeness.delay, config.politeness.concurrency)
        self._crawler = Crawler(
            db,
            Options(
                name,
                memory=service.child_memory << 20,
                cpu=int(service.child_cpu),
                names=service.gazetteer or "",
                own=as_text(own_settings(config.sources)),
            ),
            clock=clock,
            wear=Wear(service.linger, service.child_age, service.child_crawls, (service.child_memory << 20) * 5 // 8),
            wall=min(service.child_wall, patience.page + patience.grace),
        )
        robots = Robots(db, self._exchange, self._courtesy, clock)
        self._asking = Asking(self._exchange, robots, self._courtesy, self._crawler, clock)
        self._locks = {each: threading.Lock() for each in sources}
        self._gaps_checked: dict[str, datetime] = {}

    def check(self, name: str, *, trigger: str = "schedule", reread: str = "due", silent: str | None = None) -> Run:
        """Check one source now and journal the check.

        Args:
            name: of the source.
            trigger: `schedule`, or `command` where a person asked: gap checks are made whatever the hour, failed links
                are tried again, and one more 404 makes a release gone.
            reread: `due` for releases whose time has come, `window` for all of the last four days.
            silent: why nobody is to be told of what this check finds; None to tell.

        Returns:
            the run as journalled: whatever is wrong with the portal stands in its `outcome` and `trouble`.

        Raises:
            KeyError: there is no such source.
            StorageError: the database is not well.
        """
        source = self._sources[name]
        with self._locks[name]:
            started, tally = self._clock(), Tally()
            outcome, trouble = "held", self._held(name, started)
            if trouble is None:
                brake = Brake(self._db, self._config, name, self._clock)
                reading = self._reading(source, tally, trigger, silent, brake)
                outcome, trouble = self._judged(source, tally, reading, trigger, reread)
                if brake.settle():
                    self._on_recorded()
            run = Run(
                name,
                started,
                self._clock(),
                outcome,
                trigger,
                tally.listed,
                tally.fresh,
                tally.requests,
                dict(tally.verdicts),
                trouble,
                tally.gaps,
            )
            runs.journal(self._db, run)
            return run

    def backfill(self, name: str, wait: Callable[[float], None] = time.sleep) -> Backfill:
        """Return what reads a source's archive, silently; arguments and errors as of `check`, `wait` as of Backfill."""
        source = self._sources[name]
        return Backfill(
            self._db,
            name,
            working=self._crawler.in_use,
            archiving=lambda tally: self._archiving(source, self._looking(source, tally), tally),
            reading=lambda tally: self._reading(
                source, tally, "command", BACKFILL, Brake(self._db, self._config, name, self._clock)
            ),
            clock=self._clock,
            wait=wait,
        )

    def close(self) -> None:
        """Let waiting checks go, end the child and close all connections."""
        self._courtesy.stop()
        self._crawler.close()
        self._exchange.close()

    def settle_left_over(self) -> None:
        """Judge what runs that died had on hold; a source under check, or about to be, does that at its own end."""
        if left_over(self._db, self._config, self._clock(), self._is_under_check):
            self._on_recorded()

    def understand(self, release: Release) -> tuple[Assessment, Telling | None]:
        """Have the child understand a release that nobody fetched.

        Raises:
            TroubleError: the child could not.
        """
        with self._crawler.in_use():
            answer = self._asking.fetch(Job(0, "given", release.source, release.url, release=release))
        if answer.assessment is None:
            raise TroubleError(answer.trouble or f"unreadable: {answer.outcome} was not expected")
        return answer.assessment, answer.telling

    def _is_under_check(self, name: str) -> bool:
        return name in self._locks and self._locks[name].locked()

    def _reading(self, source: Source, tally: Tally, trigger: str, silent: str | None, brake: Brake) -> Reading:
        return Reading(
            self._db,
            self._asking,
            source,
            self._base(source.name),
            route=self._route,
            clock=self._clock,
            on_recorded=self._on_recorded,
            tally=tally,
            by_hand=trigger == "command",
            silent=silent,
            timeout=self._patience.page,
            brake=brake,
        )

    def _looking(self, source: Source, tally: Tally) -> Looking:
        base, timeout = self._base(source.name), self._patience.page
        return Looking(self._db, self._asking, source, base, clock=self._clock, tally=tally, timeout=timeout)

    def _archiving(self, source: Source, looking: Looking, tally: Tally) -> Archiving:
        return Archiving(self._db, looking, source, self._base(source.name), clock=self._clock, tally=tally)

    def _judged(
        self, source: Source, tally: Tally, reading: Reading, trigger: str, reread: str
    ) -> tuple[str, str | None]:
        """Go through one check and say how it ended: the outcome, and what was wrong."""
        try:
            self._check(source, tally, reading, trigger, reread)
        except HeldError as patience:
            return "held", self._hold(source, patience)
        except TroubleError as error:
            return "failed", error.trouble
        except StorageError:
            raise
        except Exception as error:  # our own mistake about one source must neither be silent nor stop the others
            log.exception("%s: a mistake of coopwatch's own", source.name)
            return "failed", f"bug: {type(error).__name__}: {error}"
        return _outcome(tally), "; ".join(troubles_of(tally)) or None

    def _check(self, source: Source, tally: Tally, reading: Reading, trigger: str, reread: str) -> None:
        """Go through one check; an exception leaves what was recorded so far, and the rest promised."""
        seeded, looking = runs.state(self._db, source.name).seeded, self._looking(source, tally)
        past = self._archiving(source, looking, tally)
        with ExitStack() as stack:
            owed = reading.owes(reread)
            if owed:
                stack.enter_context(self._crawler.in_use())
            body = looking.look(whole=source.listing.whole and owed)
            gaps = bool(source.gap_checks) and self._gaps_are_due(source.name, tally, trigger)
            short = past.owes()
            if not (owed or gaps or short or tally.listed or seeded is None):
                return  # nothing moved and nothing was owed: nineteen checks in twenty
            if gaps or short or reading.owes(reread):
                stack.enter_context(self._crawler.in_use())
            reading.read_pending(body)
            if gaps:
                looking.check_gaps()
                past.look_back()
                self._gaps_checked[source.name], tally.gaps = self._clock(), True
            if short:
                past.fill()
            if gaps or short:
                reading.read_pending(body)
                past.settle()
            reading.read_again(reread, body)
        if seeded is None:
            links.seeded(self._db, source.name, self._clock())

    def _gaps_are_due(self, name: str, tally: Tally, trigger: str) -> bool:
        last = self._gaps_checked.get(name)
        if tally.fresh or trigger == "command" or last is None:
            return True
        return not timedelta() <= self._clock() - last < GAP_CHECK  # a clock may have gone back

    def _held(self, name: str, now: datetime) -> str | None:
        """Return why a source is held now; a hold longer than any that is given was made under another clock."""
        state = runs.state(self._db, name)
        longest = now + timedelta(seconds=LONGEST_HOLD)
        if state.held_until is None or not now < state.held_until <= longest:
            return None
        return state.trouble or "held"

    def _hold(self, source: Source, patience: HeldError) -> str:
        """Hold every source on the host, so that none of them asks it; return the words for the journal."""
        if patience.seconds > 0:
            until = self._clock() + timedelta(seconds=patience.seconds)
            here = host(self._listing_address(source))
            for each in self._sources.values():
                state = runs.state(self._db, each.name)
                if host(self._listing_address(each)) == here and (state.held_until or until) <= until:
                    runs.hold(self._db, each.name, until, patience.trouble)
        return patience.trouble

    def _listing_address(self, source: Source) -> str:
        return ask_address(source.listing.url, self._base(source.name))

    def _base(self, name: str) -> str | None:
        setting = self._config.sources.get(name)
        return setting.base if setting is not None else None


def _outcome(tally: Tally) -> str:
    if tally.failed and not tally.read:
        return "failed"
    moved = tally.fresh or tally.changed or set(tally.verdicts) - QUIET
    return "moved" if moved else "unchanged"
