"""Why was somebody told of a release, or not? Everything from its listing to each attempt, as one value.

Asks the rules afresh for each change and subscription, so it also answers for what was never promised. Reads only; how
it is shown stands in verbs/why.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from scheduler.accounting import Account, Fate
from scheduler.alerts.rules import Condition, judge
from scheduler.reconciling import of_none, of_promise
from storage.notices import notice

if TYPE_CHECKING:
    from scheduler.config import Config, Subscription
    from scheduler.standings import Standings
    from storage.database import Database
    from storage.history import Event, History, Told
    from storage.model import Notice

SILENCES = {
    "first sight": "it was there already when coopwatch first looked at the source; a first look is silent",
    "import": "it was imported from a file, and imports are silent",
    "backfill": "it was read out of the portal's archive (`coopwatch backfill`), and the past is no news",
    "known already": "the story was known before anybody could be told of it, from a first look or an import",
    "told already": "everybody who wants it had heard of the story by another release",
    "silent check": "it was found by a check that was to be silent (`coopwatch crawl --silent`)",
}
"""What the reasons of silence mean; those with a colon say a story after it."""
NOT_WANTED, UNTOLD, LATER = "not wanted", "nobody was told", "asked later"


@dataclass(frozen=True, slots=True)
class For:
    """How one change stands with one subscription.

    Args:
        subscription: its name.
        outcome: a `Fate`, or `not wanted`, `nobody was told`, `asked later`.
        why: in words; `at` is a time they speak of.
        at: see there.
        wanted: whether the conditions, as they are now, let the change through.
        conditions: each of them, held or not; none where the configuration has no such subscription.
        told: the promise with its attempts, where there is one.
    """

    subscription: str
    outcome: str
    why: str
    at: datetime | None
    wanted: bool
    conditions: tuple[Condition, ...]
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Happened:
    """One change, why nobody was told where nobody was, and how it stands with each subscription."""

    event: Event
    silent: str | None
    fors: tuple[For, ...]
    becomes_news: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """The whole answer."""

    history: History
    happened: tuple[Happened, ...]


def why(
    db: Database, config: Config, known: History, standings: Standings, now: datetime, only: str | None = None
) -> Why:
    """Return why people were told of a release, or not.

    Args:
        db: the database.
        config: whose subscriptions.
        known: all that happened to the release.
        standings: how subscriptions stand now.
        now: the time.
        only: the one subscription that is asked about; None for all.
    """
    return Why(known, tuple(_happened(db, config, event, standings, now, only) for event in known.changes))


def silence(reason: str | None) -> str | None:
    """Return a reason of silence in words, or None where there was none."""
    if reason is None:
        return None
    name, _, story = reason.partition(": ")
    words = SILENCES.get(name)
    if words is None:
        return reason
    return f"{words} ({story})" if story else words


def _happened(
    db: Database, config: Config, event: Event, standings: Standings, now: datetime, only: str | None
) -> Happened:
    told = notice(db, event.change.id)
    promises = {one.promised.subscription: one for one in event.deliveries}
    asked: dict[str, Subscription | None] = {one.name: one for one in config.subscriptions}
    names = [only] if only else [*asked, *(name for name in promises if name not in asked)]
    fors = tuple(
        _for(db, told, name, asked.get(name), promises.get(name), standings, now)
        for name in names
        if _concerns(told, name, asked.get(name), promises)
    )
    return Happened(event, silence(event.change.silent), fors, told.becomes_news)


def _concerns(told: Notice, name: str, one: Subscription | None, promises: Mapping[str, Told]) -> bool:
    """Return whether a subscription has anything to do with a change; the canary is its own subscription's alone."""
    return told.release.source != "canary" or name in promises or (one is not None and one.canary)


def _for(
    db: Database,
    told: Notice,
    name: str,
    one: Subscription | None,
    promise: Told | None,
    standings: Standings,
    now: datetime,
) -> For:
    made = judge(one, told) if one is not None else None
    conditions = made.conditions if made else ()
    wanted = made.told if made else False
    if promise is not None:
        stands = of_promise(db, promise.promised, standings, now)
        return For(name, stands.fate.value, stands.why, stands.at, wanted, conditions, promise)
    outcome, account = _unpromised(db, told, name, wanted, conditions, standings)
    return For(name, outcome, account.why, account.at, wanted, conditions)


def _unpromised(
    db: Database, told: Notice, name: str, wanted: bool, conditions: Sequence[Condition], standings: Standings
) -> tuple[str, Account]:
    """Return why a subscription was promised nothing."""
    if not wanted:
        failed = "; ".join(str(one) for one in conditions if not one.held)
        return NOT_WANTED, Account(Fate.TOLD, failed or "the configuration has no such subscription")
    if told.change.silent is not None:
        return UNTOLD, Account(Fate.TOLD, "it fits, but this was kept silent")
    since = standings.since(name)
    if since is None:
        return LATER, Account(Fate.TOLD, "it fits, but coopwatch has not run with this subscription yet")
    if since > told.change.at:
        return LATER, Account(Fate.TOLD, "it fits, but the subscription asks for it only since", since)
    account = of_none(db, told, name)
    return account.fate.value, account


def conclusions(found: Why) -> Iterator[tuple[str, list[str]]]:
    """Yield each outcome with the subscriptions it holds for, by the first change that concerned them most."""
    best: dict[str, str] = {}
    for happened in found.happened:
        for one in happened.fors:
            if one.subscription not in best or _rank(one.outcome) < _rank(best[one.subscription]):
                best[one.subscription] = one.outcome
    for outcome in sorted(set(best.values()), key=_rank):
        yield outcome, [name for name, found_for in best.items() if found_for == outcome]


_RANKS = (Fate.GAP, Fate.WAITS, Fate.KEPT, Fate.TOLD, LATER, UNTOLD, NOT_WANTED)


def _rank(outcome: str) -> int:
    """Return how much an outcome matters to whoever asks: 0 for a gap."""
    return _RANKS.index(outcome)
