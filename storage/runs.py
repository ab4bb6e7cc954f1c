"""The journal: each check of a source, what it says of a source's health, and the fate of each crawling child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.assessments import as_json
from storage.clean import tidy
from storage.database import Database
from storage.model import Run
from storage.times import from_text_or_none, stamp

_TROUBLE = 2_000
_TIMES = ("first_sight", "seeded", "last_attempt", "last_good", "held_until")
_STATE = f"SELECT name, {', '.join(_TIMES)}, failures, trouble FROM source"


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the journal knows of a source. A source never checked has no times.

    Args:
        first_sight: when its listing was first read well; `seeded`: when its first whole check ended.
        last_attempt: the start of its last check; `last_good`: the end of the last one that went well.
        failures: how many failed since; `trouble`: why the last one failed.
        held_until: it must not be asked before.
    """

    name: str
    first_sight: datetime | None = None
    seeded: datetime | None = None
    last_attempt: datetime | None = None
    last_good: datetime | None = None
    failures: int = 0
    trouble: str | None = None
    held_until: datetime | None = None


def journal(db: Database, run: Run) -> int:
    """Keep a check and what it says of its source, in one transaction; return the run's id."""
    trouble = None if run.trouble is None else tidy(run.trouble, _TROUBLE)
    counted = {
        "listed": run.listed,
        "fresh": run.fresh,
        "requests": run.requests,
        "verdicts": as_json(run.verdicts),
        "gaps": int(run.gaps),
    }
    ended = {"ended": stamp(run.ended), "outcome": run.outcome, "trigger": run.trigger, "trouble": trouble}
    with db.transaction():
        db.insert("source", {"name": run.source}, verb="INSERT OR IGNORE")
        number = db.insert("run", {"source": run.source, "started": stamp(run.started), **ended, **counted})
        db.execute("UPDATE source SET last_attempt = ? WHERE name = ?", (stamp(run.started), run.source))
        if run.outcome in ("unchanged", "moved"):
            db.execute(
                "UPDATE source SET last_good = ?, failures = 0, trouble = NULL, held_until = NULL WHERE name = ?",
                (stamp(run.ended), run.source),
            )
        else:
            db.execute(
                "UPDATE source SET failures = failures + ?, trouble = ? WHERE name = ?",
                (int(run.outcome == "failed"), trouble, run.source),
            )
    return number


def hold(db: Database, source: str, until: datetime, trouble: str) -> None:
    """Note that a source must not be asked before a time, and why."""
    with db.transaction():
        db.insert("source", {"name": source}, verb="INSERT OR IGNORE")
        db.execute(
            "UPDATE source SET held_until = ?, trouble = ? WHERE name = ?",
            (stamp(until), tidy(trouble, _TROUBLE), source),
        )


def state(db: Database, source: str) -> SourceState:
    """Return what is known of a source; of one never checked, only its name."""
    row = db.row(f"{_STATE} WHERE name = ?", (source,))
    return SourceState(source) if row is None else _state(row)


def states(db: Database) -> list[SourceState]:
    """Return what is known of every source ever checked, by name."""
    return [_state(row) for row in db.rows(f"{_STATE} ORDER BY name")]


def _state(row: dict[str, Any]) -> SourceState:
    return SourceState(**row | {name: from_text_or_none(row[name]) for name in _TIMES})


def child_started(db: Database, pid: int, now: datetime) -> int:
    """Note that a crawling child was started; return the id to end it by."""
    with db.transaction():
        return db.insert("child", {"pid": pid, "started": stamp(now)})


def child_ended(
    db: Database, child: int, now: datetime, fate: str, *, jobs: int = 0, peak_memory: int | None = None
) -> None:
    """Note the fate of a crawling child.

    Args:
        db: the database.
        child: as `child_started` returned it.
        now: when it ended.
        fate: in words: "ended", "recycled: age", "killed: wall clock", "died: SIGKILL".
        jobs: how many it was given.
        peak_memory: in bytes.
    """
    with db.transaction():
        db.execute(
            "UPDATE child SET ended = ?, fate = ?, jobs = ?, peak_memory = ? WHERE id = ?",
            (stamp(now), tidy(fate, 500), jobs, peak_memory, child),
        )
