"""What robots.txt allows, as RFC 9309 says, kept in the database for a day.

A 4xx allows everything (2.3.1.3); a 5xx or an unreachable host allows nothing (2.3.1.4), unless the last good copy is
less than a day old. Not here: waiting (courtesy.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from protego import Protego

from scheduler.courtesy import Courtesy, held
from scheduler.exchange import Exchange, Reply
from scheduler.troubles import HeldError, TroubleError
from scraper.agent import PRODUCT
from scraper.mirror import REDIRECTS, host
from storage import fetches
from storage.database import Database

FRESH = timedelta(hours=24)
"""How long a copy may be used (RFC 9309, 2.4)."""
RENEW = timedelta(hours=20)
"""From this age on each check tries for a new copy, so that the old one can still serve while a host fails briefly."""
LIMIT = 500 << 10
"""Bytes that are read, the least RFC 9309 (2.5) allows a crawler to read."""
HOPS = 5
"""Redirects that are followed, also to other hosts (RFC 9309, 2.3.1.2)."""
LONGEST_DELAY = 120.0
"""Seconds: a Crawl-delay up to this is kept to; with a longer one a source could not be read in any useful time."""


class Robots:
    """Answers whether an address may be asked for, and how far apart.

    Args:
        db: where copies are kept.
        exchange: fetches them.
        courtesy: whose turn it is at the host.
        clock: the time now, aware.
    """

    def __init__(self, db: Database, exchange: Exchange, courtesy: Courtesy, clock: Callable[[], datetime]) -> None:
        self._db = db
        self._exchange = exchange
        self._courtesy = courtesy
        self._clock = clock
        self._read: dict[str, tuple[fetches.Robots, Protego | None]] = {}

    def delay(self, url: str) -> float:
        """Return the seconds between requests that robots.txt asks for; 0 where it does not say.

        Raises:
            HeldError: robots.txt cannot be had, forbids this address, or asks for an absurd delay.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = self._rules(origin)
        if rules is None:
            return 0.0
        if not rules.can_fetch(url, PRODUCT):
            raise TroubleError(f"robots: {origin}/robots.txt does not allow {parts.path}")
        asked = float(rules.crawl_delay(PRODUCT) or 0.0)
        if asked > LONGEST_DELAY:
            raise HeldError(f"robots: {origin}/robots.txt asks for {asked:g} s between requests", FRESH.total_seconds())
        return max(asked, 0.0)

    def _rules(self, origin: str) -> Protego | None:
        """Return the rules that hold for an origin now, or None where everything is allowed."""
        kept = fetches.robots(self._db, origin) if origin not in self._read else self._read[origin][0]
        now = self._clock()
        if kept is None or not _good(kept) or not timedelta() <= now - kept.fetched < RENEW:  # a clock may go back
            kept = self._renew(origin, kept)
        if origin not in self._read or self._read[origin][0] != kept:
            body = _body(kept)
            self._read[origin] = (kept, Protego.parse(body) if body.strip() else None)
        return self._read[origin][1]

    def _renew(self, origin: str, kept: fetches.Robots | None) -> fetches.Robots:
        """Fetch and keep a new copy; where that fails, return the last good one while it may be used.

        Raises:
            TroubleError: there is none: nothing may be fetched.
        """
        now = self._clock()
        try:
            found = self._fetch(origin, now)
        except TroubleError as error:
            if kept is not None and kept.good_fetched is not None and timedelta() <= now - kept.good_fetched < FRESH:
                return kept
            self._read.pop(origin, None)
            fetches.save_robots(self._db, origin, fetches.Robots(None, "", now))
            if isinstance(error, HeldError):
                raise
            raise TroubleError(f"robots: {origin}/robots.txt cannot be had ({error.trouble})") from error
        fetches.save_robots(self._db, origin, found)
        return found

    def _fetch(self, origin: str, now: datetime) -> fetches.Robots:
        reply = self._follow(f"{origin}/robots.txt", now)
        if reply is not None and reply.status == 200:
            body = reply.body.decode("utf-8", "replace")
        elif reply is None or 400 <= reply.status < 500:
            body = ""
        else:
            raise TroubleError(f"http {reply.status}")
        return fetches.Robots(reply.status if reply else 404, body, now, body, now)

    def _follow(self, url: str, now: datetime) -> Reply | None:
        """Return the answer at the end of the redirects; None where there are too many, which counts as none there."""
        for _ in range(HOPS + 1):
            with self._courtesy.turn(host(url)):
                reply = self._exchange.get(url, {}, LIMIT)
            patience = held(reply.status, reply.headers.get("Retry-After"), now)
            if patience is not None:
                raise patience
            if reply.status not in REDIRECTS:
                return reply
            url = urljoin(url, reply.headers.get("Location", ""))
            if urlsplit(url).scheme not in {"http", "https"}:
                return None
        return None


def _good(kept: fetches.Robots) -> bool:
    return kept.status is not None and kept.good_fetched is not None


def _body(kept: fetches.Robots) -> str:
    return (kept.good_body if kept.good_body is not None else kept.body) or ""
