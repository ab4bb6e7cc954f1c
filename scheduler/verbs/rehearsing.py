"""`coopwatch rehearse`: what a subscription would have sent over the stored past."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import TYPE_CHECKING

import click

from scheduler.output import cut, one_line, say, say_json, say_table
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.config import Subscription
    from scheduler.rehearsal import Rehearsal

# How many columns the bar of the busiest week takes, and how many weeks in a row may be shown as nothing.
WIDEST, EMPTY_WEEKS = 30, 3


@click.command(short_help="Show what a subscription would have sent.")
@click.argument("name")
@click.option(
    "--days", type=click.IntRange(0), default=180, show_default=True, help="Over so many days; 0 for all stored."
)
@json_option
@pass_session
def rehearse(session: Session, name: str, days: int, as_json: bool) -> int:
    r"""Show what the subscription NAME would have sent over the stored past, week by week, and what it just left out.

    What was recorded silently (a first sight, an import) counts by the day it was published. The ten nearest misses are
    shown with the conditions each failed. Sends nothing. Ends with 1 where it would send more a day than [alerts] many
    says and allow_many is not set.

    \b
    Example:
      coopwatch rehearse team
      coopwatch rehearse desk --days 0 --json
    """
    from scheduler.rehearsal import as_plain, floods
    from scheduler.rehearsing import rehearse_stored

    config = session.config
    subscription = _named(session, name)
    with session.reading() as db:
        found = rehearse_stored(db, config, [subscription], datetime.now(UTC), days)[0]
    flood = floods(found, subscription, config.alerts.many)
    if as_json:
        say_json({**as_plain(found), "floods": flood})
    else:
        _show(session, subscription, found, days, flood)
    return 1 if flood else 0


def _named(session: Session, name: str) -> Subscription:
    known = [one.name for one in session.config.subscriptions]
    found = session.config.subscription(name)
    if found is None or found.operator:
        near = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none'}"
        raise click.UsageError(f"no subscription {name!r}; {advice}")
    return found


def _show(session: Session, subscription: Subscription, found: Rehearsal, days: int, flood: str | None) -> None:
    over = f"in the last {days} days" if days else "of all that is stored"
    told, busiest = len(found.told), found.busiest
    say(f"{found.name} would have sent {told} of {found.looked_at} changes {over}{_how(subscription)}")
    if busiest:
        say(f"most on one day: {busiest[1]} ({busiest[0].isoformat()})")
    if flood:
        say(f"too many: {flood}")
    if found.weeks:
        say()
        say_table(("week_of", "sent", "_"), _weeks(found.weeks), empty="")
    if found.misses:
        say("\nNearest misses")
    for miss in found.misses:
        day, title = session.local(miss.moment, "day"), cut(one_line(miss.title), 80)
        say(f"  {day}  {miss.score:.2f}  {miss.release_id}  {title}")
        for condition in miss.failed:
            say(f"    {cut(one_line(condition), 140)}")


def _weeks(weeks: Sequence[tuple[date, int]]) -> Iterator[dict[str, object]]:
    """Yield a row for each week with its bar; many weeks in a row with nothing are one row."""
    most = max(count for _, count in weeks)
    for is_empty, run in groupby(weeks, key=lambda week: not week[1]):
        same = list(run)
        if is_empty and len(same) > EMPTY_WEEKS:
            yield {"week_of": f"{len(same)} weeks", "sent": 0}
            continue
        for monday, count in same:
            yield {"week_of": monday.isoformat(), "sent": count, "_": "#" * -(-WIDEST * count // most)}


def _how(subscription: Subscription) -> str:
    return f", gathered in digests ({subscription.digest})" if subscription.gathered else ""
