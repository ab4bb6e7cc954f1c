"""Was everybody told? Each change of the last days, for each who wants it: a delivery, a reason, or a gap.

Asks the rules afresh, so it finds what no queue can show: a promise that was never made, or whose row is gone. The
judgement of a promise that is there stands in accounting.py. Reads only, but for `mend`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from scheduler.accounting import Account, Fate, account
from scheduler.alerts.rules import matches
from scheduler.incidents import SHOWN, IncidentKind, Wrong
from scheduler.standings import Standings
from storage import outbox
from storage.accounts import Promised, alertable, deliveries_of
from storage.holds import hold
from storage.notices import notice
from storage.outstanding import heard_of_story

if TYPE_CHECKING:
    from scheduler.config import Config, Subscription
    from storage.database import Database
    from storage.model import Notice

HOURS = 48
"""How far back is looked, as GOV.UK's check of its own alerts does (RELIABILITY.md section 2.0)."""
SUBJECT = "deliveries"


@dataclass(frozen=True, slots=True)
class Checked:
    """One change for one subscription that wants it, or was promised it."""

    change_id: int
    kind: str
    release_id: int
    subscription: str
    account: Account
    promised: Promised | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON shows it."""
        at = self.account.at
        found = {"change_id": self.change_id, "kind": self.kind, "release_id": self.release_id}
        stands = {"fate": self.account.fate.value, "why": self.account.why, "at": at.isoformat() if at else None}
        return {**found, "subscription": self.subscription, "delivery_id": self.promised and self.promised.id, **stands}


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a look at all of it found.

    Args:
        since: the changes looked at happened from then on.
        changes: how many there were.
        checked: each pair of change and subscription that was accounted for, or not.
        unreadable: changes that could not be read, and why.
    """

    since: datetime
    changes: int
    checked: tuple[Checked, ...]
    unreadable: dict[int, str] = field(default_factory=dict)

    @property
    def gaps(self) -> tuple[Checked, ...]:
        """What is not accounted for."""
        return tuple(one for one in self.checked if one.account.fate is Fate.GAP)

    def count(self, fate: Fate) -> int:
        """Return how many pairs have this fate."""
        return sum(one.account.fate is fate for one in self.checked)


def reconcile(db: Database, config: Config, now: datetime, standings: Standings, *, hours: float = HOURS) -> Reconciled:
    """Account for every change of the last hours.

    Args:
        db: the database.
        config: whose subscriptions.
        now: the time.
        standings: how they stand now.
        hours: how far back to look.
    """
    since = now - timedelta(hours=hours)
    numbers = alertable(db, since, now)
    checked: list[Checked] = []
    unreadable: dict[int, str] = {}
    for number in numbers:
        try:
            checked += _check(db, config, notice(db, number), standings, now)
        except (KeyError, TypeError, ValueError) as error:
            unreadable[number] = f"it cannot be read: {type(error).__name__}"
    return Reconciled(since, len(numbers), tuple(checked), unreadable)


def _check(db: Database, config: Config, told: Notice, standings: Standings, now: datetime) -> Iterator[Checked]:
    promised = {one.subscription: one for one in deliveries_of(db, told.change.id)}
    wanting = {one.name for one in config.subscriptions if _is_due(one, told, standings)}
    for name in [*promised, *sorted(wanting - promised.keys())]:
        one = promised.get(name)
        found = of_promise(db, one, standings, now) if one else of_none(db, told, name)
        yield Checked(told.change.id, told.change.kind.value, told.change.release_id, name, found, one)


def _is_due(one: Subscription, told: Notice, standings: Standings) -> bool:
    """Return whether a subscription wants a change, and already did when it happened."""
    since = standings.since(one.name)
    return since is not None and since <= told.change.at and matches(one, told)


def of_promise(db: Database, one: Promised, standings: Standings, now: datetime) -> Account:
    """Return how a promise stands, with what its hold and its subscription are at."""
    kept = hold(db, one.hold_id) if one.hold_id is not None else None
    return account(one, standings.of(one.subscription), now, kept.state if kept else None)


def of_none(db: Database, told: Notice, name: str) -> Account:
    """Return why a subscription that wants a change was promised nothing: it heard of it before, or no reason."""
    release = heard_of_story(db, told.change.id, name, as_new=told.becomes_news)
    if release is not None:
        return Account(Fate.TOLD, f"told already, by release {release} of the same story")
    return Account(Fate.GAP, "nothing was ever promised")


def mend(db: Database, found: Reconciled, now: datetime) -> int:
    """Make the promises that are missing, under the ids they always had; return how many.

    What was promised and is stuck is not touched: a running service takes it up by itself.
    """
    made = 0
    for one in found.gaps:
        if one.promised is None:
            with db.transaction():
                made += len(outbox.promise(db, notice(db, one.change_id), [one.subscription], now))
    return made


def gap(found: Reconciled) -> Wrong | None:
    """Return the incident that gaps are, or None where there are none."""
    gaps = found.gaps
    if not gaps and not found.unreadable:
        return None
    shown = [
        {"release_id": one.release_id, "kind": one.kind, "subscription": one.subscription, "why": one.account.why}
        for one in gaps[:SHOWN]
    ]
    return Wrong(IncidentKind.GAP, SUBJECT, {"count": len(gaps) + len(found.unreadable), "gaps": shown})
