"""The archive of news.gov.hk as its own pages ask for it: a month's stories in XML. Not here: feeds (listings.py)."""

from __future__ import annotations

from datetime import datetime

from scraper.pages import dates, feeds
from scraper.pages.addresses import Spelling
from scraper.pages.document import Document
from scraper.pages.listings import Reader, offered, seen_from
from scraper.pages.text import clean
from storage.model import Link


def months(address: Spelling, source: str) -> Reader:
    """Return the reader of a month's archive: `item` with `title`, `generateHtmlPath` and `eventDate`.

    A month may have no story yet; the archive then is still one, and offers nothing.

    Args:
        address: knows the stories' addresses; those in the archive are relative.
        source: the source whose stories they are.
    """

    def links(document: Document) -> tuple[Link, ...]:
        """Return the month's stories in the archive's order, each once."""
        found = feeds.items(document)
        named = ((seen_from(address, document, each.get("generateHtmlPath")), each) for each in found)
        told = [
            Link(known.key, known.url, clean(each.get("title", "")), _day(each.get("eventDate", "")), source=source)
            for known, each in named
            if known
        ]
        return offered(document, told, len(found)) if found else ()

    return links


def _day(written: str) -> datetime | None:
    moment = dates.of_stamp(written)
    return moment.at if moment else None
