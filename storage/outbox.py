"""Promises to tell: made with the change, claimed before sending, settled after. Sends nothing and words nothing.

A claim is a committed attempt with an end: where the process dies between claim and settling, the claim lapses and the
delivery is tried again under the same message id. So each is told at least once, never at most once. What becomes of a
digest becomes of the alerts it bundles, in the same transaction. Bundling is done in bundles.py, keeping back in
holds.py; both are offered here as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from storage.accounts import UNSETTLED
from storage.assessments import as_json
from storage.bundles import bump, gather
from storage.clean import tidy
from storage.database import Database
from storage.deliveries import COLUMNS, message_id, notify, promise, value
from storage.holds import hold_open, hold_settle, holds
from storage.model import Delivery, Notice
from storage.times import from_text_or_none, stamp

__all__ = [
    "Postpone", "Route", "again", "bump", "claim", "dead", "gather", "hold_open", "hold_settle", "holds",
    "message_id", "next_due", "notify", "promise", "recover", "retry", "sent", "took",
]  # fmt: skip

Route = Callable[[Notice], Sequence[str]]
"""Who is to be told of a notice, by the names of the subscriptions. Pure and quick: asked inside the transaction."""
Postpone = Callable[[Delivery], datetime | None]
"""Until when an alert that was never attempted waits for something to join it, or None. Pure and quick likewise."""

_OPEN = "state IN ('waiting', 'sending')"
_ALONE = " AND (what <> 'alert' OR attempts > 0)"
"""Of a subscription that gathers its alerts: what goes out by itself all the same."""
_DETAIL = 2_000
_MOST_PUT_OFF = 100
"""As many are put off or given up in one transaction before it is committed."""

# Down the index from name to name: however many wait, a subscription costs one step.
_NAMES = f"""
WITH RECURSIVE waiting (name) AS (
  SELECT min(subscription) FROM delivery INDEXED BY delivery_queue WHERE {_OPEN}
  UNION ALL
  SELECT (SELECT min(subscription) FROM delivery INDEXED BY delivery_queue WHERE {_OPEN} AND subscription > name)
  FROM waiting WHERE name IS NOT NULL)
SELECT name FROM waiting WHERE name IS NOT NULL"""


def claim(
    db: Database,
    now: datetime,
    lease: timedelta,
    *,
    busy: Collection[str] = (),
    gathered: Collection[str] = (),
    limit: int = 20,
    postpone: Postpone | None = None,
) -> list[Delivery]:
    """Take deliveries that are due, oldest first, one a subscription, and commit the attempt before anything is sent.

    One that can no longer be read is given up on the way, so that it does not stand before the others for ever.

    Args:
        db: the database.
        now: the time.
        lease: how long the claim holds; twice the time limit of a send.
        busy: subscriptions that are being served, or must not be now, and are left out.
        gathered: subscriptions whose alerts wait for a digest: of these, only what was attempted before is taken.
        limit: the most to take.
        postpone: asked of each alert that was never attempted; where it names a later time, the alert waits till then.
    """
    claimed: list[Delivery] = []
    while not claimed and _due(db, now, busy, gathered, limit):
        with db.transaction():
            for _ in range(_MOST_PUT_OFF):
                due = _due(db, now, busy, gathered, limit)
                claimed = [one for row in due if (one := _take(db, row, now, lease, postpone)) is not None]
                if claimed or not due:
                    break
    return claimed


def _due(
    db: Database, now: datetime, busy: Collection[str], gathered: Collection[str], limit: int
) -> list[dict[str, Any]]:
    """Return the oldest due delivery of each subscription that has no attempt under way."""
    names = [row["name"] for row in db.rows(_NAMES) if row["name"] not in busy]
    found = [_oldest(db, name, stamp(now), alone=name in gathered) for name in names]
    return sorted((row for row in found if row is not None), key=lambda row: int(row["id"]))[:limit]


def _oldest(db: Database, subscription: str, now: str, *, alone: bool) -> dict[str, Any] | None:
    under_way = "SELECT 1 FROM delivery WHERE subscription = ? AND state = 'sending' AND next_try > ?"
    if db.row(under_way, (subscription, now)):
        return None
    index, only = ("delivery_single", _ALONE) if alone else ("delivery_queue", "")
    return db.row(
        f"SELECT {COLUMNS} FROM delivery INDEXED BY {index}"
        f" WHERE subscription = ? AND {_OPEN}{only} AND next_try <= ? ORDER BY id LIMIT 1",
        (subscription, now),
    )


def _take(
    db: Database, row: dict[str, Any], now: datetime, lease: timedelta, postpone: Postpone | None
) -> Delivery | None:
    """Claim one delivery; None where it was put off, or cannot be read and was given up."""
    told, trouble = None, ""
    try:
        told = value(db, row | {"attempts": row["attempts"] + 1}, now)
        told = replace(told, cut_off=_cut_off(db, row)) if row["attempts"] else told
    except (KeyError, TypeError, ValueError) as unreadable:
        trouble = f"what it should tell cannot be read: {type(unreadable).__name__}"
    if told is not None and postpone is not None and row["what"] == "alert" and row["attempts"] == 0:
        later = postpone(told)
        if later is not None and later > now:
            db.execute("UPDATE delivery SET next_try = ? WHERE id = ?", (stamp(later), row["id"]))
            return None
    _begin(db, row["id"], row["attempts"] + 1, now, lease)
    if told is None:
        db.execute(
            "UPDATE attempt SET ended = ?, outcome = 'dead', detail = ? WHERE delivery_id = ? AND ended IS NULL",
            (stamp(now), trouble, row["id"]),
        )
        _settle(db, row["id"], "dead", None, stamp(now), trouble)
    return told


def _cut_off(db: Database, row: dict[str, Any]) -> int:
    """Return how many of the attempts since the promise was made, or last retried by hand, never ended."""
    lately = "SELECT ended FROM attempt WHERE delivery_id = ? ORDER BY id DESC LIMIT ?"
    return sum(one["ended"] is None for one in db.rows(lately, (row["id"], row["attempts"])))


def _begin(db: Database, delivery_id: int, attempts: int, now: datetime, lease: timedelta) -> None:
    db.execute(
        "UPDATE delivery SET state = 'sending', attempts = ?, next_try = ?, as_of = coalesce(as_of, ?) WHERE id = ?",
        (attempts, stamp(now + lease), stamp(now), delivery_id),
    )
    number = db.value("SELECT count(*) + 1 FROM attempt WHERE delivery_id = ?", (delivery_id,))
    db.insert("attempt", {"delivery_id": delivery_id, "number": number, "started": stamp(now)})


def sent(db: Database, delivery: Delivery, now: datetime, detail: str) -> None:
    """Settle a delivery that arrived, even where its claim has lapsed meanwhile; a digest with its members.

    Args:
        db: the database.
        delivery: as `claim` gave it.
        now: when it arrived.
        detail: what the receiver answered, in short; never a secret.
    """
    with db.transaction():
        _end(db, delivery, now, "sent", detail)
        arrived = "UPDATE delivery SET state = 'sent', settled = ?, next_try = NULL, trouble = NULL WHERE"
        db.execute(f"{arrived} id = ? AND state <> 'sent'", (stamp(now), delivery.id))
        db.execute(f"{arrived} bundle_id = ? AND state <> 'sent'", (stamp(now), delivery.id))


def again(db: Database, delivery: Delivery, now: datetime, next_try: datetime, trouble: str) -> None:
    """Put a delivery off that failed for the time being; the members of a digest go on waiting with it."""
    with db.transaction():
        _end(db, delivery, now, "again", trouble)
        _settle(db, delivery.id, "waiting", stamp(next_try), None, trouble, delivery.attempts)


def dead(db: Database, delivery: Delivery, now: datetime, trouble: str) -> None:
    """Give a delivery up, a digest with its members; it stays, with its trouble, until somebody asks to retry it."""
    with db.transaction():
        _end(db, delivery, now, "dead", trouble)
        _settle(db, delivery.id, "dead", None, stamp(now), trouble, delivery.attempts)


def _settle(
    db: Database,
    delivery_id: int,
    state: str,
    next_try: str | None,
    settled: str | None,
    trouble: str,
    attempts: int | None = None,
) -> None:
    """Write the outcome of the attempt that holds the claim; one whose claim lapsed and was taken anew has no say."""
    said = tidy(trouble, _DETAIL)
    changed = db.execute(
        "UPDATE delivery SET state = ?, next_try = ?, settled = ?, trouble = ?"
        " WHERE id = ? AND state = 'sending' AND attempts = coalesce(?, attempts)",
        (state, next_try, settled, said, delivery_id, attempts),
    )
    if changed and state == "dead":
        db.execute(
            "UPDATE delivery SET state = 'dead', settled = ?, trouble = ? WHERE bundle_id = ? AND state = 'bundled'",
            (settled, said, delivery_id),
        )


def _end(db: Database, delivery: Delivery, now: datetime, outcome: str, detail: str) -> None:
    db.execute(
        "UPDATE attempt SET ended = ?, outcome = ?, detail = ? WHERE id ="
        " (SELECT max(id) FROM attempt WHERE delivery_id = ?) AND ended IS NULL",
        (stamp(now), outcome, tidy(detail, _DETAIL), delivery.id),
    )


def took(db: Database, delivery: Delivery, marks: Collection[str]) -> None:
    """Note recipients that have a delivery already, so that a later attempt, after a restart too, leaves them out.

    Args:
        db: the database.
        delivery: as `claim` gave it.
        marks: of the recipients; hashes, never addresses.
    """
    with db.transaction():
        kept = db.value("SELECT taken FROM delivery WHERE id = ?", (delivery.id,))
        known = json.loads(kept) if kept else []
        taken = list(dict.fromkeys([*known, *sorted(marks)]))
        db.execute("UPDATE delivery SET taken = ? WHERE id = ?", (as_json(taken), delivery.id))


def retry(db: Database, now: datetime, ids: Collection[int] | None = None, subscription: str | None = None) -> int:
    """Make dead deliveries wait again, their ladder of attempts from the start; return how many.

    A digest takes its members along, which are counted where they were asked for by name. A member that is asked for
    without its digest leaves it, and goes out alone.

    Args:
        db: the database.
        now: the time, at which they are due again.
        ids: only these deliveries; None for all.
        subscription: only this subscription's; None for all.
    """
    where, params = f"{UNSETTLED} AND state = 'dead'", [] if subscription is None else [subscription]
    where += "" if subscription is None else " AND subscription = ?"
    with db.transaction():
        if ids is None:
            rows = db.rows(f"SELECT id, bundle_id FROM delivery WHERE {where}", params)
        else:
            asked = (db.row(f"SELECT id, bundle_id FROM delivery WHERE {where} AND id = ?", [*params, i]) for i in ids)
            rows = list({row["id"]: row for row in asked if row}.values())
        going = {row["id"] for row in rows}
        alone = [row["id"] for row in rows if row["bundle_id"] not in going]
        for number in alone:
            _revive(db, number, now)
        return len(alone) if ids is None else len(going)


def _revive(db: Database, delivery_id: int, now: datetime) -> None:
    db.execute(
        "UPDATE delivery SET state = 'waiting', attempts = 0, settled = NULL, bundle_id = NULL, next_try = ?"
        " WHERE id = ?",
        (stamp(now), delivery_id),
    )
    db.execute(
        "UPDATE delivery SET state = 'bundled', settled = NULL WHERE bundle_id = ? AND state = 'dead'", (delivery_id,)
    )


def recover(db: Database, now: datetime) -> int:
    """Let the claims of a process that is known to be dead lapse at once; return how many.

    Only for the one dispatcher of a database, when it starts and holds the instance lock.
    """
    with db.transaction():
        return db.execute("UPDATE delivery SET state = 'waiting', next_try = ? WHERE state = 'sending'", (stamp(now),))


def next_due(
    db: Database, *, busy: Collection[str] = (), gathered: Collection[str] = (), after: datetime | None = None
) -> datetime | None:
    """Return when the next delivery is due or a claim lapses, or None where nothing waits.

    Args:
        db: the database.
        busy: subscriptions to leave out, as in `claim`.
        gathered: subscriptions whose alerts wait for a digest, as in `claim`.
        after: only later times; a step down the index for each subscription, however much is due by then.
    """
    names = [row["name"] for row in db.rows(_NAMES) if row["name"] not in busy]
    later = "" if after is None else stamp(after)
    found = [db.value(_NEXT_ALONE if name in gathered else _NEXT, (name, later)) for name in names]
    return from_text_or_none(min((one for one in found if one is not None), default=None))


_NEXT = (
    f"SELECT min(next_try) FROM delivery INDEXED BY delivery_due WHERE subscription = ? AND {_OPEN} AND next_try > ?"
)
_NEXT_ALONE = (
    "SELECT min(next_try) FROM delivery INDEXED BY delivery_single"
    f" WHERE subscription = ? AND {_OPEN}{_ALONE} AND next_try > ?"
)
