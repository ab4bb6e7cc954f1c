"""A change with all that is needed to route and word it, as it was when it happened. Reads only.

The text and the assessment are those of the version the change speaks of, not of a later one, and so is what its page
told besides: every attempt to tell a change tells the same.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from storage.assessments import from_columns
from storage.database import Database
from storage.editions import as_told, editions, with_offset
from storage.model import (
    Assessment,
    Change,
    ChangeKind,
    FigureChange,
    Grade,
    Notice,
    Pair,
    Precision,
    Release,
    Version,
)
from storage.times import from_text, from_text_or_none

_RELEASE = """
SELECT r.key, r.source, r.portal, r.url, r.language, r.jurisdiction, r.department, r.published, r.utc_offset,
       r.precision, v.id AS version_id, v.title, v.text, v.captions, v.page, v.told
FROM release AS r JOIN version AS v ON v.release_id = r.id
WHERE r.id = ? AND v.number = ?"""

_FIGURE = """
SELECT n.name AS programme, l.counts, f.before, f.after, f.start, f."end", r.url AS before_url,
       r.published AS before_published, f.before_qualifier, f.after_qualifier
FROM figure_change AS f
JOIN lifeline AS l ON l.id = f.lifeline_id
JOIN named AS n ON n.id = l.programme_id
JOIN release AS r ON r.id = f.before_release_id
WHERE f.change_id = ?"""

_VERSION = "SELECT id, number, fingerprint, title, text, seen, captions, page FROM version WHERE release_id = ?"


def notice(db: Database, change_id: int, as_of: datetime | None = None) -> Notice:
    """Return the notice of a change.

    Args:
        db: the database.
        change_id: its number.
        as_of: the time at which the story's other releases are looked at; None for the present.

    Raises:
        KeyError: there is no such change.
    """
    row = db.row("SELECT * FROM change WHERE id = ?", (change_id,))
    if row is None:
        raise KeyError(f"no change {change_id}")
    change = change_of(row)
    told = db.row(_RELEASE, (change.release_id, change.version))
    if told is None:
        raise KeyError(f"change {change_id} speaks of a version that is not there")
    thought = _thought(db, told["version_id"])
    if thought is None:
        raise KeyError(f"change {change_id} speaks of a version that was never assessed")
    before, was = _earlier(db, change) if change.kind is ChangeKind.REVISED else (None, None)
    others, key = editions(db, change.release_id, as_of)
    return Notice(
        change,
        release_of(as_told(told)),
        thought,
        before,
        _figure(db, change_id) if change.kind is ChangeKind.FIGURE else None,
        grade=Grade(row["grade"]) if row["grade"] else None,
        before_assessment=was,
        editions=others,
        first_pairs=_pairs(db, change_id),
        story_key=key,
        first=min(others, key=lambda one: one.moment, default=None) if change.kind is ChangeKind.ALSO else None,
    )


def _thought(db: Database, version_id: int) -> Assessment | None:
    row = db.row("SELECT * FROM assessment WHERE version_id = ? ORDER BY id LIMIT 1", (version_id,))
    return from_columns(row) if row else None


def _earlier(db: Database, change: Change) -> tuple[Version | None, Assessment | None]:
    """Return the version before the one a revision speaks of, and what was made of it."""
    row = db.row(f"{_VERSION} AND number = ?", (change.release_id, change.version - 1))
    return (version_of(row), _thought(db, row["id"])) if row else (None, None)


def _pairs(db: Database, change_id: int) -> tuple[Pair, ...]:
    rows = db.rows("SELECT what, one, other FROM first_pair WHERE change_id = ? ORDER BY 1, 2, 3", (change_id,))
    return tuple(Pair(**row) for row in rows)


def _figure(db: Database, change_id: int) -> FigureChange | None:
    row = db.row(_FIGURE, (change_id,))
    if row is None:
        return None
    return FigureChange(**row | {"before_published": from_text_or_none(row["before_published"])})


def change_of(row: dict[str, Any]) -> Change:
    """Return the value of a row of the table `change`."""
    rest = {name: row[name] for name in ("id", "event", "release_id", "story_id", "version", "silent")}
    return Change(kind=ChangeKind(row["kind"]), at=from_text(row["at"]), **rest)


def release_of(row: dict[str, Any]) -> Release:
    """Return the value of a row that joins `release` and `version`; the time of publication has the portal's offset."""
    same = ("key", "source", "portal", "url", "language", "title", "text", "jurisdiction", "department", "page")
    return Release(
        **{name: row[name] for name in same},
        published=with_offset(row),
        precision=Precision(row["precision"]) if row["precision"] else None,
        captions=tuple(json.loads(row["captions"])),
    )


def version_of(row: dict[str, Any]) -> Version:
    """Return the value of a row of the table `version`."""
    same = {name: row[name] for name in ("number", "fingerprint", "title", "text", "page")}
    return Version(**same, seen=from_text(row["seen"]), captions=tuple(json.loads(row["captions"])))


def versions(db: Database, release_id: int) -> list[Version]:
    """Return the versions of a release, the first one first; none where there is no such release."""
    return [version_of(row) for row in db.rows(f"{_VERSION} ORDER BY number", (release_id,))]


def release(db: Database, release_id: int) -> Release | None:
    """Return a release in its current version, or None where there is no such release."""
    number = db.value("SELECT version FROM release WHERE id = ?", (release_id,))
    row = db.row(_RELEASE, (release_id, number))
    return None if row is None else release_of(row)
