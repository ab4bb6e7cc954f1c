"""One message per person and event: who need not be told, since another subscription told them already.

A person is an address of a channel (alerts/persons.py). By whichever subscription an event arrives first, its people
have it; another one that reaches some of them leaves these out, and one that reaches nobody else is settled without
sending. What has not arrived counts for nothing: nobody waits for Monday's digest, or for a subscription that fails,
for what could be told today. Who shares an address shares a destination, which is told one message at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scheduler.alerts.persons import people
from scheduler.config import Subscription
from storage import overlaps
from storage.database import Database
from storage.model import Change, Delivery


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Who has an event already: their marks, the subscriptions that told them, and whether that is everybody."""

    marks: frozenset[str] = frozenset()
    by: tuple[str, ...] = ()
    everybody: bool = False

    @property
    def line(self) -> str:
        """The same for people, where nobody is left to tell."""
        return f"everyone has it by subscription {', '.join(self.by)}" if self.by else "everyone has it already"


NOBODY = LeftOut()


def left_out(subscription: Subscription, told: Mapping[str, frozenset[str]], taken: Collection[str] = ()) -> LeftOut:
    """Return who of a subscription's people has an event already. Pure.

    Args:
        subscription: that is to be told.
        told: by the names of other subscriptions, the marks of the people whom these told the event.
        taken: marks of those who have it by this subscription already.
    """
    reached = people(subscription)
    by = {name: marks & reached for name, marks in told.items() if marks & reached}
    marks = frozenset().union(*by.values())
    return LeftOut(marks, tuple(by), bool(by) and marks | frozenset(taken) >= reached)


class Overlaps:
    """Finds out for a delivery who has its event already.

    Args:
        db: the database.
        subscriptions: all that are configured.
    """

    def __init__(self, db: Database, subscriptions: Sequence[Subscription]) -> None:
        self._db = db
        self._known: Mapping[str, Subscription] = {one.name: one for one in subscriptions}
        # Where no two subscriptions share anybody, nothing need be asked.
        self._shared = {one.name for one in subscriptions if any(_share(one, other) for other in subscriptions)}

    def of(self, delivery: Delivery) -> LeftOut:
        """Return who has the event of a delivery by another subscription; of digests and notices nobody."""
        if delivery.what != "alert" or delivery.notice is None:
            return NOBODY
        return self._of(delivery.subscription, delivery.notice.change, delivery.taken)

    def thin(self, delivery: Delivery, now: datetime) -> tuple[Delivery, LeftOut]:
        """Return a claimed delivery without what its people have already, and who of them need no copy.

        From a digest, alerts are taken out before its first attempt only: each attempt tells the same.
        """
        if delivery.what != "digest":
            return delivery, self.of(delivery)
        if not delivery.members and not delivery.body.get("proof"):
            # All that it told was taken out, and the process died before it could be settled.
            return delivery, LeftOut(everybody=True)
        if delivery.attempts > 1 or delivery.subscription not in self._shared:
            return delivery, NOBODY
        known = {one.id: self._of(one.subscription, one.told.change) for one in delivery.members}
        out = {number: found for number, found in known.items() if found.everybody}
        if not out:
            return delivery, NOBODY
        left_out = int(delivery.body.get("left_out") or 0) + len(out)
        told = {number: (found.by, found.line) for number, found in out.items()}
        overlaps.take_out(self._db, delivery.id, told, left_out, now)
        members = tuple(one for one in delivery.members if one.id not in out)
        thinned = replace(delivery, members=members, body={**delivery.body, "left_out": left_out})
        if members or delivery.body.get("proof"):
            return thinned, NOBODY
        return thinned, LeftOut(by=tuple(sorted({name for found in out.values() for name in found.by})), everybody=True)

    def clear(self, name: str, now: datetime) -> int:
        """Settle waiting alerts that tell a subscription's people nothing new, before its digest; return how many."""
        if name not in self._shared:
            return 0
        found = ((number, self._of(name, change)) for number, change in overlaps.unattempted(self._db, name))
        told = {number: (known.by, known.line) for number, known in found if known.everybody}
        if told:
            overlaps.settle(self._db, told, now)
        return len(told)

    def _of(self, name: str, change: Change, taken: Collection[str] = ()) -> LeftOut:
        if name not in self._shared:
            return NOBODY
        found = overlaps.told_by(self._db, change, name)
        told = {
            other: people(self._known[other]) if some is None else some
            for other, some in found.items()
            if other in self._known
        }
        return left_out(self._known[name], told, taken) if told else NOBODY


def _share(one: Subscription, other: Subscription) -> bool:
    return one.name != other.name and bool(people(one) & people(other))
