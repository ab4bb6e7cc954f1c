"""Who is named together for the first time: pairs of parties, places and jurisdictions of co-operation items.

Each pair is kept with the release that had it first, whatever was told of that one; so asking costs one step a pair.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from storage.database import Database
from storage.facts import LONGEST
from storage.model import Assessment, Pair

MOST = 16
"""As many names of a kind are paired, those the assessment has first: 120 pairs at most."""


def pairs(assessment: Assessment) -> tuple[Pair, ...]:
    """Return who is named together in a text, each pair once; nobody where it is not about co-operation. Pure."""
    if not assessment.cooperation:
        return ()
    kinds: tuple[tuple[str, Iterable[str]], ...] = (
        ("party", (one.name for one in assessment.parties)),
        ("place", (one.name for one in assessment.places)),
        ("jurisdiction", assessment.jurisdictions),
    )
    found = []
    for what, names in kinds:
        few = list(dict.fromkeys(name[:LONGEST] for name in names))[:MOST]
        found += [Pair(what, one, other) for one, other in combinations(sorted(few), 2)]
    return tuple(found)


def keep(db: Database, release_id: int, story_id: int | None, assessment: Assessment) -> tuple[Pair, ...]:
    """Keep who is named together, inside a transaction; return the pairs that nobody had before, or only this story.

    Args:
        db: the database.
        release_id: of the release.
        story_id: the story it was put in now; None for a release that was known, whose own pairs are old.
        assessment: of its text.
    """
    return tuple(one for one in pairs(assessment) if _is_first(db, release_id, story_id, one))


def _is_first(db: Database, release_id: int, story_id: int | None, pair: Pair) -> bool:
    key = (pair.what, pair.one, pair.other)
    row = db.row(
        "SELECT p.release_id, m.story_id FROM pair AS p LEFT JOIN story_member AS m ON m.release_id = p.release_id"
        " WHERE p.what = ? AND p.one = ? AND p.other = ?",
        key,
    )
    if row is None:
        db.insert("pair", {"what": pair.what, "one": pair.one, "other": pair.other, "release_id": release_id})
        return True
    return story_id is not None and row["story_id"] == story_id


def tell(db: Database, change_id: int, found: Iterable[Pair]) -> None:
    """Keep with a change which pairs it tells for the first time, inside a transaction."""
    for pair in found:
        row = {"change_id": change_id, "what": pair.what, "one": pair.one, "other": pair.other}
        db.insert("first_pair", row)
