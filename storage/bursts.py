"""How much a source brings: what it still owes, its busiest days, and what a hold gathered. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Database
from storage.times import from_text, from_text_or_none, stamp

HISTORY = timedelta(days=365)
"""How far back a source's busiest days are looked for."""
TITLES = 5
"""Examples a question shows."""


@dataclass(frozen=True, slots=True)
class History:
    """A source's past: most alerts and most new releases that one day (UTC) saw, and for how many days it is known."""

    busiest_alerts: int
    busiest_day: int
    days: int


def unread(db: Database, source: str) -> int:
    """Return how many links of a source are still to be read of which somebody may be told; a first sight's are not."""
    found = db.value(
        "SELECT count(*) FROM link WHERE source = ? AND state = 'pending' AND silent IS NULL AND attempts = 0",
        (source,),
    )
    return int(found)


def listed(db: Database, source: str, since: datetime) -> int:
    """Return how many new links a source has listed since a time, those of a first sight left out."""
    found = db.value(
        "SELECT count(*) FROM link WHERE source = ? AND silent IS NULL AND first_listed >= ?", (source, stamp(since))
    )
    return int(found)


def history(db: Database, source: str, before: datetime) -> History:
    """Return a source's past up to a time; what was recorded silently was no alert, and a first sight no day."""
    since = max(before - HISTORY, from_text_or_none(_seeded(db, source)) or before)
    span = (source, stamp(since), stamp(before))
    alerts = db.value(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM change AS c JOIN release AS r ON r.id = c.release_id"
        " WHERE r.source = ? AND c.at >= ? AND c.at < ? AND c.silent IS NULL"
        " AND EXISTS (SELECT 1 FROM delivery AS d WHERE d.change_id = c.id AND d.state <> 'dropped')"
        " GROUP BY substr(c.at, 1, 10))",
        span,
    )
    day = db.value(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM release WHERE source = ? AND first_seen >= ?"
        " AND first_seen < ? AND silent IS NOT 'first sight' AND silent IS NOT 'backfill'"
        " GROUP BY substr(first_seen, 1, 10))",
        span,
    )
    return History(int(alerts or 0), int(day or 0), max(0, (before - since).days))


def _seeded(db: Database, source: str) -> str | None:
    found = db.value("SELECT seeded FROM source WHERE name = ?", (source,))
    return None if found is None else str(found)


def alerts(db: Database, hold_id: int) -> int:
    """Return how many changes a hold keeps from being told."""
    return int(
        db.value("SELECT count(DISTINCT change_id) FROM delivery WHERE hold_id = ? AND state = 'held'", (hold_id,))
    )


def titles(db: Database, hold_id: int, limit: int = TITLES) -> list[str]:
    """Return the titles of the first releases that a hold keeps from being told."""
    rows = db.rows(
        "SELECT DISTINCT c.release_id, v.title FROM delivery AS d JOIN change AS c ON c.id = d.change_id"
        " JOIN version AS v ON v.release_id = c.release_id AND v.number = c.version"
        " WHERE d.hold_id = ? AND d.state = 'held' ORDER BY c.release_id LIMIT ?",
        (hold_id, limit),
    )
    return [str(row["title"]) for row in rows]


def last_good(db: Database, source: str) -> datetime | None:
    """Return when a source was last read well, or None for never."""
    found = db.value("SELECT last_good FROM source WHERE name = ?", (source,))
    return None if found is None else from_text(str(found))


def kept_from(db: Database, hold_id: int) -> dict[str, int]:
    """Return how many alerts a hold keeps from each subscription."""
    rows = db.rows(
        "SELECT subscription, count(*) AS kept FROM delivery WHERE hold_id = ? AND state = 'held'"
        " GROUP BY subscription",
        (hold_id,),
    )
    return {str(row["subscription"]): int(row["kept"]) for row in rows}
