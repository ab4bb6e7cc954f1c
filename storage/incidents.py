"""What the operator has to know: each incident is opened once, with what was seen, and closed by a good observation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.assessments import as_json
from storage.database import Database
from storage.times import from_text, from_text_or_none, stamp


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that is not well, or was not.

    Args:
        id: its number.
        kind: what kind of trouble: `source-blind`, `disk`, ...
        subject: what has it: a source, a subscription, ...
        opened: when it was noticed; `closed` when it was over.
        closed: see there.
        evidence: what was seen when it was opened, as plain values.
        closing: what was seen when it was closed.
    """

    id: int
    kind: str
    subject: str
    opened: datetime
    closed: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict, hash=False)
    closing: Mapping[str, Any] = field(default_factory=dict, hash=False)


def open_(db: Database, kind: str, subject: str, evidence: Mapping[str, Any], now: datetime) -> Incident | None:
    """Open an incident; return it, or None where one of this kind and subject is open already.

    Args:
        db: the database.
        kind: see `Incident`; likewise `subject`.
        subject: see there.
        evidence: what was seen, as plain values; no secret.
        now: the time.
    """
    with db.transaction():
        if _open(db, kind, subject) is not None:
            return None
        row = {"kind": kind, "subject": subject, "opened": stamp(now), "evidence": as_json(dict(evidence))}
        return incident(db, db.insert("incident", row))


def close(
    db: Database, kind: str, subject: str, now: datetime, evidence: Mapping[str, Any] | None = None
) -> Incident | None:
    """Close the incident of a kind and subject; return it as closed, or None where none is open.

    Args:
        db: the database.
        kind: see `Incident`; likewise `subject`.
        subject: see there.
        now: the time.
        evidence: what shows that it is over, as plain values.
    """
    with db.transaction():
        number = _open(db, kind, subject)
        if number is None:
            return None
        said = as_json(dict(evidence or {}))
        db.execute("UPDATE incident SET closed = ?, closing = ? WHERE id = ?", (stamp(now), said, number))
        return incident(db, number)


def _open(db: Database, kind: str, subject: str) -> int | None:
    found = db.value("SELECT id FROM incident WHERE kind = ? AND subject = ? AND closed IS NULL", (kind, subject))
    return None if found is None else int(found)


def incident(db: Database, number: int) -> Incident | None:
    """Return an incident by its number, or None."""
    row = db.row("SELECT * FROM incident WHERE id = ?", (number,))
    return None if row is None else _incident(row)


def open_now(db: Database) -> list[Incident]:
    """Return the incidents that are open, the oldest first."""
    rows = db.rows("SELECT * FROM incident INDEXED BY incident_open WHERE closed IS NULL ORDER BY id")
    return [_incident(row) for row in rows]


def recent(db: Database, limit: int) -> list[Incident]:
    """Return the incidents opened last, the newest first, as many as `limit`; open or closed."""
    return [_incident(row) for row in db.rows("SELECT * FROM incident ORDER BY id DESC LIMIT ?", (limit,))]


def _incident(row: dict[str, Any]) -> Incident:
    times = {"opened": from_text(row["opened"]), "closed": from_text_or_none(row["closed"])}
    said = {name: json.loads(row[name] or "{}") for name in ("evidence", "closing")}
    return Incident(**row | times | said)
