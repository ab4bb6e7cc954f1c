"""A few lines of HTTP on loopback: `/healthz` and `/metrics`, answered from memory and journal. Nothing else.

Written on a socket, since the server of the standard library would cost the idle service a megabyte. One visitor at a
time, each for two seconds at most. A page in somebody's browser cannot read it: the Host must be this machine's.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds a visitor has to ask and to take the answer."""
LONGEST = 8192
"""Bytes of a request's head."""
HOSTS = ("127.0.0.1", "localhost", "[::1]")
Page = tuple[int, str, str]
"""Status, content type, text."""
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
_REASONS |= {500: "Internal Server Error", 503: "Service Unavailable"}
_PLAIN = "text/plain; charset=utf-8"


class Listener:
    """Answers on one address, in a thread of its own, until closed.

    Args:
        host: an address of this machine, or `localhost`.
        port: 0 for any; `port` tells which.
        pages: what is shown under each path.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(self, host: str, port: int, pages: dict[str, Callable[[], Page]]) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=16)
        self.port: int = self._socket.getsockname()[1]
        self._pages = pages
        threading.Thread(target=self._serve, name="listening", daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _ = self._socket.accept()
            except OSError:
                if self._socket.fileno() < 0:
                    return
                time.sleep(0.1)  # no more files can be opened just now
                continue
            with visitor, suppress(OSError):
                visitor.sendall(self._answered(_head(visitor)))

    def _answered(self, head: bytes) -> bytes:
        status, kind, text = self._page(head)
        body = text.encode()
        lines = (
            f"HTTP/1.1 {status} {_REASONS[status]}",
            f"Content-Type: {kind}",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            "Connection: close",
        )
        return "\r\n".join((*lines, "", "")).encode() + (b"" if head.startswith(b"HEAD ") else body)

    def _page(self, head: bytes) -> Page:
        first, _, rest = head.decode("latin-1").partition("\r\n")
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or not head.endswith(b"\r\n\r\n"):
            return 400, _PLAIN, "not a request\n"
        if words[0] not in ("GET", "HEAD"):
            return 405, _PLAIN, "only GET\n"
        if not _is_ours(rest):
            return 403, _PLAIN, "not under this name\n"
        page = self._pages.get(words[1].partition("?")[0])
        if page is None:
            return 404, _PLAIN, f"there are: {', '.join(self._pages)}\n"
        try:
            return page()
        except Exception:
            log.exception("a fault of coopwatch while it answered on loopback")
            return 500, _PLAIN, "a fault of coopwatch; see the log\n"


def _head(visitor: socket.socket) -> bytes:
    """Return the head of a request, as much of it as came in time."""
    ends, head = time.monotonic() + PATIENCE, b""
    while b"\r\n\r\n" not in head and len(head) < LONGEST and (left := ends - time.monotonic()) > 0:
        visitor.settimeout(left)
        try:
            came = visitor.recv(LONGEST)
        except TimeoutError:
            break
        if not came:
            break
        head += came
    visitor.settimeout(PATIENCE)
    return head[: head.find(b"\r\n\r\n") + 4] if b"\r\n\r\n" in head else head


def _is_ours(headers: str) -> bool:
    """Return whether a request is for this machine by name, as one made by a page of the web is not."""
    named = [line[5:].strip() for line in headers.split("\r\n") if line[:5].lower() == "host:"]
    return len(named) == 1 and (named[0] in HOSTS or named[0].rpartition(":")[0] in HOSTS)
