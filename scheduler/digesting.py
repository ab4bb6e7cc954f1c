"""Makes the digests whose turn has come. Not here: when that is (alerts/turns.py), their words, their sending.

A turn comes once: the digest is made in the transaction that gathers its alerts, under the name of its turn. Turns that
were missed while coopwatch was down are one digest, that of the last of them.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from scheduler.alerts.turns import last_turn, next_turn
from scheduler.config import Config, Subscription
from scheduler.leaving_out import Overlaps
from storage import outbox, subscribers
from storage.bundles import MOST_MEMBERS
from storage.database import Database
from storage.subscribers import Subscriber
from storage.times import stamp

log = logging.getLogger(__name__)


GLANCE = timedelta(minutes=1)
"""How often is looked whether a turn has come although nothing says so: somebody may have been enabled again."""


MOST_IN = {"email": 80, "apprise": 8}
"""As many alerts go into one digest, by channel; `MOST_MEMBERS` elsewhere. It names every story with its link, in the
102 kB after which mail programs cut, the 20 kB of a webhook, the 4,000 characters of a chat: tests hold it, with long
titles and addresses."""


def most_in(subscription: Subscription) -> int:
    """Return how many alerts go into one digest of a subscription; where more wait, it comes in parts."""
    return MOST_IN.get(subscription.channel, MOST_MEMBERS)


@dataclass(frozen=True, slots=True)
class _Looked:
    """When all turns were looked after, until when that holds, and who was resting then."""

    at: datetime | None = None
    until: datetime | None = None
    resting: frozenset[str] = frozenset()

    def holds(self, now: datetime, resting: Collection[str]) -> bool:
        known = self.at is not None and self.until is not None and self.at <= now < self.until
        return known and self.resting == frozenset(resting)


class Digests:
    """Makes digests of the subscriptions that want them.

    Args:
        db: the database.
        config: read once.
        overlaps: finds out whose people have an event already.
    """

    def __init__(self, db: Database, config: Config, overlaps: Overlaps) -> None:
        self._db, self._config, self._overlaps = db, config, overlaps
        self._looked = _Looked()
        self._wanted = tuple(one for one in config.subscriptions if one.gathered and one.digest)

    @property
    def gathered(self) -> frozenset[str]:
        """The subscriptions whose alerts are never sent one by one."""
        return frozenset(one.name for one in self._wanted)

    def make(self, now: datetime, *, resting: Collection[str] = ()) -> int:
        """Make each digest whose turn has come since the last one; return how many.

        Args:
            now: the time.
            resting: subscriptions in quiet hours: their turn is made up for at the end of these, once.

        Raises:
            StorageError: the database fails.
        """
        wanted = [one for one in self._wanted if one.name not in resting]
        if not wanted or self._looked.holds(now, resting):
            return 0
        known = {one.name: one for one in subscribers.subscribers(self._db)}
        made = sum(self._make(one, known[one.name], now) for one in wanted if one.name in known)
        coming = self.next_turn(now)
        self._looked = _Looked(now, min(coming or now + GLANCE, now + GLANCE), frozenset(resting))
        return made

    def next_turn(self, now: datetime) -> datetime | None:
        """Return when the next digest is due, or None where nobody wants any."""
        turns = (next_turn(one.digest.cron, self._config.zone_of(one), now) for one in self._wanted if one.digest)
        return min(turns, default=None)

    def _make(self, one: Subscription, known: Subscriber, now: datetime) -> bool:
        slot = last_turn(one.digest.cron, self._config.zone_of(one), now) if one.digest else now
        since = _since(known, now)
        if known.disabled is not None or (since is not None and slot <= since):
            return False
        with self._db.transaction():
            left_out = self._overlaps.clear(one.name, now)
            body = _body(one, since, slot) | {"left_out": left_out}
            made = outbox.gather(self._db, one.name, slot, now, body, empty=one.proof, most=most_in(one))
            subscribers.through(self._db, one.name, slot, now)
        if made is not None:
            log.info("%s: a digest of %d alerts for %s", one.name, len(made.members), slot.isoformat())
        return made is not None


def _body(one: Subscription, since: datetime | None, slot: datetime) -> dict[str, Any]:
    """Return what the words of a digest need besides its alerts: the time it speaks of."""
    window = {"since": stamp(since) if since else None, "until": stamp(slot)}
    return window | {"words": one.digest.words if one.digest else "", "proof": one.proof}


def _since(known: Subscriber, now: datetime) -> datetime | None:
    """Return up to when digests were looked after: nothing that lies in the future, where a clock once was."""
    times = (known.known_since, known.digest_through)
    return max((one for one in times if one is not None and one <= now), default=None)
