"""`coopwatch init` and `coopwatch check`: the configuration, written and looked over."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.output import note, say, say_json
from scheduler.verbs.session import CommandError, Session, json_option, pass_session


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
    from scheduler.config.template import template
    from scraper.find import sources

    path = Path(session.config_name)
    text = template({name: source.title for name, source in sources().items()})
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
    not meant. With --live one listing and the robots.txt of each enabled source are asked for, the mail server is
    greeted and logged in to, and webhooks are connected to. Ends with 78 where there is a fault.

    \b
    Example:
      coopwatch check
      coopwatch --config coopwatch.toml check --live
    """
    from scheduler.config.inspection import inspect

    if send and not live:
        raise click.UsageError("--send goes with --live")
    found = inspect(session.config_file)
    rows = [{"grade": finding.grade, **finding.fault.as_dict()} for finding in found.findings]
    results = []
    if live and found.usable and found.config is not None:
        from scheduler.probing import probe

        for result in probe(found.config, send=send):
            results.append(result)
            if not as_json:
                say(f"{'ok' if result.ok else 'fault':8}{result.what}: {result.said}")
    if as_json:
        say_json({"faults": rows, "live": [result.as_dict() for result in results]})
    else:
        for finding in found.findings:
            say(f"{finding.grade}: {finding.fault}")
        note(found.summary)
    if not found.usable:
        return 78
    failed = sum(not result.ok for result in results)
    return 0 if not failed else 69 if failed == len(results) else 1
