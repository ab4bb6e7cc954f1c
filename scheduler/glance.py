"""Has anything moved? One conditional request for a listing; its body only where it is another than last time.

Nineteen glances in twenty end with "no". Not here: what the listing says (the source's reader), and whose turn it is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urljoin

from scheduler.courtesy import held
from scheduler.exchange import Exchange, Reply
from scheduler.troubles import TroubleError
from scraper.mirror import REDIRECTS, may_follow
from scraper.pages.ending import ENDLESS, ends
from storage.model import Validators

CAP = 512 << 10
"""Bytes of a decoded listing; a longer one is the child's business (parsing 1 MiB of hostile markup took 33 s)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a glance saw.

    Args:
        moved: False: the same listing as last time, nothing else is set.
        body: of the listing; None where the child has to fetch it.
        ask: where the child has to fetch it.
        validators: for the next glance; to be saved together with the links.
    """

    moved: bool
    body: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    ask: str = ""
    validators: Validators | None = None


def glance(exchange: Exchange, url: str, known: Validators | None, now: datetime) -> Sight:
    """Ask for a listing once.

    Args:
        exchange: does the asking.
        url: the address to fetch.
        known: what the last glance kept; None asks for the whole listing whatever was seen before.
        now: aware; for Retry-After.

    Raises:
        HeldError: the portal asks for patience.
        TroubleError: anything else than a listing: `http NNN`, `redirect`, `empty`, and what Exchange.get raises.
    """
    reply = exchange.get(url, _conditions(known), CAP)
    if reply.status == 304 and known is not None and (known.etag or known.last_modified):
        return Sight(moved=False)
    if reply.status in REDIRECTS:
        return _elsewhere(url, reply)
    if reply.status != 200:
        raise held(reply.status, reply.headers.get("Retry-After"), now) or TroubleError(f"http {reply.status}")
    if not reply.whole:
        return Sight(moved=True, ask=url)
    if not reply.body.strip():
        raise TroubleError("empty: a listing without content")
    if not reply.told and not ends(reply.body):
        raise TroubleError(f"truncated: {ENDLESS}")
    digest = hashlib.sha256(reply.body).hexdigest()
    if known is not None and known.digest == digest:
        return Sight(moved=False)
    validators = Validators(_kept(reply, "ETag"), _kept(reply, "Last-Modified"), digest)
    return Sight(True, reply.body, reply.headers.get("Content-Type", ""), validators=validators)


def _conditions(known: Validators | None) -> dict[str, str]:
    sent = {"Cache-Control": "max-age=0"}  # a listing with an old Last-Modified would count as fresh for a day
    if known is not None and known.etag:
        sent["If-None-Match"] = known.etag
    if known is not None and known.last_modified:
        sent["If-Modified-Since"] = known.last_modified
    return sent


def _elsewhere(url: str, reply: Reply) -> Sight:
    target = urljoin(url, reply.headers.get("Location", ""))
    if not may_follow(url, target):
        raise TroubleError(f"redirect: {url} leads to {target[:200]}")
    return Sight(moved=True, ask=target)


def _kept(reply: Reply, name: str) -> str | None:
    value = reply.headers.get(name) if reply.told else None
    return value if value and len(value) < 1000 else None
