"""Questions about releases: which are known, which are to be read again, and how people see them. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Database
from storage.identity import canonical
from storage.times import stamp

MOMENT = "coalesce(published, first_seen)"
"""When a release is from, as people see it; indexed in just these words."""
_DUE = "SELECT key, url, id AS release_id FROM release"


@dataclass(frozen=True, slots=True)
class Due:
    """A release to be read again."""

    key: str
    url: str
    release_id: int


def known(db: Database, keys: Iterable[str]) -> set[str]:
    """Return those of the keys under which a release is kept."""
    return {key for key in keys if db.row("SELECT 1 FROM release WHERE key = ?", (key,))}


def due(db: Database, source: str, now: datetime, limit: int) -> list[Due]:
    """Return the releases of a source whose next reading is due, the longest due first."""
    rows = db.rows(
        f"{_DUE} WHERE source = ? AND next_reread <= ? ORDER BY next_reread LIMIT ?",
        (source, stamp(now), limit),
    )
    return [Due(**row) for row in rows]


def within(db: Database, source: str, since: datetime, limit: int) -> list[Due]:
    """Return the releases of a source first seen since a time, the newest first: those a person's check reads again."""
    rows = db.rows(
        f"{_DUE} WHERE source = ? AND first_seen >= ? ORDER BY first_seen DESC LIMIT ?",
        (source, stamp(since), limit),
    )
    return [Due(**row) for row in rows]


def find(db: Database, name: int | str) -> dict[str, Any] | None:
    """Return a release as the view `releases` shows it, or None.

    Args:
        db: the database.
        name: its number, its key, or any generic spelling of its address.
    """
    text = str(name).strip()
    if text.isascii() and text.isdigit() and len(text) < 19:
        return db.row("SELECT * FROM releases WHERE id = ?", (int(text),))
    row = db.row("SELECT id FROM release WHERE key = ?", (text,)) or db.row(
        "SELECT id FROM release WHERE url = ?", (text,)
    )
    if row is None and "://" in text:
        try:
            row = db.row("SELECT id FROM release WHERE url = ?", (canonical(text),))
        except ValueError:
            return None
    return db.row("SELECT * FROM releases WHERE id = ?", (row["id"],)) if row else None


def listing(
    db: Database,
    *,
    cooperation: bool | None = None,
    source: str | None = None,
    since: datetime | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Return releases as the view `releases` shows them, the newest first (by publishing, else by first sight).

    Args:
        db: the database.
        cooperation: only those that are (True) or are not (False) about co-operation.
        source: only this source's.
        since: only those published (where unknown: first seen) at or after this time.
        limit: the most to return; 0 for all.
    """
    asked: list[tuple[str, Any]] = []
    if cooperation is not None:
        asked.append(("cooperation = ?", int(cooperation)))
    if source is not None:
        asked.append(("source = ?", source))
    if since is not None:
        asked.append((f"{MOMENT} >= ?", stamp(since)))
    # A literal 1, so that SQLite sees that the partial index on co-operation fits.
    where = " AND ".join(
        clause.replace("= ?", "= 1") if value == 1 and "coop" in clause else clause for clause, value in asked
    )
    params = [value for clause, value in asked if not (value == 1 and "coop" in clause)]
    sql = f"SELECT * FROM releases{' WHERE ' + where if where else ''} ORDER BY {MOMENT} DESC, id DESC"
    return db.rows(f"{sql} LIMIT ?", [*params, limit or -1])


def stories(
    db: Database, *, cooperation: bool = False, several: bool = False, since: datetime | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Return stories, those begun last first: id, made, title, releases, cooperation, languages, first_published.

    Args:
        db: the database.
        cooperation: only those with a release about co-operation.
        several: only those that more than one release tells.
        since: only those begun at or after this time.
        limit: the most to return; 0 for all.
    """
    found: list[dict[str, Any]] = []
    before = db.value("SELECT max(id) FROM story") or 0
    # Batch by batch from the end, so that the newest few cost the same however many stories there are.
    while before > 0 and (not limit or len(found) < limit):
        rows = db.rows(_STORIES, (before - _BATCH, before))
        found += [row for row in rows if row["releases"] > several and row["cooperation"] >= cooperation]
        before -= _BATCH
        if since is not None and rows and rows[-1]["made"] < stamp(since):
            break
    kept = [row for row in found if since is None or row["made"] >= stamp(since)]
    return kept[: limit or None]


_BATCH = 500
_STORIES = """
SELECT s.id, s.made, v.title, m.releases, m.cooperation, m.languages, m.first_published, r.precision
FROM (SELECT x.story_id, count(*) AS releases, max(r.cooperation) AS cooperation, min(r.id) AS first_release,
             min(r.published) AS first_published, group_concat(DISTINCT r.language) AS languages
      FROM story_member AS x JOIN release AS r ON r.id = x.release_id
      WHERE x.story_id > ? AND x.story_id <= ? GROUP BY x.story_id) AS m
JOIN story AS s ON s.id = m.story_id
JOIN release AS r ON r.id = m.first_release
JOIN version AS v ON v.release_id = r.id AND v.number = r.version
ORDER BY s.id DESC"""


def story(db: Database, story_id: int) -> dict[str, Any] | None:
    """Return a story with the releases that tell it, the earliest first, and what people decided of it; or None."""
    row = db.row("SELECT * FROM stories WHERE id = ?", (story_id,))
    if row is None:
        return None
    told = db.rows(
        "SELECT * FROM story_releases WHERE story_id = ? ORDER BY coalesce(published, first_seen), release_id",
        (story_id,),
    )
    by_hand = db.rows(
        "SELECT release_id, from_story, to_story, what, at FROM story_hand"
        " WHERE from_story = ? OR to_story = ? ORDER BY id",
        (story_id, story_id),
    )
    return {**row, "told_by": told, "by_hand": by_hand}
