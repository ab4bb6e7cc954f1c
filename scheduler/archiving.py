"""The pages of a portal's archive: asked for, kept, and held against what is stored. Reads no release.

A check looks back over the last days, and fills differences of older ones; a backfill (backfilling.py) does the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

from scheduler.looking import Looking
from scheduler.reading import Tally
from scheduler.troubles import HeldError, TroubleError
from scraper.mirror import ask_address
from scraper.pages.dates import HONG_KONG
from scraper.source import Archive, Source, page_ends, page_of
from storage import archive, fetches, runs
from storage.database import Database
from storage.model import Link

LOOK_BACK = timedelta(hours=48)
"""What is younger belongs to the watch: its pages are read again and again, and what they show is news."""
SETTLES = timedelta(hours=24)
"""How long after its last day a page may still change; by then the look-back window has left it."""
FILLS = 5
"""Pages with a difference that one check asks for again."""


class Archiving:
    """One source's archive during one check or backfill; does nothing for a source without.

    Args:
        db: the database.
        looking: asks for the pages.
        source: whose archive.
        base: what stands in for the portal, if anything.
        clock: the time now, aware.
        tally: counts.
    """

    def __init__(
        self,
        db: Database,
        looking: Looking,
        source: Source,
        base: str | None,
        *,
        clock: Callable[[], datetime],
        tally: Tally,
    ) -> None:
        self._db = db
        self._looking = looking
        self._source = source
        self._base = base
        self._clock = clock
        self._tally = tally
        self._read: set[date] = set()

    def owes(self) -> bool:
        """Tell whether a page lists what is not stored, and this check may try to fill it."""
        return self._source.archive is not None and bool(archive.to_fill(self._db, self._source.name, self._clock(), 1))

    def look_back(self) -> None:
        """Read the pages of the last days again, where the archive is a gap check too; raises as `read` does."""
        past, today = self._source.archive, self._clock().astimezone(HONG_KONG).date()
        if past is None or past.listing not in self._source.gap_checks:
            return
        for back in range(past.listing.days):
            self.read(page_of(past, today - timedelta(days=back)), news=True)

    def fill(self) -> None:
        """Ask again for pages that list what is not stored, so that it is read again.

        Raises:
            HeldError: the portal asks for patience.
        """
        for day in archive.to_fill(self._db, self._source.name, self._clock(), FILLS):
            if day.day in self._read:
                continue
            try:
                self.read(day.day, again=True)
            except HeldError:
                raise
            except TroubleError as error:
                archive.failed(self._db, self._source.name, day.day, self._clock(), error.trouble)
                self._tally.troubles.append(f"the archive's page of {day.day}: {error.trouble}")

    def read(self, page: date, *, again: bool = False, news: bool = False) -> None:
        """Ask for one page, keep what it lists, and reconcile that with what is stored.

        Args:
            page: its day, or of a month the first.
            again: ask for all of it, changed or not.
            news: what it shows new is news; else it is so only where no backfill asked for the page. What such a page
                says was published within the look-back window is left to the watch, where there is one.

        Raises:
            HeldError, TroubleError: it could not be read.
            LookupError: the source has no archive.
        """
        past, name = self._archive(), self._source.name
        url = page.strftime(past.listing.url)
        ask, kept = ask_address(url, self._base), archive.day(self._db, name, page)
        known = fetches.validators(self._db, ask) if kept and kept.listed is not None and not again else None
        answer = self._looking.ask_archive(url, known)
        now = self._clock()
        final = is_final(past, page, now)
        self._read.add(page)
        if answer.outcome == "unread":
            archive.unchanged(self._db, name, page, now, final=final)
        elif answer.outcome == "missing":
            archive.absent(self._db, name, page, now)
        else:
            offered = self._old(answer.links, now) if kept and kept.silent and not news else answer.links
            taken = archive.take(
                self._db, name, page, offered, now,
                listing_url=ask, validators=answer.validators, final=final, news=news,
            )  # fmt: skip
            self._tally.listed += taken.listed
            self._tally.fresh += taken.fresh
            self._tally.changed += taken.changed
            self._tally.troubles += [f"unreadable: {refused}" for refused in taken.refused]

    def settle(self) -> None:
        """Note, after their releases were read, what is still missing of the pages read here."""
        for page in sorted(self._read):
            archive.settle(self._db, self._source.name, page, self._clock())

    def _old(self, offered: Sequence[Link], now: datetime) -> Sequence[Link]:
        """Return the links that a watched source published before the look-back window, as far as a page tells."""
        if runs.state(self._db, self._source.name).seeded is None:
            return offered
        return [one for one in offered if one.published is None or one.published < now - LOOK_BACK]

    def _archive(self) -> Archive:
        if self._source.archive is None:
            raise LookupError(f"{self._source.name} has no archive")
        return self._source.archive


def is_final(past: Archive, page: date, now: datetime) -> bool:
    """Tell whether a page that is read at `now` (aware) changes no more."""
    return now >= datetime.combine(page_ends(past, page), time(), HONG_KONG) + SETTLES
