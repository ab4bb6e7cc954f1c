"""Which releases tell one event. First cut: a story a release, joined by those of the same text."""

from __future__ import annotations

from datetime import datetime

from storage.database import Database
from storage.decide import is_twin
from storage.times import from_text, stamp


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
        " WHERE v.fingerprint = ? AND v.text <> '' AND r.language = ? AND r.key <> ? ORDER BY r.id LIMIT 200",
        (fingerprint, language, key),
    )
    return next((row["original"] for row in rows if is_twin(moment, from_text(row["moment"]))), None)


def join(db: Database, release_id: int, original: int | None, now: datetime) -> int:
    """Put a new release in a story, inside a transaction, and return the story's id.

    Args:
        db: the database.
        release_id: of the new release.
        original: the release whose text it tells, or None where it is the first of a story.
        now: when it was read.
    """
    story = None if original is None else story_of(db, original)
    if story is None:
        story = db.insert("story", {"made": stamp(now)})
        db.insert("story_member", {"release_id": release_id, "story_id": story, "why": "first"})
    else:
        db.insert("story_member", {"release_id": release_id, "story_id": story, "why": "same text"})
    return story


def story_of(db: Database, release_id: int) -> int | None:
    """Return the story of a release, or None."""
    found = db.value("SELECT story_id FROM story_member WHERE release_id = ?", (release_id,))
    return None if found is None else int(found)
