"""Everything that happened to one release, for those who ask why it was told, or was not. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.accounts import Promised, deliveries_of
from storage.assessments import from_columns
from storage.database import Database
from storage.holds import Hold, hold
from storage.model import Assessment, Change, Grade, Release, Version
from storage.notices import change_of, release, versions
from storage.times import from_text, from_text_or_none


@dataclass(frozen=True, slots=True)
class Listed:
    """When a listing showed a release: `state` is `pending`, `read` or `dead`; `silent` why it was no news then."""

    source: str
    first_listed: datetime
    last_listed: datetime
    state: str
    attempts: int
    next_try: datetime | None
    trouble: str | None
    silent: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a delivery: `outcome` is `sent`, `again` or `dead`; None while it runs or where it was cut off."""

    number: int
    started: datetime
    ended: datetime | None
    outcome: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """A promise with every attempt to keep it: its own and, where it went out with a digest, the digest's."""

    promised: Promised
    attempts: tuple[Attempt, ...]
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A change of a release, how far a revision went, and what was promised of it."""

    change: Change
    grade: Grade | None
    deliveries: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened to a release.

    Args:
        release_id: its number.
        release: in its current version.
        state: `present`, `missing` or `gone`.
        listed: when a listing showed it; None where none did (an import).
        first_seen: when it was first read.
        last_read: when its page was last asked for and there.
        next_reread: when it will be read again.
        silent: why nobody was told of it when it was new, or None.
        duplicate_of: the release whose text it repeats, or None.
        story_id: the story it is in.
        why: why it is in that story.
        versions: the first one first.
        assessment: what is thought of its current version now.
        changes: the first one first.
    """

    release_id: int
    release: Release
    state: str
    listed: Listed | None
    first_seen: datetime
    last_read: datetime
    next_reread: datetime | None
    silent: str | None
    duplicate_of: int | None
    story_id: int | None
    why: str | None
    versions: tuple[Version, ...]
    assessment: Assessment | None
    changes: tuple[Event, ...]


_RELEASE = """
SELECT r.key, r.source, r.state, r.first_seen, r.last_read, r.next_reread, r.silent, r.duplicate_of, r.assessment_id,
       m.story_id, m.why
FROM release AS r LEFT JOIN story_member AS m ON m.release_id = r.id WHERE r.id = ?"""
_LINK = """
SELECT source, first_listed, last_listed, state, attempts, next_try, trouble, silent FROM link
WHERE source = ? AND key = ?"""


def history(db: Database, release_id: int) -> History | None:
    """Return everything that happened to a release, or None where there is no such release."""
    row, current = db.row(_RELEASE, (release_id,)), release(db, release_id)
    if row is None or current is None:
        return None
    thought = db.row("SELECT * FROM assessment WHERE id = ?", (row["assessment_id"],))
    same = {name: row[name] for name in ("state", "silent", "duplicate_of", "story_id", "why")}
    return History(
        release_id=release_id,
        release=current,
        listed=_listed(db.row(_LINK, (row["source"], row["key"]))),
        first_seen=from_text(row["first_seen"]),
        last_read=from_text(row["last_read"]),
        next_reread=from_text_or_none(row["next_reread"]),
        versions=tuple(versions(db, release_id)),
        assessment=from_columns(thought) if thought else None,
        changes=tuple(_events(db, release_id)),
        **same,
    )


def _listed(row: dict[str, Any] | None) -> Listed | None:
    if row is None:
        return None
    times = {name: from_text(row[name]) for name in ("first_listed", "last_listed")}
    return Listed(**row | times | {"next_try": from_text_or_none(row["next_try"])})


def _events(db: Database, release_id: int) -> list[Event]:
    rows = db.rows("SELECT * FROM change WHERE release_id = ? ORDER BY id", (release_id,))
    return [
        Event(
            change_of(row),
            Grade(row["grade"]) if row["grade"] else None,
            tuple(_told(db, one) for one in deliveries_of(db, row["id"])),
        )
        for row in rows
    ]


def _told(db: Database, promised: Promised) -> Told:
    attempts = _attempts(db, promised.id)
    if promised.bundle_id is not None:
        attempts += _attempts(db, promised.bundle_id)
    kept_back = hold(db, promised.hold_id) if promised.hold_id is not None else None
    return Told(promised, tuple(attempts), kept_back)


def _attempts(db: Database, delivery_id: int) -> list[Attempt]:
    rows = db.rows(
        "SELECT number, started, ended, outcome, detail FROM attempt WHERE delivery_id = ? ORDER BY id", (delivery_id,)
    )
    return [
        Attempt(**row | {"started": from_text(row["started"]), "ended": from_text_or_none(row["ended"])})
        for row in rows
    ]
