"""The destinations as deliveries find them: which answer, which are left alone for a while (breaker.py), and why.

Kept in memory only: after a restart each destination gets its chance at once. Not here: the queue (delivering.py).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from scheduler.alerts.attempting import Outcome
from scheduler.alerts.breaker import CLOSED, Breaker
from storage.model import DeliveryState

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A destination that is left alone: since when it fails, until when nothing is sent, and what it said last."""

    since: datetime
    until: datetime | None
    line: str


class Receivers:
    """What is known of each destination. May be asked from any thread.

    Args:
        on_change: called with a destination and its trouble when it is left alone, and with None when it answers again.
    """

    def __init__(self, on_change: Callable[[str, Trouble | None], None] = lambda *_: None) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, Breaker] = {}
        self._lines: dict[str, str] = {}
        self._on_change = on_change

    def waits(self, destination: str, now: datetime) -> datetime | None:
        """Return until when nothing is sent to a destination, or None where something may be."""
        with self._lock:
            return self._known.get(destination, CLOSED).waits(now)

    def failing(self) -> frozenset[str]:
        """Return the destinations that failed when they were last tried, be it once."""
        with self._lock:
            return frozenset(name for name, known in self._known.items() if known.failures)

    def troubles(self) -> dict[str, Trouble]:
        """Return the destinations that fail so often that they are left alone."""
        with self._lock:
            return {
                name: Trouble(known.since, known.until, self._lines.get(name, ""))
                for name, known in self._known.items()
                if known.is_open and known.since is not None
            }

    def settled(self, destination: str, outcome: Outcome, now: datetime) -> None:
        """Learn from an attempt. One that failed for the message's own sake says that the destination answers.

        Args:
            destination: where it went.
            outcome: how it ended.
            now: when.
        """
        if outcome.down is None:
            return
        with self._lock:
            before = self._known.get(destination, CLOSED)
            after = before.failed(now) if outcome.down else CLOSED
            if outcome.patience and outcome.state is not DeliveryState.SENT:
                after = after.asked(outcome.patience, now)
            if after == CLOSED:
                self._known.pop(destination, None)
            else:
                self._known[destination], self._lines[destination] = after, outcome.line
        if after.is_open and after.since is not None:
            wait = (after.until - now).total_seconds() if after.until else 0.0
            log.log(
                logging.INFO if before.is_open else logging.WARNING,
                "%s failed %d times in a row and is left alone for %.0f s: %s",
                destination,
                after.failures,
                wait,
                outcome.line,
            )
            self._on_change(destination, Trouble(after.since, after.until, outcome.line))
        elif before.is_open:
            log.info("%s answers again", destination)
            self._on_change(destination, None)
