"""What systemd is told: that the service is ready, alive, and about to end. A datagram each, as sd_notify(3) has it.

Where systemd did not start us (no NOTIFY_SOCKET) all of it does nothing. Not here: when it is said (outward.py).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress

LONGEST_STATUS = 200
"""Characters of a status: `systemctl status` shows one line."""


class Systemd:
    """The way to the service manager.

    Args:
        environ: where NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID stand.
        pid: of this process.
    """

    def __init__(self, environ: Mapping[str, str], pid: int) -> None:
        place = environ.get("NOTIFY_SOCKET", "")
        # An abstract name begins with a zero byte, which the environment cannot hold: @ stands for it.
        self._address = f"\0{place[1:]}" if place.startswith("@") else place if place.startswith("/") else ""
        self.watchdog = _watchdog(environ, pid)
        self._status = ""

    def ready(self, status: str) -> None:
        """Say that the service has started, and what it does."""
        self._say("READY=1", self._fresh(status))

    def alive(self, status: str) -> None:
        """Say that the service goes on; `status` is repeated only where it is another than before."""
        self._say("WATCHDOG=1" if self.watchdog else "", self._fresh(status))

    def stopping(self, why: str) -> None:
        """Say that the service is ending, and why."""
        self._say("STOPPING=1", self._fresh(f"ending: {why}"))

    def _fresh(self, status: str) -> str:
        line = " ".join(status.split())[:LONGEST_STATUS]
        if line == self._status:
            return ""
        self._status = line
        return f"STATUS={line}"

    def _say(self, *lines: str) -> None:
        message = "\n".join(line for line in lines if line)
        if not self._address or not message:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
            out.setblocking(False)  # a manager that does not listen holds nothing up
            out.sendto(message.encode(), self._address)


def _watchdog(environ: Mapping[str, str], pid: int) -> float | None:
    """Return after how many seconds of silence the service is taken for dead, or None where nobody looks."""
    span, whose = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", str(pid))
    if not span.isascii() or not span.isdigit() or not int(span) or whose != str(pid):
        return None
    return int(span) / 1e6


def from_here() -> Systemd:
    """Return the way to the manager that started this process."""
    return Systemd(os.environ, os.getpid())
