"""Lists in which Hong Kong's departments name their releases on info.gov.hk: to check that portal's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scraper.pages import dates, lists, told_json
from scraper.pages.addresses import Spelling
from scraper.pages.document import Document
from scraper.pages.language import written_in
from scraper.pages.listings import Reader, offered, seen_from
from scraper.pages.told_json import Told
from storage.model import Link

EDITIONS = {"en": "en", "zh_tw": "zh-Hant"}
"""What the Centre for Health Protection calls its languages. Its Simplified addresses are a converter's."""


def records(address: Spelling, sources: Mapping[str, str]) -> Reader:
    """Return the reader of the Centre for Health Protection's data: one record names a release in all its languages.

    Records of the Centre's own pages are left out: they are nobody's release here.

    Args:
        address: knows the releases' addresses.
        sources: the source of a release by its language; what a record names in another language than it says is left
            out, since both languages share their addresses.
    """

    def links(document: Document) -> tuple[Link, ...]:
        """Return the releases of all records, each once, those of one record as each other's partners."""
        found = told_json.array_in(document, '"data":')
        return offered(
            document, (link for each in found for link in _editions(address, document, each, sources)), len(found)
        )

    return links


def table(address: Spelling, source: str) -> Reader:
    """Return the reader of the Department of Health's list for text-only browsers: a row a release and its day."""
    return lists.rows(address, "tr:has(> td[headers='title'])", source=source)


def _editions(address: Spelling, document: Document, record: Told, sources: Mapping[str, str]) -> Iterator[Link]:
    """Yield the editions of one record."""
    moment = dates.of_stamp(told_json.text_of(record, "PublishDate"))
    named: dict[str, Link] = {}
    for suffix, language in EDITIONS.items():
        known = seen_from(address, document, told_json.text_of(record, f"UrlPath_{suffix}"))
        title = told_json.line_of(document.url, told_json.text_of(record, f"Title_{suffix}"))
        if known and title and written_in(title, "").partition("-")[0] == language.partition("-")[0]:
            link = Link(known.key, known.url, title, moment.at if moment else None, source=sources[language])
            named.setdefault(known.key, link)
    for key, link in named.items():
        yield replace(link, partner=next((other for other in named if other != key), ""))
