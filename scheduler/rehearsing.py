"""Rehearsals over the stored past, and the refusal of rules that would flood somebody. Reads only.

What was recorded silently counts as if it had been told when it was published: the past is there to be asked. What is
counted, and how: rehearsal.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from scheduler.config import Config, Subscription
from scheduler.config.toml_lines import Path
from scheduler.rehearsal import Rehearsal, floods, rehearse
from storage.model import Notice
from storage.times import from_text, stamp

if TYPE_CHECKING:
    from storage.database import Database

# Over how many days a rule is rehearsed before the service starts with it, and by `coopwatch check`.
DAYS = 30

_PAST = """
SELECT c.id, coalesce(iif(c.silent IS NULL, NULL, r.published), c.at) AS moment
FROM changes AS c JOIN releases AS r ON r.id = c.release_id
WHERE coalesce(iif(c.silent IS NULL, NULL, r.published), c.at) >= ?
  AND coalesce(iif(c.silent IS NULL, NULL, r.published), c.at) < ?
ORDER BY moment, c.id"""


def past(db: Database, since: datetime, until: datetime) -> Iterator[tuple[datetime, Notice]]:
    """Yield the changes of a time with when each was, or would have been, told, in that order."""
    from storage.notices import notice

    for row in db.rows(_PAST, (stamp(since), stamp(until))):
        try:
            yield from_text(row["moment"]), _as_watched(notice(db, row["id"]))
        except KeyError:
            continue  # a version from before there was a detector


def rehearse_stored(
    db: Database, config: Config, subscriptions: Sequence[Subscription], now: datetime, days: int
) -> list[Rehearsal]:
    """Return what subscriptions would have sent in the last `days` days of a database; 0 for all that is stored."""
    since = now - timedelta(days=days) if days else datetime(1900, 1, 1, tzinfo=now.tzinfo)
    zones = [config.zone_of(one) for one in subscriptions]
    return rehearse(subscriptions, past(db, since, now), zones, since, now)


def flooding(db: Database, config: Config, now: datetime, *, fresh_only: bool = True) -> list[tuple[int, str]]:
    """Return the subscriptions that would send too many, by their place in the file, each with what to say.

    Args:
        db: the database.
        config: the configuration.
        now: the time; the `DAYS` days before it are rehearsed.
        fresh_only: leave those out that coopwatch already runs with, by the same conditions.
    """
    from scheduler.alerts.rules import mark
    from storage.subscribers import subscribers

    known = {one.name: one.rule for one in subscribers(db)} if fresh_only else {}
    asked = [
        (place, one)
        for place, one in enumerate(config.subscriptions)
        if not (one.allow_many or one.gathered or known.get(one.name) == mark(one.where))
    ]
    if not asked:
        return []
    found = rehearse_stored(db, config, [one for _, one in asked], now, DAYS)
    said = ((place, floods(each, one, config.alerts.many)) for (place, one), each in zip(asked, found, strict=True))
    return [(place, what) for place, what in said if what is not None]


def refuse_floods(db: Database, config: Config, file: str, now: datetime) -> None:
    """Refuse to start with a new or changed rule that would send too many a day.

    Raises:
        ConfigError: with each of them.
    """
    from scheduler.config import ConfigError
    from scheduler.config.inspection import placed

    found: list[tuple[Path, str]] = [
        (("subscriptions", place, "where"), what) for place, what in flooding(db, config, now)
    ]
    if found:
        raise ConfigError(placed(file, found))


def _as_watched(told: Notice) -> Notice:
    """Return a notice of an imported release as if its portal's source had read it, where there is one."""
    from scraper.find import source_of

    if told.release.source != "import":
        return told
    known = source_of(told.release.url, told.release.language)
    return replace(told, release=replace(told.release, source=known[0].name)) if known else told
