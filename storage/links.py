"""Every address a listing ever offered: a promise to read it, kept until it was read or given up. Reads no listing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from storage import fetches
from storage.clean import fault, tidy
from storage.database import Database
from storage.decide import FIRST_SIGHT
from storage.model import Link, Validators
from storage.times import stamp

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=12)
MOST_ATTEMPTS = 12
"""After the twelfth failure, two and a half days after the first, a link is dead; `coopwatch status` counts these."""

LISTED_EVERY = timedelta(hours=1)
"""`last_listed` is exact to this much: a listing that shows nothing new then costs no write."""

STILL_LISTED = timedelta(days=4)
"""A link given up that no listing showed for this long is history; until then it is somebody's concern."""

LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """What a listing brought: how many keys, new ones, ones with another text now; and, in words, what was refused."""

    listed: int
    fresh: int
    changed: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A link to be read: `attempts` counts the failures so far."""

    key: str
    url: str
    title: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Unread:
    """What a source lists and nobody could read so far: how many are tried again, how many were given up, and why."""

    source: str
    waiting: int
    dead: int
    trouble: str


def take(
    db: Database,
    source: str,
    links: Iterable[Link],
    now: datetime,
    *,
    listing_url: str,
    validators: Validators | None,
    gap_check: bool = False,
    silent: str | None = None,
) -> Taken:
    """Keep what a listing that was read well offers, together with its validators, in one transaction.

    A new key becomes a pending link, silent until the source is seeded. A known key whose digest changed makes its
    release due for reading again at once. Where the listing says nothing new, nothing is written.

    Args:
        db: the database.
        source: the source's name.
        links: what the listing offers; the first of two with one key counts.
        now: when it was asked.
        listing_url: the address the listing was asked from.
        validators: of the answer; None keeps those that are there.
        gap_check: the listing is one of the gap checks, which alone is no first sight of a source.
        silent: why what is new is to be recorded silently, whatever the source; None to decide it by the source.
    """
    offered, refused = _sort_out(links)
    seen = _seen(db, source, offered)
    fresh = [link for key, link in offered.items() if key not in seen]
    changed = [link for key, link in offered.items() if key in seen and _changed(seen[key]["digest"], link.digest)]
    told = [link for key, link in offered.items() if key in seen and link.digest and not seen[key]["digest"]]
    stale = [key for key in offered if key in seen and seen[key]["last_listed"] < stamp(now - LISTED_EVERY)]
    first = db.row("SELECT first_sight, seeded FROM source WHERE name = ?", (source,))
    starts = not gap_check and (first is None or first["first_sight"] is None)
    if fresh or changed or told or stale or starts:
        with db.transaction():
            _sight(db, source, now, starts)
            unseeded = None if first and first["seeded"] else FIRST_SIGHT
            for link in fresh:
                _add(db, source, link, now, silent or unseeded)
            for link in changed:
                _again(db, source, link, now)
            for link in told:
                db.execute("UPDATE link SET digest = ? WHERE source = ? AND key = ?", (link.digest, source, link.key))
            for key in stale:
                db.execute("UPDATE link SET last_listed = ? WHERE source = ? AND key = ?", (stamp(now), source, key))
            if validators is not None:
                fetches.save_validators(db, listing_url, validators, now)
    elif validators is not None:
        fetches.save_validators(db, listing_url, validators, now)
    return Taken(len(offered), len(fresh), len(changed), refused)


def _sort_out(links: Iterable[Link]) -> tuple[dict[str, Link], tuple[str, ...]]:
    """Return the links by key, titles made fit to store, and in words those that must not be stored."""
    offered: dict[str, Link] = {}
    refused: list[str] = []
    for link in links:
        wrong = fault("key", link.key) or fault("url", link.url) or fault("digest", link.digest)
        if wrong:
            refused.append(wrong)
        elif link.key not in offered:
            offered[link.key] = replace(link, title=tidy(link.title, LONGEST_TITLE))
    return offered, tuple(refused)


def _seen(db: Database, source: str, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for key in keys:
        row = db.row("SELECT digest, last_listed, state FROM link WHERE source = ? AND key = ?", (source, key))
        if row is not None:
            rows[key] = row
    return rows


def _changed(before: str, now: str) -> bool:
    return bool(before and now and before != now)


def _sight(db: Database, source: str, now: datetime, starts: bool) -> None:
    db.insert("source", {"name": source}, verb="INSERT OR IGNORE")
    if starts:
        db.execute("UPDATE source SET first_sight = ? WHERE name = ? AND first_sight IS NULL", (stamp(now), source))


def _add(db: Database, source: str, link: Link, now: datetime, silent: str | None) -> None:
    told = {"key": link.key, "url": link.url, "title": link.title, "digest": link.digest}
    when = {"first_listed": stamp(now), "last_listed": stamp(now), "next_try": stamp(now)}
    db.insert("link", {"source": source, **told, "state": "pending", "silent": silent, **when})


def _again(db: Database, source: str, link: Link, now: datetime) -> None:
    """Have the text read again: the release, where there is one, else the link."""
    db.execute(
        "UPDATE link SET digest = ?, title = ?, last_listed = ? WHERE source = ? AND key = ?",
        (link.digest, link.title, stamp(now), source, link.key),
    )
    if not db.execute("UPDATE release SET next_reread = ? WHERE key = ?", (stamp(now), link.key)):
        db.execute(
            "UPDATE link SET state = 'pending', attempts = 0, next_try = ?"
            " WHERE source = ? AND key = ? AND state = 'dead'",
            (stamp(now), source, link.key),
        )


def is_known(db: Database, key: str) -> bool:
    """Return whether any listing of any source has shown this key, or a release has it."""
    known = "SELECT 1 FROM link WHERE key = ? UNION ALL SELECT 1 FROM release WHERE key = ?"
    return db.row(known, (key, key)) is not None


def pending(db: Database, source: str, now: datetime, limit: int = 50) -> list[Pending]:
    """Return the links of a source to read now, those somebody waits for before those of a first sight.

    One that was taken in what is now the future, because the clock has been set back since, does not wait for it.
    """
    rows = db.rows(
        "SELECT key, url, title, attempts FROM link WHERE source = ? AND state = 'pending'"
        " AND (next_try <= ? OR first_listed > ?) ORDER BY silent IS NOT NULL, next_try, id LIMIT ?",
        (source, stamp(now), stamp(now), limit),
    )
    return [Pending(**row) for row in rows]


def failed(db: Database, source: str, key: str, now: datetime, trouble: str) -> None:
    """Note that reading a link, or a release again, failed: try later, each time twice as late, and in the end no more.

    Args:
        db: the database.
        source: the source's name.
        key: of the link; a release known without a link is merely put off.
        now: when it failed.
        trouble: why, in words for the operator.
    """
    with db.transaction():
        row = db.row("SELECT attempts, state FROM link WHERE source = ? AND key = ?", (source, key))
        attempts = row["attempts"] + 1 if row else 1
        over = attempts >= MOST_ATTEMPTS
        later = None if over else stamp(now + wait_after(attempts))
        state = "dead" if row and row["state"] == "pending" and over else (row or {}).get("state")
        db.execute(
            "UPDATE link SET attempts = ?, trouble = ?, state = ?, next_try = ? WHERE source = ? AND key = ?",
            (attempts, tidy(trouble, 1000), state, later, source, key),
        )
        if row is None or state == "read":
            db.execute("UPDATE release SET next_reread = ? WHERE key = ? AND next_reread IS NOT NULL", (later, key))


def unread(db: Database, now: datetime) -> list[Unread]:
    """Return, for each source that has any, the links that failed; those given up as long as they are still listed.

    Args:
        db: the database.
        now: the present time.
    """
    # SQLite takes the bare column from the row of the maximum: the trouble of the link that was listed last.
    rows = db.rows(
        "SELECT source, sum(state = 'pending') AS waiting, sum(state = 'dead') AS dead, trouble, max(last_listed)"
        " FROM link WHERE (state = 'pending' AND attempts > 0) OR (state = 'dead' AND last_listed >= ?)"
        " GROUP BY source ORDER BY source",
        (stamp(now - STILL_LISTED),),
    )
    return [Unread(row["source"], row["waiting"], row["dead"], row["trouble"] or "") for row in rows]


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failures: five minutes, doubling up to twelve hours."""
    doubled = 2.0 ** min(attempts - 1, 20)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def seeded(db: Database, source: str, now: datetime) -> None:
    """Note that a source's first whole check ended: what its listings show from now on is news."""
    with db.transaction():
        db.insert("source", {"name": source}, verb="INSERT OR IGNORE")
        db.execute("UPDATE source SET seeded = ? WHERE name = ? AND seeded IS NULL", (stamp(now), source))
