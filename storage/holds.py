"""Holds: promises that are kept back until it is judged whether they are news or a storm. Judges nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.clean import tidy
from storage.database import Database
from storage.times import from_text, from_text_or_none, stamp

JUDGING, OPEN, RELEASED, DROPPED = "judging", "open", "released", "dropped"


@dataclass(frozen=True, slots=True)
class Hold:
    """Promises kept back.

    Args:
        id: its number.
        source: whose releases they tell of.
        made: when it was opened.
        why: in words.
        count: how many changes it keeps back, or kept back when it was settled.
        state: `judging` while the run lasts, `open` while it is a question to the operator, `released`, `dropped`.
        settled: when it was released or dropped.
        by: who did that.
    """

    id: int
    source: str
    made: datetime
    why: str
    count: int
    state: str
    settled: datetime | None = None
    by: str | None = None


def hold_open(db: Database, source: str, now: datetime, why: str) -> int:
    """Open a hold, to be judged when the run ends; return its number, which `releases.record` takes."""
    with db.transaction():
        row = {"source": source, "made": stamp(now), "why": tidy(why, 1_000), "state": JUDGING}
        return db.insert("hold", row)


def hold_settle(db: Database, hold_id: int, state: str, now: datetime, by: str, why: str | None = None) -> int:
    """Judge a hold; return how many deliveries it keeps back, or kept back till now.

    Args:
        db: the database.
        hold_id: its number; one that was released or dropped stays so, and the answer is 0.
        state: `released` makes its deliveries due now, `dropped` settles them untold, `open` leaves them held.
        now: the time.
        by: who says so: `brake`, `operator`, ...
        why: what the judgement says of the hold, where that is more than was known when it was opened.

    Raises:
        KeyError: there is no such hold.
        ValueError: not a state to settle in.
    """
    if state not in (OPEN, RELEASED, DROPPED):
        raise ValueError(f"a hold is not settled as {state!r}")
    with db.transaction():
        was = db.value("SELECT state FROM hold WHERE id = ?", (hold_id,))
        if was is None:
            raise KeyError(f"no hold {hold_id}")
        if was not in (JUDGING, OPEN):
            return 0
        count = db.value("SELECT count(DISTINCT change_id) FROM delivery WHERE hold_id = ?", (hold_id,))
        settled = (None, None) if state == OPEN else (stamp(now), tidy(by, 200))
        db.execute(
            "UPDATE hold SET state = ?, count = ?, settled = ?, by = ?, why = coalesce(?, why) WHERE id = ?",
            (state, count, *settled, why and tidy(why, 1_000), hold_id),
        )
        return _pass_on(db, hold_id, state, now, by)


def _pass_on(db: Database, hold_id: int, state: str, now: datetime, by: str) -> int:
    held = "hold_id = ? AND state = 'held'"
    if state == RELEASED:
        return db.execute(f"UPDATE delivery SET state = 'waiting', next_try = ? WHERE {held}", (stamp(now), hold_id))
    if state == DROPPED:
        return db.execute(
            f"UPDATE delivery SET state = 'dropped', settled = ?, trouble = ? WHERE {held}",
            (stamp(now), tidy(f"dropped by {by}", 300), hold_id),
        )
    return int(db.value(f"SELECT count(*) FROM delivery WHERE {held}", (hold_id,)))


def hold_join(db: Database, hold_id: int, other: int, now: datetime) -> int:
    """Put what a hold keeps back under another one that is open: one question; return how much that was."""
    with db.transaction():
        moved = db.execute("UPDATE delivery SET hold_id = ? WHERE hold_id = ? AND state = 'held'", (other, hold_id))
        hold_settle(db, hold_id, RELEASED, now, f"joined to hold {other}")
        return moved


def holds(db: Database, states: Sequence[str] = (JUDGING, OPEN)) -> list[Hold]:
    """Return the holds in any of the states, the oldest first."""
    slots = ", ".join("?" * len(states))
    return [
        _hold(db, row) for row in db.rows(f"SELECT * FROM hold WHERE state IN ({slots}) ORDER BY id", tuple(states))
    ]


def hold(db: Database, hold_id: int) -> Hold | None:
    """Return a hold by its number, or None."""
    row = db.row("SELECT * FROM hold WHERE id = ?", (hold_id,))
    return None if row is None else _hold(db, row)


def _hold(db: Database, row: dict[str, Any]) -> Hold:
    count = row["count"]
    if row["state"] in (JUDGING, OPEN):
        count = db.value("SELECT count(DISTINCT change_id) FROM delivery WHERE hold_id = ?", (row["id"],))
    same = {name: row[name] for name in ("id", "source", "why", "state", "by")}
    return Hold(**same, made=from_text(row["made"]), count=count, settled=from_text_or_none(row["settled"]))
