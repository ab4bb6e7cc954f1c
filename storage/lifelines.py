"""How a programme's figures move from release to release, and the change that is worth telling. Decides in `moved`.

A lifeline is one quantity of one programme: what makes two figures the same quantity is said on the floor above
(scraper.lifelines). Its points lie in the order in which their releases were published, whenever they were read: an old
release that comes in late changes nothing that is known. Duplicates, withdrawn and undated releases are no points.
Other tellings of an event state its figures too: each is compared with what other events told, and whoever has heard of
the figure by one telling does not hear of it by another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from storage.database import Database
from storage.deliveries import promise
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
  AND NOT EXISTS (SELECT 1 FROM story_member AS m WHERE m.release_id = f.release_id AND m.story_id = ?)
ORDER BY r.published DESC, r.id DESC, f.id LIMIT 1"""


def latest(db: Database, programme: str, counts: str, outside: int | None = None) -> Point | None:
    """Return the last point of a lifeline, or None where it has none; `outside`: leave out those of this story."""
    row = db.row(_LATEST, (programme, counts, outside))
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


def moves(db: Database, release_id: int, assessment: Assessment, story: int | None = None) -> tuple[Move, ...]:
    """Return which quantities a release states otherwise than was known; ask before its facts are kept.

    Args:
        db: the database.
        release_id: of the release, whose row is up to date.
        assessment: of the text that came in.
        story: of a release that is new; a revised one is compared with all, itself as it was included.
    """
    if not assessment.cooperation:
        return ()
    published = db.value("SELECT published FROM release WHERE id = ?", (release_id,))
    found = []
    for figure in _firsts(assessment.figures):
        before = latest(db, figure.programme or "", figure.counts or "", story)
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
    db: Database,
    key: str,
    change: Change,
    moves: Iterable[Move],
    silent: str | None,
    route: Route,
    now: datetime,
    *,
    hold: int | None = None,
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
        hold: keep the promises back until this hold is judged.

    Returns:
        the changes, and the subscriptions they were promised to.
    """
    made: list[Change] = []
    promised: list[str] = []
    for move in moves:
        heard = _heard(db, change, move)
        one = _write(db, key, change, move, silent, now)
        told = notice(db, one.id)
        wanted = route(told) if silent is None else ()
        left = [name for name in wanted if name not in heard]
        if wanted and not left:
            one = replace(one, silent=f"told already: story {change.story_id}")
            db.execute("UPDATE change SET silent = ? WHERE id = ?", (one.silent, one.id))
        promised += promise(db, told, left, now, hold=hold)
        made.append(one)
    return tuple(made), tuple(promised)


def _heard(db: Database, change: Change, move: Move) -> set[str]:
    """Return who was told of the same figure by another telling of the event."""
    rows = db.rows(
        "SELECT DISTINCT d.subscription FROM story_member AS m JOIN change AS c ON c.release_id = m.release_id"
        " JOIN figure_change AS f ON f.change_id = c.id JOIN delivery AS d ON d.change_id = c.id"
        " WHERE m.story_id = ? AND m.release_id <> ? AND f.lifeline_id = ? AND f.after = ?",
        (change.story_id, change.release_id, move.before.lifeline_id, move.after.value),
    )
    return {row["subscription"] for row in rows}


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
