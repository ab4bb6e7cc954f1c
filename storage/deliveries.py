"""Promises as rows and as values: making one, and reading one with all that is needed to word it. Settles nothing.

Who claims and settles is in outbox.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from storage.assessments import as_json
from storage.database import Database
from storage.model import Delivery, Notice
from storage.notices import notice
from storage.times import from_text, from_text_or_none, stamp

COLUMNS = "id, what, change_id, message_id, subscription, attempts, made, body, as_of, taken, slot"
"""What `value` reads of a row."""


def message_id(event: str, subscription: str) -> str:
    """Return the id under which one event is told to one subscription, on every attempt."""
    return "msg_" + hashlib.sha256(f"{event}|{subscription}".encode()).hexdigest()[:26]


def promise(
    db: Database, told: Notice, names: Sequence[str], now: datetime, *, hold: int | None = None
) -> tuple[str, ...]:
    """Promise to tell a change, inside the transaction that stores it; return the subscriptions promised, each once.

    Args:
        db: the database.
        told: the change, with what is known of it.
        names: the subscriptions to tell.
        now: the time, at which the promises are due.
        hold: keep them back until this hold is judged (holds.py).
    """
    promised = tuple(dict.fromkeys(names))
    for name in promised:
        row = {"change_id": told.change.id, "subscription": name, "message_id": message_id(told.change.event, name)}
        due = {"state": "waiting", "next_try": stamp(now)} if hold is None else {"state": "held", "hold_id": hold}
        db.insert("delivery", row | due | {"made": stamp(now)})
    return promised


def notify(db: Database, subscription: str, key: str, body: Mapping[str, Any], now: datetime) -> bool:
    """Promise to tell a subscription something about the watch itself, once a key; return whether that is new.

    Args:
        db: the database.
        subscription: whom, by name.
        key: stable name of the occasion, e.g. `incident-17-opened`; the message's id follows from it.
        body: its words' values, as plain values; no secret.
        now: the time, at which it is due.
    """
    row = {"what": "notice", "subscription": subscription, "message_id": message_id(f"notice|{key}", subscription)}
    due = {"state": "waiting", "next_try": stamp(now), "made": stamp(now), "body": as_json(dict(body))}
    with db.transaction():
        if db.value("SELECT 1 FROM delivery WHERE message_id = ?", (row["message_id"],)):
            return False
        db.insert("delivery", row | due)
    return True


def value(db: Database, row: Mapping[str, Any], now: datetime) -> Delivery:
    """Return a promise as a value, a digest with its members.

    Args:
        db: the database.
        row: with the columns of `COLUMNS`.
        now: the time that "now" means in its words, where none was set by an earlier attempt.

    Raises:
        KeyError, TypeError, ValueError: what it should tell cannot be read.
    """
    as_of = from_text_or_none(row["as_of"]) or now
    return _value(db, row, as_of, members(db, row["id"], as_of) if row["what"] == "digest" else ())


def members(db: Database, digest_id: int, as_of: datetime) -> tuple[Delivery, ...]:
    """Return the alerts that a digest bundles, the oldest promise first, each as of a time."""
    rows = db.rows(f"SELECT {COLUMNS} FROM delivery WHERE bundle_id = ? ORDER BY id", (digest_id,))
    return tuple(_value(db, row, as_of, ()) for row in rows)


def _value(db: Database, row: Mapping[str, Any], as_of: datetime, bundled: tuple[Delivery, ...]) -> Delivery:
    return Delivery(
        id=row["id"],
        message_id=row["message_id"],
        subscription=row["subscription"],
        notice=None if row["change_id"] is None else notice(db, row["change_id"], as_of),
        attempts=row["attempts"],
        created=from_text(row["made"]),
        what=row["what"],
        body=json.loads(row["body"]) if row["body"] else {},
        as_of=as_of,
        members=bundled,
        taken=tuple(json.loads(row["taken"])) if row["taken"] else (),
        slot=row["slot"],
    )
