"""The numbers a text states, whatever the script: 7,000, 七千, seven thousand and 0.7萬 are one.

Days and years of dates are left out: those are dates (scraper.cooperation.dates).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from scraper.cooperation.dates import ENGLISH, FIRSTS, HAN, HAN_FIRSTS
from scraper.cooperation.numerals import CHINESE, SCALES, WORDS, value
from scraper.cooperation.units import cut_text, each, starts_among, starts_of, worth

_SPELT = "|".join(sorted((word for word in WORDS if word not in ("zero", "one", "hundred")), key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?<![a-z])(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,12}})(?:\.[0-9]{{1,4}})?|[{CHINESE}]{{1,8}}|\b(?:{_SPELT})\b"
)
_SCALE = re.compile(rf"[ -]?({'|'.join(SCALES)})")


def numbers(folded: str) -> frozenset[float]:
    """Return the numbers of a folded text.

    A single Chinese numeral is left out (一般, 三地), since it hardly ever counts anything, but for ordinals (第三).
    """
    bare = _without_dates(folded)
    found: set[float] = set()
    total, after, step = 0.0, -1, 0.0  # the part of 2亿2700万 that was read, where it ended, and its scale
    for match in _NUMBER.finditer(bare):
        number = value(match.group())
        if number is None:
            continue
        scale = _SCALE.match(bare, match.end())
        times = SCALES[scale.group(1)] if scale else 1
        if match.start() == after and times < step:
            found.discard(total)
            total += number * times
        elif times == 1 and match.group() in CHINESE and bare[match.start() - 1 : match.start()] != "第":
            continue
        else:
            total = number * times
        found.add(total)
        after, step = (scale.end(), times) if scale else (-1, 0.0)
    return frozenset(found)


def _without_dates(folded: str) -> str:
    """Return a folded text with blanks in the place of dates."""
    units = cut_text(folded)
    bare = _blanked(folded, each(ENGLISH, folded, starts_of(worth(folded, units, FIRSTS), FIRSTS)))
    return bare if bare.isascii() else _blanked(bare, each(HAN, bare, starts_among(bare, HAN_FIRSTS)))


def _blanked(text: str, found: Iterable[re.Match[str]]) -> str:
    pieces, done = [], 0
    for match in found:
        start, end = match.span()
        pieces += [text[done:start], " " * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])
