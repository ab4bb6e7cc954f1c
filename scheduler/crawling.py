"""The crawling child as the service sees it: started when there is something to read, kept warm, watched, replaced.

The service never loads Scrapy; a hostile page can only hurt the child, and a child's end only its own jobs. Each
child's fate is journalled. What the child itself does stands in scraper/child.py.
"""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.process import GRACE, Process
from scheduler.troubles import StoppedError, TroubleError
from scraper.wire import Answer, Job, Options
from storage import runs
from storage.database import Database
from storage.errors import StorageError

log = logging.getLogger(__name__)

HASTE = 2.0
"""Seconds a child may take to end when the service does."""


class ChildError(TroubleError):
    """The child ended before it answered.

    Args:
        trouble: how it ended, for the journal.
        died: it was not ended by us: whatever ended it need not have to do with the job.
    """

    def __init__(self, trouble: str, *, died: bool = False) -> None:
        super().__init__(trouble)
        self.died = died


@dataclass(frozen=True, slots=True)
class Wear:
    """When a child is replaced by a fresh one, between two checks.

    Args:
        linger: seconds it waits for more work; 0: it ends with the check.
        age: seconds since its start.
        crawls: checks it served.
        memory: bytes it ever held.
    """

    linger: float = 600.0
    age: float = 21600.0
    crawls: int = 200
    memory: int = 250 << 20


class Crawler:
    """Hands jobs to the one child, from any thread.

    Args:
        db: where fates are journalled.
        options: how a child is held.
        wear: when it is replaced.
        wall: seconds one job may take before the child is killed, come what may.
        clock: the time now, aware; for the journal.
    """

    def __init__(
        self, db: Database, options: Options, *, clock: Callable[[], datetime], wear: Wear = Wear(), wall: float = 45.0
    ) -> None:
        self._db = db
        self._options = options
        self._wear = wear
        self._wall = wall
        self._clock = clock
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._child: Process | None = None
        self._users = 0
        self._closed = False
        self._idle: threading.Timer | None = None
        self._retired: list[Process] = []

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep the child, if one is or gets started, until the block ends; then it lingers or ends."""
        with self._lock:
            self._users += 1
            if self._idle is not None:
                self._idle.cancel()
                self._idle = None
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                self._rest()

    def do(self, job: Job) -> Answer:
        """Have a job done and return its answer; starts a child where none runs.

        Args:
            job: its id is given here.

        Raises:
            ChildError: the child died, was killed for taking too long, or could not be started.
            StoppedError: the service is ending.
        """
        numbered = replace(job, id=next(self._numbers))
        child = self._running()
        answer = child.do(numbered, self._wall)
        if answer is None:
            self._drop(child)
            if self._closed:
                raise StoppedError
            raise ChildError(f"child: {child.fate}", died=child.fate.startswith("died"))
        return answer

    def close(self) -> None:
        """End the child and wait until its fate is journalled; a job it has in hand stays promised."""
        with self._lock:
            self._closed = True
            self._retire("ended: the service closed it", HASTE)
            leaving, self._retired = self._retired, []
        for child in leaving:
            child.join()

    @property
    def pid(self) -> int | None:
        """The child's process id, None where none runs."""
        child = self._child
        return child.pid if child is not None and child.alive else None

    def _running(self) -> Process:
        with self._lock:
            if self._closed:
                raise StoppedError
            if self._child is not None and not self._child.alive:
                self._child = None
            if self._child is None:
                try:
                    self._child = Process(self._options, self._journal)
                except OSError as error:
                    raise ChildError(f"child: could not be started ({error})") from error
                self._child.crawls = 1
            return self._child

    def _rest(self) -> None:
        """After a check: replace a worn child, let a good one linger."""
        child = self._child
        if child is None or self._users:
            return
        worn = self._worn(child)
        if worn:
            self._retire(worn)
        elif self._wear.linger <= 0:
            self._retire("ended: no lingering")
        else:
            child.crawls += 1
            self._idle = threading.Timer(self._wear.linger, self._tired)
            self._idle.daemon = True
            self._idle.start()

    def _worn(self, child: Process) -> str:
        if time.monotonic() - child.started >= self._wear.age:
            return "recycled: age"
        if child.crawls >= self._wear.crawls:
            return "recycled: crawls"
        if child.peak >= self._wear.memory:
            return "recycled: memory"
        return ""

    def _tired(self) -> None:
        with self._lock:
            if not self._users:
                self._retire("ended: nothing to do")

    def _drop(self, child: Process) -> None:
        with self._lock:
            if self._child is child:
                self._child = None

    def _retire(self, fate: str, grace: float = GRACE) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if self._child is not None:
            self._child.retire(fate, grace)
            self._retired = [one for one in self._retired if one.alive] + [self._child]
            self._child = None

    def _journal(self, child: Process, row: int | None) -> int | None:
        """Write a child's start, or its end where `row` names the start; the journal's trouble is not the child's."""
        try:
            if row is None:
                return runs.child_started(self._db, child.pid, self._clock())
            runs.child_ended(
                self._db, row, self._clock(), jobs=child.jobs, peak_memory=child.peak or None, fate=child.fate
            )
        except StorageError as error:
            log.warning("the fate of child %d was not journalled: %s", child.pid, error)
        return row
