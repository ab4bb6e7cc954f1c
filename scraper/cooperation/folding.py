"""Folds a text so that spellings of one thing look alike, without moving a single character.

Every rule replaces one character by one, so an offset into the folded text is an offset into the original. Rules that
change lengths (Macau and Macao, Prof and Professor, co-operation and cooperation) belong to units.py.
"""

from __future__ import annotations

import json
import unicodedata
from array import array
from functools import cache, lru_cache
from pathlib import Path

DATA = Path(__file__).with_name("data")
# Dashes, quotes and blanks that pages use for the plain ones; the full stop of Chinese keeps its own form, since it
# ends a sentence always, and the Latin one only sometimes.
PLAIN = {
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u02bc\uff07\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u300c\u300d\u300e\u300f\u300a\u300b\u3008\u3009\ufe41\ufe42\u00ab\u00bb", '"'),
    **dict.fromkeys("\u00a0\u3000\u2002\u2003\u2009\u202f\t\r\u200b\ufeff", " "),
    **dict.fromkeys("\u2028\u2029\x0b\x0c\x85", "\n"),
    **dict.fromkeys("\uff61\uff0e", "\u3002"),
}


@cache
def table() -> array[int]:
    """Return the character table for `str.translate`: width, case, accents, punctuation, Traditional to Simplified.

    It holds every character of the first plane, since one it lacks costs an exception each time; an array of numbers
    takes a tenth of the room of a dictionary.
    """
    pairs: dict[int, str] = {}
    for code in (*range(0x41, 0x250), *range(0xF900, 0xFB00), *range(0xFF00, 0xFFEF)):
        plain = unicodedata.normalize("NFKC", chr(code)).lower()
        bare = unicodedata.normalize("NFD", plain)[:1] if len(plain) == 1 and code < 0x250 else plain
        if len(bare) == 1 and bare != chr(code):
            pairs[code] = bare
    with (DATA / "folding.json").open(encoding="utf-8") as file:
        simple = json.load(file)
    pairs |= {ord(key): value for key, value in zip(simple["from"], simple["to"], strict=True)}
    pairs |= {ord(key): value for key, value in PLAIN.items()}
    whole = array("I", range(0x10000))
    for code, plain in pairs.items():
        whole[code] = ord(pairs.get(ord(plain), plain))
    return whole


def fold(text: str) -> str:
    """Return `text` folded, of the same length: `fold(text)[i]` is what became of `text[i]`.

    Full-width forms become plain, Latin letters lower case without accents, Traditional characters Simplified
    (by one table, so the result does not depend on context), quotes, dashes and blanks one of each.
    """
    return text.translate(table())


# The same, remembered for all who read the release at hand in turn.
fold_text = lru_cache(maxsize=2)(fold)
# Names come again and again; a longer one is a freak, and not kept.
_fold_short = lru_cache(maxsize=4096)(fold)
SHORT = 120


def fold_name(name: str) -> str:
    """Return `fold(name)`, remembered where it is no longer than a name."""
    return _fold_short(name) if len(name) <= SHORT else fold(name)
