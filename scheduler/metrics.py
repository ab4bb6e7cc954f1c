"""How the watching goes, in figures: from the journal alone, as Prometheus reads them. Never asks a portal anything.

The form: https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4. Served by listening.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from storage import incidents, runs
from storage.times import from_text, stamp

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.database import Database

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
DAY = timedelta(days=1)
UNSETTLED = ("waiting", "sending", "bundled", "held", "dead")
OUTCOMES = ("unchanged", "moved", "failed", "held")


@dataclass(frozen=True, slots=True)
class Metric:
    """One gauge: its name, what it is, and its values by label."""

    name: str
    help: str
    values: tuple[tuple[Mapping[str, str], float], ...]


def exposition(metrics: Iterable[Metric]) -> str:
    """Return metrics as text; one without values is left out."""
    lines: list[str] = []
    for one in metrics:
        if one.values:
            lines += [f"# HELP {one.name} {_escaped(one.help)}", f"# TYPE {one.name} gauge"]
            lines += [f"{one.name}{_labels(labels)} {_number(value)}" for labels, value in one.values]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    said = ",".join(f'{name}="{_escaped(value).replace(chr(34), chr(92) + chr(34))}"' for name, value in labels.items())
    return f"{{{said}}}" if said else ""


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def gather(db: Database, config: Config, started: datetime, now: datetime) -> Iterator[Metric]:
    """Yield all that is told.

    Args:
        db: the database; only read.
        config: whose enabled sources are told of.
        started: when the service did.
        now: the time.
    """
    yield _one("coopwatch_up", "1 while the service answers.", 1)
    yield _one("coopwatch_start_time_seconds", "When the service started, in seconds since 1970.", started.timestamp())
    yield from _sources(db, config, now)
    yield from _promises(db)
    kinds: dict[str, int] = {}
    for incident in incidents.open_now(db):
        kinds[incident.kind] = kinds.get(incident.kind, 0) + 1
    yield _one("coopwatch_incidents_open", "Incidents that are open.", sum(kinds.values()))
    yield _by("coopwatch_incidents_open_by_kind", "Incidents that are open, by kind.", "kind", kinds)
    yield from _machine(db.path)


def _sources(db: Database, config: Config, now: datetime) -> Iterator[Metric]:
    states = {one.name: one for one in runs.states(db)}
    watched = [states[name] for name, one in config.sources.items() if one.enabled and name in states]
    yield _one("coopwatch_sources", "Sources that are watched.", sum(one.enabled for one in config.sources.values()))
    attempts = {one.name: one.last_attempt.timestamp() for one in watched if one.last_attempt}
    yield _by("coopwatch_source_last_attempt_seconds", "When a source was last checked.", "source", attempts)
    good = {one.name: one.last_good.timestamp() for one in watched if one.last_good}
    yield _by("coopwatch_source_last_good_seconds", "When a source was last checked well.", "source", good)
    failures = {one.name: one.failures for one in watched}
    yield _by("coopwatch_source_failures", "Checks that failed since the last good one.", "source", failures)
    newest: dict[str, float] = {}
    checks: list[tuple[Mapping[str, str], float]] = []
    for one in watched:
        found = db.value("SELECT max(first_seen) FROM release WHERE source = ?", (one.name,))
        if found:
            newest[one.name] = from_text(found).timestamp()
        rows = db.rows(
            "SELECT outcome, count(*) AS n FROM run WHERE source = ? AND started >= ? GROUP BY outcome",
            (one.name, stamp(now - DAY)),
        )
        counted = {row["outcome"]: row["n"] for row in rows}
        checks += [({"source": one.name, "outcome": name}, counted.get(name, 0)) for name in OUTCOMES]
    yield _by("coopwatch_source_newest_release_seconds", "When its newest release was first seen.", "source", newest)
    yield Metric("coopwatch_source_checks_last_day", "Checks within the last 24 hours, by outcome.", tuple(checks))


def _promises(db: Database) -> Iterator[Metric]:
    rows = db.rows(
        f"SELECT state, count(*) AS n, min(made) AS oldest FROM delivery WHERE state IN {UNSETTLED} GROUP BY state"
    )
    counted = {row["state"]: row["n"] for row in rows}
    by_state = {state: counted.get(state, 0) for state in UNSETTLED}
    yield _by("coopwatch_deliveries", "Deliveries that are not settled, or were given up.", "state", by_state)
    waiting = [from_text(row["oldest"]).timestamp() for row in rows if row["state"] in ("waiting", "sending")]
    if waiting:
        yield _one("coopwatch_delivery_oldest_seconds", "When the oldest that waits was promised.", min(waiting))


def _machine(path: Path) -> Iterator[Metric]:
    with suppress(OSError):
        yield _one("coopwatch_database_bytes", "Size of the database.", path.stat().st_size)
    with suppress(OSError):
        yield _one("coopwatch_wal_bytes", "Size of the write-ahead log.", Path(f"{path}-wal").stat().st_size)
    with suppress(OSError):
        found = os.statvfs(path.parent)
        yield _one("coopwatch_disk_free_bytes", "Room beside the database.", found.f_bavail * found.f_frsize)
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        yield _one("process_resident_memory_bytes", "Memory of the service.", pages * os.sysconf("SC_PAGE_SIZE"))


def _one(name: str, what: str, value: float) -> Metric:
    return Metric(name, what, (({}, value),))


def _by(name: str, what: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(name, what, tuple(({label: key}, value) for key, value in values.items()))
