"""Whether a destination that keeps failing is left alone for a while: one frozen value for each, pure arithmetic.

It opens after five failures in a row that are the destination's own (no connection, a 5xx, no answer in time), and
then lets one attempt through at a time, after 30 seconds, a minute, two, up to 15 minutes. So a receiver that is down
costs one attempt now and then instead of one for each message, and no message uses up its attempts meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FAILURES = 5
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=15)
LONGEST_PATIENCE = timedelta(days=1)  # however long a receiver asks to be left alone


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of a destination.

    `failures` in a row; `since`: when the first of them was; `until`: nothing is sent before, None where it may be.
    """

    failures: int = 0
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the destination failed so often that it is left alone; the attempt that finds out is still that."""
        return self.failures >= FAILURES

    def waits(self, now: datetime) -> datetime | None:
        """Return until when nothing is sent there, or None where something may be.

        An end further away than any wait this file knows means that the clock went back: it counts as reached.
        """
        if self.until is None or self.until <= now or self.until - now > LONGEST_PATIENCE:
            return None
        return self.until

    def failed(self, now: datetime) -> Breaker:
        """Return what is known after one more failure of the destination's own."""
        failures, since = self.failures + 1, self.since or now
        return replace(self, failures=failures, since=since, until=_later(self.waits(now), pause(failures), now))

    def asked(self, seconds: float, now: datetime) -> Breaker:
        """Return what is known after the destination asked to be left alone for so long (429, `Retry-After`)."""
        patience = min(timedelta(seconds=max(seconds, 0.0)), LONGEST_PATIENCE)
        return replace(self, until=_later(self.waits(now), patience, now))


def pause(failures: int) -> timedelta:
    """Return how long a destination is left alone after so many failures in a row: 0, then 30 s doubling to 15 min."""
    if failures < FAILURES:
        return timedelta(0)
    factor: int = 2 ** min(failures - FAILURES, 10)
    return min(FIRST * factor, LONGEST)


def _later(known: datetime | None, wait: timedelta, now: datetime) -> datetime | None:
    if not wait:
        return known
    return now + wait if known is None else max(known, now + wait)


CLOSED = Breaker()
"""A destination that answers."""
