"""How far back each source reaches, and where its archive lists what is not stored. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.archive import DAY, MOST_FILLS, Day, as_day
from storage.database import Database
from storage.times import stamp

SETTLES = timedelta(minutes=10)
"""How long after a page of the archive was read its releases may still be on their way to us."""

_UNREAD = "SELECT source, day FROM link WHERE day IS NOT NULL AND state <> 'read' GROUP BY source, day"


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a source reaches: `since` begins the unbroken run of complete days that ends at `until`.

    `days` counts the complete days, also those before a break; `short` those that list what is not stored.
    """

    source: str
    since: date
    until: date
    days: int
    short: int = 0


def gaps(db: Database, now: datetime) -> list[Day]:
    """Return the days on which something is listed that is not stored, or that could not be read; the newest first.

    Left out: what was listed only minutes ago, and what so many checks could not fill that it is no passing trouble.
    """
    rows = db.rows(
        f"{DAY} JOIN ({_UNREAD} UNION SELECT source, day FROM archive_day WHERE state = 'failed') AS g"
        " USING (source, day) WHERE a.fills < ? AND (a.asked IS NULL OR a.asked <= ?) ORDER BY source, day DESC",
        (MOST_FILLS, stamp(now - SETTLES)),
    )
    return [as_day(row) for row in rows]


def reach(db: Database) -> dict[str, Reach]:
    """Return how far back each source reaches, by its name; sources without a complete day are left out."""
    unread = {(row["source"], row["day"]) for row in db.rows(_UNREAD)}
    complete: dict[str, list[date]] = {}
    short: dict[str, int] = {}
    for row in db.rows("SELECT source, day FROM archive_day WHERE state = 'listed' ORDER BY source, day DESC"):
        if (row["source"], row["day"]) in unread:
            short[row["source"]] = short.get(row["source"], 0) + 1
        else:
            complete.setdefault(row["source"], []).append(date.fromisoformat(row["day"]))
    return {
        name: Reach(name, _unbroken(found), found[0], len(found), short.get(name, 0))
        for name, found in complete.items()
    }


def _unbroken(newest_first: Sequence[date]) -> date:
    """Return the first of the days, or months, that lie side by side up to the newest."""
    since = newest_first[0]
    for each in newest_first[1:]:
        follows = (each.replace(day=28) + timedelta(days=4)).replace(day=1)
        if since - each != timedelta(days=1) and not (each.day == since.day == 1 and follows == since):
            break
        since = each
    return since
