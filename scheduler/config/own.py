"""`[sources.NAME]` of a portal of the user's own: the table, its values, and what must hold between them. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from scheduler.config import values
from scheduler.config.canonical import Answers
from scheduler.config.model import SourceConfig
from scheduler.config.toml_lines import Path
from scheduler.config.values import written
from scraper.own import KINDS, LANGUAGES, Own, as_own, as_text, own_source

MOST = 100_000
"""Bytes of all descriptions; Linux takes 131,072 in one argument of a command."""
_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
_HOST = re.compile(r"[a-z0-9.-]{1,253}(?::\d{1,5})?")


def address(value: Any) -> str:
    """Return the address of a listing, without a fragment."""
    if not values.is_web_address(value) or "#" in value:
        raise ValueError("is no address; write it like https://example.org/news/")
    return str(value)


def place(value: Any) -> str:
    """Return the host of release pages, in lower case."""
    if not isinstance(value, str) or not _HOST.fullmatch(value.lower()):
        raise ValueError("is no host; write it like www.example.org")
    return value.lower()


def selector(value: Any) -> str:
    """Return a CSS selector that can be used."""
    from cssselect import HTMLTranslator, SelectorError
    from lxml import etree

    css = values.text(value)
    try:
        etree.XPath(HTMLTranslator().css_to_xpath(css))
    except (SelectorError, etree.XPathError) as error:
        raise ValueError(f"is no CSS selector: {error}"[:200]) from None
    return css


def date_format(value: Any) -> str:
    """Return the form of a date by which one can be told."""
    from scraper.pages.date_formats import by_format

    form = values.text(value)
    by_format(form)
    return form


def expression(value: Any) -> str:
    """Return a regular expression that runs in linear time, with one group at most."""
    from scraper.pages.patterns import linear

    text = values.text(value)
    if linear(text).groups > 1:
        raise ValueError("has more than one group; the one it may have holds what tells releases apart")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnConfig(SourceConfig):
    """`[sources.NAME]` of a portal that does not come with coopwatch; see `scraper.own.Own` for what each key says."""

    kind: str = field(metadata=written(values.choice(*KINDS)))
    url: str = field(metadata=written(address))
    language: str = field(metadata=written(values.choice(*LANGUAGES)))
    jurisdiction: str = field(metadata=written(values.text))
    title: str = field(default="", metadata=written(values.text))
    host: str = field(default="", metadata=written(place))
    links: str = field(default="", metadata=written(values.text))
    title_selector: str = field(default="", metadata=written(selector))
    text_selector: str = field(default="", metadata=written(selector))
    date_selector: str = field(default="", metadata=written(selector))
    date_format: str = field(default="", metadata=written(date_format))
    key: str = field(default="", metadata=written(expression))


STAND_INS = {
    "kind": "feed",
    "url": "https://stand-in.invalid/feed",
    "language": "en",
    "jurisdiction": "Hong Kong",
}
"""For needed keys that are missing, so that the others are looked at as well."""
_MARKS = frozenset(field.name for field in fields(Own))


def is_own(raw: Any) -> bool:
    """Tell whether a table describes a portal, or only sets how one that is known is watched."""
    return isinstance(raw, dict) and not _MARKS.isdisjoint(raw)


def taken(raw: Mapping[str, Any], name: str) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with describing a portal under the name of one that comes with coopwatch."""
    key = next(key for key in raw if key in _MARKS)
    yield ("sources", name, key), f'"{name}" comes with coopwatch and knows its portal; give yours another name'


def own_faults(name: str, raw: Mapping[str, Any], table: OwnConfig) -> Iterator[tuple[Path, str]]:
    """Yield what is wrong with a portal's name, or between its keys.

    Args:
        name: of the table.
        raw: as TOML gave it; a key that is there and could not be read has been told.
        table: as far as it could be read.
    """
    at = ("sources", name)
    if not _NAME.fullmatch(name):
        yield at, "is no name for a source; use lower case, digits and _, and begin with a letter"
    if "kind" not in raw:
        return
    if table.kind in ("html", "json") and "links" not in raw:
        what = "the selector of the list's rows" if table.kind == "html" else "the path of the addresses"
        yield (*at, "links"), f"is needed: {what}"
    elif table.kind in ("feed", "sitemap") and "links" in raw:
        yield (*at, "links"), f"is for html and json; a {table.kind} says itself where its links are"
    elif table.links and (what := _unusable(table)):
        yield (*at, "links"), what
    if table.kind != "feed" and "text_selector" not in raw:
        yield (*at, "text_selector"), "is needed: where the text stands on a release's page"
    told = [key for key in ("title_selector", "date_selector", "date_format", "host") if key in raw]
    if table.kind == "feed" and "text_selector" not in raw and told:
        yield (*at, told[0]), "needs text_selector; without that the feed itself tells everything"
    if "date_format" in raw and "date_selector" not in raw and "text_selector" in raw:
        yield (*at, "date_format"), "needs date_selector"


def places_of(sources: Mapping[str, SourceConfig]) -> tuple[str, ...]:
    """Return the jurisdictions of the user's own portals: names that the detector must know."""
    return tuple(one.jurisdiction for one in sources.values() if isinstance(one, OwnConfig))


def place_faults(sources: Mapping[str, SourceConfig], answers: Answers) -> Iterator[tuple[Path, str]]:
    """Yield the jurisdictions that no list of places knows."""
    for name, one in sources.items():
        if isinstance(one, OwnConfig) and answers["place"][one.jurisdiction].name is None:
            yield ("sources", name, "jurisdiction"), answers["place"][one.jurisdiction].what


def amount_faults(sources: Mapping[str, SourceConfig]) -> Iterator[tuple[Path, str]]:
    """Yield that there are too many portals of the user's own: the crawling child is told of all in one argument."""
    if len(json.dumps(as_text(own_settings(sources)))) > MOST:
        yield ("sources",), f"describes more portals of your own than can be watched at once ({MOST // 1000} kB in all)"


def settled(sources: Mapping[str, SourceConfig], answers: Answers) -> dict[str, SourceConfig]:
    """Return the sources with each jurisdiction under its one name."""

    def named(one: SourceConfig) -> SourceConfig:
        if not isinstance(one, OwnConfig):
            return one
        return replace(one, jurisdiction=answers["place"][one.jurisdiction].name or one.jurisdiction)

    return {name: named(one) for name, one in sources.items()}


def own_settings(sources: Mapping[str, SourceConfig]) -> dict[str, Own]:
    """Return the settings of the user's own portals, by name."""
    return {name: as_own(one) for name, one in sources.items() if isinstance(one, OwnConfig)}


def use_own(sources: Mapping[str, SourceConfig]) -> None:
    """Let this process know the user's own portals, in place of those of another configuration."""
    from scraper.find import adopt

    adopt(own_source(name, one) for name, one in own_settings(sources).items())


def _unusable(table: OwnConfig) -> str:
    from scraper.pages import json_paths

    try:
        (selector if table.kind == "html" else json_paths.checked)(table.links)
    except ValueError as error:
        return str(error)
    return ""
