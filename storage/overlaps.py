"""Which alerts tell what another subscription was told already, so that nobody gets one event twice. Decides nothing.

Whether two subscriptions reach the same people is known to the scheduler alone (scheduler/leaving_out.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

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
# Told, or on the way: what was attempted may have arrived, and is tried until it has.
_TOLD = (
    "(d.state IN ('sent', 'sending') OR (d.state = 'waiting' AND d.attempts > 0)"
    " OR (d.state = 'bundled' AND EXISTS (SELECT 1 FROM delivery AS b WHERE b.id = d.bundle_id AND b.attempts > 0)))"
)


def told_by(db: Database, change: Change, but: str) -> list[str]:
    """Return the other subscriptions that an event was told to, or is being told to, by name.

    Args:
        db: the database.
        change: the event.
        but: leave this subscription out.
    """
    by_kind = {ChangeKind.NEW: _SAME_STORY, ChangeKind.FIGURE: _SAME_FIGURE}
    same = by_kind.get(change.kind, _SAME) if change.story_id is not None else _SAME
    rows = db.rows(
        f"SELECT DISTINCT d.subscription FROM change AS c JOIN delivery AS d ON d.change_id = c.id"
        f" WHERE {same} AND d.subscription <> :but AND {_TOLD} ORDER BY 1",
        {"change": change.id, "story": change.story_id, "but": but},
    )
    return [row["subscription"] for row in rows]


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


def settle(db: Database, lines: Mapping[int, str], now: datetime) -> None:
    """Settle alerts that were never attempted and need not be: as sent, with an attempt that says why.

    Args:
        db: the database.
        lines: by the number of the delivery, why nobody is left to tell.
        now: the time.
    """
    with db.transaction():
        for number, line in lines.items():
            if db.execute(
                "UPDATE delivery SET state = 'sent', settled = ?, next_try = NULL, attempts = 1"
                " WHERE id = ? AND state = 'waiting' AND attempts = 0",
                (stamp(now), number),
            ):
                when = {"started": stamp(now), "ended": stamp(now)}
                db.insert("attempt", {"delivery_id": number, "number": 1, "outcome": "sent", "detail": line} | when)
