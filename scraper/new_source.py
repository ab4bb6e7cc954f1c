"""The first draft of a source's file, out of one release's page: selectors and addresses are guessed. Pure.

A draft is a beginning for a person, who looks at it beside the page: `coopwatch new-source`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scraper.pages import dates
from scraper.pages.articles import Page
from scraper.pages.document import Document
from scraper.pages.language import written_in
from scraper.pages.text import clean

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_PLAIN = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_SAFE = re.compile(r"[A-Za-z0-9/._~-]{1,400}")
_SIDE = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,5}")
_METAS = ("article:published_time", "PubDate", "pubdate", "date", "dc.date", "DC.date")
_HOLDERS = "article, main, section, div, td"
_SHORT = 120  # characters of an element that is a date's and nothing else's
_TEMPLATE = '''\
"""{host}: say here whose releases these are and how they are told. Drafted by `coopwatch new-source`; look it over."""

from scraper.pages import articles, dates, lists
from scraper.pages.addresses import spellings
from scraper.pages.document import Article, Document
from scraper.source import Listing, Source

HOST, LANGUAGE = "{host}", "{language}"
ADDRESS = spellings(
    r"{path}",
    hosts=(HOST,),
    converters=(),
    key="{host}/{{id}}",
    url=f"https://{{HOST}}{url}",
)


def read(document: Document) -> Article:
    """Return the release on a page."""
    page = articles.Page(document)
    when = {when}
    return page.article(page.line("{title}"), page.lines("{text}"), when, LANGUAGE, ())


NEWS = Listing(f"https://{{HOST}}{listing}", lists.rows(ADDRESS, "li"))
TITLE = "{jurisdiction}: {host} (new, to be looked over: off)"

SOURCES = (Source("{name}", TITLE, HOST, LANGUAGE, "{jurisdiction}", NEWS, ADDRESS, read, enabled=False),)
'''


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted source: the text of its file, and what was guessed, by name."""

    text: str
    guessed: dict[str, str]


def draft(name: str, jurisdiction: str, document: Document) -> Draft:
    """Return the draft of a source.

    Args:
        name: of the source, and of its file.
        jurisdiction: of the publisher.
        document: a release's page under its https address.

    Raises:
        ParseError: there is nothing in the page.
        ValueError: the name is none, the address cannot be told from others by its path, or the page has no text.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name}: name it portal_stream_language, in lower case (mo_ministry_zh)")
    if not _SIDE.fullmatch(jurisdiction):
        raise ValueError("the jurisdiction is a name of letters: Hong Kong")
    paths = _paths(document.url)
    page = Page(document)
    holder = _text(page)
    if holder is None:
        raise ValueError(f"{document.url}: no element of the page holds a text of paragraphs")
    title, text = _title(page), _selector(page, holder)
    words = page.lines(text)
    path, url, listing = paths
    guessed = {
        "title": title,
        "text": text,
        "when": _when(page, holder),
        "language": written_in(page.line(title), "\n".join(words)),
        "path": path,
        "listing": listing,
    }
    host = urlsplit(document.url).hostname or ""
    filled = _TEMPLATE.format(name=name, host=host, url=url, jurisdiction=jurisdiction, **guessed)
    return Draft(filled, guessed)


def _title(page: Page) -> str:
    return next((css for css in ("h1", "h2") if page.line(css)), "title")


def _text(page: Page) -> Any:
    """Return the element whose own paragraphs, or else whose lines, hold most of the text."""
    best, most = None, 0
    for element in page.select(_HOLDERS):
        size = sum(len(page.line_of(child)) for child in element if child.tag == "p")
        if size > most:
            best, most = element, size
    return best


def _selector(page: Page, element: Any) -> str:
    """Return a short selector of an element, the first that finds it and little else."""
    identity = element.get("id") or ""
    if _PLAIN.fullmatch(identity):
        return f"#{identity}"
    for name in (element.get("class") or "").split():
        if _PLAIN.fullmatch(name) and page.select(f"{element.tag}.{name}")[:1] == [element]:
            return f"{element.tag}.{name}"
    above = element.getparent()
    if above is None or above.tag in ("body", "html"):
        return str(element.tag)
    return f"{_selector(page, above)} > {element.tag}"


def _when(page: Page, text: Any) -> str:
    """Return the call that reads the time of publication, as it stands in the file."""
    for name in _METAS:
        if said := page.meta(name):
            kind = "of_machine" if dates.of_machine(said) else "of_stamp"
            return f'dates.{kind}(page.meta("{name}"))'
    for element in page.select("time, span, p, div, td, em, i, small, li"):
        if text in (element, *element.iterancestors()) or element in text.iterancestors():
            continue
        said = clean(page.line_of(element))
        if 0 < len(said) <= _SHORT:
            for kind, way in (("of_stamp", dates.of_stamp), ("of_line", dates.of_line)):
                if way(said):
                    return f'dates.{kind}(page.line("{_selector(page, element)}"))'
    return "None"


def _paths(url: str) -> tuple[str, str, str]:
    """Return the expression of a release's path, the format of its address, and where its list may be."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port is not None or not parts.hostname:
        raise ValueError(f"{url}: a source's releases have https addresses on the usual port")
    if not _SAFE.fullmatch(parts.path) or not _SAFE.fullmatch(parts.hostname):  # they stand in code that is run
        raise ValueError(f"{url}: has characters other than letters, digits and ._~-/; write this source by hand")
    folders = [one for one in parts.path.split("/") if one]
    if not folders or (parts.query and not re.search(r"\d", parts.path)):
        raise ValueError(f"{url}: its path does not tell it from others; describe such a portal in [sources.NAME]")
    *folders, last = folders
    stem, dot, ending = last.partition(".")
    first = next((place for place, one in enumerate(folders) if re.search(r"\d", one)), len(folders))
    fixed, dated = "".join(f"/{one}" for one in folders[:first]), folders[first:]
    varying = [re.sub(r"\d+", lambda run: rf"\d{{{len(run[0])}}}", re.escape(one)) for one in dated]
    name = r"\d{1,12}" if stem.isdecimal() else r"[\w-]{1,80}"
    slash = "/?" if not dot else ""
    path = f"{re.escape(fixed)}/(?P<id>{'/'.join([*varying, name])}){re.escape(dot + ending)}{slash}"
    return path, f"{fixed}/{{{{id}}}}{dot}{ending}", f"{fixed}/"
