"""The service: one scheduler, its jobs, its signals. Not here: what a check does, when one is due (cadence.py).

The jobs live in memory; when a source is due follows from the journal alone, so a restart, a jump of the clock and an
hour of downtime are all mended by asking the journal again.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import queue
import random
import signal
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from scheduler.alerts.rules import route
from scheduler.cadence import next_check, spread
from scheduler.checking import Checker
from scheduler.clockwatch import ClockWatch
from scheduler.config import Config
from scheduler.config.durations import in_words
from scheduler.delivering import Dispatcher
from scheduler.outward import Outward
from scheduler.watchman import Watchman
from scraper.source import Source
from storage import files, runs
from storage.database import Database
from storage.errors import StorageError
from storage.model import Run

log = logging.getLogger(__name__)

# Seconds between two looks at the clocks and at the database's file.
TICK = 5.0
# Seconds that checks and deliveries under way are given to end; what has not ended then is done again after the start.
GRACE = 6.0
# mallopt(3): how many pools of memory the C library keeps. One a thread, as it would, is a megabyte nobody uses; ours
# wait for sockets, not for memory.
M_ARENA_MAX = -8
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# Seconds between two looks for incidents, and between two accounts of every promise; until the first account, so that
# what a start makes up for is out.
MINUTE, HOUR, FIRST_ACCOUNT = 60.0, 3600.0, 120.0
# Outcomes after which a source is due again at its usual pace.
USUAL = ("unchanged", "moved")
# How the trouble of a check begins that was cut short by our own end (courtesy.py).
CUT_SHORT = "stopped:"
# The database is not where it was: to go on would be to record into a file nobody sees.
FILE_GONE = 74


class Service:
    """Watches until told to end.

    Args:
        config: read once.
        db: open for writing, the instance lock held.
        sources: the built-in sources by name.
    """

    def __init__(self, config: Config, db: Database, sources: Mapping[str, Source]) -> None:
        self._config = config
        self._db = db
        self._file = files.identity(db.path)
        self._dispatcher = Dispatcher(db, config)
        told = route(config.subscriptions)
        wake = self._dispatcher.wake
        self._checker = Checker(db, config, sources, told, on_recorded=wake)
        self._watchman = Watchman(db, config, self._checker, told, wake=wake, breakers=self._dispatcher.breakers)
        self._outward = Outward(db, config)
        self._enabled = [name for name, source in config.sources.items() if source.enabled and name in sources]
        # Signals and jobs leave their orders here; a SimpleQueue may be filled from inside a signal handler.
        self._orders: queue.SimpleQueue[tuple[str, int]] = queue.SimpleQueue()
        self._busy = threading.Condition()
        self._checks = 0
        self._version: int | None = None  # of the database, as SQLite counts what others write
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self._enabled) + 1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def run(self) -> int:
        """Watch until a signal, or until the database's file is gone; return the exit code.

        Only for the main thread, since signals are taken.
        """
        for number in STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        _share_one_arena()
        self._greet()
        self._dispatcher.start()
        self._plan()
        self._scheduler.start()
        self._outward.ready()
        why, code = self._attend()
        log.info("ending: %s", why)
        self._outward.stopping(why)
        if not self._end():
            # Threads that hang on a socket would keep the process alive; whatever they do is undone by the journal.
            log.warning("some work did not end in time; it is done again at the next start")
            logging.shutdown()
            os._exit(code)
        log.info("ended")
        return code

    # -- what is due when ------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        for name in self._enabled:
            self._scheduler.add_job(
                self._check,
                "interval",
                seconds=self._config.sources[name].every,
                jitter=spread(self._config.sources[name].every, 1.0).total_seconds(),
                args=[name],
                id=name,
                next_run_time=self._due(name, None),
            )
        for work, seconds, first in ((self._minute, MINUTE, 0.0), (self._watchman.hour, HOUR, FIRST_ACCOUNT)):
            begin = datetime.now(UTC) + timedelta(seconds=first)
            self._scheduler.add_job(work, "interval", seconds=seconds, id=work.__name__, next_run_time=begin)
        self._scheduler.add_listener(_on_event, EVENT_JOB_ERROR | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_MISSED)

    def _due(self, name: str, checked: datetime | None) -> datetime:
        """Return when a source is due by the journal; `checked` is when a check of it just began, journalled or not."""
        every, now = self._config.sources[name].every, datetime.now(UTC)
        try:
            state = runs.state(self._db, name)
        except StorageError as error:
            log.warning("%s: the journal cannot be read: %s", name, error)
            return next_check(checked, every, 0, None, now)
        # A check that the end of the service cut short is made up for at the next start.
        last = None if (state.trouble or "").startswith(CUT_SHORT) else state.last_attempt
        attempt = max((moment for moment in (last, checked) if moment), default=None)
        due = next_check(attempt, every, state.failures, state.held_until, now)
        return due if due == now else due + spread(every, random.random())  # noqa: S311 - no secret hangs on it

    def _replan(self, name: str, checked: datetime | None) -> None:
        try:
            self._scheduler.modify_job(name, next_run_time=self._due(name, checked))
        except JobLookupError:
            return  # the scheduler is being shut down

    # -- the jobs --------------------------------------------------------------------------------------------------

    def _minute(self) -> None:
        self._watchman.minute()
        self._outward.beat()

    def _check(self, name: str) -> None:
        """Check one source and set when it is due again; never raises, so that the job goes on whatever happens."""
        with self._busy:
            self._checks += 1
        began = datetime.now(UTC)
        usual, run = False, None
        try:
            if self._look_after_file():
                run = self._checker.check(name)
                _tell(run)
                self._watchman.after(run)
                if run.outcome == "moved":
                    _give_back()
                usual = run.outcome in USUAL
        except StorageError as error:
            log.warning("%s: could not be recorded and will be looked at again: %s", name, error)
            self._watchman.failed(error)
        except Exception:
            log.exception("%s: a fault of coopwatch", name)
        finally:
            if not usual:  # after a good check the interval is right as it is, and planning costs as much as a glance
                self._replan(name, began)
            with self._busy:
                self._checks -= 1
                resting = not self._checks
                self._busy.notify_all()
            if run is not None:
                self._outward.after(run, resting=resting)

    def _look_after_file(self) -> bool:
        """Order the end where the database was moved, deleted or replaced under us."""
        if files.identity(self._db.path) == self._file:
            return True
        self._orders.put((f"{self._db.path} was moved, deleted or replaced while in use", FILE_GONE))
        return False

    def _look_after_others(self) -> None:
        """Look for deliveries at once where another process wrote: `alerts release`, `retry`, `enable`, `reconcile`."""
        try:
            version = self._db.value("PRAGMA data_version")
        except StorageError as error:
            self._watchman.failed(error)
            return
        if version != self._version:
            self._version = version
            self._dispatcher.wake()

    # -- the main thread -------------------------------------------------------------------------------------------

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._orders.put((signal.Signals(number).name, 0))

    def _attend(self) -> tuple[str, int]:
        """Look after clocks and file until there is an order to end; return why, and the exit code."""
        watch = ClockWatch(time.time(), time.monotonic())
        while True:
            try:
                return self._orders.get(timeout=min(TICK, self._outward.pause))
            except queue.Empty:
                self._outward.tick()
            self._look_after_file()
            self._look_after_others()
            jump = watch.jump(time.time(), time.monotonic())
            if jump:
                ahead = "ahead" if jump > 0 else "back"
                log.warning("the clock went %s by %s; what is due is worked out afresh", ahead, in_words(abs(jump)))
                for name in self._enabled:
                    self._replan(name, None)
                self._dispatcher.wake()
                self._watchman.jumped(jump)

    def _end(self) -> bool:
        """End child, deliveries and checks; return whether all of it ended in time."""
        ends = time.monotonic() + GRACE
        self._scheduler.shutdown(wait=False)
        closing = threading.Thread(target=self._checker.close, name="closing", daemon=True)
        closing.start()
        delivered = self._dispatcher.stop(GRACE / 2)
        closing.join(max(0.1, ends - time.monotonic()))
        with self._busy:
            checked = self._busy.wait_for(lambda: not self._checks, max(0.1, ends - time.monotonic()))
        return delivered and checked and not closing.is_alive()

    def _greet(self) -> None:
        paces = {in_words(self._config.sources[name].every) for name in self._enabled}
        log.info(
            "watching %d sources every %s for %d subscriptions; database %s (SQLite %s, %s), process %d",
            len(self._enabled),
            " or ".join(sorted(paces)) or "never",
            len(self._config.subscriptions),
            self._db.path,
            self._db.sqlite_version,
            self._db.journal_mode,
            os.getpid(),
        )


def _share_one_arena() -> None:
    with contextlib.suppress(OSError, AttributeError):  # a C library without mallopt: nothing to save
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def _give_back() -> None:
    """Give the memory that is free back to the system: what a flood of releases took is not kept for ever."""
    with contextlib.suppress(OSError, AttributeError):  # likewise
        ctypes.CDLL(None).malloc_trim(0)


def _on_event(event: JobEvent) -> None:
    if event.code == EVENT_JOB_MAX_INSTANCES:
        log.info("%s: still being checked, this turn is left out", event.job_id)
    else:
        log.warning("%s: the scheduler could not run the check (event %d)", event.job_id, event.code)


def _tell(run: Run) -> None:
    """Log a check in one line."""
    took = (run.ended - run.started).total_seconds()
    if run.outcome in ("failed", "held"):
        log.warning("%s: %s after %.1f s: %s", run.source, run.outcome, took, run.trouble)
        return
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in run.verdicts.items() if count)
    log.info("%s: %s in %.1f s%s", run.source, run.outcome, took, f": {verdicts}" if verdicts else "")
