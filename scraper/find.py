"""Which sources there are, and which of them an address belongs to.

The folder `sources/` is the only list of those that come with coopwatch; the configuration adds the user's (`adopt`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from scraper.pages.document import Article, Document, ParseError
from scraper.source import Address, Archive, Source

_FOLDER = "scraper.sources"
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


class SourceError(ValueError):
    """A file in the folder of sources that cannot be used as it stands; the message names the file and what to do."""


_own: dict[str, Source] = {}


def sources(folder: str = _FOLDER) -> Mapping[str, Source]:
    """Return all sources by name: those of a folder in the order of their names, then the user's own.

    Args:
        folder: see `built_in`; the user's own stand beside the usual one only.
    """
    known = built_in(folder)
    return known if folder != _FOLDER or not _own else MappingProxyType({**known, **_own})


def adopt(own: Iterable[Source]) -> None:
    """Let this process know the user's own sources, in place of those adopted before.

    Raises:
        SourceError: one has the name of a source that comes with coopwatch.
    """
    found = {source.name: source for source in own}
    for name in found:
        if name in built_in():
            raise SourceError(f"{name} comes with coopwatch; give a source of your own another name")
    _own.clear()
    _own.update(found)


@lru_cache(maxsize=8)
def built_in(folder: str = _FOLDER) -> Mapping[str, Source]:
    """Return all sources of a folder by name, in the order of their names; every file is looked at once.

    Args:
        folder: the package whose modules define `SOURCES`.

    Raises:
        SourceError: a file without usable `SOURCES`, or two sources of one name.
    """
    found: dict[str, Source] = {}
    for module in iter_modules(import_module(folder).__path__):
        for source in _defined(f"{folder}.{module.name}"):
            if source.name in found:
                raise SourceError(f"{folder}.{module.name}: another file already defines a source named {source.name}")
            found[source.name] = source
    return MappingProxyType(dict(sorted(found.items())))


def source_of(url: str, language: str | None = None) -> tuple[Source, Address] | None:
    """Return the source that an address belongs to and its one Address, or None where no source knows it.

    Args:
        url: any spelling.
        language: preferred BCP 47 tag, where two languages of a portal share their addresses.
    """
    found = _candidates(url)
    wanted = [pair for pair in found if language and pair[0].language.partition("-")[0] == language.partition("-")[0]]
    return next(iter(wanted or found), None)


def read(document: Document) -> tuple[Source, Address, Article]:
    """Read a page with the source it fits: by address, and where two languages share addresses, by what the page says.

    Args:
        document: the page, under any spelling of its address.

    Raises:
        BlockedError: the page is a challenge, a log-in or an error page.
        ParseError: no source knows the address, or none can read the page.
    """
    troubles: list[ParseError] = []
    for source, address in _candidates(document.url):
        try:
            return source, address, source.read(document.at(address.url))
        except ParseError as trouble:
            troubles.append(trouble)
    raise troubles[0] if troubles else ParseError(document.url, "no source knows this address")


def _candidates(url: str) -> list[tuple[Source, Address]]:
    """Return the sources that know an address, each with what it makes of it."""
    return [(source, address) for source in sources().values() if (address := source.address(url))]


def _defined(module: str) -> tuple[Source, ...]:
    """Return what a file of the folder defines, after a look at whether it can work."""
    defined = getattr(import_module(module), "SOURCES", None)
    if not isinstance(defined, tuple) or not defined or not all(isinstance(source, Source) for source in defined):
        raise SourceError(f"{module}: define SOURCES, a tuple of scraper.source.Source")
    for source in defined:
        if faults := _faults(source):
            raise SourceError(f"{module}: source {source.name!r}: {'; '.join(faults)}")
    return defined


def _faults(source: Source) -> list[str]:
    """Return what is wrong with a source's data, each in words."""
    archive = source.archive
    listings = (source.listing, *source.gap_checks, *([archive.listing] if archive else ()))
    in_turn = (source.listing, *source.gap_checks)
    checks = {
        "name it portal_stream_language, in lower case (hk_gia_en)": bool(_NAME.fullmatch(source.name)),
        "give it a title": bool(source.title.strip()),
        "give it a jurisdiction": bool(source.jurisdiction.strip()),
        "give its portal as a host name": re.fullmatch(r"[a-z0-9.-]+\.[a-z]+", source.portal) is not None,
        "give its language as a BCP 47 tag": re.fullmatch(r"[a-z]{2,3}(-[A-Z][a-z]{3})?", source.language) is not None,
        "listings are fetched over https only": all(listing.url.startswith("https://") for listing in listings),
        "a listing by days needs the day, or the month, in its address (%d, %m)": all(
            "%d" in x.url or "%m" in x.url for x in in_turn if x.days
        ),
        "an archive needs its day (%d) or its month (%m) in its address": archive is None or _tells_page(archive),
        "a whole listing needs `item`": source.item is not None or not any(x.whole for x in listings),
        "one that is blocked is not enabled": not (source.blocked and source.enabled),
    }
    return [advice for advice, holds in checks.items() if not holds]


def _tells_page(archive: Archive) -> bool:
    """Tell whether each page of an archive has an address of its own, and each reading of it may be empty."""
    return archive.listing.days > 0 and {"day": "%d", "month": "%m"}.get(archive.by, " ") in archive.listing.url
