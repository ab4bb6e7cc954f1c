"""Which alerts tell what another subscription was told already, so that nobody gets one event twice. Decides nothing.

Whether two subscriptions reach the same people is known to the scheduler alone (scheduler/leaving_out.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from storage.assessments import as_json
from storage.database import Database
from storage.model import Change, ChangeKind
from storage.notices import change_of
from storage.times import stamp

# The same event: the same change; of a new release the story, told by whichever of its releases; of a figure the same
# figure told by another release. Each with the parameters it takes of a change.
_SAME = "c.id = :change"
_SAME_STORY = "(c.id = :change OR (c.story_id = :story AND c.kind = 'new'))"
_SAME_FIGURE = (
    "(c.id = :change OR (c.story_id = :story AND c.kind = 'figure' AND EXISTS (SELECT 1 FROM figure_change AS f"
    " JOIN figure_change AS g ON g.lifeline_id = f.lifeline_id AND g.after = f.after"
    " WHERE f.change_id = c.id AND g.change_id = :change)))"
)
# What was settled since others had told it is told by these, not by itself: `note` puts them into its body.
_ARRIVED = "d.state = 'sent' AND d.body IS NULL"


def told_by(db: Database, change: Change, but: str) -> dict[str, frozenset[str] | None]:
    """Return the other subscriptions by which an event arrived, by name: None where all their people have it.

    Only what arrived counts. What was attempted and may yet fail for a reason of its own (a secret, a recipient) tells
    nobody anything.

    Args:
        db: the database.
        change: the event.
        but: leave this subscription out.

    Returns:
        Where only some took it, their marks (`outbox.took`).
    """
    by_kind = {ChangeKind.NEW: _SAME_STORY, ChangeKind.FIGURE: _SAME_FIGURE}
    same = by_kind.get(change.kind, _SAME) if change.story_id is not None else _SAME
    rows = db.rows(
        f"SELECT d.subscription, {_ARRIVED} AS arrived, d.taken, b.taken AS taken_so FROM change AS c"
        " JOIN delivery AS d ON d.change_id = c.id LEFT JOIN delivery AS b ON b.id = d.bundle_id"
        f" WHERE {same} AND d.subscription <> :but"
        f" AND ({_ARRIVED} OR d.taken IS NOT NULL OR b.taken IS NOT NULL) ORDER BY d.subscription, arrived",
        {"change": change.id, "story": change.story_id, "but": but},
    )
    found: dict[str, frozenset[str] | None] = {}
    for row in rows:
        some = frozenset(json.loads(row["taken"] or "[]") + json.loads(row["taken_so"] or "[]"))
        found[row["subscription"]] = None if row["arrived"] else some | (found.get(row["subscription"]) or frozenset())
    return found


def unattempted(db: Database, subscription: str) -> list[tuple[int, Change]]:
    """Return the alerts of a subscription that wait and were never attempted: their numbers, and what each tells."""
    rows = db.rows(
        "SELECT d.id AS delivery, c.* FROM delivery AS d INDEXED BY delivery_queue"
        " JOIN change AS c ON c.id = d.change_id"
        " WHERE d.subscription = ? AND d.state IN ('waiting', 'sending') AND d.state = 'waiting' AND d.what = 'alert'"
        " AND d.attempts = 0 ORDER BY d.id",
        (subscription,),
    )
    return [(row["delivery"], change_of(row)) for row in rows]


def note(db: Database, delivery_id: int, names: Sequence[str]) -> None:
    """Note, inside a transaction, that an alert is told by other subscriptions, before it is settled as sent."""
    db.execute("UPDATE delivery SET body = ? WHERE id = ?", (as_json({"told_by": list(names)}), delivery_id))


def settle(db: Database, told: Mapping[int, tuple[Sequence[str], str]], now: datetime) -> None:
    """Settle alerts that were never attempted and need not be: as sent, with an attempt that says why.

    Args:
        db: the database.
        told: by the number of the delivery, the subscriptions that told it, and the same in words.
        now: the time.
    """
    with db.transaction():
        for number, (names, line) in told.items():
            _settle(db, number, "state = 'waiting' AND attempts = 0", names, line, now)


def take_out(
    db: Database, digest_id: int, told: Mapping[int, tuple[Sequence[str], str]], left_out: int, now: datetime
) -> None:
    """Take alerts out of a digest that was not attempted before, and settle them as `settle` does.

    Args:
        db: the database.
        digest_id: the number of the digest.
        told: as for `settle`.
        left_out: how many the digest says that it leaves out.
        now: the time.
    """
    with db.transaction():
        for number, (names, line) in told.items():
            _settle(db, number, f"state = 'bundled' AND bundle_id = {digest_id:d}", names, line, now)
        db.execute(
            "UPDATE delivery SET body = json_set(coalesce(body, '{}'), '$.left_out', ?) WHERE id = ?",
            (left_out, digest_id),
        )


def _settle(db: Database, number: int, only: str, names: Sequence[str], line: str, now: datetime) -> None:
    if db.execute(
        "UPDATE delivery SET state = 'sent', settled = ?, next_try = NULL, attempts = 1, bundle_id = NULL"
        f" WHERE id = ? AND {only}",
        (stamp(now), number),
    ):
        note(db, number, names)
        when = {"started": stamp(now), "ended": stamp(now)}
        db.insert("attempt", {"delivery_id": number, "number": 1, "outcome": "sent", "detail": line} | when)
