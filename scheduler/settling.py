"""What follows from an attempt: the outcome is stored, with all it means, in one transaction. Sends nothing."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler import notices
from scheduler.alerts.attempting import Outcome
from scheduler.config import Config
from storage import outbox, overlaps, subscribers
from storage.database import Database
from storage.model import Delivery, DeliveryState

log = logging.getLogger("coopwatch.deliveries")


@dataclass(frozen=True, slots=True)
class Summary:
    """How many deliveries were sent, put off, and given up."""

    sent: int = 0
    again: int = 0
    dead: int = 0


class Settling:
    """Stores outcomes, and counts them. May be called from any thread.

    Args:
        db: the database.
        config: with the operator's targets.
    """

    def __init__(self, db: Database, config: Config) -> None:
        self._db, self._config = db, config
        self._lock = threading.Lock()
        self._done: Counter[DeliveryState] = Counter()

    def settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Store how an attempt ended.

        Args:
            delivery: as claimed.
            outcome: how it ended.
            now: when.

        Raises:
            StorageError: it could not be stored; the claim lapses then, and the delivery is made again.
        """
        who = f"{delivery.message_id} for {delivery.subscription}"
        with self._db.transaction():
            if outcome.told_by and delivery.what == "alert":
                overlaps.note(self._db, delivery.id, outcome.told_by)
            if outcome.taken:
                outbox.took(self._db, delivery, outcome.taken)
            if outcome.state is DeliveryState.SENT:
                outbox.sent(self._db, delivery, now, outcome.line)
            elif outcome.state is DeliveryState.WAITING:
                outbox.again(self._db, delivery, now, now + timedelta(seconds=outcome.wait), outcome.line)
            else:
                outbox.dead(self._db, delivery, now, outcome.line)
            if outcome.unwanted:
                self._disable(delivery.subscription, outcome.line, now)
        if outcome.state is DeliveryState.SENT:
            took = (now - delivery.created).total_seconds()
            log.info("%s sent, %.3f s after the promise: %s", who, took, outcome.line)
        elif outcome.state is DeliveryState.WAITING:
            log.warning("%s not sent, again in %.0f s: %s", who, outcome.wait, outcome.line)
        else:
            log.error("%s given up: %s", who, outcome.line)
        with self._lock:
            self._done[outcome.state] += 1

    def count(self) -> Counter[DeliveryState]:
        """Return how many outcomes of each kind were stored so far."""
        with self._lock:
            return self._done.copy()

    def _disable(self, name: str, why: str, now: datetime) -> None:
        """Send nothing more to a receiver that wants no more, and tell the operator by another way."""
        subscribers.disable(self._db, name, why, now)
        told = notices.body(
            "subscription-disabled",
            notices.TELLING,
            name,
            now,
            f"{name} wants no more messages",
            [
                f"{why}.",
                "Nothing more is sent to it; what was promised to it waits.",
                f"`coopwatch alerts enable {name}` sends it again; so does another address in the configuration.",
            ],
            {"subscription": name, "why": why},
        )
        key = f"disabled-{name}-{now.isoformat()}"
        notices.tell(self._db, notices.operators(self._config, but=name), key, told, now)


def difference(after: Counter[DeliveryState], before: Counter[DeliveryState]) -> Summary:
    """Return what was done between two counts."""
    done = after - before
    return Summary(done[DeliveryState.SENT], done[DeliveryState.WAITING], done[DeliveryState.DEAD])
