"""What a source would read of a listing or a page, field by field, and by which selector. Stores nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urljoin

from scheduler.config import Config
from scheduler.config.own import OwnConfig
from scheduler.courtesy import Courtesy, held
from scheduler.exchange import Exchange
from scheduler.robots import Robots
from scheduler.troubles import TroubleError
from scraper.agent import agent
from scraper.mirror import REDIRECTS, ask_address, host, may_follow, own_addresses
from scraper.pages import dates
from scraper.pages.date_formats import by_format
from scraper.pages.dates import Moment
from scraper.pages.document import Article, Document, ParseError
from scraper.pages.text import NestingError, clean, lines
from scraper.pages.tracing import Question, tracing
from scraper.source import Address, Source
from storage.database import Database
from storage.model import Link

LARGEST = 5 << 20
"""Bytes of a page; no more is ever fetched."""
HOPS = 5
_IN_FEED = {"title": "title", "published": "pubDate", "department": "dc:creator", "text": "description"}
"""Which element of its entry tells a field, where a feed tells everything itself."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that was read: its value as text, and the selector that gave it, where that can be told."""

    name: str
    value: str
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a source makes of one page.

    Args:
        source: its name.
        url: of the page.
        what: `listing` or `release`.
        fields: of a release.
        links: of a listing.
        refused: why it would not be read; empty where it would.
        asked: each selector that was tried, with how many elements it found.
    """

    source: str
    url: str
    what: str
    fields: tuple[Field, ...] = ()
    links: tuple[Link, ...] = ()
    refused: str = ""
    asked: tuple[tuple[str, int], ...] = ()

    def as_dict(self, most: int) -> dict[str, Any]:
        """Return it for JSON, with at most so many links."""
        links = [{"key": one.key, "url": one.url, "title": one.title, "published": one.published} for one in self.links]
        return {
            "source": self.source,
            "url": self.url,
            "what": self.what,
            "refused": self.refused or None,
            "fields": [asdict(field) for field in self.fields],
            "listed": len(links),
            "links": links[:most],
            "asked": [{"selector": css, "found": count} for css, count in self.asked],
        }


class Fetch(Protocol):
    """What fetches one page."""

    def __call__(self, url: str, source: Source | None, base: str | None = None) -> Document:
        """Return the page under an address; of no source: from `base`, where that stands in for the portal."""
        ...


def see_listing(source: Source, document: Document) -> Seen:
    """Return what a source's listing offers, or why it would be refused."""
    found: tuple[Link, ...] = ()
    with tracing() as asked:
        try:
            found, refused = tuple(source.listing.links(document)), ""
        except ParseError as error:
            refused = error.what
    return Seen(source.name, document.url, "listing", (), found, refused, _counted(asked))


def see_release(source: Source, address: Address, document: Document, form: str = "") -> Seen:
    """Return what a source reads on a release's page, or why it would be refused.

    Args:
        source: reads it.
        address: of the release.
        document: the page.
        form: of dates, where the source has one of its own.
    """
    fields: tuple[Field, ...] = (Field("key", address.key), Field("address", address.url))
    with tracing() as asked:
        try:
            article, refused = source.read(document.at(address.url)), ""
        except ParseError as error:
            refused = error.what
        else:
            fields += _fields(article, asked, form)
            if source.item is not None and not asked:
                fields = tuple(replace(one, selector=_IN_FEED.get(one.name, "")) for one in fields)
    return Seen(source.name, document.url, "release", fields, (), refused, _counted(asked))


def form_of(config: Config, name: str) -> str:
    """Return the form of dates that the user gave for a portal of their own; empty for others."""
    table = config.sources.get(name)
    return table.date_format if isinstance(table, OwnConfig) else ""


@contextmanager
def fetching(config: Config) -> Iterator[Fetch]:
    """Give what fetches a page of a source, as politely as ever: robots.txt first, a pause between two. Keeps nothing.

    It raises TroubleError where the page could not be had; the name of what went wrong comes first.
    """
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "trying.db") as db:
        exchange = Exchange(agent(config.service.contact))
        courtesy = Courtesy(config.politeness.delay)
        robots = Robots(db, exchange, courtesy, lambda: datetime.now(UTC))

        def fetched(url: str, source: Source | None, base: str | None = None) -> Document:
            """Return the page under an address: of a source, or from what stands in for its portal."""
            there = config.sources[source.name].base if source else base
            body, kind = _get(exchange, courtesy, robots, ask_address(url, there))
            return Document(url, own_addresses(body, there, source.portal if source else host(url)), kind)

        try:
            yield fetched
        finally:
            exchange.close()


def _get(exchange: Exchange, courtesy: Courtesy, robots: Robots, ask: str) -> tuple[bytes, str]:
    for _ in range(HOPS):
        with courtesy.turn(host(ask), robots.delay(ask)):
            reply = exchange.get(ask, {}, LARGEST)
        if reply.status not in REDIRECTS:
            break
        target = urljoin(ask, reply.headers.get("Location", ""))
        if not may_follow(ask, target):
            raise TroubleError(f"redirect: {ask} leads to {target[:200]}")
        ask = target
    if reply.status != 200:
        patience = held(reply.status, reply.headers.get("Retry-After"), datetime.now(UTC))
        raise patience or TroubleError(f"http {reply.status}")
    if not reply.whole:
        raise TroubleError("size: more than 5 MiB")
    return reply.body, reply.headers.get("Content-Type", "")


def _counted(asked: Iterable[Question]) -> tuple[tuple[str, int], ...]:
    return tuple({one.selector: len(one.elements) for one in asked}.items())


def _fields(article: Article, asked: list[Question], form: str) -> tuple[Field, ...]:
    """Return what was read, each with the selector whose elements say it."""
    ways: list[Callable[[str], Moment | None]] = [dates.of_machine, dates.of_stamp, dates.of_line]
    ways += [by_format(form)] if form else []

    def is_when(said: str) -> bool:
        return any((moment := way(said)) is not None and moment.at == article.published for way in ways)

    published = f"{article.published.isoformat()} (to the {article.precision})" if article.published else ""
    return (
        Field("title", article.title, _by(asked, lambda said: said == article.title)),
        Field("published", published, _by(reversed(asked), is_when) if article.published else ""),
        Field("language", article.language),
        Field("department", article.department or "", _by(asked, lambda said: said == article.department)),
        Field("text", article.text, _by(asked, lambda said: said.startswith(article.paragraphs[0]))),
        *(Field("caption", one, _by(asked, one.__eq__)) for one in article.captions),
    )


def _by(asked: Iterable[Question], holds: Callable[[str], bool]) -> str:
    """Return the first selector one of whose elements says what is sought, or an empty text."""
    for one in asked:
        if any(holds(said) for element in one.elements for said in _said(element)):
            return one.selector
    return ""


def _said(element: Any) -> list[str]:
    """Return what an element could have been taken to say: its words, or one of the attributes that readers use."""
    attributes = [clean(element.get(name) or "") for name in ("content", "datetime", "title", "value")]
    try:
        words = clean(" ".join(lines(element)))
    except NestingError:
        words = ""
    return [said for said in (words, *attributes) if said]
