"""Lists of releases in a web page, row by row: title, address, time. Not here: feeds, days' indexes (listings.py)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lxml import etree

from scraper.pages import dates
from scraper.pages.addresses import Address, Spelling
from scraper.pages.articles import Page
from scraper.pages.document import Document, ParseError
from scraper.pages.listings import Reader, offered, seen_from
from scraper.pages.text import MAX_DEPTH, clean
from storage.model import Link

_TOO_DEEP = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")


def rows(address: Spelling, *selectors: str, title: str = "", when: str = "", source: str = "") -> Reader:
    """Return the reader of a list whose rows each lead to a release.

    Releases that are linked from elsewhere on the page are none of the list: where only those are left, the page has
    been rebuilt and is refused.

    Args:
        address: knows the releases' addresses; relative links are seen from the list.
        selectors: of the rows, tried in turn until one leads to releases.
        title: selector of the title inside a row; without it the link's `title` attribute, else its words.
        when: selector of the time inside a row (its `datetime` attribute, else its words); without it what the row says
            beside the link.
        source: the source the links belong to, for a list that only checks others.
    """

    def links(document: Document) -> tuple[Link, ...]:
        """Return the list's links in its order, each release once."""
        page = Page(document)
        if _TOO_DEEP(page.root):
            raise ParseError(document.url, f"nested more than {MAX_DEPTH} deep: part of the list may be lost")
        anchors = page.select("a[href]")
        known = [(one, found) for one in anchors if (found := seen_from(address, document, one.get("href")))]
        for css in selectors:
            told = [
                _row(page, row, *lead, title, when, source) for row, lead in _leads(page.select(css), known).items()
            ]
            if told:
                return offered(document, told, len(anchors))
        if known:
            page.refuse("releases, but not where the list of releases used to be")
        return page.refuse("no list of releases")

    return links


def _leads(found: Iterable[Any], known: Iterable[tuple[Any, Address]]) -> dict[Any, tuple[Any, Address]]:
    """Return the rows that lead to a release, each with its first link; a link is of the innermost row around it."""
    rows = frozenset(found)
    leads: dict[Any, tuple[Any, Address]] = {}
    for anchor, address in known:
        row = next((each for each in (anchor, *anchor.iterancestors()) if each in rows), None)
        if row is not None:
            leads.setdefault(row, (anchor, address))
    return leads


def _row(page: Page, row: Any, anchor: Any, known: Address, title: str, when: str, source: str) -> Link:
    named = _first(page, row, title) if title else clean(anchor.get("title") or "")
    moment = dates.of_stamp(_time(page, row, anchor, when))
    return Link(known.key, known.url, named or page.line_of(anchor), moment.at if moment else None, source=source)


def _time(page: Page, row: Any, anchor: Any, when: str) -> str:
    """Return the words in which a row says when."""
    if not when:
        return "" if row is anchor else page.line_of(row, without=anchor)  # a date in a title is not the release's
    for element in page.inside(row, when):
        if said := clean(element.get("datetime") or "") or page.line_of(element):
            return said
    return ""


def _first(page: Page, row: Any, css: str) -> str:
    return next((text for element in page.inside(row, css) if (text := page.line_of(element))), "")
