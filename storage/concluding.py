"""From a verdict to the change it is worth, and the promises to tell it, inside the transaction that records a release.

What the verdict is, is decided in decide.py; how far a revision goes, in grades.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from storage import decide, pairs, stories
from storage.bundles import bump
from storage.database import Database
from storage.deliveries import promise
from storage.grades import grade
from storage.model import Change, ChangeKind, Grade, Notice, Pair, Recorded, Verdict
from storage.notices import notice
from storage.outbox import Route
from storage.times import stamp


@dataclass(frozen=True, slots=True)
class Case:
    """What a change is made from.

    Args:
        release_id: of the release; `key` is its key.
        key: see there.
        version: the number of its current version.
        made: the verdict.
        silent: why nobody is to be told, or None.
        route: who is to be told.
        hold: keep the promises back until this hold is judged.
        together: who is named together for the first time.
    """

    release_id: int
    key: str
    version: int
    made: Verdict
    silent: str | None
    route: Route
    hold: int | None = None
    together: tuple[Pair, ...] = ()


def conclude(db: Database, case: Case, now: datetime) -> Recorded:
    """Write the change a verdict is worth, if any, and promise to tell it, inside a transaction."""
    kind = decide.change_kind(case.made)
    done = Recorded(case.release_id, case.made)
    if kind is not None:
        done = _new(db, case, now) if kind is ChangeKind.NEW else _other(db, case, kind, now)
    if case.made in (Verdict.NEW, Verdict.DUPLICATE):
        done = _also(db, case, done, now)
        story = stories.story_of(db, case.release_id)
        if story is not None:
            bump(db, story, now)
    return done


def _new(db: Database, case: Case, now: datetime) -> Recorded:
    silent = case.silent or stories.known_already(db, case.release_id)
    change = _write(db, case, ChangeKind.NEW, silent, now)
    pairs.tell(db, change.id, case.together)
    told = notice(db, change.id)
    names = case.route(told) if silent is None else ()
    if silent is None:
        names, silent = stories.unheard(db, case.release_id, names)
    if silent is not None:
        _silence(db, change, silent)
        db.execute("UPDATE release SET silent = ? WHERE id = ?", (silent, case.release_id))
    promised = promise(db, told, names, now, hold=case.hold)
    return Recorded(case.release_id, case.made, replace(change, silent=silent), promised)


def _other(db: Database, case: Case, kind: ChangeKind, now: datetime) -> Recorded:
    change = _write(db, case, kind, case.silent, now)
    pairs.tell(db, change.id, case.together)
    told = notice(db, change.id)
    found = _grade(told)
    if found is not None:
        db.execute("UPDATE change SET grade = ? WHERE id = ?", (found.value, change.id))
        told = replace(told, grade=found)
    silent = case.silent
    if silent is None and told.becomes_news:  # its story may have been told by another release, as with what is new
        silent = stories.known_already(db, case.release_id)
    names = case.route(told) if silent is None else ()
    if silent is None and told.becomes_news:
        names, silent = stories.unheard(db, case.release_id, names)
    if silent != case.silent and silent is not None:
        _silence(db, change, silent)
    promised = promise(db, told, names, now, hold=case.hold)
    return Recorded(case.release_id, case.made, replace(change, silent=silent), promised)


def _grade(told: Notice) -> Grade | None:
    """Return how far a change goes: a revision as its texts say; a release that is gone is withdrawn."""
    if told.change.kind is ChangeKind.GONE:
        return Grade.WITHDRAWN
    if told.before is None:
        return None
    return grade(told.before, told.release, told.before_assessment or told.assessment, told.assessment)


def _also(db: Database, case: Case, done: Recorded, now: datetime) -> Recorded:
    """Tell those who ask for it that another portal tells a story that is known to be about co-operation."""
    if not stories.is_retelling(db, case.release_id) or not stories.is_of_another_portal(db, case.release_id):
        return done
    silent = case.silent or stories.known_already(db, case.release_id)
    change = _write(db, case, ChangeKind.ALSO, silent, now)
    told = notice(db, change.id)
    names = case.route(told) if silent is None else ()
    promised = promise(db, told, _without(names, done.promised), now, hold=case.hold)
    return replace(done, also=change, promised=tuple(dict.fromkeys([*done.promised, *promised])))


def _without(names: Collection[str], others: Collection[str]) -> tuple[str, ...]:
    """Return the names but for those who hear of the story by this very release: that it is told also is in there."""
    return tuple(name for name in names if name not in others)


def _write(db: Database, case: Case, kind: ChangeKind, silent: str | None, now: datetime) -> Change:
    occasion = stamp(now) if kind in (ChangeKind.GONE, ChangeKind.RETURNED) else ""
    event = hashlib.sha256(f"{kind.value}|{case.key}|{case.version}|{occasion}".encode()).hexdigest()
    story = stories.story_of(db, case.release_id)
    what = {"event": event, "kind": kind.value, "release_id": case.release_id, "story_id": story}
    number = db.insert("change", what | {"version": case.version, "at": stamp(now), "silent": silent})
    return Change(number, event, kind, case.release_id, story, case.version, now, silent)


def _silence(db: Database, change: Change, silent: str) -> None:
    db.execute("UPDATE change SET silent = ? WHERE id = ?", (silent, change.id))
