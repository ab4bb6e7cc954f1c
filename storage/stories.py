"""Which releases tell one event: a new one joins the story it fits, quietly, or begins its own; people may correct it.

Whether two tell one event is decided in sameness.py; which to compare is looked up by tellings.py. A release stays in
the story it was put in, whatever comes later; only a person moves it (`split`, `join`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import tellings
from storage.database import Database
from storage.decide import is_twin
from storage.sameness import Sameness, sameness
from storage.telling import Telling
from storage.times import from_text, stamp

IMPORT = "import"
"""The source of releases that came from a file, whoever published them."""
CANARY = "canary"
"""The source of invented releases that only show that the way is open: in no story with others, in no view."""
MOST_MEMBERS = 40
"""As many of a story's releases are asked whether they contradict a new one, the latest; few stories have ten."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a release was put: its story, and why."""

    story_id: int
    why: str


def twin(db: Database, fingerprint: str, language: str, key: str, moment: datetime) -> int | None:
    """Return the oldest release that tells the same text in the same language at about the same time, or None.

    Args:
        db: the database.
        fingerprint: of the text (identity.py); every version a release ever had counts.
        language: of the text.
        key: of the release in hand, which is not its own twin.
        moment: when that one was published, or first seen where the portal does not say.
    """
    rows = db.rows(
        "SELECT DISTINCT r.id, coalesce(r.duplicate_of, r.id) AS original,"
        "       coalesce(r.published, r.first_seen) AS moment"
        " FROM version AS v JOIN release AS r ON r.id = v.release_id"
        " WHERE v.fingerprint = ? AND v.text <> '' AND r.language = ? AND r.key <> ? AND r.source <> ?"
        " ORDER BY r.id LIMIT 200",
        (fingerprint, language, key, CANARY),
    )
    return next((row["original"] for row in rows if is_twin(moment, from_text(row["moment"]))), None)


def place(db: Database, release_id: int, original: int | None, telling: Telling | None, now: datetime) -> Placed:
    """Put a new release in a story, inside a transaction.

    Args:
        db: the database.
        release_id: of the new release.
        original: the release whose text it tells word for word, or None.
        telling: what it tells; None where that was not made, and only the same text joins it to others.
        now: when it was read.
    """
    story = None if original is None else story_of(db, original)
    if story is not None:
        return _put(db, release_id, story, "same text")
    source = str(db.value("SELECT source FROM release WHERE id = ?", (release_id,)))
    found = None if telling is None or source == CANARY else fitting(db, telling, source)
    if found is not None:
        return _put(db, release_id, found.story_id, found.why)
    return _put(db, release_id, db.insert("story", {"made": stamp(now)}), "first")


def fitting(db: Database, telling: Telling, source: str | None = None) -> Placed | None:
    """Return the story that a telling fits best and no release of which contradicts it, or None.

    A portal does not tell one event twice in other words: with another release of its own `source` in a story, only the
    same words again, or put right, belong there too. In doubt an event is told twice rather than never.
    """
    best: dict[int, tuple[Sameness, int]] = {}
    shut = set()
    for number, other in tellings.load(db, tellings.candidates(db, telling)).items():
        made = sameness(telling, other)
        story = story_of(db, number) if made.same or made.contrary else None
        if story is None:
            continue
        if made.contrary or (not made.copied and _of_source(db, number, source)):
            shut.add(story)
        elif story not in best or made.points > best[story][0].points:
            best[story] = (made, number)
    for story, (made, number) in sorted(best.items(), key=lambda item: (-item[1][0].points, item[0])):
        if story not in shut and not _contradicted(db, story, telling, source):
            return Placed(story, f"{made.reason} (release {number})")
    return None


def _of_source(db: Database, release_id: int, source: str | None) -> bool:
    """Return whether a release came from a source that is watched, the one given; imports come from anywhere."""
    return source != IMPORT and source == db.value("SELECT source FROM release WHERE id = ?", (release_id,))


def _contradicted(db: Database, story: int, telling: Telling, source: str | None) -> bool:
    members = db.rows(
        "SELECT release_id FROM story_member WHERE story_id = ? ORDER BY release_id DESC LIMIT ?", (story, MOST_MEMBERS)
    )
    kept = tellings.load(db, (row["release_id"] for row in members))
    for number, other in kept.items():
        made = sameness(telling, other)
        if made.contrary or (not made.copied and _of_source(db, number, source)):
            return True
    return False


def _put(db: Database, release_id: int, story: int, why: str) -> Placed:
    db.insert("story_member", {"release_id": release_id, "story_id": story, "why": why})
    return Placed(story, why)


def story_of(db: Database, release_id: int) -> int | None:
    """Return the story of a release, or None."""
    found = db.value("SELECT story_id FROM story_member WHERE release_id = ?", (release_id,))
    return None if found is None else int(found)


def known_already(db: Database, release_id: int) -> str | None:
    """Return why a new telling is no news to anybody, or None: its story was known before anybody could be told of it.

    So it is where other releases of the story are about co-operation, and all of these were recorded silently (first
    sight, import).
    """
    story = story_of(db, release_id)
    row = db.row(
        "SELECT count(*) AS known, sum(c.silent IS NULL) AS told FROM story_member AS m"
        " JOIN release AS r ON r.id = m.release_id AND r.cooperation = 1"
        " JOIN change AS c ON c.release_id = r.id AND c.kind IN ('new', 'revised')"
        " WHERE m.story_id = ? AND m.release_id <> ?",
        (story, release_id),
    )
    return f"known already: story {story}" if row and row["known"] and not row["told"] else None


def unheard(db: Database, release_id: int, wanted: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """Return those who have not been told of the story yet; where it was told and nobody is left, why nobody is.

    Args:
        db: the database.
        release_id: of the new telling, placed in its story.
        wanted: the subscriptions that want to hear of it.
    """
    rows = db.rows(
        "SELECT DISTINCT d.subscription FROM story_member AS mine"
        " JOIN story_member AS m ON m.story_id = mine.story_id AND m.release_id <> mine.release_id"
        " JOIN change AS c ON c.release_id = m.release_id JOIN delivery AS d ON d.change_id = c.id"
        " WHERE mine.release_id = ?",
        (release_id,),
    )
    heard = {row["subscription"] for row in rows}
    left = tuple(name for name in wanted if name not in heard)
    silent = f"told already: story {story_of(db, release_id)}" if not left and is_retelling(db, release_id) else None
    return left, silent


def is_retelling(db: Database, release_id: int) -> bool:
    """Return whether the story was known to be about co-operation before this release told it."""
    return bool(
        db.value(
            "SELECT 1 FROM story_member AS mine"
            " JOIN story_member AS m ON m.story_id = mine.story_id AND m.release_id <> mine.release_id"
            " JOIN release AS r ON r.id = m.release_id AND r.cooperation = 1 WHERE mine.release_id = ? LIMIT 1",
            (release_id,),
        )
    )


def is_of_another_portal(db: Database, release_id: int) -> bool:
    """Return whether no other release of the story is of the same portal."""
    return not db.value(
        "SELECT 1 FROM story_member AS mine"
        " JOIN story_member AS m ON m.story_id = mine.story_id AND m.release_id <> mine.release_id"
        " JOIN release AS r ON r.id = m.release_id JOIN release AS own ON own.id = mine.release_id"
        " WHERE mine.release_id = ? AND r.portal = own.portal LIMIT 1",
        (release_id,),
    )


def split(db: Database, release_id: int, now: datetime) -> int:
    """Take a release out of its story into one of its own, by hand, and return that story.

    Raises:
        KeyError: there is no such release.
        ValueError: it is alone in its story.
    """
    with db.transaction():
        story = _story_by_hand(db, release_id)
        others = db.value("SELECT count(*) FROM story_member WHERE story_id = ?", (story,))
        if others < 2:
            raise ValueError(f"release {release_id} is alone in story {story}")
        return _move(db, release_id, story, db.insert("story", {"made": stamp(now)}), "split by hand", now)


def join(db: Database, release_id: int, story_id: int, now: datetime) -> int:
    """Put a release in a story, by hand, and return the story it was in.

    Raises:
        KeyError: there is no such release, or no such story.
        ValueError: it is in that story.
    """
    with db.transaction():
        story = _story_by_hand(db, release_id)
        if db.value("SELECT 1 FROM story_member WHERE story_id = ? LIMIT 1", (story_id,)) is None:
            raise KeyError(f"no story {story_id}")
        if story == story_id:
            raise ValueError(f"release {release_id} is in story {story_id} already")
        _move(db, release_id, story, story_id, "joined by hand", now)
        return story


def named_together(db: Database, key: str, partner: str, by: str, now: datetime) -> bool:
    """Put two releases in one story that a portal names in one breath as editions of one; return whether that was new.

    Nothing happens while one of them was not read yet, where a person has moved one, or where both are in company
    already: then a person has to say which is right.

    Args:
        db: the database.
        key: of one release.
        partner: of the other.
        by: the source that names them together.
        now: when it did.
    """
    with db.transaction():
        found = [db.value("SELECT id FROM release WHERE key = ?", (each,)) for each in (key, partner)]
        places = {int(one): story_of(db, int(one)) for one in found if one is not None}
        alone = [one for one, story in places.items() if story is not None and _is_alone(db, one, story)]
        if len(places) < 2 or None in places.values() or len(set(places.values())) < 2 or not alone:
            return False
        moving = alone[-1]
        staying = next(story for one, story in places.items() if one != moving)
        _move(db, moving, int(places[moving] or 0), int(staying or 0), f"named together by {by}", now)
    return True


def _is_alone(db: Database, release_id: int, story: int) -> bool:
    """Return whether a release is the only one of its story, and no person put it there."""
    moved = "SELECT 1 FROM story_hand WHERE release_id = ? AND what LIKE '% by hand' LIMIT 1"
    others = db.value("SELECT count(*) FROM story_member WHERE story_id = ?", (story,))
    return others == 1 and db.value(moved, (release_id,)) is None


def _story_by_hand(db: Database, release_id: int) -> int:
    story = story_of(db, release_id)
    if story is None:
        raise KeyError(f"no release {release_id}")
    return story


def _move(db: Database, release_id: int, story: int, to: int, why: str, now: datetime) -> int:
    db.execute("UPDATE story_member SET story_id = ?, why = ? WHERE release_id = ?", (to, why, release_id))
    moved = {"release_id": release_id, "from_story": story, "to_story": to, "what": why, "at": stamp(now)}
    db.insert("story_hand", moved)
    return to
