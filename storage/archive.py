"""The past by page of a portal's archive: a ledger of days, each list held against what is stored. Fetches nothing.

A day is the portal's own; where an archive has a page a month, the first of that month stands for all of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from storage import links
from storage.clean import tidy
from storage.database import Database
from storage.decide import BACKFILL
from storage.model import Link, Validators
from storage.times import from_text_or_none, stamp

MOST_FILLS = 12
"""Checks that try to fill a difference, each after twice the time; what stays then is the portal's own mistake."""


@dataclass(frozen=True, slots=True)
class Day:
    """A page of the archive as the ledger has it.

    Args:
        day: of the portal; of a month its first.
        state: `wanted` not read yet, `listed` read, `absent` the portal has no such page, `failed` could not be read.
        silent: why what it shows new is recorded silently; None where it is news.
        listed: releases on it when it was last read well, at `asked`; None where it never was.
        unread: how many of these are not stored.
        final: read so late that nothing is added to it any more.
        trouble: why it could not be read.
    """

    source: str
    day: date
    state: str
    silent: str | None = None
    listed: int | None = None
    asked: datetime | None = None
    unread: int = 0
    final: bool = False
    trouble: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the page was read for the last time and everything on it is stored."""
        return self.state == "listed" and self.final and not self.unread


DAY = (
    "SELECT source, day, state, silent, listed, asked, final, trouble, (SELECT count(*) FROM link AS l"
    " WHERE l.source = a.source AND l.day = a.day AND l.state <> 'read') AS unread FROM archive_day AS a"
)
"""The question for rows that `as_day` understands."""


def want(db: Database, source: str, days: Iterable[date]) -> None:
    """Note days that a backfill is to read, in one transaction; those that are known stay as they are."""
    with db.transaction():
        for day in days:
            columns = {"source": source, "day": day.isoformat(), "silent": BACKFILL}
            db.insert("archive_day", columns, verb="INSERT OR IGNORE")


def day(db: Database, source: str, wanted: date) -> Day | None:
    """Return what the ledger knows of one day, or None."""
    row = db.row(f"{DAY} WHERE source = ? AND day = ?", (source, wanted.isoformat()))
    return None if row is None else as_day(row)


def days(db: Database, source: str, since: date, until: date) -> list[Day]:
    """Return what the ledger knows of the days from `since` to `until`, both included, the newest first."""
    span = (source, since.isoformat(), until.isoformat())
    return [as_day(row) for row in db.rows(f"{DAY} WHERE source = ? AND day BETWEEN ? AND ? ORDER BY day DESC", span)]


def take(
    db: Database,
    source: str,
    page: date,
    offered: Sequence[Link],
    now: datetime,
    *,
    listing_url: str,
    validators: Validators | None,
    final: bool,
    news: bool = False,
) -> links.Taken:
    """Keep what a page of the archive offers and note it in the ledger, in one transaction.

    What it lists is reconciled with what is stored: a link that was given up, or whose release is not there any more,
    is to be read again. New links of a day that only a backfill asked for are silent.

    Args:
        db: the database.
        source: the source's name.
        page: which day, or of a month the first.
        offered: what it lists.
        now: when it was asked.
        listing_url: the address it was asked from.
        validators: of the answer.
        final: nothing is added to this page any more.
        news: the watch reads this page while it is new, so what it shows is no longer a backfill's.
    """
    with db.transaction():
        if news:
            db.execute(
                "UPDATE archive_day SET silent = NULL WHERE source = ? AND day = ? AND silent IS NOT NULL",
                (source, page.isoformat()),
            )
        db.insert("archive_day", {"source": source, "day": page.isoformat()}, verb="INSERT OR IGNORE")
        known = db.row("SELECT silent FROM archive_day WHERE source = ? AND day = ?", (source, page.isoformat()))
        silent = known["silent"] if known else None
        taken = links.take(
            db, source, offered, now, listing_url=listing_url, validators=validators, gap_check=True, silent=silent
        )
        keys = {link.key for link in offered}
        for key in keys:
            _place(db, source, page, key, now)
        db.execute(
            "UPDATE archive_day SET state = 'listed', listed = ?, asked = ?, final = ?, trouble = NULL"
            " WHERE source = ? AND day = ?",
            (len(keys), stamp(now), int(final), source, page.isoformat()),
        )
        if _missing(db, source, page):
            _put_off_fill(db, source, page, now)
        else:
            _filled(db, source, page)
    return taken


def unchanged(db: Database, source: str, page: date, now: datetime, *, final: bool) -> None:
    """Note that a page is as it was when it was last read; written only where that makes it final."""
    if not final:
        return
    with db.transaction():
        db.execute(
            "UPDATE archive_day SET asked = ?, final = 1 WHERE source = ? AND day = ? AND state = 'listed'"
            " AND final = 0",
            (stamp(now), source, page.isoformat()),
        )


def absent(db: Database, source: str, page: date, now: datetime) -> None:
    """Note that the portal has no such page; one that was read before stays as it was."""
    with db.transaction():
        gone = db.execute(
            "UPDATE archive_day SET state = 'absent', asked = ?, trouble = NULL, fills = 0, next_fill = NULL"
            " WHERE source = ? AND day = ? AND listed IS NULL",
            (stamp(now), source, page.isoformat()),
        )
        if not gone:
            _put_off_fill(db, source, page, now)


def failed(db: Database, source: str, page: date, now: datetime, trouble: str) -> None:
    """Note that a page could not be read, and why; what was read of it before stays as it was."""
    with db.transaction():
        db.execute(
            "UPDATE archive_day SET state = iif(listed IS NULL, 'failed', state), trouble = ?"
            " WHERE source = ? AND day = ?",
            (tidy(trouble, 1000), source, page.isoformat()),
        )
        _put_off_fill(db, source, page, now)


def owed(db: Database, source: str, page: date) -> list[links.Pending]:
    """Return the links of a page that a backfill has to read, given up or not; those of a watch are left to it."""
    rows = db.rows(
        "SELECT key, url, title, attempts FROM link WHERE source = ? AND day = ? AND state <> 'read' AND silent = ?"
        " ORDER BY id",
        (source, page.isoformat(), BACKFILL),
    )
    return [links.Pending(**row) for row in rows]


def settle(db: Database, source: str, page: date, now: datetime) -> None:
    """Note whether anything that a page lists is still missing, which the next checks then try to fill."""
    with db.transaction():
        if not _missing(db, source, page):
            _filled(db, source, page)
        else:
            db.execute(
                "UPDATE archive_day SET next_fill = ? WHERE source = ? AND day = ? AND next_fill IS NULL AND fills < ?",
                (stamp(now), source, page.isoformat(), MOST_FILLS),
            )


def to_fill(db: Database, source: str, now: datetime, limit: int) -> list[Day]:
    """Return the days with a difference that a check may try to fill now, the newest first."""
    rows = db.rows(
        f"{DAY} WHERE source = ? AND next_fill IS NOT NULL AND next_fill <= ?"
        " AND (state = 'failed' OR unread > 0) ORDER BY day DESC LIMIT ?",
        (source, stamp(now), limit),
    )
    return [as_day(row) for row in rows]


def _place(db: Database, source: str, page: date, key: str, now: datetime) -> None:
    """Note on which page a link stands, and have it read again where nothing is stored of it."""
    db.execute(
        "UPDATE link SET day = ? WHERE source = ? AND key = ? AND day IS NOT ?",
        (page.isoformat(), source, key, page.isoformat()),
    )
    db.execute(
        "UPDATE link SET state = 'pending', attempts = 0, next_try = ? WHERE source = ? AND key = ?"
        " AND (state = 'dead' OR (state = 'read' AND NOT EXISTS (SELECT 1 FROM release WHERE key = link.key)))",
        (stamp(now), source, key),
    )


def _missing(db: Database, source: str, page: date) -> bool:
    return (
        db.row(
            "SELECT 1 FROM link WHERE source = ? AND day = ? AND state <> 'read' LIMIT 1", (source, page.isoformat())
        )
        is not None
    )


def _filled(db: Database, source: str, page: date) -> None:
    db.execute(
        "UPDATE archive_day SET fills = 0, next_fill = NULL WHERE source = ? AND day = ? AND next_fill IS NOT NULL",
        (source, page.isoformat()),
    )


def _put_off_fill(db: Database, source: str, page: date, now: datetime) -> None:
    """Have a check try to fill a difference: the next one, and later each time that did not help."""
    row = db.row("SELECT fills, next_fill FROM archive_day WHERE source = ? AND day = ?", (source, page.isoformat()))
    if row is None or row["fills"] >= MOST_FILLS:
        return
    planned = from_text_or_none(row["next_fill"])
    if planned is not None and planned > now:
        return
    fills = row["fills"] + int(planned is not None)
    later = None if fills >= MOST_FILLS else stamp(now + (links.wait_after(fills) if fills else timedelta()))
    db.execute(
        "UPDATE archive_day SET fills = ?, next_fill = ? WHERE source = ? AND day = ?",
        (fills, later, source, page.isoformat()),
    )


def as_day(row: dict[str, Any]) -> Day:
    """Return a row of `DAY` as the value it stands for."""
    when = {"day": date.fromisoformat(row["day"]), "asked": from_text_or_none(row["asked"])}
    return Day(**row | when | {"final": bool(row["final"])})
