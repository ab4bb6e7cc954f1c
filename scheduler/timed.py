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


class Bell:
    """Cuts a connection when its time is over; the blocked reader then sees the end of the stream.

    Args:
        seconds: from now, for everything: resolving, connecting, handshake, sending, reading.

    It holds a second handle of each socket, because TLS takes the first one away from whoever opened it, and because
    `SSLSocket.shutdown` must not be called from another thread.
    """

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self.cut)
        self._timer.daemon = True
        self.rang = False

    def left(self) -> float:
        """Return the seconds left, never less than a millisecond (a timeout of 0 would mean: do not block)."""
        return max(self._ends - time.monotonic(), 0.001)

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
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()
