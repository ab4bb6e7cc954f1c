"""Judges each source by its own past: too silent, its listing short, its pages otherwise? Rules: rhythm.py, habits.py.

The past that counts ends where an incident of that kind began, so that trouble is never learned as the usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from scheduler.alerts.calendars import Calendars
from scheduler.habits import LATEST, broken_texts, far_fewer, missing_fields, new_shapes
from scheduler.incidents import IncidentKind, Wrong
from scheduler.observing import settle
from scheduler.rhythm import LEARN, IsFree, Rhythm, Span, learn
from scraper.find import sources
from storage import incidents, rhythms, runs
from storage.rhythms import Counted, Filled
from storage.times import stamp

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.database import Database
    from storage.runs import SourceState

JUDGED = frozenset(
    kind.value
    for kind in (
        IncidentKind.SILENT,
        IncidentKind.FEWER,
        IncidentKind.FIELDS,
        IncidentKind.SHAPES,
        IncidentKind.ENCODING,
    )
)
DARK = frozenset({IncidentKind.FAILING.value, IncidentKind.BLIND.value, IncidentKind.SILENT.value})
FRESH = timedelta(hours=2)
"""A source is judged while its last good check is no older than this, or than three turns."""
PAST = 120
"""Releases that are looked back on."""
LOOKED_BACK = 1_000
CALENDARS = {"Hong Kong": "hong-kong", "Macao": "macao"}
"""Whose holidays a source keeps, by its jurisdiction; the Mainland's where none is named."""


@dataclass(frozen=True, slots=True)
class Past:
    """All of a source's past that is judged.

    Args:
        source: its name.
        newest: when its newest release was first seen.
        rhythm: as learned from what came before the silence, if any; None where that is too little.
        counted: what its listings held, in order.
        filled: its last releases as they were read, in order.
        opened: which kinds of incident are open now, and since when.
    """

    source: str
    newest: datetime | None
    rhythm: Rhythm | None
    counted: Sequence[Counted]
    filled: Sequence[Filled]
    opened: Mapping[str, datetime] = field(default_factory=dict)


def oddities(past: Past, now: datetime, is_free: IsFree) -> Iterator[Wrong]:
    """Yield what is odd about a source that is read well now. Pure.

    Args:
        past: of the source.
        now: the time.
        is_free: whether a day is a holiday where it publishes.
    """
    rhythm, newest = past.rhythm, past.newest
    if rhythm is not None and newest is not None and rhythm.is_silent(newest, now, is_free):
        expected = round(rhythm.expected(newest, now, is_free), 1)
        evidence = {"newest": stamp(newest), "expected": expected, "limit": round(rhythm.limit, 1)}
        yield Wrong(IncidentKind.SILENT, past.source, evidence)
    since = past.opened.get(IncidentKind.FEWER.value)
    usual = [one for one in past.counted[:-1] if since is None or one.at < since]
    if few := far_fewer([*usual, *past.counted[-1:]]):
        yield Wrong(IncidentKind.FEWER, past.source, {"links": few.links, "usual": few.usual})
    if fields := missing_fields(_compared(past, IncidentKind.FIELDS)):
        yield Wrong(IncidentKind.FIELDS, past.source, {"fields": list(fields)})
    if shapes := new_shapes(_compared(past, IncidentKind.SHAPES)):
        yield Wrong(IncidentKind.SHAPES, past.source, {"usual": shapes[0], "new": shapes[1]})
    if count := broken_texts(_compared(past, IncidentKind.ENCODING)):
        yield Wrong(IncidentKind.ENCODING, past.source, {"count": count})


def _compared(past: Past, kind: IncidentKind) -> list[Filled]:
    """Return the releases from before an incident, and the last few."""
    begun = past.opened.get(kind.value)
    before = list(past.filled[:-LATEST])
    if begun is not None:  # but for those that it was noticed by
        before = [one for one in before if one.at <= begun][:-LATEST]
    return [*before, *past.filled[-LATEST:]]


def is_read_well(state: SourceState, every: float, now: datetime) -> bool:
    """Return whether a source is read well now: only then can its past be compared with its present.

    Args:
        state: what the journal knows of it.
        every: seconds between two checks.
        now: the time.
    """
    fresh = max(FRESH, timedelta(seconds=3 * every))
    known = not state.trouble and state.last_good is not None and state.seeded is not None
    return known and now - (state.last_good or now) <= fresh


def rhythm_of(
    db: Database, source: str, now: datetime, is_free: IsFree, opened: Mapping[str, datetime]
) -> Rhythm | None:
    """Return the rhythm that a source's past tells, up to when it fell silent; None where that is too short."""
    first = runs.state(db, source).first_sight
    if first is None:
        return None
    since, until = max(first, now - LEARN), opened.get(IncidentKind.SILENT.value, now)
    return learn(rhythms.arrivals(db, source, since, until), since, until, is_free, list(_dark(db, source, now)))


class Judge:
    """Judges the sources of a configuration and opens and closes their incidents.

    Args:
        db: the database.
        config: the configuration.
        calendars: who knows the holidays; by default the library's, looked up in a child process when first needed.
    """

    def __init__(self, db: Database, config: Config, calendars: Calendars | None = None) -> None:
        self._db, self._config, self._calendars = db, config, calendars or Calendars()
        self._learned: dict[str, tuple[tuple[date, datetime | None] | None, Rhythm | None]] = {}

    def look(self, now: datetime, name: str | None = None) -> bool:
        """Judge one source, or all that are enabled; return whether anything is odd. Raises StorageError."""
        names = [name] if name else [each for each, one in self._config.sources.items() if one.enabled]
        found = False
        for each in names:
            if is_read_well(runs.state(self._db, each), self._config.sources[each].every, now):
                wrong = list(oddities(self._past(each, now), now, self.is_free(each)))
                settle(self._db, self._config, wrong, JUDGED, now, subject=each)
                found = found or bool(wrong)
        return found

    def _past(self, name: str, now: datetime) -> Past:
        opened = opened_of(self._db, name)
        return Past(
            name,
            rhythms.newest(self._db, name),
            self._rhythm(name, now, opened),
            rhythms.counted(self._db, name, now - LEARN),
            rhythms.filled(self._db, name, PAST),
            opened,
        )

    def _rhythm(self, name: str, now: datetime, opened: Mapping[str, datetime]) -> Rhythm | None:
        """Return a source's rhythm; it is learned once a day, and anew when a silence begins or ends."""
        key = (now.date(), opened.get(IncidentKind.SILENT.value))
        if self._learned.get(name, (None, None))[0] != key:
            self._learned[name] = key, rhythm_of(self._db, name, now, self.is_free(name), opened)
        return self._learned[name][1]

    def is_free(self, name: str) -> IsFree:
        """Return who knows the holidays where a source publishes."""
        known = sources().get(name)
        calendar = CALENDARS.get(known.jurisdiction, "mainland") if known else "hong-kong"
        return lambda day: self._calendars.free((calendar,), False, day) is not None


def opened_of(db: Database, source: str) -> dict[str, datetime]:
    """Return which kinds of incident of a source are open, and since when."""
    return {one.kind: one.opened for one in incidents.open_now(db) if one.subject == source}


def _dark(db: Database, source: str, now: datetime) -> Iterator[Span]:
    """Yield the spans in which a source could not be read, from the last good check before until the incident's end."""
    for one in incidents.recent(db, LOOKED_BACK):
        if one.subject == source and one.kind in DARK:
            told = one.evidence.get("last_good") or one.evidence.get("newest")
            yield (datetime.fromisoformat(str(told)) if told else one.opened), one.closed or now
