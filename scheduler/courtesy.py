"""Whose turn it is at a host: one request at a time with a delay between, for glances and the child's jobs alike.

Also what a portal means by Retry-After. Not here: robots.txt (robots.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scheduler.troubles import HeldError, StoppedError

LONGEST_HOLD = 86400.0
"""Seconds: a portal that asks for more (ten years, in one test) is asked again after a day."""
USUAL_HOLD = 300.0
"""Seconds, for a 429 that does not say how long, or says it in a way nobody can read."""


@dataclass(slots=True)
class _Host:
    turns: threading.Semaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    not_before: float = 0.0
    held_until: float = 0.0
    why: str = ""


class Courtesy:
    """Keeps the hosts' turns; shared by everything in the service that asks portals.

    Args:
        delay: seconds between the end of one request to a host and the start of the next.
        concurrency: requests to one host at a time.
        clock: seconds that never go back.
    """

    def __init__(self, delay: float, concurrency: int = 1, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.delay = delay
        self._concurrency = concurrency
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    @contextmanager
    def turn(self, host: str, delay: float = 0.0) -> Iterator[None]:
        """Wait for this host's turn, and keep it while the request runs.

        Args:
            host: as `scraper.mirror.host` says it.
            delay: seconds robots.txt asks for; the longer of the two delays counts.

        Raises:
            HeldError: the host asked not to be asked for a while.
            StoppedError: the service is ending.
        """
        place = self._place(host)
        with place.turns:
            gap = max(self.delay, delay)
            self._wait(place, gap)
            try:
                yield
            finally:
                with place.lock:
                    place.not_before = max(place.not_before, self._clock() + gap)

    def hold(self, host: str, seconds: float, why: str) -> None:
        """Give nobody a turn at this host for so many seconds."""
        place = self._place(host)
        with place.lock:
            place.held_until = max(place.held_until, self._clock() + seconds)
            place.why = why

    def stop(self) -> None:
        """Let all who wait for a turn go, without one."""
        self._stopped.set()

    def _place(self, host: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(host, _Host(threading.Semaphore(self._concurrency)))

    def _wait(self, place: _Host, gap: float) -> None:
        while True:
            with place.lock:
                now = self._clock()
                if place.held_until > now:
                    raise HeldError(place.why, place.held_until - now)
                left = place.not_before - now
                if left <= 0:
                    place.not_before = now + gap  # where several may run at a time, they still start apart
                    break
            if self._stopped.wait(left):
                break
        if self._stopped.is_set():
            raise StoppedError


def hold_seconds(header: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for, or None where it says nothing anybody can use.

    Args:
        header: seconds or an HTTP date (RFC 9110, 10.2.3); junk, the past and negative numbers say nothing.
        now: aware.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        asked = float(text[:12])
    else:
        try:
            when = parsedate_to_datetime(text)
            asked = ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds()
        except (ValueError, TypeError, OverflowError):
            return None
    return min(asked, LONGEST_HOLD) if asked > 0 else None


def held(status: int, header: str | None, now: datetime) -> HeldError | None:
    """Return the hold an answer asks for, or None: a 429 always does, a 503 where it says how long."""
    if status not in {429, 503}:
        return None
    asked = hold_seconds(header, now)
    if asked is None and status == 503:
        return None
    return HeldError(f"http {status}: asked for patience", USUAL_HOLD if asked is None else asked)
