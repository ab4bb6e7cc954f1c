"""How a programme's figures move from release to release, and the change that is worth telling. Decides in `moved`.

A lifeline is one quantity of one programme: what makes two figures the same quantity is said on the floor above
(scraper.lifelines). Its points lie in the order in which their releases were published, whenever they were read: an old
release that comes in late changes nothing that is known. Duplicates, withdrawn and undated releases are no points.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from storage import outbox
from storage.database import Database
from storage.model import Assessment, Change, ChangeKind, Figure
from storage.notices import notice
from storage.outbox import Route
from storage.times import stamp


@dataclass(frozen=True, slots=True)
class Point:
    """What one release says of a quantity; `published` is text in UTC that sorts as time."""

    lifeline_id: int
    release_id: int
    published: str
    value: float
    qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A quantity that is stated otherwise than before."""

    before: Point
    after: Figure


_LATEST = """
SELECT l.id AS lifeline_id, f.release_id, r.published, f.value, f.qualifier
FROM lifeline AS l
JOIN named AS n ON n.id = l.programme_id
JOIN figure AS f ON f.lifeline_id = l.id
JOIN release AS r ON r.id = f.release_id
WHERE n.what = 'programme' AND n.name = ? AND l.counts = ?
  AND r.published IS NOT NULL AND r.duplicate_of IS NULL AND r.state <> 'gone'
ORDER BY r.published DESC, r.id DESC, f.id LIMIT 1"""


def latest(db: Database, programme: str, counts: str) -> Point | None:
    """Return the last point of a lifeline, or None where it has none."""
    row = db.row(_LATEST, (programme, counts))
    return None if row is None else Point(**row)


def moved(before: Point | None, after: Figure, published: str | None) -> bool:
    """Return whether a figure is another than the one known before it. Pure.

    Args:
        before: the last point of its lifeline, or None where this is its first.
        after: the figure that came in.
        published: when its release was published, as in `Point`.
    """
    if before is None or published is None:
        return False
    return published >= before.published and after.value != before.value


def moves(db: Database, release_id: int, assessment: Assessment) -> tuple[Move, ...]:
    """Return which quantities a release states otherwise than was known; ask before its facts are kept.

    Args:
        db: the database.
        release_id: of the release, whose row is up to date.
        assessment: of the text that came in.
    """
    if not assessment.cooperation:
        return ()
    published = db.value("SELECT published FROM release WHERE id = ?", (release_id,))
    found = []
    for figure in _firsts(assessment.figures):
        before = latest(db, figure.programme or "", figure.counts or "")
        if before is not None and moved(before, figure, published):
            found.append(Move(before, figure))
    return tuple(found)


def _firsts(figures: Iterable[Figure]) -> list[Figure]:
    """Return the first figure of each lifeline."""
    firsts: dict[tuple[str, str], Figure] = {}
    for figure in figures:
        if figure.programme and figure.counts:
            firsts.setdefault((figure.programme, figure.counts), figure)
    return list(firsts.values())


def tell(
    db: Database, key: str, change: Change, moves: Iterable[Move], silent: str | None, route: Route, now: datetime
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """Write the changes that moved figures are worth, inside a transaction, and promise to tell them.

    Args:
        db: the database.
        key: of the release.
        change: the change of the release itself that the figures came with.
        moves: what moved.
        silent: why nobody is to be told, or None.
        route: who is to be told.
        now: the time.

    Returns:
        the changes, and the subscriptions they were promised to.
    """
    made: list[Change] = []
    promised: list[str] = []
    for move in moves:
        one = _write(db, key, change, move, silent, now)
        told = notice(db, one.id)
        promised += outbox.promise(db, told, route(told) if silent is None else (), now)
        made.append(one)
    return tuple(made), tuple(promised)


def _write(db: Database, key: str, change: Change, move: Move, silent: str | None, now: datetime) -> Change:
    after, kind = move.after, ChangeKind.FIGURE
    occasion = f"{kind.value}|{key}|{change.version}|{after.programme}|{after.counts}"
    event = hashlib.sha256(occasion.encode()).hexdigest()
    row = {"event": event, "kind": kind.value, "release_id": change.release_id, "story_id": change.story_id}
    number = db.insert("change", row | {"version": change.version, "at": stamp(now), "silent": silent})
    before = {"before": move.before.value, "before_qualifier": move.before.qualifier}
    told = {"after": after.value, "after_qualifier": after.qualifier, "start": after.start, '"end"': after.end}
    whose = {"lifeline_id": move.before.lifeline_id, "before_release_id": move.before.release_id}
    db.insert("figure_change", {"change_id": number} | before | told | whose)
    return Change(number, event, kind, change.release_id, change.story_id, change.version, now, silent)
