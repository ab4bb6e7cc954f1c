"""Questions about parties and programmes: what names them, how a programme's figures moved. Reads only."""

from __future__ import annotations

from typing import Any

from storage.database import Database


def catalogue(db: Database, what: str) -> list[dict[str, Any]]:
    """Return all that is named, the most told of first: id, name, kind, jurisdiction, releases, stories, first, last.

    Args:
        db: the database.
        what: `party` or `programme`.
    """
    return db.rows(_CATALOGUE, (what,))


_CATALOGUE = """
SELECT n.id, n.name, n.kind, n.jurisdiction, count(x.release_id) AS releases,
       count(DISTINCT coalesce(m.story_id, -x.release_id)) AS stories,
       min(r.published) AS first, max(r.published) AS last
FROM named AS n
JOIN mention AS x ON x.named_id = n.id
JOIN release AS r ON r.id = x.release_id
LEFT JOIN story_member AS m ON m.release_id = x.release_id
WHERE n.what = ?
GROUP BY n.id
ORDER BY stories DESC, releases DESC, n.name"""


def names(db: Database, what: str) -> dict[str, list[str]]:
    """Return the other names under which parties or programmes were met, by canonical name."""
    found: dict[str, list[str]] = {}
    for row in db.rows(
        "SELECT n.name, a.name AS also FROM named AS n LEFT JOIN named_as AS a ON a.named_id = n.id WHERE n.what = ?",
        (what,),
    ):
        found.setdefault(row["name"], []).extend([row["also"]] if row["also"] else [])
    return found


def one(db: Database, what: str, name: str) -> dict[str, Any] | None:
    """Return a party or programme by its canonical name: id, name, kind, jurisdiction; None where nothing names it."""
    return db.row("SELECT id, name, kind, jurisdiction FROM named WHERE what = ? AND name = ?", (what, name))


def timeline(db: Database, named_id: int, limit: int) -> list[dict[str, Any]]:
    """Return the releases that name a party or programme, the newest first, as many as `limit` (0 for all)."""
    return db.rows(
        "SELECT r.id AS release_id, r.url, r.source, r.language, r.published, r.precision, r.first_seen, v.title,"
        '       a.kind, m.story_id, x.text, x.start, x."end"'
        " FROM mention AS x JOIN release AS r ON r.id = x.release_id"
        " JOIN version AS v ON v.release_id = r.id AND v.number = r.version"
        " LEFT JOIN assessment AS a ON a.id = r.assessment_id LEFT JOIN story_member AS m ON m.release_id = r.id"
        " WHERE x.named_id = ? ORDER BY coalesce(r.published, r.first_seen) DESC, r.id DESC LIMIT ?",
        (named_id, limit or -1),
    )


def beside(db: Database, named_id: int, what: str, limit: int) -> list[dict[str, Any]]:
    """Return what is named in the same releases, the most often first: name, kind, jurisdiction, releases, stories.

    Args:
        db: the database.
        named_id: of the party or programme.
        what: `party` or `programme`: which to return.
        limit: the most to return; 0 for all.
    """
    return db.rows(
        "SELECT n.name, n.kind, n.jurisdiction, count(*) AS releases,"
        "       count(DISTINCT coalesce(m.story_id, -y.release_id)) AS stories"
        " FROM mention AS x JOIN mention AS y ON y.release_id = x.release_id AND y.named_id <> x.named_id"
        " JOIN named AS n ON n.id = y.named_id LEFT JOIN story_member AS m ON m.release_id = y.release_id"
        " WHERE x.named_id = ? AND n.what = ? GROUP BY n.id ORDER BY stories DESC, releases DESC, n.name LIMIT ?",
        (named_id, what, limit or -1),
    )


def figures(db: Database, programme_id: int) -> list[dict[str, Any]]:
    """Return the figures of a programme, its lifelines first, each in the order in which its releases were published.

    Each row: counts (None outside a lifeline), value, qualifier, unit, what, start, end, text (of the whole release),
    release_id, url, published, precision, language, story_id.
    """
    return db.rows(
        'SELECT l.counts, f.value, f.qualifier, f.unit, f.what, f.start, f."end", v.text, r.id AS release_id, r.url,'
        "       r.published, r.precision, r.language, m.story_id"
        " FROM figure AS f JOIN release AS r ON r.id = f.release_id"
        " JOIN version AS v ON v.release_id = r.id AND v.number = r.version"
        " LEFT JOIN lifeline AS l ON l.id = f.lifeline_id LEFT JOIN story_member AS m ON m.release_id = r.id"
        " WHERE f.programme_id = ?"
        " ORDER BY l.counts IS NULL, l.counts, coalesce(r.published, r.first_seen), r.id, f.start",
        (programme_id,),
    )


def lifelines(db: Database) -> dict[str, int]:
    """Return how many lifelines each programme has, by its canonical name."""
    rows = db.rows(
        "SELECT n.name, count(DISTINCT l.id) AS lines FROM lifeline AS l JOIN named AS n ON n.id = l.programme_id"
        " WHERE EXISTS (SELECT 1 FROM figure AS f WHERE f.lifeline_id = l.id) GROUP BY n.id"
    )
    return {row["name"]: row["lines"] for row in rows}
