"""What a source's listings and pages usually are, and when they are suddenly otherwise. Pure rules over its past.

Each rule compares the last few with those before. A rule says nothing until it has seen enough, and none says anything
of a single odd page: every one of the last `LATEST` must be odd that used not to be.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from storage.rhythms import FIELDS, Counted, Filled

LATEST = 3
LEAST_PAST = 20
"""Releases, or listings, that make a habit."""
USUAL = 0.95
"""A field that so many of the past had is usual; so many addresses must be of known shapes for shapes to mean much."""
FEWER = 0.6
"""A listing with less than this part of the fewest links it ever had (but for the odd one in twenty) is not whole."""
ODD = 0.05

_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[0-9a-z]*[a-z][0-9a-z]*(?:[-_][0-9a-z]+)+", re.IGNORECASE)
_BROKEN = re.compile(
    "\ufffd|\u951f\u65a4\u62f7|\u00ef\u00bf\u00bd"
    "|\u00e2\u20ac[\u2122\u0153\u009d\u201c]|[\u00c3\u00c2][\u0080-\u00bf]|[\u00e4-\u00e9][\u0080-\u00bf]{2}"
)
"""U+FFFD; and what becomes of text in UTF-8 that is read as something else, and of U+FFFD read so twice."""


@dataclass(frozen=True, slots=True)
class Few:
    """A listing with far fewer links than usual: how many, and how many it has at least as a rule."""

    links: int
    usual: int


def far_fewer(past: Sequence[Counted]) -> Few | None:
    """Return what is odd about the last listing of a source, or None.

    Args:
        past: what its listings held, in order. Those of checks that went through the indexes too are judged apart.
    """
    if not past:
        return None
    latest = past[-1]
    before = sorted(one.links for one in past[:-1] if one.gaps == latest.gaps)
    if len(before) < LEAST_PAST:
        return None
    usual = before[int(len(before) * ODD)]
    return Few(latest.links, usual) if latest.links < usual * FEWER else None


def missing_fields(past: Sequence[Filled]) -> tuple[str, ...]:
    """Return the fields that nearly all releases had and none of the last few has."""
    before, latest = past[:-LATEST], past[-LATEST:]
    if len(before) < LEAST_PAST:
        return ()
    return tuple(
        name
        for name in FIELDS
        if sum(name in one.fields for one in before) >= USUAL * len(before)
        and not any(name in one.fields for one in latest)
    )


@lru_cache(4096)
def shape(url: str) -> str:
    """Return the pattern of an address: numbers as one digit, words of a title as one letter."""
    parts = urlsplit(url)
    path = "/".join("a" if _WORD.fullmatch(part) else _DIGITS.sub("0", part) for part in parts.path.split("/"))
    names = "&".join(sorted(pair.partition("=")[0] for pair in parts.query.split("&") if pair))
    return f"{parts.netloc}{path}?{names}" if names else f"{parts.netloc}{path}"


def new_shapes(past: Sequence[Filled]) -> tuple[str, str] | None:
    """Return the usual shape of a source's addresses and the new one, where all of the last few have a new shape."""
    before, latest = past[:-LATEST], past[-LATEST:]
    if len(before) < LEAST_PAST:
        return None
    known = Counter(shape(one.url) for one in before)
    if sum(count for count in known.values() if count > 1) < USUAL * len(before):
        return None  # no two of its addresses are alike
    if any(shape(one.url) in known for one in latest):
        return None
    return known.most_common(1)[0][0], shape(latest[-1].url)


def is_broken(text: str) -> bool:
    """Return whether a text looks as if it had been read in another encoding than it was written in."""
    return len(_BROKEN.findall(text)) >= 3


def broken_texts(past: Sequence[Filled]) -> int:
    """Return how many of the last few texts look broken, where at least two do and hardly any did before; else 0."""
    before, latest = past[:-LATEST], past[-LATEST:]
    found = sum(is_broken(one.text) for one in latest)
    often = sum(is_broken(one.text) for one in before) > ODD * len(before)
    return 0 if found < 2 or often or not before else found
