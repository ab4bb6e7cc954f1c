"""What a listing offers: links out of a feed or out of a day's index; offering nothing is an error."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from urllib.parse import urljoin

from scraper.pages import dates
from scraper.pages.addresses import Address, Spelling
from scraper.pages.articles import Page, article
from scraper.pages.document import Article, Document, ParseError
from scraper.pages.feeds import Entry, alone, entries
from scraper.pages.text import NestingError, bare, lines_of_markup
from storage.model import Link

Reader = Callable[[Document], tuple[Link, ...]]
"""The pure reader of a listing; raises ParseError or BlockedError."""

_BANNER_DAY = re.compile(r"(?<!\d)(\d{2})-(\d{2})-(\d{4})(?!\d)")


def feed(address: Spelling) -> Reader:
    """Return the reader of an RSS feed whose entries lead to releases that `address` knows.

    A link's digest is taken over the entry's title and the words of its description, never its markup: portals rename
    their photographs' files while the text stays (SOURCES 2).
    """

    def read(document: Document) -> tuple[Link, ...]:
        """Return the feed's links in its order, each release once."""
        found = entries(document)
        told = ((_of_entry(address, document, entry), entry) for entry in found)
        links = (_link(known, entry) for known, entry in told if known)
        return offered(document, links, len(found))

    return read


def index(address: Spelling, *selectors: str, banner: str) -> Reader:
    """Return the reader of a day's index.

    Args:
        address: knows the releases' addresses.
        selectors: of the `a` elements, tried in turn until one leads to releases.
        banner: selector of the element that says which day it is (`21-06-2022`); an index without a link is believed to
            be that of a day without releases only if this names the day of the index's own address, and no release is
            linked from elsewhere on the page.
    """

    def links(document: Document) -> tuple[Link, ...]:
        """Return the index's links in its order, each release once; none for a day without releases."""
        page = Page(document)
        for css in (*selectors, "a"):
            targets = ((seen_from(address, document, anchor.get("href")), anchor) for anchor in page.select(css))
            found = [Link(known.key, known.url, page.line_of(anchor)) for known, anchor in targets if known]
            if found and css in selectors:
                return offered(document, found, len(found))
            if found:
                page.refuse("releases, but not where the list of releases used to be")
        if page.select(selectors[0]) or not _is_day(page.line(banner), document.url):
            page.refuse("no list of releases")
        return ()

    return links


def only(address: Spelling) -> Callable[[Document, str], Document]:
    """Return the function that takes one release out of a feed with full texts, as a document of its own."""

    def item(document: Document, key: str) -> Document:
        """Return a feed of the one entry with this key; raises ParseError where there is none."""
        entry, known = _find(address, document, key)
        return alone(entry, known.url)

    return item


def told(document: Document, address: Spelling, language: str) -> Article:
    """Return the release that a feed tells in full under the document's address; `dc:creator` is the department."""
    known = address(document.url)
    if known is None:
        raise ParseError(document.url, "not an address of this source")
    entry, _ = _find(address, document, known.key)
    try:
        paragraphs = lines_of_markup(entry.description)
    except NestingError as trouble:
        raise ParseError(document.url, f"{trouble}: part of it may be lost") from None
    published = dates.of_machine(entry.published)
    return article(
        document.url,
        "",
        title=entry.title,
        paragraphs=paragraphs,
        published=published,
        language=language,
        department=entry.creator,
    )


def _find(address: Spelling, document: Document, key: str) -> tuple[Entry, Address]:
    """Return the entry of a feed that has this key, and its address; raises ParseError where there is none."""
    for entry in entries(document):
        known = _of_entry(address, document, entry)
        if known and known.key == key:
            return entry, known
    raise ParseError(document.url, f"the feed has no entry {key}")


def _of_entry(address: Spelling, document: Document, entry: Entry) -> Address | None:
    """Return the first address of an entry that the source knows: its link, else its guid."""
    return next(filter(None, (seen_from(address, document, spelt) for spelt in entry.addresses)), None)


def seen_from(address: Spelling, document: Document, spelt: str | None) -> Address | None:
    """Return the Address of a link as it stands in a document, relative ones seen from there."""
    try:
        return address(urljoin(document.url, spelt.strip())) if spelt else None
    except ValueError:
        return None


def _link(known: Address, entry: Entry) -> Link:
    """Return what a feed's entry offers."""
    moment = dates.of_machine(entry.published)
    digest = hashlib.sha256(f"{bare(entry.title)}\n{bare(entry.description)}".encode()).hexdigest()
    return Link(known.key, known.url, entry.title, moment.at if moment else None, digest)


def offered(document: Document, links: Iterable[Link], seen: int) -> tuple[Link, ...]:
    """Return links without repetitions, the first of each key; raises ParseError where there are none."""
    by_key: dict[str, Link] = {}
    for link in links:
        by_key.setdefault(link.key, link)
    if not by_key:
        raise ParseError(document.url, f"none of {seen} entries leads to a release of this source")
    return tuple(by_key.values())


def _is_day(banner: str, address: str) -> bool:
    """Tell whether a banner names a day, and no other than the address does where that names one."""
    named = _BANNER_DAY.search(banner)
    day = dates.of_path(address)
    return named is not None and (day is None or f"{day:%d-%m-%Y}" == named[0])
