"""Moves promises to tell back in time together with a clock that was set back. Nothing else is done about time here."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Database
from storage.times import from_text, stamp

SLACK = timedelta(seconds=1)
_OPEN = """
SELECT d.id, d.next_try, coalesce((SELECT max(a.started) FROM attempt AS a WHERE a.delivery_id = d.id), d.made) AS last
FROM delivery AS d WHERE d.state IN ('waiting', 'sending') AND d.next_try > ?"""


def rewind(db: Database, now: datetime) -> int:
    """Move what waits back by as much as its last attempt, or its making, lies in the future; return how many.

    A clock that went from 12:00 to 11:00 would otherwise turn "again in five minutes" into "again in 65 minutes". Where
    the clock never went back nothing has been tried in the future, so asking once too often does no harm; at worst a
    wait that is longer than the leap becomes shorter by as much as the leap.
    """
    moved = 0
    with db.transaction():
        for row in db.rows(_OPEN, (stamp(now),)):
            last, due = from_text(row["last"]), from_text(row["next_try"])
            # What is due before its last attempt has been moved already.
            if last - now > SLACK and due >= last:
                earlier = now + (due - last)
                moved += db.execute("UPDATE delivery SET next_try = ? WHERE id = ?", (stamp(earlier), row["id"]))
    return moved
