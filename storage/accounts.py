"""What was promised and what became of it, for those who check that nothing was forgotten. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Database
from storage.model import DeliveryState
from storage.times import from_text, from_text_or_none, stamp


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise of an alert, and where it stands.

    Args:
        id: its number; `change_id` what it tells; `subscription` whom, by name.
        message_id: the same over every attempt.
        state: where it stands; of a bundled one, `bundle_state` is where its digest stands.
        attempts: how many since it was made or last retried by hand.
        next_try: when it is due; None unless it waits.
        made: when it was promised.
        settled: when it was sent, given up or dropped.
        trouble: why the last attempt failed, or who dropped it.
        bundle_id: the digest it goes out with.
        hold_id: the hold that keeps it back, or once did.
    """

    id: int
    change_id: int
    subscription: str
    message_id: str
    state: DeliveryState
    attempts: int
    next_try: datetime | None
    made: datetime
    settled: datetime | None
    trouble: str | None
    bundle_id: int | None = None
    bundle_state: DeliveryState | None = None
    hold_id: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """What is not settled of one subscription: how many in each state, and when the oldest open promise was made."""

    subscription: str
    states: dict[str, int]
    oldest: datetime | None


UNSETTLED = "state IN ('waiting', 'sending', 'bundled', 'held', 'dead')"
"""In just these words the index of what is not settled; whoever asks for one of these states says them too."""

_PROMISED = """
SELECT d.id, d.change_id, d.subscription, d.message_id, d.state, d.attempts, d.next_try, d.made, d.settled, d.trouble,
       d.bundle_id, b.state AS bundle_state, d.hold_id
FROM delivery AS d LEFT JOIN delivery AS b ON b.id = d.bundle_id
WHERE d.change_id = ? ORDER BY d.id"""


def alertable(db: Database, since: datetime, until: datetime) -> list[int]:
    """Return the changes from `since` until before `until` that somebody may be told of, the oldest first."""
    rows = db.rows(
        "SELECT id FROM change WHERE silent IS NULL AND at >= ? AND at < ? ORDER BY at, id",
        (stamp(since), stamp(until)),
    )
    return [row["id"] for row in rows]


def deliveries_of(db: Database, change_id: int) -> list[Promised]:
    """Return what was promised of a change, the oldest promise first."""
    return [_promised(row) for row in db.rows(_PROMISED, (change_id,))]


def _promised(row: dict[str, Any]) -> Promised:
    times = {name: from_text_or_none(row[name]) for name in ("next_try", "settled")}
    state = DeliveryState(row["state"])
    bundle = DeliveryState(row["bundle_state"]) if row["bundle_state"] else None
    return Promised(**row | times | {"made": from_text(row["made"]), "state": state, "bundle_state": bundle})


def queues(db: Database) -> list[Queue]:
    """Return what is not settled, by subscription; those that were given up count among the states."""
    found: dict[str, Queue] = {}
    for row in db.rows(
        "SELECT subscription, state, count(*) AS many, min(made) AS oldest FROM delivery INDEXED BY delivery_unsettled"
        f" WHERE {UNSETTLED} GROUP BY state, subscription ORDER BY subscription"
    ):
        queue = found.setdefault(row["subscription"], Queue(row["subscription"], {}, None))
        queue.states[row["state"]] = row["many"]
        oldest = None if row["state"] == "dead" else from_text(row["oldest"])
        if oldest is not None and (queue.oldest is None or oldest < queue.oldest):
            found[row["subscription"]] = Queue(row["subscription"], queue.states, oldest)
    return list(found.values())
