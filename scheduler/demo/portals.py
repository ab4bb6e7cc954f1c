"""A small offline web on loopback: three portals that publish, edit and withdraw invented releases while you watch.

    with Portals(stock()) as web:
        web.publish(release)
        web.configuration()     # [sources.*] for coopwatch.toml, each with its base

Real HTTP with robots.txt, ETag, Last-Modified and 304. Not here: how a portal's pages look (gia.py, news.py, gcs.py).
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from scheduler.demo import gcs, gia, news
from scheduler.demo.invented import HONG_KONG, Invented, Portal
from scheduler.demo.issued import Issued
from scraper.find import sources

ROBOTS = "User-agent: *\nDisallow: /search/\nDisallow: /cgi-bin/\n"
SOURCES: dict[str, Portal] = {
    "hk_gia_en": "gia",
    "hk_gia_zh": "gia",
    "hk_news_en": "news",
    "hk_news_zh": "news",
    "mo_gcs_zh": "gcs",
}
_ROOMS: dict[Portal, Any] = {"gia": gia, "news": news, "gcs": gcs}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that a portal got, and the status of its answer."""

    portal: Portal
    path: str
    status: int
    at: datetime
    conditional: bool = False


class Portals:
    """Three portals on loopback ports of their own.

    Args:
        releases: what stands there from the start; each as old as its `minutes_ago`.
        clock: the time by which portals date releases and know today.
        validators: whether answers carry ETag and Last-Modified, and conditional requests get a 304.
        feed_items: how many releases a feed holds, for all portals; None: as many as the real one's.
    """

    def __init__(
        self,
        releases: Iterable[Invented] = (),
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        validators: bool = True,
        feed_items: int | None = None,
    ) -> None:
        self._clock = clock
        self.validators = validators
        self._feed_items = feed_items
        self._lock = threading.RLock()
        self._issued: dict[str, Issued] = {}
        self._spellings: dict[str, str] = {}
        self._broken: dict[Portal, tuple[int, dict[str, str]]] = {}
        self._bodies: dict[tuple[Portal, str], tuple[bytes, str, datetime]] = {}
        self._serial = 0
        self.asked: list[Asked] = []
        self._servers: dict[Portal, ThreadingHTTPServer] = {}
        for release in sorted(releases, key=lambda one: -one.minutes_ago):
            self.publish(release, at=self._clock() - timedelta(minutes=release.minutes_ago))

    # what the portals do

    def publish(self, release: Invented, *, at: datetime | None = None) -> Issued:
        """Issue a release now, or at another time; its page, the feed and the day's index show it from this moment."""
        with self._lock:
            self._serial += 1
            day = (at or self._clock()).astimezone(HONG_KONG).replace(microsecond=0)
            issued: Issued = _ROOMS[release.portal].issue(release, self._serial, day)
            self._issued[issued.key] = replace(issued, in_feed=issued.release.paragraphs)
            self._bodies.clear()
            return issued

    def edit(
        self, key: str, *, title: str | None = None, paragraphs: Sequence[str] = (), quietly: bool = False
    ) -> Issued:
        """Overwrite a release in place, under the same address and time of issue.

        Args:
            key: as in Issued.
            title: the new one; None leaves it.
            paragraphs: the new ones; empty takes the release's own `later`.
            quietly: leave the text in the feed as it was, so that only reading the page again can tell.
        """
        with self._lock:
            old = self._issued[key]
            release = replace(
                old.release,
                title=title or old.release.title,
                paragraphs=tuple(paragraphs) or old.release.later or old.release.paragraphs,
            )
            feed = old.in_feed if quietly else release.paragraphs
            self._issued[key] = replace(old, release=release, changed=self._clock().astimezone(HONG_KONG), in_feed=feed)
            self._bodies.clear()
            return self._issued[key]

    def withdraw(self, key: str, *, withdrawn: bool = True) -> None:
        """Take a release from its page (404), the feed and the indexes; or, with `withdrawn=False`, put it back."""
        with self._lock:
            self._issued[key] = replace(self._issued[key], withdrawn=withdrawn)
            self._bodies.clear()

    def spell(self, key: str, address: str) -> None:
        """Have every listing of the release's portal name it by another spelling of its address."""
        with self._lock:
            self._spellings[key] = address
            self._bodies.clear()

    def fail(self, portal: Portal, status: int | None, headers: dict[str, str] | None = None) -> None:
        """Have a portal answer every request with this status, until told None."""
        with self._lock:
            self._broken.pop(portal, None)
            if status is not None:
                self._broken[portal] = (status, headers or {})

    # what a watcher needs to know

    def base(self, portal: Portal) -> str:
        """Return where a portal stands: `http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._servers[portal].server_address[1]}"

    def issued(self, key: str) -> Issued:
        """Return a release as it stands now."""
        return self._issued[key]

    def all(self) -> tuple[Issued, ...]:
        """Return all releases as they stand, in the order in which they were published."""
        with self._lock:
            return tuple(self._issued.values())

    def paths(self, *, status: int | None = None, containing: str = "") -> list[str]:
        """Return the paths asked for so far, in order, that contain a text and were answered with a status."""
        return [one.path for one in list(self.asked) if containing in one.path and status in {None, one.status}]

    def configuration(self, every: str = "1s", only: Sequence[str] = tuple(SOURCES)) -> str:
        """Return the `[sources.*]` tables for coopwatch.toml: bases on loopback; the sources not in `only` are off.

        So are all that the demo does not show: their portals would be the real ones.
        """
        others = (name for name in sources() if name not in SOURCES)
        return "".join(f"[sources.{name}]\nenabled = false\n" for name in others) + "".join(
            f"[sources.{name}]\nenabled = {'true' if name in only else 'false'}\n"
            f'every = "{every}"\nbase = "{self.base(portal)}"\n'
            for name, portal in SOURCES.items()
        )

    # the servers

    def __enter__(self) -> Self:
        """Open the three ports and answer from threads of their own."""
        for portal in _ROOMS:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, portal))
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.05,), name=f"portal {portal}", daemon=True).start()
            self._servers[portal] = server
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the ports."""
        for server in self._servers.values():
            server.shutdown()
            server.server_close()

    def answer(self, portal: Portal, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers for a path with its query: what a browser would be told now."""
        plain = urlsplit(path).path
        with self._lock:
            if portal in self._broken:
                status, headers = self._broken[portal]
                return (
                    status,
                    b"<html><body>The server cannot answer now.</body></html>",
                    {"Content-Type": "text/html", **headers},
                )
            if plain == "/robots.txt":
                return 200, ROBOTS.encode(), {"Content-Type": "text/plain"}
            body, kind, changed = self._bodies.get((portal, plain)) or self._render(portal, plain)
        if not kind:
            return 404, b"<html><body>Not found.</body></html>", {"Content-Type": "text/html"}
        headers = {"Content-Type": kind}
        if self.validators:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
            headers["Last-Modified"] = format_datetime(changed.astimezone(UTC), usegmt=True)
        return 200, body, headers

    def _render(self, portal: Portal, path: str) -> tuple[bytes, str, datetime]:
        now = self._clock()
        standing = sorted(
            (one for one in self._issued.values() if one.release.portal == portal and not one.withdrawn),
            key=lambda one: one.published,
        )
        room = _ROOMS[portal]
        found = room.answer(path, standing, now, self._feed_items or getattr(room, "FEED_ITEMS", 0))
        if found is None:
            return b"", "", now
        kind, text = found
        for key, spelling in self._spellings.items():
            text = text.replace(f'"{self._issued[key].path}"', f'"{spelling}"').replace(
                f">{self._issued[key].url}<", f">{spelling}<"
            )
        changed = max((one.changed for one in standing if one.number in text), default=now)
        made = text.encode(), kind, changed
        if len(self._bodies) < 5000:
            self._bodies[portal, path] = made
        return made


def _handler(web: Portals, portal: Portal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers for one portal, and notes what was asked."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, body, headers = web.answer(portal, self.path)
            conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
            if status == 200 and self._has(headers):
                status, body = 304, b""
            web.asked.append(Asked(portal, self.path, status, datetime.now(UTC), conditional))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _has(self, headers: dict[str, str]) -> bool:
            if "ETag" not in headers:
                return False
            if tag := self.headers.get("If-None-Match"):
                return headers["ETag"] in tag
            since = self.headers.get("If-Modified-Since", "")
            return since != "" and parsedate_to_datetime(since) >= parsedate_to_datetime(headers["Last-Modified"])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Say nothing; `asked` tells it."""

    return Handler
