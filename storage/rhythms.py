"""What a source's past tells of its habits: when releases came, what listings held, which fields were filled.

Questions only; what is made of the answers is in scheduler/rhythm.py and scheduler/habits.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.times import from_text, stamp

FIELDS = ("published", "department", "text")
"""What a release's page usually fills, and a reader that no longer fits it leaves out."""
LONGEST_LOOK = 4_000
"""Characters of a text that are looked at for its encoding."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many links the listings of one check held: `gaps` where its indexes were gone through, too."""

    at: datetime
    links: int
    gaps: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """One release as it was read: when, under which address, which of `FIELDS` it has, and how its text begins."""

    at: datetime
    url: str
    fields: frozenset[str]
    text: str


def arrivals(db: Database, source: str, since: datetime, now: datetime) -> list[datetime]:
    """Return when the releases of a source came, in order: published, or where only a day is told, first seen.

    What was there at the first sight and tells no time of day says nothing of when it came, and is left out.
    """
    rows = db.rows(
        "SELECT CASE WHEN precision IN ('second', 'minute') THEN published"
        " WHEN silent IS NULL THEN first_seen END AS at"
        " FROM release WHERE source = ? AND first_seen >= ?",
        (source, stamp(since)),
    )
    found = (from_text(row["at"]) for row in rows if row["at"])
    return sorted(at for at in found if since <= at <= now)


def newest(db: Database, source: str) -> datetime | None:
    """Return when the last release of a source was first seen, or None."""
    found = db.value("SELECT max(first_seen) FROM release WHERE source = ?", (source,))
    return from_text(found) if found else None


def counted(db: Database, source: str, since: datetime) -> list[Counted]:
    """Return what the listings of a source held, check by check, in order; a check that brought none is left out."""
    rows = db.rows(
        "SELECT ended, listed, gaps FROM run WHERE source = ? AND started >= ? AND listed > 0"
        " AND outcome IN ('unchanged', 'moved') ORDER BY started",
        (source, stamp(since)),
    )
    return [Counted(from_text(row["ended"]), int(row["listed"]), bool(row["gaps"])) for row in rows]


def filled(db: Database, source: str, limit: int) -> list[Filled]:
    """Return the releases of a source that were first seen last, the oldest first, each as it was first read."""
    rows = db.rows(
        "SELECT r.first_seen, r.url, r.published, r.department, substr(v.text, 1, ?) AS text"
        " FROM release AS r JOIN version AS v ON v.release_id = r.id AND v.number = 1"
        " WHERE r.source = ? ORDER BY r.first_seen DESC, r.id DESC LIMIT ?",
        (LONGEST_LOOK, source, limit),
    )
    return [
        Filled(
            from_text(row["first_seen"]),
            row["url"],
            frozenset(name for name in FIELDS if (row[name] or "").strip()),
            row["text"],
        )
        for row in reversed(rows)
    ]
