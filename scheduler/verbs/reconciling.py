"""`coopwatch reconcile`: is every alert of the last days accounted for? The rules stand in scheduler/reconciling.py."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from scheduler.output import note, one_line, say, say_json, terminal_columns, wrapped
from scheduler.verbs.session import Session, json_option, pass_session
from scheduler.verbs.why_page import timed

if TYPE_CHECKING:
    from scheduler.reconciling import Reconciled


@click.command(short_help="Check that everybody was told.")
@click.option(
    "--hours", type=click.FloatRange(0.1, 24 * 366), default=48, show_default=True, help="How far back to look."
)
@click.option("--mend", is_flag=True, help="Make the promises that are missing, under the ids they always had.")
@json_option
@pass_session
def reconcile(session: Session, hours: float, mend: bool, as_json: bool) -> int:
    r"""Account for every change of the last hours with every subscription that wants it.

    Each was delivered, or there is a reason why not (it waits for a digest or the end of quiet hours, it was told
    already, held, dropped, given up), or there is a gap. The running service does this every hour; a gap is an
    incident.

    Ends with 1 where there are gaps, also with --mend where one is left that a promise does not mend.

    \b
    Example:
      coopwatch reconcile
      coopwatch reconcile --hours 168 --mend
    """
    from scheduler.reconciling import mend as mended
    from scheduler.reconciling import reconcile as reconciled
    from scheduler.standings import Standings

    config, now = session.config, datetime.now(UTC)
    with session.beside() if mend else session.reading() as db:
        standings = Standings(db, config, now)
        found = reconciled(db, config, now, standings, hours=hours)
        made = mended(db, found, now) if mend and found.gaps else 0
        left = reconciled(db, config, now, standings, hours=hours) if made else found
    if as_json:
        say_json(_plain(found, made, left))
    else:
        _show(session, found, made, left)
    return 1 if left.gaps or left.unreadable else 0


def _plain(found: Reconciled, made: int, left: Reconciled) -> dict[str, object]:
    from scheduler.accounting import Fate

    return {
        "since": found.since.isoformat(),
        "changes": found.changes,
        "accounted": {fate.value: found.count(fate) for fate in Fate},
        "gaps": [one.as_json() for one in found.gaps],
        "unreadable": [{"change_id": number, "why": why} for number, why in found.unreadable.items()],
        "mended": made,
        "left": len(left.gaps) + len(left.unreadable),
        "reasons": [one.as_json() for one in found.checked],
    }


def _show(session: Session, found: Reconciled, made: int, left: Reconciled) -> None:
    from scheduler.accounting import Fate

    told, waits, kept = (found.count(fate) for fate in (Fate.TOLD, Fate.WAITS, Fate.KEPT))
    missing = len(found.gaps) + len(found.unreadable)
    say(
        f"{found.changes} changes since {session.local(found.since)}: {told} told, {waits} waiting, {kept} not told for"
        f" a reason, {missing} unaccounted for"
    )
    for one in found.gaps:
        why = timed(one_line(one.account.why), session.local(one.account.at))
        words = f"{one.kind} of release {one.release_id} to {one.subscription}: {why}"
        say(wrapped(words, terminal_columns(), first="  ", rest="    "))
    for number, why in found.unreadable.items():
        say(f"  change {number}: {why}")
    if made:
        say(f"{made} promised now; `coopwatch run` or `coopwatch deliver` sends them")
    if found.gaps and not made:
        note("`coopwatch why ITEM SUBSCRIPTION` tells more; `coopwatch reconcile --mend` makes missing promises")
    if made and left.gaps:
        note(f"{len(left.gaps)} are left that a promise does not mend: a running service takes them up by itself")
