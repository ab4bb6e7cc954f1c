"""How many destinations are served at the same time: one that takes long leaves its place to others, and goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

QUICK = 16  # destinations served at the same time, as long as they answer soon
SOON = 2.0  # seconds; a healthy receiver answers in less
MOST = 256  # at the same time, however slow: each is a thread


class Places:
    """Who is being served. Not safe between threads by itself: the dispatcher's lock guards it.

    Args:
        clock: returns seconds that only rise.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}

    def __bool__(self) -> bool:
        return bool(self._since)

    @property
    def taken(self) -> frozenset[str]:
        """The destinations that are being served."""
        return frozenset(self._since)

    def take(self, destination: str) -> None:
        """Note that a destination is being served from now on."""
        self._since[destination] = self._clock()

    def leave(self, destination: str) -> None:
        """Note that a destination is served no more."""
        self._since.pop(destination, None)

    def wait(self) -> float | None:
        """Return the seconds until there is a place even if nobody leaves: 0 for now; None where all are taken."""
        if len(self._since) >= MOST:
            return None
        quick = sorted(since for since in self._since.values() if self._clock() - since < SOON)
        if len(quick) < QUICK:
            return 0.0
        return max(quick[len(quick) - QUICK] + SOON - self._clock(), 0.0)
