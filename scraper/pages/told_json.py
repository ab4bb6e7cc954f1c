"""JSON as portals write it: a listing's data, alone or inside a script. Not here: any one portal's fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scraper.pages.blocked import refuse
from scraper.pages.charset import decode
from scraper.pages.document import Document, ParseError
from scraper.pages.text import NestingError, lines_of_markup

Told = Mapping[str, Any]
_DECODER = json.JSONDecoder(strict=False)  # some portals leave tabs and line feeds bare inside strings


def told(document: Document) -> Told:
    """Return the object that a document is.

    Raises:
        BlockedError: a challenge, a log-in or an error page came instead.
        ParseError: not JSON, cut short, nested too deep, or something else than an object.
    """
    text = decode(document.body, document.content_type)
    found, end = _value(text, 0)
    if not isinstance(found, dict) or text[end:].strip(" \r\n\t\x00;"):
        refuse(document.url, text, "this is not the JSON that stands here otherwise")
    return found


def array_in(document: Document, before: str) -> list[Told]:
    """Return the objects of the array behind the first `before` of a script (`"data":`).

    Raises:
        BlockedError, ParseError: as `told`.
    """
    text = decode(document.body, document.content_type)
    at = text.find(before)
    found, _ = _value(text, at + len(before)) if at >= 0 else (None, 0)
    if not isinstance(found, list):
        refuse(document.url, text, f"no array behind {before}")
    return [each for each in found if isinstance(each, dict)]


def value_after(text: str, mark: str, start: int = 0) -> Any:
    """Return the JSON value behind the first `mark` and a colon in a text, from a place on, or None."""
    at = text.find(mark, start)
    colon = text.find(":", at + len(mark), at + len(mark) + 10) if at >= 0 else -1
    return _value(text, colon + 1)[0] if colon >= 0 else None


def objects(found: Told, name: str) -> list[Told]:
    """Return the objects of an array inside an object; nothing where there is no such array."""
    array = found.get(name)
    return [each for each in array if isinstance(each, dict)] if isinstance(array, list) else []


def text_of(found: Told, *names: str) -> str:
    """Return the first of these fields that is a text and not empty."""
    return next((value for name in names if isinstance(value := found.get(name), str) and value.strip()), "")


def lines_of(address: str, markup: str) -> tuple[str, ...]:
    """Return the lines a reader sees of markup in JSON; raises ParseError where it is nested too deep to be trusted."""
    try:
        return lines_of_markup(markup) if markup.strip() else ()
    except NestingError as trouble:
        raise ParseError(address, f"{trouble}: part of the text may be lost") from None


def line_of(address: str, markup: str) -> str:
    """Return markup in JSON, such as a title with line breaks, as one line; raises as `lines_of`."""
    return " ".join(lines_of(address, markup))


def _value(text: str, start: int) -> tuple[Any, int]:
    """Return the JSON value that begins at a place, and where it ends; None where there is none, or no sound one."""
    while start < len(text) and text[start] in " \t\r\n\x00\ufeff":
        start += 1
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None, start
