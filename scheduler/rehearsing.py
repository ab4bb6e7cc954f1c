"""Rehearsals over the stored past, and the refusal of rules that would flood somebody. Reads only.

What was recorded silently counts as if it had been told when it was published: the past is there to be asked. Where the
portal does not say when that was, it is left out. What is counted, and how: rehearsal.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from scheduler.config import Config, ConfigError, Fault, Subscription
from scheduler.config.toml_lines import Path
from storage.model import Notice
from storage.times import from_text, stamp

if TYPE_CHECKING:
    from scheduler.rehearsal import Rehearsal
    from storage.database import Database

# Over how many days a rule is rehearsed before the service starts with it, and by `coopwatch check`.
DAYS = 30

# When a change was told, or would have been. What was recorded silently and is undated belongs to no day.
_MOMENT = "iif(c.silent IS NULL OR c.kind IN ('revised', 'gone', 'returned'), c.at, r.published)"
_PAST = f"""
SELECT c.id, {_MOMENT} AS moment
FROM changes AS c JOIN releases AS r ON r.id = c.release_id
WHERE {_MOMENT} >= ? AND {_MOMENT} < ?
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
    from scheduler.rehearsal import rehearse

    since = now - timedelta(days=days) if days else datetime(1900, 1, 1, tzinfo=now.tzinfo)
    zones = [config.zone_of(one) for one in subscriptions]
    return rehearse(subscriptions, past(db, since, now), zones, since, now)


def unsettled(db: Database, config: Config) -> tuple[Subscription, ...]:
    """Return the subscriptions that are new or have other conditions than those coopwatch ran with last."""
    from scheduler.alerts.rules import mark
    from storage.subscribers import subscribers

    known = {one.name: one.rule for one in subscribers(db)}
    return tuple(one for one in config.subscriptions if known.get(one.name) != mark(one.where))


def flooding(config: Config, rehearsed: Sequence[Rehearsal]) -> list[tuple[int, str]]:
    """Return which of the rehearsed would send too many: places in the file, each with what to say. Pure."""
    from scheduler.rehearsal import floods

    found = {one.name: one for one in rehearsed}
    said = (
        (place, floods(found[one.name], one, config.alerts.many))
        for place, one in enumerate(config.subscriptions)
        if one.name in found
    )
    return [(place, what) for place, what in said if what is not None]


def refuse_floods(db: Database, config: Config, file: str, now: datetime) -> None:
    """Refuse to start with a new or changed rule that would send too many a day.

    Raises:
        ConfigError: with each of them.
    """
    found = _flood_faults(db, config, file, now)
    if found:
        raise ConfigError(found)


def refuse_floods_apart(db: Database, config: Config, file: str, database: FilePath) -> None:
    """Do the same in a process of its own, for the service: a month of releases would stay in its memory.

    Raises:
        ConfigError: with each of them, or since that process failed.
    """
    if not _to_be_asked(db, config):
        return
    from scheduler.process import environment

    words = [sys.executable, "-P", "-m", __name__, file, str(database)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment())
    if done.returncode:
        raise ConfigError([Fault(file, 1, "", f"could not be rehearsed: {done.stderr.strip()[-300:]}")])
    found = [Fault(**fault) for fault in json.loads(done.stdout)]
    if found:
        raise ConfigError(found)


def _to_be_asked(db: Database, config: Config) -> list[Subscription]:
    return [one for one in unsettled(db, config) if not (one.allow_many or one.gathered)]


def _flood_faults(db: Database, config: Config, file: str, now: datetime) -> list[Fault]:
    from scheduler.config.inspection import placed

    asked = _to_be_asked(db, config)
    rehearsed = rehearse_stored(db, config, asked, now, DAYS) if asked else []
    found: list[tuple[Path, str]] = [
        (("subscriptions", place, "where"), what) for place, what in flooding(config, rehearsed)
    ]
    return placed(file, found)


def _as_watched(told: Notice) -> Notice:
    """Return a notice of an imported release as if its portal's source had read it, where there is one."""
    from scraper.find import source_of

    if told.release.source != "import":
        return told
    known = source_of(told.release.url, told.release.language)
    return replace(told, release=replace(told.release, source=known[0].name)) if known else told


def _main() -> None:
    from scheduler.config import load
    from storage.database import Database

    file, database = sys.argv[1:]
    with Database.open(FilePath(database), create=False, read_only=True) as db:
        found = _flood_faults(db, load(file), file, datetime.now(UTC))
    json.dump([fault.as_dict() for fault in found], sys.stdout)


if __name__ == "__main__":
    _main()
