"""`coopwatch init` and `coopwatch check`: the configuration, written and looked over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scheduler.output import note, say, say_json
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.config import Config
    from scheduler.config.inspection import Finding
    from scheduler.rehearsal import Rehearsal


@click.command(short_help="Write a commented configuration to fill in.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@pass_session
def init(session: Session, force: bool) -> None:
    r"""Write a commented configuration to fill in: coopwatch.toml, or what --config names.

    \b
    Example:
      coopwatch init
      coopwatch --config /etc/coopwatch.toml init
    """
    from scheduler.config.built_in import built_in
    from scheduler.config.template import template
    from scraper.find import built_in as sources

    path = Path(session.config_name)
    text = template({name: source.title for name, source in sources().items()}, built_in())
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{path}: is there already; --force writes over it", 1) from None
    say(f"{path} written; fill it in, then: coopwatch check")


@click.command(short_help="Look the configuration over: all faults at once.")
@click.option(
    "--live", is_flag=True, help="Also ask the sources, the mail server and the webhooks whether they answer."
)
@click.option("--send", is_flag=True, help="With --live: send each webhook a signed test message.")
@json_option
@pass_session
def check(session: Session, live: bool, send: bool, as_json: bool) -> int:
    r"""Look the configuration over: every fault at once, each with its line and what to do.

    Looks at the file, at the secrets it names (there, and readable by nobody else) and at what is allowed but probably
    not meant. Where there is a database, the last 30 days are rehearsed: how much each subscription would have sent; a
    flood by one that is new or changed is a fault (see `coopwatch rehearse`). With --live one listing and the
    robots.txt of each enabled source are asked for, the mail server is greeted and logged in to, and webhooks are
    connected to. Ends with 78 where there is a fault.

    \b
    Example:
      coopwatch check
      coopwatch --config coopwatch.toml check --live
    """
    from scheduler.config.inspection import inspect

    if send and not live:
        raise click.UsageError("--send goes with --live")
    found = inspect(session.config_file)
    rehearsed: list[Rehearsal] = []
    if found.config is not None:
        rehearsed, more = _rehearsed(session, found.config)
        found = found.with_more(more)
    rows = [{"grade": finding.grade, **finding.fault.as_dict()} for finding in found.findings]
    results = []
    if live and found.usable and found.config is not None:
        from scheduler.probing import probe

        for result in probe(found.config, send=send):
            results.append(result)
            if not as_json:
                say(f"{'ok' if result.ok else 'fault':8}{result.what}: {result.said}")
    if as_json:
        told = [{"subscription": one.name, "sent": len(one.told), "most_a_day": one.most} for one in rehearsed]
        say_json({"faults": rows, "live": [result.as_dict() for result in results], "rehearsed": told})
    else:
        for finding in found.findings:
            say(f"{finding.grade}: {finding.fault}")
        for one in rehearsed:
            say(f"rehearsed: {one.name}: {len(one.told)} in the last 30 days, at most {one.most} a day")
        note(found.summary)
    if not found.usable:
        return 78
    failed = sum(not result.ok for result in results)
    return 0 if not failed else 69 if failed == len(results) else 1


def _rehearsed(session: Session, config: Config) -> tuple[list[Rehearsal], list[Finding]]:
    """Return what subscriptions would have sent, and which too much; nothing where there is no database."""
    import os

    from scheduler.config.inspection import Finding, placed
    from scheduler.rehearsing import DAYS, flooding, rehearse_stored, unsettled
    from storage.errors import StorageError

    if not config.subscriptions or not os.path.lexists(session.database_path):
        return [], []
    now = datetime.now(UTC)
    try:
        with session.reading() as db:
            rehearsed = rehearse_stored(db, config, config.subscriptions, now, DAYS)
            fresh = {one.name for one in unsettled(db, config)}
    except StorageError as error:
        note(f"not rehearsed: {error}")
        return [], []
    floods = flooding(config, rehearsed)
    grades = ["fault" if config.subscriptions[place].name in fresh else "warning" for place, _ in floods]
    faults = placed(session.config_name, ((("subscriptions", place, "where"), what) for place, what in floods))
    return rehearsed, [Finding(grade, fault) for grade, fault in zip(grades, faults, strict=True)]
