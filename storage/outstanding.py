"""What is owed to whom, by subscription, and what the last words about it were. Reads only; judged in the scheduler."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.times import from_text_or_none


@dataclass(frozen=True, slots=True)
class Outstanding:
    """How telling one subscription goes.

    Args:
        subscription: its name, or an operator's target's.
        waiting: deliveries that were tried and wait to be tried again, one under way included.
        oldest_tried: when the oldest of them was promised.
        dead: deliveries that were given up.
        last_dead: when the last of them was; `last_sent`: when anything last arrived.
        trouble: what was last said about one that did not.
    """

    subscription: str
    waiting: int = 0
    oldest_tried: datetime | None = None
    dead: int = 0
    last_dead: datetime | None = None
    last_sent: datetime | None = None
    trouble: str = ""


def outstanding(db: Database) -> list[Outstanding]:
    """Return the subscriptions with deliveries that failed so far or were given up, by name.

    Members of a digest are not counted: it is the digest that is tried.
    """
    rows = db.rows(
        "SELECT subscription, sum(state <> 'dead') AS waiting, min(CASE WHEN state <> 'dead' THEN made END) AS oldest,"
        " sum(state = 'dead') AS dead, max(CASE WHEN state = 'dead' THEN settled END) AS last_dead"
        " FROM delivery WHERE bundle_id IS NULL AND"
        " (state = 'dead' OR (state IN ('waiting', 'sending') AND attempts > 0 AND trouble IS NOT NULL))"
        " GROUP BY subscription ORDER BY subscription"
    )
    return [_outstanding(db, row) for row in rows]


def _outstanding(db: Database, row: dict[str, str | int | None]) -> Outstanding:
    name = str(row["subscription"])
    sent = db.value(
        "SELECT max(settled) FROM delivery WHERE subscription = ? AND state = 'sent' AND attempts > 0", (name,)
    )
    trouble = db.value(
        "SELECT trouble FROM delivery WHERE subscription = ? AND trouble IS NOT NULL AND state <> 'sent'"
        " ORDER BY coalesce(settled, made) DESC, id DESC LIMIT 1",
        (name,),
    )
    times = [from_text_or_none(None if one is None else str(one)) for one in (row["oldest"], row["last_dead"], sent)]
    waiting, dead = int(row["waiting"] or 0), int(row["dead"] or 0)
    return Outstanding(name, waiting, times[0], dead, times[1], times[2], str(trouble or ""))
