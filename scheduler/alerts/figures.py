"""Words a programme's changed figure: one line for people, and a value for programs. Pure."""

from __future__ import annotations

import re
from typing import Any

from scheduler.alerts.catalogue import Words, own, words
from storage.model import FigureChange

# Where a sentence ends, for a passage to quote: a line, a Chinese stop, a Latin one before a blank.
_END = re.compile(r"[\n。！？；!?]|\.(?= )")
LONGEST = 400
"""Characters of a passage on each side of the figure."""


def number(value: float, qualifier: str | None = None, said: Words | None = None) -> str:
    """Return a figure as people write it: `over 1,200`, `1.5`; in English where no other words are given."""
    written = f"{value:,.0f}" if value == int(value) else f"{value:,}"
    if not qualifier:
        return written
    said = said or words(None)
    return said(f"qualifier.{qualifier}", number=written) if f"qualifier.{qualifier}" in said else written


def headline(figure: FigureChange, said: Words, programme: str | None = None) -> str:
    """Return what has changed, in one line.

    Args:
        figure: what has.
        said: the words of the reader's language.
        programme: its name in that language, where it is known.
    """
    after = number(figure.after, figure.after_qualifier, said)
    before = number(figure.before, figure.before_qualifier, said)
    counts = own(figure.counts, "counts", said)
    return said("alert.figure", programme=programme or figure.programme, counts=counts, after=after, before=before)


def passage(text: str, start: int, end: int) -> str:
    """Return the sentence of `text` that states the figure `text[start:end]`."""
    first, last = max(0, start - LONGEST), min(len(text), end + LONGEST)
    for found in _END.finditer(text, first, start):
        first = found.end()
    over = _END.search(text, end, last)
    return " ".join(text[first : over.end() if over else last].split())


def plain(figure: FigureChange, text: str) -> dict[str, Any]:
    """Return a changed figure as a webhook tells it.

    Args:
        figure: what changed.
        text: of the release that states it.
    """
    published = figure.before_published
    return {
        "programme": figure.programme,
        "counts": figure.counts,
        "before": {
            "value": figure.before,
            "qualifier": figure.before_qualifier,
            "url": figure.before_url,
            "published": published and published.isoformat(),
        },
        "after": {"value": figure.after, "qualifier": figure.after_qualifier},
        "start": figure.start,
        "end": figure.end,
        "text": passage(text, figure.start, figure.end),
    }
