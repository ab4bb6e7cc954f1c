"""What a subscription was told, for those who write it down as a whole: feeds and calendars. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from storage import deliveries
from storage.assessments import from_columns
from storage.database import Database
from storage.model import Dated, Delivery
from storage.times import from_text, stamp

# Told, or being told just now: a feed is written before its delivery is settled. An alert has no slot: where that is
# said, the index of subscription and slot has the alerts of a subscription in their order.
_OUT = "d.slot IS NULL AND d.what = 'alert' AND d.state IN ('sent', 'sending')"

# The first release of each story that a subscription was told.
_TOLD = f"""
SELECT r.id, r.key, t.story_id, r.portal, r.utc_offset, coalesce(r.published, r.first_seen) AS published
FROM (SELECT min(d.id) AS first, m.story_id, c.release_id
      FROM delivery AS d JOIN change AS c ON c.id = d.change_id JOIN story_member AS m ON m.release_id = c.release_id
      WHERE d.subscription = ? AND {_OUT} GROUP BY m.story_id ORDER BY first DESC LIMIT ?) AS t
JOIN release AS r ON r.id = t.release_id
WHERE r.state <> 'gone' AND coalesce(r.published, r.first_seen) >= ? ORDER BY t.first DESC"""

# Its editions on the same portal, itself among them.
_EDITIONS = """
SELECT r.id, r.url, r.language FROM story_member AS m JOIN release AS r ON r.id = m.release_id
WHERE m.story_id = ? AND r.portal = ? AND r.state <> 'gone' ORDER BY r.id LIMIT 12"""


@dataclass(frozen=True, slots=True)
class Announced:
    """A release that a subscription was told of, with the dates it states.

    Args:
        key: of the release that was told.
        url: where it, or the edition that speaks, stands.
        title: of its last version.
        language: BCP 47 tag.
        published: the day by the portal's calendar; that of the first reading where the portal does not say.
        seen: when its last version was first read.
        versions: the dates each version states, the first version first.
    """

    key: str
    url: str
    title: str
    language: str
    published: date
    seen: datetime
    versions: tuple[tuple[Dated, ...], ...]


def ids(db: Database, subscription: str, most: int) -> list[str]:
    """Return the message ids of the alerts that a subscription got last, or is getting, the newest promise first."""
    rows = db.rows(
        f"SELECT d.message_id FROM delivery AS d WHERE d.subscription = ? AND {_OUT} ORDER BY d.id DESC LIMIT ?",
        (subscription, most),
    )
    return [row["message_id"] for row in rows]


def alert(db: Database, message_id: str) -> Delivery:
    """Return an alert that went out, as it was told.

    Raises:
        KeyError, TypeError, ValueError: there is none of this id, or what it told cannot be read.
    """
    row = db.row(f"SELECT {deliveries.COLUMNS} FROM delivery WHERE message_id = ?", (message_id,))
    if row is None:
        raise KeyError(message_id)
    return deliveries.value(db, row, from_text(row["made"]))


def announced(
    db: Database, subscription: str, now: datetime, within: timedelta, most: int, language: str | None = None
) -> list[Announced]:
    """Return the releases a subscription was told of, one a story (the first it was told), the newest story first.

    Withdrawn releases are left out, and those published longer ago than `within`; `most` stories are looked at. Where a
    story has an edition in the `language` wished for, that one speaks, under the key of the one that was told; where
    another edition has moved a date since, that other one does.
    """
    found = []
    for row in db.rows(_TOLD, (subscription, most, stamp(now - within))):
        offset = timezone(timedelta(minutes=row["utc_offset"])) if row["utc_offset"] is not None else UTC
        day = from_text(row["published"]).astimezone(offset).date()
        rows = db.rows(_EDITIONS, (row["story_id"], row["portal"]))
        editions = {one["id"]: _edition(db, one, row["key"], day) for one in rows}
        if row["id"] in editions:
            found.append(_speaking(editions[row["id"]], tuple(editions.values()), language))
    return found


def _speaking(told: Announced, editions: Sequence[Announced], language: str | None) -> Announced:
    """Return the edition whose dates stand in a calendar."""
    own = next((one for one in editions if one.language == language), told)
    later = [one for one in editions if one.seen > own.seen and _days(one.versions[-1]) != _days(one.versions[0])]
    return max(later, key=lambda one: one.seen, default=own)


def _days(dates: Sequence[Dated]) -> set[str]:
    return {one.date for one in dates}


def _edition(db: Database, row: Mapping[str, Any], key: str, day: date) -> Announced:
    seen, title, dates = _versions(db, row["id"])
    return Announced(key, row["url"], title, row["language"], day, seen, dates)


def _versions(db: Database, release_id: int) -> tuple[datetime, str, tuple[tuple[Dated, ...], ...]]:
    """Return when the last version was read, its title, and the dates of every version."""
    rows = db.rows(
        "SELECT v.title, v.seen, a.* FROM version AS v JOIN assessment AS a ON a.id ="
        " (SELECT max(id) FROM assessment WHERE version_id = v.id) WHERE v.release_id = ? ORDER BY v.number",
        (release_id,),
    )
    dates = tuple(from_columns(row).dates for row in rows)
    return from_text(rows[-1]["seen"]), rows[-1]["title"], dates
