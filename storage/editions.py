"""A story's other releases as they stood at a time, so that every attempt to tell tells the same. Reads only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from storage.assessments import from_columns
from storage.database import Database
from storage.model import Edition, Precision
from storage.times import from_text, from_text_or_none, stamp

MOST = 12
"""As many other releases are given, those read first; few stories have ten."""
_LAST = "9999"
"""Sorts after every time: for a question about the present."""

_EDITION = """
SELECT r.id AS release_id, r.key, r.language, r.url, r.portal, r.source, r.published, r.utc_offset, r.precision,
       r.first_seen, v.id AS version_id, v.number, v.title, v.text, v.seen, v.told
FROM release AS r JOIN version AS v ON v.release_id = r.id
WHERE r.id = ? AND v.seen <= ? ORDER BY v.number DESC LIMIT 1"""

_MOVED = "SELECT id, release_id, from_story FROM story_hand WHERE {} = ? AND at > ?"


def story_at(db: Database, release_id: int, as_of: datetime | None = None) -> int | None:
    """Return the story of a release as it was at a time; today's where none is given."""
    moved = db.value(
        "SELECT from_story FROM story_hand WHERE release_id = ? AND at > ? ORDER BY id LIMIT 1",
        (release_id, _until(as_of)),
    )
    found = moved or db.value("SELECT story_id FROM story_member WHERE release_id = ?", (release_id,))
    return None if found is None else int(found)


def members_at(db: Database, story_id: int, as_of: datetime | None = None) -> list[int]:
    """Return the releases of a story as it was at a time, those read first in front."""
    until = _until(as_of)
    ids = {row["release_id"] for row in db.rows("SELECT release_id FROM story_member WHERE story_id = ?", (story_id,))}
    moved = [row for column in ("from_story", "to_story") for row in db.rows(_MOVED.format(column), (story_id, until))]
    for row in sorted(moved, key=lambda row: -int(row["id"])):
        if row["from_story"] == story_id:
            ids.add(row["release_id"])
        else:
            ids.discard(row["release_id"])
    there = "SELECT 1 FROM release WHERE id = ? AND first_seen <= ?"
    return [number for number in sorted(ids) if db.row(there, (number, until))]


def editions(db: Database, release_id: int, as_of: datetime | None = None) -> tuple[tuple[Edition, ...], str]:
    """Return the story's other releases, those read first in front, and the key of the story's first release.

    Args:
        db: the database.
        release_id: of the release that is not its own edition.
        as_of: the time; None for the present.
    """
    story = story_at(db, release_id, as_of)
    ids = [release_id] if story is None else members_at(db, story, as_of)
    found = [_edition(db, number, _until(as_of)) for number in [one for one in ids if one != release_id][:MOST]]
    key = db.value("SELECT key FROM release WHERE id = ?", (ids[0] if ids else release_id,))
    return tuple(one for one in found if one is not None), str(key or "")


def _until(as_of: datetime | None) -> str:
    return _LAST if as_of is None else stamp(as_of)


def _edition(db: Database, release_id: int, until: str) -> Edition | None:
    row = db.row(_EDITION, (release_id, until))
    if row is None:
        return None
    row = as_told(row)
    same = {name: row[name] for name in ("release_id", "key", "language", "url", "title", "text", "portal", "source")}
    seen = from_text(row["seen"])
    return Edition(
        **same,
        published=with_offset(row),
        first_seen=from_text(row["first_seen"]),
        version=row["number"],
        revised=seen if row["number"] > 1 else None,
        state=_state(db, release_id, until),
        precision=Precision(row["precision"]) if row["precision"] else None,
        assessment=from_columns(thought) if (thought := _assessment(db, row["version_id"])) else None,
    )


def _assessment(db: Database, version_id: int) -> dict[str, Any] | None:
    return db.row("SELECT * FROM assessment WHERE version_id = ? ORDER BY id LIMIT 1", (version_id,))


def _state(db: Database, release_id: int, until: str) -> str:
    kind = db.value(
        "SELECT kind FROM change WHERE release_id = ? AND at <= ? AND kind IN ('gone', 'returned')"
        " ORDER BY id DESC LIMIT 1",
        (release_id, until),
    )
    return "gone" if kind == "gone" else "present"


def as_told(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that joins `release` and `version` with what the page told when that version was read."""
    told: dict[str, Any] = json.loads(row["told"] or "{}")
    return row | told


def with_offset(row: dict[str, Any]) -> datetime | None:
    """Return when a release was published, with its portal's own offset; None where the portal does not say."""
    published = from_text_or_none(row["published"])
    if published is None:
        return None
    return published.astimezone(timezone(timedelta(minutes=row["utc_offset"] or 0)))
