"""Bundles alerts into digests, in one transaction with the digest; wakes alerts that wait for another edition."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage.assessments import as_json
from storage.database import Database
from storage.deliveries import COLUMNS, message_id, value
from storage.model import Delivery
from storage.times import stamp

MOST_MEMBERS = 30
"""As many alerts go into one digest where the caller says nothing; where more wait, it comes in parts."""


def gather(
    db: Database,
    subscription: str,
    slot: datetime | str,
    now: datetime,
    body: Mapping[str, Any],
    *,
    empty: bool,
    hold: int | None = None,
    most: int | None = None,
) -> Delivery | None:
    """Make the digest of a subscription's turn: of all its waiting alerts that were never attempted; return it.

    More than `most` alerts make several deliveries, all in this transaction: the first is returned, and the
    bodies of all say which `part` of how many `parts` they are.

    Args:
        db: the database.
        subscription: whose, by name.
        slot: the turn it is made for; a turn comes once, so made a second time for the same one nothing happens.
        now: the time, at which it is due.
        body: what it is made from beyond its members, as plain values.
        empty: make it also where there is nothing to tell.
        hold: instead of those that wait, take those that this hold keeps back (`holds.hold_settle` has the rest).
        most: alerts in one delivery.

    Returns:
        the digest, yet to be claimed; None where there is nothing to tell, or the turn has had its digest.
    """
    turn = slot if isinstance(slot, str) else stamp(slot)
    with db.transaction():
        if db.value("SELECT 1 FROM delivery WHERE subscription = ? AND slot = ?", (subscription, turn)):
            return None
        ids = _waiting(db, subscription) if hold is None else _held(db, subscription, hold)
        if not ids and not empty:
            return None
        most = most or MOST_MEMBERS
        parts = [ids[at : at + most] for at in range(0, len(ids), most)] or [[]]
        made = [
            _bundle(db, subscription, turn, now, dict(body), part, (number, len(parts)))
            for number, part in enumerate(parts, 1)
        ]
        row = db.row(f"SELECT {COLUMNS} FROM delivery WHERE id = ?", (made[0],))
        return None if row is None else value(db, row, now)


def _waiting(db: Database, subscription: str) -> list[int]:
    rows = db.rows(
        "SELECT id FROM delivery INDEXED BY delivery_queue WHERE subscription = ? AND state IN ('waiting', 'sending')"
        " AND state = 'waiting' AND what = 'alert' AND attempts = 0 ORDER BY id",
        (subscription,),
    )
    return [row["id"] for row in rows]


def _held(db: Database, subscription: str, hold: int) -> list[int]:
    rows = db.rows(
        "SELECT id FROM delivery WHERE hold_id = ? AND state = 'held' AND subscription = ? ORDER BY id",
        (hold, subscription),
    )
    return [row["id"] for row in rows]


def _bundle(
    db: Database,
    subscription: str,
    turn: str,
    now: datetime,
    body: dict[str, Any],
    ids: list[int],
    part: tuple[int, int],
) -> int:
    number, parts = part
    slot = turn if number == 1 else f"{turn} part {number}"
    told = body if parts == 1 else body | {"part": number, "parts": parts}
    row = {"what": "digest", "subscription": subscription, "message_id": message_id(f"digest|{slot}", subscription)}
    due = {"state": "waiting", "next_try": stamp(now), "made": stamp(now), "slot": slot, "body": as_json(told)}
    digest = db.insert("delivery", row | due)
    for one in ids:
        db.execute("UPDATE delivery SET state = 'bundled', bundle_id = ?, next_try = NULL WHERE id = ?", (digest, one))
    return digest


def bump(db: Database, story_id: int, now: datetime) -> int:
    """Make the alerts of a story due that were put off and never attempted, inside a transaction; return how many.

    Called when another release joins the story: it may be the edition that they wait for.
    """
    return db.execute(
        "UPDATE delivery SET next_try = ? WHERE state = 'waiting' AND what = 'alert' AND attempts = 0 AND next_try > ?"
        " AND change_id IN (SELECT id FROM change WHERE story_id = ?)",
        (stamp(now), stamp(now), story_id),
    )
