"""`coopwatch alerts`: what was promised to whom, what became of it, and another try for what was given up.

What is held, and the answers to it, are in held.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scheduler.output import note, say, say_json, say_table
from scheduler.verbs import held
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.accounting import Standing

_LISTED = (
    "SELECT d.id, d.what, d.made, d.subscription, coalesce(d.kind, d.what) AS kind, d.state, d.attempts, d.next_try,"
    " d.settled, d.release_id, d.message_id, d.trouble, d.bundle_id, d.hold_id, r.title"
    " FROM deliveries AS d LEFT JOIN releases AS r ON r.id = d.release_id"
)
_STATES = ("waiting", "sending", "sent", "dead", "bundled", "held", "dropped")
_UNSETTLED = ("waiting", "sending", "bundled", "held", "dead")
_SCHEMAS = ("alert", "digest", "notice")


@click.group(invoke_without_command=True, short_help="List what was promised to whom; retry.")
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many; 0 for all.")
@json_option
@click.pass_context
def alerts(ctx: click.Context, state: str | None, limit: int, as_json: bool) -> None:
    r"""List the promises to tell, the newest first: alerts, digests, and notices about the watch itself.

    `queue` sums up what is not settled; `retry` takes up again what was given up; `held`, `release` and `drop` are for
    what was held as a storm; `enable` is for a receiver that was switched off.

    \b
    Example:
      coopwatch alerts --state waiting
      coopwatch alerts queue
      coopwatch alerts held
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Session), state, limit, as_json)


@alerts.command()
@json_option
@pass_session
def dead(session: Session, as_json: bool) -> None:
    r"""List the deliveries that were given up, with their trouble.

    \b
    Example:
      coopwatch alerts dead --json
    """
    _list(session, "dead", 0, as_json)


@alerts.command()
@click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[ID...]")
@click.option("--subscription", metavar="NAME", help="Only this subscription's.")
@pass_session
def retry(session: Session, ids: tuple[int, ...], subscription: str | None) -> int:
    r"""Let deliveries that were given up wait again: those named, else all of them. Their ids stay the same.

    \b
    Example:
      coopwatch alerts retry
      coopwatch alerts retry 17 18
    """
    from storage import outbox

    with session.beside() as db:
        count = outbox.retry(db, datetime.now(UTC), ids or None, subscription)
    say(f"{count} waiting again; `coopwatch run` or `coopwatch deliver` sends them")
    if ids and count < len(set(ids)):
        note("coopwatch: the others are not among the dead; see: coopwatch alerts dead")
        return 1
    return 0


@alerts.command()
@json_option
@pass_session
def queue(session: Session, as_json: bool) -> None:
    r"""Sum up what is not settled, by subscription: how many in each state, since when the oldest waits, and why.

    \b
    Example:
      coopwatch alerts queue
      coopwatch alerts queue --json
    """
    from scheduler.standings import Standings
    from storage.accounts import queues

    now = datetime.now(UTC)
    with session.reading() as db:
        standings = Standings(db, session.config, now)
        rows = [
            {
                "subscription": one.subscription,
                **{state: one.states.get(state, 0) for state in _UNSETTLED},
                "oldest": one.oldest and one.oldest.isoformat(),
                "age_seconds": one.oldest and round((now - one.oldest).total_seconds()),
                "held_by": _held_by(session, standings.of(one.subscription)),
            }
            for one in queues(db)
        ]
    if as_json:
        say_json(rows)
        return
    shown = [{**row, "oldest": session.local(str(row["oldest"] or ""))} for row in rows]
    say_table(("subscription", *_UNSETTLED, "oldest", "held_by"), shown, empty="nothing waits")


def _held_by(session: Session, standing: Standing) -> str:
    """Return what keeps a subscription from being told now, in words; empty where nothing does."""
    if not standing.configured:
        return "not in the configuration"
    if standing.disabled:
        return f"switched off: {standing.disabled}"
    if standing.quiet_until:
        return f"quiet until {session.local(standing.quiet_until)}"
    return f"digest at {session.local(standing.turn)}" if standing.turn else ""


@alerts.command()
@click.argument("what", type=click.Choice(_SCHEMAS), default=_SCHEMAS[0])
def schema(what: str) -> None:
    r"""Print the JSON Schema of the body of a webhook: of an alert, of a digest, or of a notice.

    \b
    Example:
      coopwatch alerts schema > alert.schema.json
      coopwatch alerts schema digest
    """
    from importlib.resources import files

    say(files("scheduler.alerts").joinpath(f"{what}-1.schema.json").read_text(encoding="utf-8").rstrip())


def _list(session: Session, state: str | None, limit: int, as_json: bool) -> None:
    where = " WHERE d.state = ?" if state else ""
    params = (state, limit or -1) if state else (limit or -1,)
    with session.reading() as db:
        rows = db.rows(f"{_LISTED}{where} ORDER BY d.id DESC LIMIT ?", params)
    if as_json:
        say_json(rows)
        return
    shown = [
        {**row, "made": session.local(row["made"]), "next_try": session.local(row["next_try"]), "about": _about(row)}
        for row in rows
    ]
    columns = ("id", "made", "subscription", "kind", "state", "attempts", "next_try", "about")
    say_table(columns, shown, empty="no deliveries" if state is None else f"none {state}")


def _about(row: dict[str, object]) -> str:
    about = f"{row['release_id']}: {row['title']}" if row["release_id"] else ""
    return about + (f" ({row['trouble']})" if row["trouble"] else "")


for _command in (held.held, held.release, held.drop, held.enable):
    alerts.add_command(_command)
