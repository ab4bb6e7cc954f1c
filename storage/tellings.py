"""Keeps what releases tell, and finds those that may tell the same event: by index, never by reading through.

A telling lies on the shelf of a day under each of its marks (names, dates, figures, headwords, MinHash bands); another
one is looked for on the shelves of the days around its own. However many releases are kept, a look takes some hundred
steps down one index.
"""

from __future__ import annotations

import heapq
import json
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from storage.assessments import as_json
from storage.database import Database
from storage.sameness import WITHIN
from storage.telling import Clue, Telling

UNDATED = 0
"""The shelf of tellings that neither have nor state a day."""
BY_NAME = -1
"""The shelf on which every telling lies under its NAMES first marks, for those that come undated."""
NAMES = 8
MOST_DAYS = 4
"""An undated telling is looked for around so many of the days it states, the latest."""
MOST_ON_A_DAY = 4_000
"""As many places of one day are looked at: a bound on what a flood of releases with one date can cost."""


def keep(db: Database, release_id: int, telling: Telling) -> None:
    """Keep what a release tells now, inside a transaction, in place of what it told before."""
    if is_kept(db, release_id, telling):
        return
    _forget(db, release_id)
    shelf = shelf_of(telling)
    db.insert("telling", _to_columns(telling) | {"release_id": release_id, "shelf": shelf}, verb="INSERT OR REPLACE")
    if places := sorted(_places(shelf, telling.marks)):
        rows = ", ".join(["(?, ?, ?)"] * len(places))
        values = tuple(value for day, mark in places for value in (day, mark, release_id))
        db.execute(f"INSERT OR IGNORE INTO telling_mark (day, mark, release_id) VALUES {rows}", values)


def is_kept(db: Database, release_id: int, telling: Telling) -> bool:
    """Return whether exactly this is kept of a release."""
    row = db.row("SELECT * FROM telling WHERE release_id = ?", (release_id,))
    return row is not None and all(row[name] == value for name, value in _to_columns(telling).items())


def _forget(db: Database, release_id: int) -> None:
    row = db.row("SELECT shelf, marks FROM telling WHERE release_id = ?", (release_id,))
    if row is not None:
        for day, mark in _places(row["shelf"], tuple(_numbers("q", row["marks"]))):
            db.execute(
                "DELETE FROM telling_mark WHERE day = ? AND mark = ? AND release_id = ?", (day, mark, release_id)
            )


def _places(shelf: int, marks: tuple[int, ...]) -> list[tuple[int, int]]:
    """Return the places of a telling: day and mark."""
    return [*((shelf, mark) for mark in marks), *((BY_NAME, mark) for mark in marks[:NAMES])]


def shelf_of(telling: Telling) -> int:
    """Return the day a telling is kept under: its own, else the latest it states, else `UNDATED`."""
    if telling.day is not None:
        return telling.day
    return max(telling.days, default=UNDATED)


def load(db: Database, release_ids: Iterable[int]) -> dict[int, Telling]:
    """Return what releases tell, by their numbers; those that were recorded without are left out."""
    found = (db.row("SELECT * FROM telling WHERE release_id = ?", (number,)) for number in release_ids)
    return {row["release_id"]: _from_columns(row) for row in found if row}


def candidates(db: Database, telling: Telling, most: int = 16) -> list[int]:
    """Return the releases that may tell the same event, those that share most and rarest first.

    Args:
        db: the database.
        telling: of the release in hand; where it is kept already, it is among its own candidates.
        most: the most to return.
    """
    sql = f"SELECT mark, release_id FROM telling_mark WHERE day = ? AND mark IN ({_slots(telling.marks)}) LIMIT ?"
    found = [row for day in _days(telling) for row in db.tuples(sql, (day, *telling.marks, MOST_ON_A_DAY))]
    worth = {mark: 1 / math.sqrt(number) for mark, number in Counter([mark for mark, _ in found]).items()}
    rated: dict[int, float] = {}
    rating = rated.get
    for mark, number in found if telling.day is not None else sorted(set(found)):  # undated, it lies on two shelves
        rated[number] = rating(number, 0.0) + worth[mark]
    best = heapq.nsmallest(most, [(-rate, -number) for number, rate in rated.items()])
    return [-number for _, number in best]


def _days(telling: Telling) -> list[int]:
    """Return the shelves on which to look for others."""
    if telling.day is not None:
        around = range(telling.day - WITHIN, telling.day + WITHIN + 1)
        return [UNDATED, *around]
    return sorted({BY_NAME, UNDATED, *(day + step for day in telling.days[-MOST_DAYS:] for step in (-1, 0, 1))})


def _slots(values: Sequence[int]) -> str:
    return ", ".join("?" * len(values))


def _to_columns(telling: Telling) -> dict[str, Any]:
    return {
        "rule": telling.rule,
        "language": telling.language,
        "day": telling.day,
        "days": as_json(telling.days),
        "clues": as_json([[clue.kind, clue.value, clue.weight] for clue in telling.clues]),
        "numbers": as_json(telling.numbers),
        "words": array("Q", telling.words).tobytes(),
        "marks": array("q", telling.marks).tobytes(),
    }


def _from_columns(row: dict[str, Any]) -> Telling:
    return Telling(
        rule=row["rule"],
        language=row["language"],
        day=row["day"],
        days=tuple(json.loads(row["days"])),
        clues=tuple(Clue(*clue) for clue in json.loads(row["clues"])),
        numbers=tuple(json.loads(row["numbers"])),
        words=tuple(_numbers("Q", row["words"])),
        marks=tuple(_numbers("q", row["marks"])),
    )


def _numbers(kind: str, packed: bytes) -> Iterable[int]:
    made = array(kind)
    made.frombytes(packed)
    return made
