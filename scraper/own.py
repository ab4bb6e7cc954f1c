"""A portal of the user's own, from settings alone: `[sources.NAME]` -> Source. Pure; built-in ones stand in sources/.

Not here: how the settings are read from the configuration (scheduler/config/own.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from scraper.mirror import host
from scraper.pages import dates, json_paths, listings, lists
from scraper.pages.addresses import Address, Spelling
from scraper.pages.articles import Page
from scraper.pages.date_formats import by_format
from scraper.pages.dates import Moment
from scraper.pages.document import Article, Document
from scraper.pages.patterns import linear
from scraper.pages.sitemaps import sitemap
from scraper.pages.text import clean
from scraper.source import Listing, Source
from storage.model import Link

KINDS = ("feed", "html", "json", "sitemap")
"""What a listing can be."""
LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""What a release can be told to be written in (pages/language.py)."""
_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_LONGEST = 500  # characters of an address
_TITLES = ("h1", "title")
_WHEN = ("article:published_time", "PubDate", "pubdate", "date", "dc.date", "DC.date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a user says of a portal.

    Args:
        kind: of the listing: one of KINDS.
        url: of the listing, http or https.
        language: one of LANGUAGES; releases in others are refused.
        jurisdiction: of the publisher (`Macao`).
        title: of the source, for people; by default its name and host.
        host: of the release pages, where that is another than the listing's.
        links: `html`: CSS selector of the rows, or of the `a` elements themselves; `json`: path of the addresses
            (`data.items[].url`).
        title_selector: of the release's title on its page; by default the first `h1`, else the page's title.
        text_selector: of the release's text. A feed without it tells the whole text itself.
        date_selector: of the time of publication; by default the usual meta elements.
        date_format: its form as of `strptime`; by default ISO 8601, RFC 822, figures, or words in English or Chinese.
        key: regular expression found in the path and query of a release's address; what its first group holds tells one
            release from another. Addresses without it are none. By default the whole of path and query.
    """

    kind: str
    url: str
    language: str
    jurisdiction: str
    title: str = ""
    host: str = ""
    links: str = ""
    title_selector: str = ""
    text_selector: str = ""
    date_selector: str = ""
    date_format: str = ""
    key: str = ""


def own_source(name: str, settings: Own) -> Source:
    """Return the source that settings describe.

    Raises:
        ValueError: they cannot be used; the configuration says so first, key by key.
    """
    address = spelling(settings)
    told = settings.kind == "feed" and not settings.text_selector
    listing = Listing(settings.url, _links(settings, address), whole=told)
    read: Callable[[Document], Article] = partial(_read, settings=settings, when=_dater(settings))
    if told:
        read = partial(listings.told, address=address, language=settings.language)
    return Source(
        name,
        settings.title or f"{name} ({portal(settings)})",
        portal(settings),
        settings.language,
        settings.jurisdiction,
        listing,
        address,
        read,
        item=listings.only(address) if told else None,
        reread=not told,
    )


def portal(settings: Own) -> str:
    """Return the host, with a port that is not the usual one, whose addresses are stored."""
    return settings.host or host(settings.url)


def spelling(settings: Own) -> Spelling:
    """Return what takes any spelling of a release's address to its one Address: the scheme is always the listing's."""
    home, scheme = portal(settings), urlsplit(settings.url).scheme
    listing = _rest(settings.url)
    pattern = linear(settings.key) if settings.key else None

    def address(spelt: str) -> Address | None:
        """Return the one Address of `spelt`, or None where it is not a release of this portal."""
        spelt = spelt.strip()
        try:
            known = len(spelt) <= _LONGEST and not _ODD.search(spelt) and "@" not in urlsplit(spelt).netloc
            if not known or urlsplit(spelt).scheme not in ("http", "https") or host(spelt) != home:
                return None
        except ValueError:
            return None
        rest = _rest(spelt)
        if rest in ("/", listing):
            return None
        found = pattern.search(rest) if pattern else None
        if pattern and not found:
            return None
        key = (found[1] if found.re.groups else found[0]) if found else rest.lstrip("/")
        return Address(f"{home}/{key}", f"{scheme}://{home}{rest}") if key else None

    return address


def as_text(settings: Mapping[str, Own]) -> str:
    """Return settings by name as one line of JSON, for the crawling child."""
    return json.dumps({name: asdict(one) for name, one in settings.items()}, ensure_ascii=False) if settings else ""


def from_text(text: str) -> tuple[Source, ...]:
    """Return the sources of a line of JSON; raises ValueError where it is not what `as_text` writes."""
    names = {field.name for field in fields(Own)}
    told = json.loads(text) if text else {}
    return tuple(
        own_source(name, Own(**{key: value for key, value in one.items() if key in names}))
        for name, one in told.items()
    )


def _rest(url: str) -> str:
    """Return path and query of an address; slashes that follow one another count as one."""
    parts = urlsplit(url)
    return (re.sub("/{2,5}", "/", parts.path) or "/") + (f"?{parts.query}" if parts.query else "")


def _links(settings: Own, address: Spelling) -> listings.Reader:
    if settings.kind == "feed":
        return listings.feed(address)
    if settings.kind == "sitemap":
        return sitemap(address)
    if settings.kind == "html":
        return lists.rows(address, settings.links)
    return partial(_of_json, address=address, path=settings.links)


def _of_json(document: Document, address: Spelling, path: str) -> tuple[Link, ...]:
    """Return the links that a path leads to in a listing of JSON."""
    found = json_paths.texts(document, path)
    known = (listings.seen_from(address, document, one) for one in found)
    return listings.offered(document, (Link(one.key, one.url) for one in known if one), len(found))


def _read(document: Document, settings: Own, when: Callable[[str], Moment | None]) -> Article:
    """Return the release on a page, as the settings' selectors see it."""
    page = Page(document)
    title = _first(page, settings.title_selector) if settings.title_selector else page.line(*_TITLES)
    text = page.lines(settings.text_selector)
    if settings.date_selector:
        issued = next((found for said in _said(page, settings.date_selector) if (found := when(said))), None)
    else:
        issued = next((found for name in _WHEN if (found := when(page.meta(name)))), None)
    attached = page.attachments(", ".join(f"{css.strip()} a" for css in settings.text_selector.split(",")))
    return page.article(title, text, issued, settings.language, (), attached)


def _first(page: Page, css: str) -> str:
    return next(iter(_said(page, css)), "")


def _said(page: Page, css: str) -> list[str]:
    """Return what elements say: a meta element's content, a time element's `datetime`, else their words."""
    found = (
        clean(element.get("content") or element.get("datetime") or "") or page.line_of(element)
        for element in page.select(css)
    )
    return [text for text in found if text]


def _dater(settings: Own) -> Callable[[str], Moment | None]:
    return by_format(settings.date_format) if settings.date_format else _usual


def _usual(said: str) -> Moment | None:
    """Return the time that a text tells in one of the usual forms, or None."""
    return dates.of_machine(said) or dates.of_stamp(said) or dates.of_line(said) if said else None


def as_own(settings: Any) -> Own:
    """Return the settings alone of a value that holds more of them."""
    return Own(**{field.name: getattr(settings, field.name) for field in fields(Own)})
