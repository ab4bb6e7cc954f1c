"""A deadline for a whole exchange over a socket, which the timeouts of `socket` (one per read) do not give.

A server that sends one byte a second keeps a read timeout of ten seconds quiet for ever; the bell does not care.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Self

LOOK = 5.0
"""Seconds between two looks at the bells at most; one that ends sooner is looked at in time."""


class _Ringer:
    """The one thread that rings all bells: a thread for each exchange cost more than the exchange."""

    def __init__(self) -> None:
        self._bells: set[Bell] = set()
        self._turn = threading.Condition()
        self._looks = 0.0
        self._thread: threading.Thread | None = None

    def add(self, bell: Bell) -> None:
        with self._turn:
            self._bells.add(bell)
            if self._thread is None:
                self._thread = threading.Thread(target=self._ring, name="bells", daemon=True)
                self._thread.start()
            elif bell.ends < self._looks:
                self._turn.notify()

    def drop(self, bell: Bell) -> None:
        with self._turn:
            self._bells.discard(bell)

    def _ring(self) -> None:
        while True:
            with self._turn:
                now = time.monotonic()
                over = {bell for bell in self._bells if bell.ends <= now}
                self._bells -= over
                if not over:
                    self._looks = min((bell.ends for bell in self._bells), default=now + LOOK)
                    self._looks = min(self._looks, now + LOOK)
                    self._turn.wait(self._looks - now)
            for bell in over:
                bell.cut()


_RINGER = _Ringer()


class Bell:
    """Cuts a connection when its time is over; the blocked reader then sees the end of the stream.

    Args:
        seconds: from now, for everything: resolving, connecting, handshake, sending, reading.

    It holds a second handle of each socket, because TLS takes the first one away from whoever opened it, and because
    `SSLSocket.shutdown` must not be called from another thread.
    """

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self.rang = False

    def left(self) -> float:
        """Return the seconds left, never less than a millisecond (a timeout of 0 would mean: do not block)."""
        return max(self.ends - time.monotonic(), 0.001)

    def watch(self, sock: socket.socket) -> None:
        """Cut this connected, not yet encrypted socket too when time is over."""
        handle = sock.dup()
        with self._lock:
            self._handles.append(handle)
            rang = self.rang
        if rang:
            self.cut()

    def cut(self) -> None:
        """End all connections now. Safe from any thread, and more than once."""
        with self._lock:
            self.rang = True
            for handle in self._handles:
                with contextlib.suppress(OSError):
                    handle.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        _RINGER.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _RINGER.drop(self)
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()
