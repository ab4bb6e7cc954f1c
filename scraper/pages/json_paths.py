"""Texts out of JSON by a path such as `data.items[].url`. Not here: any one portal's JSON (told_json.py)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from scraper.pages.blocked import refuse
from scraper.pages.charset import decode
from scraper.pages.document import Document

_PATH = re.compile(r"(?:[\w-]+|\[\d{0,4}\])(?:\.[\w-]+|\[\d{0,4}\])*")
_STEP = re.compile(r"\[(\d*)\]|([\w-]+)")
_MOST = 5000  # texts out of one listing
_DECODER = json.JSONDecoder(strict=False)


def checked(path: str) -> str:
    """Return a path that can be followed.

    Raises:
        ValueError: it is none; the words say how one is written.
    """
    if len(path) > 200 or not _PATH.fullmatch(path):
        raise ValueError("is no path; write it like data.items[].url: names, [] for each of an array, [0] for one")
    return path


def texts(document: Document, path: str) -> tuple[str, ...]:
    """Return the texts and numbers that a path leads to in a document, in its order.

    Raises:
        BlockedError: a challenge, a log-in or an error page came instead.
        ParseError: not JSON, cut short, or nested too deep.
    """
    text = decode(document.body, document.content_type)
    try:
        found = _DECODER.decode(text.strip("\ufeff\x00 \r\n\t"))
    except (ValueError, RecursionError):
        refuse(document.url, text, "this is not JSON")
    values = [found]
    for index, name in _STEP.findall(path):
        values = [inner for value in values for inner in _inner(value, index, name)][:_MOST]
    return tuple(str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool))


def _inner(value: Any, index: str, name: str) -> Iterator[Any]:
    """Yield what one step leads to; nothing where there is no such thing."""
    if name:
        if isinstance(value, dict) and name in value:
            yield value[name]
    elif isinstance(value, list):
        yield from value if not index else value[int(index) : int(index) + 1]
