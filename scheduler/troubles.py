"""What can go wrong while a portal is asked: errors whose words begin with the name of the trouble.

The names: dns, connect, tls, timeout, truncated, size, type, redirect, http NNN, robots, blocked, empty, unreadable,
child, stopped.
"""

from __future__ import annotations


class TroubleError(Exception):
    """A portal, or the way to it, is not well. Its text is meant for the journal: `http 503`, `dns: ...`."""

    @property
    def trouble(self) -> str:
        """The words for the journal."""
        return str(self)


class HeldError(TroubleError):
    """The portal asks not to be asked for a while.

    Args:
        trouble: why, for the journal.
        seconds: how long from now.
    """

    def __init__(self, trouble: str, seconds: float) -> None:
        super().__init__(trouble)
        self.seconds = seconds


class StoppedError(HeldError):
    """The service is ending; what was wanted stays promised, and nobody is to blame."""

    def __init__(self) -> None:
        super().__init__("stopped: the service is ending", 0.0)
