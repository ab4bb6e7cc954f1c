"""What an imported line becomes: whose release it is by its address, and its text as a page's would read. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.ndjson import Told
    from storage.model import Release


_RUNS = re.compile(r"\s*(?:javascript|vbscript|data|file|blob)\s*:", re.IGNORECASE)


def imported(told: Told) -> Release:
    """Return the release that a line of `coopwatch import` becomes.

    Its text is cleaned as a page's would be, so that a release imported and the same one fetched are one.

    Args:
        told: with an address, or with another name, which is then the release's key as it stands.

    Raises:
        ValueError: there is no address, or nothing is left of the text.
    """
    from scraper.find import source_of
    from scraper.pages.text import clean
    from storage.model import Release

    if told.url is None:
        raise ValueError("url is missing")
    if _RUNS.match(told.url):
        raise ValueError("url is an address that would run or read something on the reader's machine")
    lines = (clean(line) for line in told.text.splitlines())
    text = "\n".join(line for line in lines if line)
    title = clean(told.title)
    if not title or not text:
        raise ValueError("title or text is empty")
    known = source_of(told.url, told.language)
    url, host = (known[1].url, known[0].portal) if known else _address(told.url)
    return Release(
        key=known[1].key if known else url,
        source="import",
        portal=host,
        url=url,
        language=told.language,
        title=title,
        text=text,
        jurisdiction=known[0].jurisdiction if known else None,
        published=told.date,
        precision=told.precision,
    )


def _address(url: str) -> tuple[str, str]:
    """Return an address in its one spelling and its host; what is no web address stands as it is, without a host."""
    from urllib.parse import urlsplit

    from storage.identity import canonical

    try:
        plain = canonical(url)
        return plain, urlsplit(plain).hostname or ""
    except ValueError:
        return url, ""
