"""`coopwatch doctor` and `incidents`: what is the matter, and what to do. The rules: symptoms.py, incidents.py."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scheduler.output import note, one_line, say, say_json, terminal_columns, wrapped
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.config import Config
    from scheduler.symptoms import Symptom
    from storage.incidents import Incident


@click.command(short_help="Examine the installation: what is the matter, and what to do.")
@click.option("--live", is_flag=True, help="Also ask the enabled portals, the mail server and the webhooks.")
@json_option
@pass_session
def doctor(session: Session, live: bool, as_json: bool) -> int:
    r"""Examine the installation: each fault by name, with what to do.

    Looks at versions, disk, clock and time zones, the configuration and its secrets, the database (locked, read-only,
    newer, damaged, moved away), what was given up or held, the sources and the open incidents. Changes nothing, and
    asks nobody without --live. Ends with 1 where there is a fault; a warning is none.

    \b
    Example:
      coopwatch doctor
      coopwatch doctor --live --json
    """
    found: list[Symptom] = []
    for one in _examined(session, live=live):
        found.append(one)
        if not as_json:
            _show(one)
    faults, warnings = (sum(one.grade == grade for one in found) for grade in ("fault", "warning"))
    if as_json:
        say_json({"ok": not faults, "symptoms": [one.as_dict() for one in found]})
    else:
        note(f"{faults} faults, {warnings} warnings" if faults or warnings else "fine")
    return 1 if faults else 0


def _show(one: Symptom) -> None:
    say(
        wrapped(f"{one_line(one.area)}: {one_line(one.said)}", terminal_columns(), first=f"{one.grade:9}", rest=" " * 9)
    )
    if one.advice:
        say(wrapped(f"-> {one_line(one.advice)}", terminal_columns(), first=" " * 9, rest=" " * 12))


def _examined(session: Session, *, live: bool) -> Iterator[Symptom]:
    from scheduler import examining
    from scheduler.symptoms import FAULT, FINE, Symptom

    now = datetime.now(UTC)
    yield from examining.machine(now)
    config, found = _configured(session)
    yield from found
    if config is None and session.database_file is None:
        yield Symptom("database", FAULT, "not looked at: where it is stands in the configuration", "mend that first")
        return
    path = Path(session.database_file) if session.database_file else session.database_path
    yield from examining.place(path)
    shape = list(examining.database(path))
    yield from shape
    if config is not None and any((one.area, one.grade) == ("database", FINE) for one in shape):
        yield from _inside(session, path, config, now)
    if live and config is not None:
        yield from examining.live(config)


def _configured(session: Session) -> tuple[Config | None, list[Symptom]]:
    """Return the configuration where it can be read, and what is the matter with it."""
    from scheduler.config.inspection import inspect
    from scheduler.symptoms import FAULT, FINE, WARNING, Symptom

    looked = inspect(session.config_file)
    grades = {"fault": FAULT, "warning": WARNING}
    found = [
        Symptom("configuration", grades[one.grade], str(one.fault), "mend that line; `coopwatch check` looks again")
        for one in looked.findings
    ]
    return looked.config, found or [Symptom("configuration", FINE, looked.summary)]


def _inside(session: Session, path: Path, config: Config, now: datetime) -> Iterator[Symptom]:
    from scheduler import examining
    from scheduler.config import ConfigError
    from scheduler.symptoms import FAULT, Symptom
    from storage.database import Database
    from storage.errors import StorageError

    with suppress(ConfigError):  # said with the configuration
        session.use_names()
    try:
        with Database.open(path, create=False, read_only=True) as db:
            yield from examining.contents(db, config, now)
    except StorageError as error:
        yield Symptom("database", FAULT, str(error), "look again; if it stays so, put a backup in its place")


@click.command(short_help="List what was wrong with the watching, and what to do.")
@click.option("--all", "every", is_flag=True, help="Also those that are over.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="At most so many of those."
)
@json_option
@pass_session
def incidents(session: Session, every: bool, limit: int, as_json: bool) -> int:
    r"""List the incidents that are open, the oldest first: since when, what was seen, what to do.

    With --all those that are over follow, the newest first. Ends with 1 where one is open.

    \b
    Example:
      coopwatch incidents
      coopwatch incidents --all --json
    """
    from storage.incidents import open_now, recent

    standing: list[Incident] = []
    over: list[Incident] = []
    if os.path.lexists(session.database_path):
        with session.reading() as db:
            standing = open_now(db)
            over = [one for one in recent(db, limit + len(standing)) if one.closed is not None][:limit] if every else []
    if as_json:
        say_json([_as_json(one) for one in (*standing, *over)])
    else:
        for one in (*standing, *over):
            _tell(session, one)
        if not standing:
            note("no incident is open")
    return 1 if standing else 0


def _as_json(one: Incident) -> dict[str, Any]:
    from scheduler.incident_words import opened
    from storage.times import stamp, stamp_or_none

    title, lines = opened(one.kind, one.subject, one.evidence)
    return {
        "id": one.id,
        "kind": one.kind,
        "subject": one.subject,
        "opened": stamp(one.opened),
        "closed": stamp_or_none(one.closed),
        "evidence": dict(one.evidence),
        "closing": dict(one.closing),
        "title": title,
        "lines": lines,
    }


def _tell(session: Session, one: Incident) -> None:
    from scheduler.incident_words import opened

    title, lines = opened(one.kind, one.subject, one.evidence)
    span = f"since {session.local(one.opened)}"
    if one.closed is not None:
        span = f"{session.local(one.opened)} to {session.local(one.closed)}"
    say(wrapped(f"{one.id} {span}: {one_line(title)}", terminal_columns(), rest="    "))
    for line in lines if one.closed is None else ():
        say(wrapped(one_line(line), terminal_columns(), first="    ", rest="      "))
