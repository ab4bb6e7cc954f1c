"""Promises to tell: made with the change, claimed before sending, settled after. Sends nothing and words nothing.

A claim is a committed attempt with an end: where the process dies between claim and settling, the claim lapses and the
delivery is tried again under the same message id. So each is told at least once, never at most once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from storage.clean import tidy
from storage.database import Database
from storage.model import Delivery, Notice
from storage.notices import notice
from storage.times import from_text, from_text_or_none, stamp

Route = Callable[[Notice], Sequence[str]]
"""Who is to be told of a notice, by the names of the subscriptions. Pure and quick: asked inside the transaction."""

_OPEN = "state IN ('waiting', 'sending')"
_DETAIL = 2_000


def message_id(event: str, subscription: str) -> str:
    """Return the id under which one change is told to one subscription, on every attempt."""
    return "msg_" + hashlib.sha256(f"{event}|{subscription}".encode()).hexdigest()[:26]


def promise(db: Database, told: Notice, names: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Promise to tell a change, inside the transaction that stores it; return the subscriptions promised, each once."""
    promised = tuple(dict.fromkeys(names))
    for name in promised:
        id_and_state = {"message_id": message_id(told.change.event, name), "state": "waiting"}
        when = {"next_try": stamp(now), "made": stamp(now)}
        db.insert("delivery", {"change_id": told.change.id, "subscription": name, **id_and_state, **when})
    return promised


def claim(
    db: Database, now: datetime, lease: timedelta, *, busy: Collection[str] = (), limit: int = 20
) -> list[Delivery]:
    """Take deliveries that are due, oldest first, one a subscription, and commit the attempt before anything is sent.

    One whose change can no longer be read is given up on the way, so that it does not stand before the others for ever.

    Args:
        db: the database.
        now: the time.
        lease: how long the claim holds; twice the time limit of a send.
        busy: subscriptions that are being served and must be left out.
        limit: the most to take.
    """
    if not _due(db, now, busy, limit):
        return []
    claimed: list[Delivery] = []
    with db.transaction():
        for row in _due(db, now, busy, limit):
            attempts = row["attempts"] + 1
            db.execute(
                "UPDATE delivery SET state = 'sending', attempts = ?, next_try = ? WHERE id = ?",
                (attempts, stamp(now + lease), row["id"]),
            )
            number = db.value("SELECT count(*) + 1 FROM attempt WHERE delivery_id = ?", (row["id"],))
            db.insert("attempt", {"delivery_id": row["id"], "number": number, "started": stamp(now)})
            told = _delivery(db, row, attempts, now)
            claimed += [told] if told else []
        skipped = not claimed
    return claim(db, now, lease, busy=busy, limit=limit) if skipped else claimed


def _due(db: Database, now: datetime, busy: Collection[str], limit: int) -> list[dict[str, Any]]:
    """Return the oldest due delivery of each subscription that has no attempt under way."""
    names = {row["subscription"] for row in db.rows(f"SELECT DISTINCT subscription FROM delivery WHERE {_OPEN}")}
    found = [_oldest(db, name, stamp(now)) for name in names.difference(busy)]
    return sorted((row for row in found if row is not None), key=lambda row: int(row["id"]))[:limit]


def _oldest(db: Database, subscription: str, now: str) -> dict[str, Any] | None:
    under_way = "SELECT 1 FROM delivery WHERE subscription = ? AND state = 'sending' AND next_try > ?"
    if db.row(under_way, (subscription, now)):
        return None
    return db.row(
        "SELECT id, change_id, message_id, subscription, attempts, made FROM delivery INDEXED BY delivery_queue"
        f" WHERE subscription = ? AND {_OPEN} AND next_try <= ? ORDER BY id LIMIT 1",
        (subscription, now),
    )


def _delivery(db: Database, row: dict[str, Any], attempts: int, now: datetime) -> Delivery | None:
    try:
        told = notice(db, row["change_id"])
    except (KeyError, TypeError, ValueError) as unreadable:
        trouble = f"what it should tell cannot be read: {type(unreadable).__name__}"
        ended = (stamp(now), trouble, row["id"])
        db.execute(
            "UPDATE attempt SET ended = ?, outcome = 'dead', detail = ? WHERE delivery_id = ? AND ended IS NULL", ended
        )
        db.execute("UPDATE delivery SET state = 'dead', next_try = NULL, settled = ?, trouble = ? WHERE id = ?", ended)
        return None
    return Delivery(row["id"], row["message_id"], row["subscription"], told, attempts, from_text(row["made"]))


def sent(db: Database, delivery: Delivery, now: datetime, detail: str) -> None:
    """Settle a delivery that arrived, even where its claim has lapsed meanwhile.

    Args:
        db: the database.
        delivery: as `claim` gave it.
        now: when it arrived.
        detail: what the receiver answered, in short; never a secret.
    """
    with db.transaction():
        _end(db, delivery, now, "sent", detail)
        db.execute(
            "UPDATE delivery SET state = 'sent', settled = ?, next_try = NULL, trouble = NULL"
            " WHERE id = ? AND state <> 'sent'",
            (stamp(now), delivery.id),
        )


def again(db: Database, delivery: Delivery, now: datetime, next_try: datetime, trouble: str) -> None:
    """Put a delivery off that failed for the time being."""
    with db.transaction():
        _end(db, delivery, now, "again", trouble)
        _settle(db, delivery, "waiting", stamp(next_try), None, trouble)


def dead(db: Database, delivery: Delivery, now: datetime, trouble: str) -> None:
    """Give a delivery up; it stays, with its trouble, until somebody asks to retry it."""
    with db.transaction():
        _end(db, delivery, now, "dead", trouble)
        _settle(db, delivery, "dead", None, stamp(now), trouble)


def _settle(
    db: Database, delivery: Delivery, state: str, next_try: str | None, settled: str | None, trouble: str
) -> None:
    """Write the outcome of the attempt that holds the claim; one whose claim lapsed and was taken anew has no say."""
    db.execute(
        "UPDATE delivery SET state = ?, next_try = ?, settled = ?, trouble = ?"
        " WHERE id = ? AND state = 'sending' AND attempts = ?",
        (state, next_try, settled, tidy(trouble, _DETAIL), delivery.id, delivery.attempts),
    )


def _end(db: Database, delivery: Delivery, now: datetime, outcome: str, detail: str) -> None:
    db.execute(
        "UPDATE attempt SET ended = ?, outcome = ?, detail = ? WHERE id ="
        " (SELECT max(id) FROM attempt WHERE delivery_id = ?) AND ended IS NULL",
        (stamp(now), outcome, tidy(detail, _DETAIL), delivery.id),
    )


def retry(db: Database, now: datetime, ids: Collection[int] | None = None, subscription: str | None = None) -> int:
    """Make dead deliveries wait again, their ladder of attempts from the start; return how many.

    Args:
        db: the database.
        now: the time, at which they are due again.
        ids: only these deliveries; None for all.
        subscription: only this subscription's; None for all.
    """
    where, params = "state = 'dead'", [stamp(now)]
    if subscription is not None:
        where, params = f"{where} AND subscription = ?", [*params, subscription]
    sql = f"UPDATE delivery SET state = 'waiting', attempts = 0, settled = NULL, next_try = ? WHERE {where}"
    with db.transaction():
        if ids is None:
            return db.execute(sql, params)
        return sum(db.execute(f"{sql} AND id = ?", [*params, number]) for number in set(ids))


def recover(db: Database, now: datetime) -> int:
    """Let the claims of a process that is known to be dead lapse at once; return how many.

    Only for the one dispatcher of a database, when it starts and holds the instance lock.
    """
    with db.transaction():
        return db.execute("UPDATE delivery SET state = 'waiting', next_try = ? WHERE state = 'sending'", (stamp(now),))


def next_due(db: Database) -> datetime | None:
    """Return when the next delivery is due or a claim lapses, or None where nothing waits."""
    return from_text_or_none(db.value(f"SELECT min(next_try) FROM delivery WHERE {_OPEN}"))
