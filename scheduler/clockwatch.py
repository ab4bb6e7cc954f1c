"""Notices that the wall clock jumped: set by hand or by the network, or the machine slept. Pure; both clocks come in.

A scheduler that waits for a wall time would wait an hour too long after the clock went back by one (RELIABILITY.md 1,
fact 16), so whoever notices a jump works out afresh what is due.
"""

from __future__ import annotations

# Seconds by which the clocks may disagree between two looks; corrections by NTP stay far below.
TOLERANCE = 60.0


class ClockWatch:
    """Compares how far the wall clock and a clock that never goes back have come since the last look.

    Args:
        wall: seconds since the epoch now.
        steady: seconds of the monotonic clock now.
    """

    def __init__(self, wall: float, steady: float) -> None:
        self._wall, self._steady = wall, steady

    def jump(self, wall: float, steady: float) -> float:
        """Return by how many seconds the wall clock jumped since the last look: positive ahead, 0 for no jump."""
        difference = (wall - self._wall) - (steady - self._steady)
        self._wall, self._steady = wall, steady
        return difference if abs(difference) > TOLERANCE else 0.0
