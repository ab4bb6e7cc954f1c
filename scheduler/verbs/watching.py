"""`coopwatch run`, `crawl` and `deliver`: watching for good, and each of its halves once."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scheduler.output import note, say, say_json, say_table
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.checking import Checker
    from scheduler.config import Config
    from scheduler.put_off import PutOff
    from scheduler.settling import Summary
    from storage.database import Database
    from storage.model import Run


@click.command(short_help="Watch until stopped.")
@pass_session
def run(session: Session) -> int:
    r"""Watch: check each source when it is due and tell what is new, until stopped (Ctrl-C, or SIGTERM).

    Only one can run per database; a second one ends with 75 and names the first. What it does is logged on standard
    error, a line each.

    \b
    Example:
      coopwatch run
      coopwatch --config /etc/coopwatch.toml --database /var/lib/coopwatch/coopwatch.db run
    """
    from scheduler import log
    from scheduler.config.inspection import require_secrets
    from scheduler.config.names import require_names
    from scheduler.config.secret_places import secret_values
    from scheduler.light import load_requests

    load_requests()
    config = session.config
    require_names(config)
    require_secrets(config, session.config_file)
    log.configure(config.service.zone, secret_values(config))
    with session.writing("run") as db:
        from scheduler.rehearsing import refuse_floods_apart
        from scheduler.service import Service
        from scraper.find import sources

        refuse_floods_apart(db, config, session.config_name, session.database_path)
        return Service(config, db, sources()).run()


@click.command(short_help="Check sources now, whatever the schedule.")
@click.argument("sources", nargs=-1, metavar="[SOURCE ...]")
@click.option("--alert/--silent", default=True, help="Tell subscribers what is new (the default), or only record it.")
@click.option("--new-only", is_flag=True, help="Do not read the releases of the last four days again.")
@json_option
@pass_session
def crawl(session: Session, sources: tuple[str, ...], alert: bool, new_only: bool, as_json: bool) -> int:
    r"""Check now, whatever the schedule: the sources named, else all that are enabled.

    Reads what is new, reads the releases of the last four days again, and at the end delivers what is due. The first
    check of a source records silently. Ends with 1 where a source failed, with 69 where all did.

    \b
    Example:
      coopwatch crawl
      coopwatch crawl hk_gia_en hk_gia_zh --silent
    """
    from scheduler import log
    from scheduler.config.built_in import built_in
    from scheduler.config.inspection import require_secrets
    from scheduler.config.names import require_names
    from scheduler.config.secret_places import secret_values

    config = session.config
    require_names(config)
    enabled = [name for name, one in config.sources.items() if one.enabled]
    blocked = {name: one.blocked for name, one in built_in().items() if one.blocked}
    names = _chosen(sources, tuple(config.sources), enabled, blocked)
    require_secrets(config, session.config_file)
    log.configure(config.service.zone, secret_values(config))
    with session.writing("crawl") as db:
        from scheduler.rehearsing import refuse_floods

        refuse_floods(db, config, session.config_name, datetime.now(UTC))
        done = []
        for one in _check_all(session, db, names, silent=None if alert else "silent check", new_only=new_only):
            note(f"{one.source}: {one.outcome}" + (f": {one.trouble}" if one.trouble else ""))
            done.append(one)
        summary = _deliver(session, db)
    done.sort(key=lambda one: names.index(one.source))
    if as_json:
        say_json([{**asdict(one), "started": _iso(one.started), "ended": _iso(one.ended)} for one in done])
    else:
        say_table(("source", "outcome", "listed", "fresh", "requests", "seconds", "became"), map(_row, done), empty="")
    if any((summary.sent, summary.again, summary.dead)):
        note(_in_words(summary))
    failed = sum(one.outcome in ("failed", "held") for one in done)
    return 0 if not failed else 69 if failed == len(done) else 1


@click.command(short_help="Deliver what is due, once.")
@json_option
@pass_session
def deliver(session: Session, as_json: bool) -> int:
    r"""Deliver now what is due, once. The running service does this by itself.

    Quiet hours, free days and digests are kept: what waits for them is named. Ends with 1 where something could not be
    delivered.

    \b
    Example:
      coopwatch deliver
    """
    from scheduler import log
    from scheduler.config.inspection import require_secrets
    from scheduler.config.secret_places import secret_values

    require_secrets(session.config, session.config_file)
    log.configure(session.config.service.zone, secret_values(session.config))
    with session.writing("deliver", create=False) as db:
        from scheduler.put_off import put_off
        from scheduler.rehearsing import refuse_floods

        refuse_floods(db, session.config, session.config_name, datetime.now(UTC))
        summary = _deliver(session, db)
        waits = put_off(db, session.config, datetime.now(UTC))
    if as_json:
        kept = [{**asdict(one), "until": one.until and _iso(one.until)} for one in waits]
        say_json({**asdict(summary), "put_off": kept})
    else:
        say(_in_words(summary))
        for one in waits:
            note(_put_off(one, session.config))
    return 1 if summary.again or summary.dead else 0


def _chosen(
    asked: tuple[str, ...], known: tuple[str, ...], enabled: list[str], blocked: Mapping[str, str]
) -> list[str]:
    """Return the sources to check, each once."""
    for name in asked:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
            raise click.UsageError(f"no source {name!r}; {advice}")
        if why := blocked.get(name):
            raise click.UsageError(f"{name} cannot be watched from here: {why}")
    if not asked and not enabled:
        raise click.UsageError("no source is enabled; name one, or enable one in the configuration")
    return list(dict.fromkeys(asked)) or enabled


def _check_all(
    session: Session, db: Database, names: list[str], *, silent: str | None, new_only: bool
) -> Iterator[Run]:
    """Check sources side by side (each host still has one request at a time) and yield each run as it ends."""
    from scheduler.alerts.rules import route
    from scheduler.checking import Checker
    from scraper.find import sources

    checker = Checker(db, session.config, sources(), route(session.config.subscriptions), on_recorded=lambda *_: None)
    try:
        with ThreadPoolExecutor(len(names)) as pool:
            pending = [pool.submit(_check, checker, name, silent, new_only) for name in names]
            try:
                for done in as_completed(pending):
                    yield done.result()
            except BaseException:
                checker.close()  # frees the other threads, which would otherwise be waited for
                raise
    finally:
        checker.close()


def _check(checker: Checker, name: str, silent: str | None, new_only: bool) -> Run:
    return checker.check(name, trigger="command", reread="due" if new_only else "window", silent=silent)


def _deliver(session: Session, db: Database) -> Summary:
    from scheduler.delivering import Dispatcher
    from scheduler.holding import left_over
    from scheduler.observing import Observer

    dispatcher = Dispatcher(db, session.config)
    dispatcher.recover()  # we hold the instance lock: whatever looks as if it were being sent was cut off
    left_over(db, session.config, datetime.now(UTC), lambda _: False)
    summary = dispatcher.once()
    Observer(db, session.config, datetime.now(UTC), breakers=dispatcher.breakers).look(datetime.now(UTC))
    dispatcher.once()  # what the operator is to know of it
    return summary


def _put_off(one: PutOff, config: Config) -> str:
    known = config.subscription(one.subscription)
    zone = config.zone_of(known) if known else config.service.zone
    until = f", until {one.until.astimezone(zone):%Y-%m-%d %H:%M}" if one.until else ""
    return f"{one.subscription}: {one.waiting} put off{until}: {one.why}"


def _row(one: Run) -> dict[str, object]:
    became = ", ".join(f"{count} {verdict}" for verdict, count in one.verdicts.items() if count)
    seconds = f"{(one.ended - one.started).total_seconds():.1f}"
    return {**asdict(one), "seconds": seconds, "became": one.trouble or became}


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _in_words(summary: Summary) -> str:
    return f"delivered: {summary.sent} sent, {summary.again} to be tried again, {summary.dead} given up"
