"""The ledger of checks: what was looked at, how often, and what was seen, so that "nothing new" can be relied on.

From the journal and from when releases were first read, never from what is known now: asked again for the same time,
it says the same. Reads only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.database import Database
from storage.times import from_text_or_none, stamp


@dataclass(frozen=True, slots=True)
class Watched:
    """How one source was watched.

    Args:
        source: its name.
        runs: checks that ended within the window, `failed` of them without a good end (held ones included).
        failed: see there.
        last_good: when the last good check ended, within the window or before.
        newest: when its newest release was published, as far as the portal says.
        newest_seen: when its last new release was first read.
        gap_checked: when its indexes were last gone through for releases that the listing had not shown.
        trouble: why the last check failed or was held; None where it ended well.
    """

    source: str
    runs: int = 0
    failed: int = 0
    last_good: datetime | None = None
    newest: datetime | None = None
    newest_seen: datetime | None = None
    gap_checked: datetime | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """How all sources were watched from `since` to `as_of`, in the order asked for."""

    since: datetime
    as_of: datetime
    sources: tuple[Watched, ...]

    @property
    def runs(self) -> int:
        """How many checks there were."""
        return sum(one.runs for one in self.sources)

    @property
    def failed(self) -> int:
        """How many of them did not end well."""
        return sum(one.failed for one in self.sources)

    @property
    def last_good(self) -> datetime | None:
        """Since when every source has been read well: the oldest of their last good checks; None if one never was."""
        times = [one.last_good for one in self.sources]
        return None if not times or None in times else min(time for time in times if time is not None)


def ledger(db: Database, as_of: datetime, since: datetime, sources: Iterable[str]) -> Ledger:
    """Return how sources were watched.

    Args:
        db: the database.
        as_of: the time the ledger speaks of; what came later is left out.
        since: the beginning of the window in which checks are counted.
        sources: their names, in the order wanted.
    """
    return Ledger(since, as_of, tuple(_watched(db, name, stamp(as_of), stamp(since)) for name in sources))


_COUNTED = """
SELECT count(*) AS runs, coalesce(sum(outcome IN ('failed', 'held')), 0) AS failed FROM run
WHERE source = ? AND started >= ? AND started <= ? AND ended <= ?"""
_LAST = """
SELECT ended, outcome, trouble FROM run
WHERE source = ? AND started <= ? AND ended <= ?{} ORDER BY started DESC, id DESC LIMIT 1"""
_GOOD = _LAST.format(" AND outcome IN ('unchanged', 'moved')")
_GAPS = _LAST.format(" AND outcome IN ('unchanged', 'moved') AND gaps = 1")
_NEWEST = """
SELECT published FROM release INDEXED BY release_source_moment
WHERE source = ? AND first_seen <= ? AND published IS NOT NULL
ORDER BY coalesce(published, first_seen) DESC LIMIT 1"""
_SEEN = "SELECT first_seen FROM release WHERE source = ? AND first_seen <= ? ORDER BY first_seen DESC LIMIT 1"


def _watched(db: Database, source: str, as_of: str, since: str) -> Watched:
    counted = db.row(_COUNTED, (source, since, as_of, as_of)) or {}
    last: dict[str, Any] = db.row(_LAST.format(""), (source, as_of, as_of)) or {}
    bad = last.get("outcome") in ("failed", "held")
    return Watched(
        source,
        counted.get("runs", 0),
        counted.get("failed", 0),
        last_good=from_text_or_none(db.value(_GOOD, (source, as_of, as_of))),
        newest=from_text_or_none(db.value(_NEWEST, (source, as_of))),
        newest_seen=from_text_or_none(db.value(_SEEN, (source, as_of))),
        gap_checked=from_text_or_none(db.value(_GAPS, (source, as_of, as_of))),
        trouble=(last.get("trouble") or str(last["outcome"])) if bad else None,
    )
