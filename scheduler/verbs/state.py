"""`coopwatch sources` and `status`: how the watching goes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scheduler.output import note, say, say_json, say_table
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.lock import Holder
    from storage.database import Database
    from storage.incidents import Incident
    from storage.reach import Reach


@click.command(short_help="List the sources and how each is.")
@json_option
@pass_session
def sources(session: Session, as_json: bool) -> None:
    r"""List the sources: whether each is watched and how often, last good read, newest release, next check, rhythm.

    The last columns name open incidents and what is the matter.

    \b
    Example:
      coopwatch sources
      coopwatch sources --json
    """
    import os

    from scheduler.health import unread_words
    from storage.links import unread
    from storage.reach import reach

    reaches: dict[str, Reach] = {}
    rows: dict[str, dict[str, Any]] = {}
    unwell: dict[str, str] = {}
    more: dict[str, dict[str, Any]] = {}
    if os.path.lexists(session.database_path):
        with session.reading() as db:
            rows = {row["name"]: row for row in db.rows("SELECT * FROM sources")}
            reaches = reach(db)
            unwell = {each.source: unread_words(each) for each in unread(db, datetime.now(UTC))}
            more = _habits(session, db, datetime.now(UTC))
    listed = [
        {**_source(session, name, rows.get(name, {}), reaches.get(name)), **more.get(name, {})}
        for name in session.config.sources
    ]
    if as_json:
        say_json(listed)
        return
    shown = [
        {
            **row,
            "watched": "blocked" if row["blocked"] else "yes" if row["enabled"] else "no",
            "last_good": session.local(row["last_good"]),
            "back_to": row["archive"]["since"] if row["archive"] else "",
            "newest": session.local(row["last_new"]),
            "next_check": session.local(row.get("next_check")),
            "incident": ", ".join(one["kind"] for one in row.get("incidents", ())),
            "state": _state(row, unwell.get(row["name"])),
        }
        for row in listed
    ]
    columns = (
        "name",
        "watched",
        "every",
        "releases",
        "back_to",
        "last_good",
        "newest",
        "next_check",
        "rhythm",
        "incident",
        "state",
    )
    say_table(columns, shown, empty="no sources")


def _habits(session: Session, db: Database, now: datetime) -> dict[str, dict[str, Any]]:
    """Return of each source when it is due, its rhythm in words, and its open incidents."""
    from scheduler.cadence import next_check
    from scheduler.judging_sources import Judge, opened_of, rhythm_of
    from scheduler.rhythm import words
    from storage import runs
    from storage.times import stamp

    judge, found = Judge(db, session.config), {}
    for name, one in session.config.sources.items():
        state, opened = runs.state(db, name), opened_of(db, name)
        due = next_check(state.last_attempt, one.every, state.failures, state.held_until, now)
        found[name] = {
            "next_check": stamp(due) if one.enabled else None,
            "rhythm": words(rhythm_of(db, name, now, judge.is_free(name), opened)) if one.enabled else "",
            "incidents": [{"kind": kind, "opened": stamp(at)} for kind, at in opened.items()],
        }
    return found


def _state(row: dict[str, Any], unwell: str | None) -> str:
    """Return how a source is, in words; a disabled one's title says why it is off by default."""
    if row["blocked"]:
        return f"blocked from here: {row['blocked']}"
    if not row["enabled"]:
        return str(row["trouble"] or row["title"])
    return str(row["trouble"] or unwell or ("" if row["last_good"] else "never checked"))


def _source(session: Session, name: str, row: dict[str, Any], reach: Reach | None) -> dict[str, Any]:
    from scheduler.config.durations import in_words
    from scraper.find import sources as built_in

    source, set_to = built_in()[name], session.config.sources[name]
    kept = {key: row.get(key) for key in _KEPT}
    return {
        "name": name,
        "title": source.title,
        "portal": source.portal,
        "language": source.language,
        "enabled": set_to.enabled,
        "blocked": source.blocked,
        "checks": list(source.compares),
        "every": in_words(set_to.every),
        "base": set_to.base,
        **kept,
        "releases": row.get("releases", 0),
        "archive": _reach(reach) if reach else None,
    }


def _reach(reach: Reach) -> dict[str, Any]:
    """Return how far back a source reaches without a break, and how many days have a difference."""
    since, until = reach.since.isoformat(), reach.until.isoformat()
    return {"since": since, "until": until, "days": reach.days, "short": reach.short}


_KEPT = ("first_sight", "last_attempt", "last_good", "last_new", "failures", "trouble", "held_until", "pending", "dead")


@click.command(short_help="Say in one line whether all is well.")
@json_option
@pass_session
def status(session: Session, as_json: bool) -> int:
    r"""Say in one line whether all is well; what is not well stands below. Ends with 1 where something is not.

    \b
    Example:
      coopwatch status
      coopwatch status --json
    """
    from scheduler.lock import holder

    with _opened(session) as db:
        told = _status(session, db, holder(session.database_path))
    if as_json:
        say_json(told)
    else:
        say(_line(told))
        for problem in told["problems"]:
            say(f"  {problem}")
        if told["journal_mode"] != "wal":
            note(f"SQLite {told['sqlite']} could damage a write-ahead log, so the slower rollback journal is used")
    return 0 if told["ok"] else 1


def _opened(session: Session) -> Any:
    """Open the database for writing where we may, which brings an older one up to date; else for reading."""
    import os

    return session.beside() if os.access(session.database_path, os.W_OK) else session.reading()


def _status(session: Session, db: Database, running: Holder | None) -> dict[str, Any]:
    from scheduler.health import problems
    from storage import incidents, links, runs
    from storage.reach import gaps
    from storage.times import from_text_or_none

    counted = db.rows(
        "SELECT detector, count(*) AS releases, sum(cooperation) AS cooperation FROM release GROUP BY detector"
    )
    counts = {name: sum(row[name] for row in counted) for name in ("releases", "cooperation")}
    states = ("waiting", "sending", "sent", "dead", "bundled", "held", "dropped")
    by_state = {row["state"]: row["n"] for row in db.rows("SELECT state, count(*) AS n FROM delivery GROUP BY state")}
    deliveries = {state: by_state.get(state, 0) for state in states}
    now = datetime.now(UTC)
    oldest, missing = _oldest(session, db, now), gaps(db, now)
    since = from_text_or_none(oldest)
    found = [
        *problems(session.config, runs.states(db), deliveries, since, now, links.unread(db, now), missing),
        *(_incident(session, one) for one in incidents.open_now(db)),
    ]
    return {
        "ok": not found,
        "problems": list(found),
        "database": str(session.database_path),
        "sqlite": db.sqlite_version,
        "journal_mode": db.journal_mode,
        "running": {"verb": running.verb, "pid": running.pid, "since": running.since} if running else None,
        **counts,
        "detectors": {row["detector"] or "none": row["releases"] for row in counted},
        "deliveries": deliveries,
        "oldest_waiting": oldest,
        "incidents": [
            {"id": one.id, "kind": one.kind, "subject": one.subject, "opened": one.opened.isoformat()}
            for one in incidents.open_now(db)
        ],
        "archive_gaps": [
            {"source": one.source, "day": one.day.isoformat(), "listed": one.listed, "missing": one.unread}
            for one in missing
        ],
        "sources": sum(source.enabled for source in session.config.sources.values()),
    }


def _oldest(session: Session, db: Database, now: datetime) -> str | None:
    """Return when the oldest delivery was promised that should be out by now."""
    from scheduler.standings import Standings
    from storage.outstanding import oldest_due

    standings, names = Standings(db, session.config, now), [one.name for one in session.config.everyone]
    stands = {name: standings.of(name) for name in names}
    gathered = [name for name, one in stands.items() if one.turn is not None]
    apart = [name for name, one in stands.items() if one.quiet_until is not None or one.disabled]
    return oldest_due(db, now, gathered=gathered, apart=apart)


def _incident(session: Session, one: Incident) -> str:
    from scheduler.incident_words import opened

    return f"incident {one.id} since {session.local(one.opened)}: {opened(one.kind, one.subject, one.evidence)[0]}"


def _line(told: dict[str, Any]) -> str:
    running = told["running"]
    process = f"`coopwatch {running['verb']}` is process {running['pid']}" if running else "no service running"
    waiting = told["deliveries"]["waiting"] + told["deliveries"]["sending"]
    return (
        f"{'fine' if told['ok'] else 'not well'}: {told['sources']} sources, {told['releases']} releases,"
        f" {told['cooperation']} about co-operation, {waiting} deliveries waiting; {process}"
    )
