"""A source's past, page by page of its archive: what is to do, and doing it. Silent; what is done stays done.

The ledger (storage/archive.py) and the links know all there is to know, so where one was cut off the next goes on.
Not here: how it is shown (verbs/backfilling.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from scheduler.archiving import LOOK_BACK, Archiving
from scheduler.reading import Reading, Tally
from scheduler.troubles import HeldError, StoppedError, TroubleError
from scraper.pages.dates import HONG_KONG
from scraper.source import Archive, archive_pages
from storage import archive
from storage.database import Database
from storage.links import Pending

T = TypeVar("T")

PATIENCE = 900.0
"""Seconds of Retry-After that are waited out; a portal that asks for more ends the backfill, to go on later."""
FAILED_PAGES, FAILED_RELEASES = 3, 10
"""So many in a row that cannot be read, and the portal is not well: going on would only knock at its door."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a backfill has to do.

    Args:
        pages: all that are asked for, the newest first.
        todo: those that are not complete.
        unasked: those of `todo` that are to be asked for; of the others only releases are missing.
        owed: releases that are known to be missing.
    """

    pages: tuple[date, ...]
    todo: tuple[date, ...]
    unasked: frozenset[date]
    owed: int

    @property
    def requests(self) -> int:
        """How many requests it takes at least: what the pages not read yet list is not known."""
        return len(self.unasked) + self.owed


@dataclass(frozen=True, slots=True)
class Step:
    """How far a backfill has come on one page: `read` and `failed` count its releases in this run."""

    page: date
    to_read: int
    read: int
    failed: int
    ended: bool = False
    trouble: str | None = None


def last_day(past: Archive, seeded: bool, now: datetime) -> date:
    """Return the last day a backfill may ask for: what a watched source published since then belongs to the watch.

    Args:
        past: the archive.
        seeded: the source is being watched; otherwise today is the last.
        now: aware.
    """
    today = now.astimezone(HONG_KONG).date()
    if not seeded or past.by == "month":  # of a month's page, the links themselves tell their days
        return today
    return today - timedelta(days=max(past.listing.days, LOOK_BACK.days + 1))


def plan(past: Archive, known: Sequence[archive.Day], since: date, until: date) -> Plan:
    """Return what is to do from `since` to `until`, both included.

    Args:
        past: the archive.
        known: what the ledger knows of these days.
        since: a day of the portal's.
        until: likewise.
    """
    by_day, pages = {one.day: one for one in known}, archive_pages(past, since, until)
    todo = tuple(page for page in pages if not (page in by_day and by_day[page].is_complete))
    read = {one.day for one in known if one.state == "listed" and one.final}
    owed = sum(one.unread for one in known)
    return Plan(pages, todo, frozenset(todo) - read, owed)


class Backfill:
    """One source's backfill.

    Args:
        db: the database.
        source: its name.
        working: keeps the child while a page is worked on.
        archiving: makes what asks for pages, with a tally of its own.
        reading: makes what reads releases, silently, with the same tally.
        clock: the time now, aware.
        wait: sleeps so many seconds.
    """

    def __init__(
        self,
        db: Database,
        source: str,
        *,
        working: Callable[[], AbstractContextManager[None]],
        archiving: Callable[[Tally], Archiving],
        reading: Callable[[Tally], Reading],
        clock: Callable[[], datetime],
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._db = db
        self._source = source
        self._working = working
        self._archiving = archiving
        self._reading = reading
        self._clock = clock
        self._wait = wait
        self._failed_pages = 0
        self._failed_releases = 0

    def walk(self, todo: Plan) -> Iterator[Step]:
        """Do what a plan says; yield after each release, and with `ended` after each page.

        Raises:
            HeldError: the portal asks for more patience than a command has.
            TroubleError: so much failed in a row that the portal, or the way to it, is not well.
            StorageError: the database is not well.
        """
        archive.want(self._db, self._source, todo.todo)
        for page in todo.todo:
            with self._working():  # a page at a time: between them a worn child is replaced
                yield from self._page(page, ask=page in todo.unasked)

    def _page(self, page: date, *, ask: bool) -> Iterator[Step]:
        tally = Tally()  # of its own: what is held in memory does not grow with the archive
        archiving = self._archiving(tally)
        if ask:
            try:
                self._patiently(lambda: archiving.read(page))
                self._failed_pages = 0
            except HeldError:
                raise
            except TroubleError as error:
                yield self._not_read(page, error)
                return
        reading, links = self._reading(tally), archive.owed(self._db, self._source, page)
        for one in links:
            self._one(reading, one, tally)
            yield Step(page, len(links), tally.read, tally.failed)
        archive.settle(self._db, self._source, page, self._clock())
        yield Step(page, len(links), tally.read, tally.failed, ended=True, trouble=next(iter(tally.troubles), None))

    def _not_read(self, page: date, error: TroubleError) -> Step:
        archive.failed(self._db, self._source, page, self._clock(), error.trouble)
        self._failed_pages += 1
        if self._failed_pages >= FAILED_PAGES:
            raise TroubleError(f"{FAILED_PAGES} pages of the archive in a row could not be read: {error.trouble}")
        return Step(page, 0, 0, 0, ended=True, trouble=error.trouble)

    def _one(self, reading: Reading, one: Pending, tally: Tally) -> None:
        if self._patiently(lambda: reading.read_one(one)):
            self._failed_releases = 0
            return
        self._failed_releases += 1
        if self._failed_releases >= FAILED_RELEASES:
            raise TroubleError(f"{FAILED_RELEASES} releases in a row could not be read: {tally.troubles[-1]}")

    def _patiently(self, do: Callable[[], T]) -> T:
        """Do something, waiting as long as the portal asks for."""
        while True:
            try:
                return do()
            except StoppedError:
                raise
            except HeldError as patience:
                if not 0 < patience.seconds <= PATIENCE:
                    raise
                self._wait(patience.seconds)
