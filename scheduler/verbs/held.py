"""`coopwatch alerts held`, `release`, `drop` and `enable`: the operator's answers to what coopwatch asked."""

from __future__ import annotations

import difflib
import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scheduler.output import note, one_line, say, say_json, say_table
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from storage.database import Database
    from storage.holds import Hold

_HELD = (
    "SELECT d.id, d.subscription, d.kind, d.state, d.release_id, c.title, c.url FROM deliveries AS d"
    " JOIN changes AS c ON c.id = d.change_id WHERE d.hold_id = ? ORDER BY d.id"
)


@click.command()
@click.argument("hold", type=click.IntRange(1), required=False, metavar="[ID]")
@click.option("--all", "everything", is_flag=True, help="Those that were answered, too.")
@json_option
@pass_session
def held(session: Session, hold: int | None, everything: bool, as_json: bool) -> int:
    r"""List what is held until you say whether it is news; with ID, the alerts of that hold.

    A run that would send more than [alerts] storm, or far more than its source ever did, is held: nobody is told until
    `coopwatch alerts release` or `drop`. Ends with 1 where something is held.

    \b
    Example:
      coopwatch alerts held
      coopwatch alerts held 3 --json
    """
    from storage import holds

    with session.reading() as db:
        if hold is not None:
            kept, rows = _hold(db, hold), db.rows(_HELD, (hold,))
            return _show_one(session, kept, rows, as_json)
        states = (holds.JUDGING, holds.OPEN, *((holds.RELEASED, holds.DROPPED) if everything else ()))
        found = [one for one in holds.holds(db, states) if one.count]
    listed = [_plain(one) for one in found]
    if as_json:
        say_json(listed)
    else:
        shown = [{**row, "made": session.local(row["made"])} for row in listed]
        say_table(("id", "made", "source", "state", "count", "why"), shown, empty="nothing is held")
    return int(any(one.state in (holds.JUDGING, holds.OPEN) for one in found))


def _hold(db: Database, number: int) -> Hold:
    from storage import holds

    found = holds.hold(db, number)
    if found is None:
        raise CommandError(f"no hold {number}; `coopwatch alerts held` lists them", 1)
    return found


def _plain(one: Hold) -> dict[str, Any]:
    from dataclasses import asdict

    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(one).items()}


def _show_one(session: Session, kept: Hold, rows: list[dict[str, Any]], as_json: bool) -> int:
    if as_json:
        say_json({**_plain(kept), "alerts": rows})
        return int(kept.state in ("judging", "open"))
    settled = f", {kept.state} {session.local(kept.settled)} by {kept.by}" if kept.settled else f", {kept.state}"
    say(f"hold {kept.id}: {kept.source}, {session.local(kept.made)}{settled}")
    say(f"  {one_line(kept.why)}")
    shown = [{**row, "about": f"{row['release_id']}: {row['title']}"} for row in rows]
    say_table(("id", "subscription", "kind", "state", "about"), shown, empty="it keeps nothing back")
    if kept.state == "open":
        note(f"`coopwatch alerts release {kept.id}` lets them out; `coopwatch alerts drop {kept.id}` keeps them quiet")
    return int(kept.state in ("judging", "open"))


@click.command()
@click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[ID...]")
@click.option("--all", "everything", is_flag=True, help="All that are open.")
@json_option
@pass_session
def release(session: Session, ids: tuple[int, ...], everything: bool, as_json: bool) -> int:
    r"""Let out what is held: it is news. A subscription with more than [alerts] catch_up of it gets one digest.

    Ends with 1 where one of them is not open.

    \b
    Example:
      coopwatch alerts release 3
      coopwatch alerts release --all
    """
    return _answer(session, ids, everything, as_json, news=True)


@click.command()
@click.argument("ids", nargs=-1, type=click.IntRange(1), metavar="[ID...]")
@click.option("--all", "everything", is_flag=True, help="All that are open.")
@json_option
@pass_session
def drop(session: Session, ids: tuple[int, ...], everything: bool, as_json: bool) -> int:
    r"""Keep what is held quiet for good: it is no news. The releases stay, and `coopwatch why` says who dropped them.

    Ends with 1 where one of them is not open.

    \b
    Example:
      coopwatch alerts drop 3
    """
    return _answer(session, ids, everything, as_json, news=False)


def _answer(session: Session, ids: Sequence[int], everything: bool, as_json: bool, *, news: bool) -> int:
    from scheduler import holding
    from storage import holds

    if bool(ids) == everything:
        raise click.UsageError("name the holds, or say --all; `coopwatch alerts held` lists them")
    now, by, done, wrong = datetime.now(UTC), _whoami(), [], 0
    with session.beside() as db:
        asked = [one.id for one in holds.holds(db, (holds.OPEN,))] if everything else list(dict.fromkeys(ids))
        for number in asked:
            kept = _hold(db, number)
            if kept.state != holds.OPEN:
                note(f"coopwatch: hold {number} is not open, it is {kept.state}")
                wrong = 1
                continue
            act = holding.let_out if news else holding.drop
            done.append({"id": number, "source": kept.source, "deliveries": act(db, session.config, kept, now, by)})
    if as_json:
        say_json({"released" if news else "dropped": done})
        return wrong
    for one in done:
        said = "let out; the running service sends them within a minute, or `coopwatch deliver`" if news else "dropped"
        say(f"hold {one['id']} of {one['source']}: {one['deliveries']} alerts {said}")
    if not asked:
        note("nothing is held")
    return wrong


def _whoami() -> str:
    """Return who answers, by the name the system knows; a container may know none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "the operator"


@click.command()
@click.argument("name")
@pass_session
def enable(session: Session, name: str) -> int:
    r"""Send to a subscription again that was switched off, since its receiver asked never to be called again (410).

    What it answered that to is sent then, and what was promised to it meanwhile. Ends with 1 where it is not switched
    off.

    \b
    Example:
      coopwatch alerts enable team
    """
    from storage import subscribers

    with session.beside() as db:
        known = [one.name for one in subscribers.subscribers(db)]
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none'}"
            raise click.UsageError(f"no subscription {name!r} is known; {advice}")
        switched = subscribers.enable(db, name, datetime.now(UTC))
    say(f"{name} is told again" if switched else f"{name} is not switched off")
    return int(not switched)
