"""Cuts a text into the words by which wordings are compared: stems in Latin scripts, pairs of characters in Chinese.

Figures are no words here: two reports of one template are alike in their words, and differ in their numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from heapq import nsmallest
from itertools import pairwise
from zlib import crc32

from scraper.cooperation.units import Units, cut, cut_text
from scraper.tellings.rarity import of_words
from storage.wording import ALL, TEXT, TITLE, pack, sample

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_ENDING = re.compile("(?:ings?|ed|ies|es|s)$")
PHRASE = 4
"""Characters in a phrase of Chinese; in other languages a phrase has three words."""
COMMON = 1.3
"""Words rarer than this are compared; commoner ones stand in every fourth text."""
BANDS, ROWS = 12, 3
"""Wordings that share half of their phrases meet in a band in 80 % of cases, those that share 0.7 in 99 %."""


def language_of(folded: str, tag: str) -> str:
    """Return `zh` where a fifth of the text or more is Chinese, else the first part of the language's tag."""
    han = sum(len(run) for run in HAN.findall(folded))
    return "zh" if han * 5 >= len(folded) else tag.partition("-")[0].lower()


def words(folded: str, language: str) -> list[str]:
    """Return the words of a folded text, in order."""
    if language == "zh":
        return [one + two for run in HAN.findall(folded) for one, two in pairwise(run)]
    return [_stem(word) for word in _plain(cut(folded))]


def without(folded: str, names: Sequence[str]) -> str:
    """Return a folded text without the names: they are clues already, and their words would count twice.

    Args:
        folded: the text.
        names: folded, the longest first.
    """
    for name in names:
        folded = folded.replace(name, " ")
    return folded


def phrases(folded: str, language: str) -> set[str]:
    """Return the phrases of a folded text: what two copies share and two texts of one subject do not."""
    if language == "zh":
        run = "".join(HAN.findall(folded))
        return {run[at : at + PHRASE] for at in range(len(run) - PHRASE + 1)}
    plain = _plain(cut_text(folded))
    return set(map(" ".join, zip(plain, plain[1:], plain[2:], strict=False)))


def packed(title: Sequence[str], text: Sequence[str], language: str) -> tuple[int, ...]:
    """Return the sample of a telling's words that are rare enough to be compared, packed."""
    places: dict[str, int] = dict.fromkeys(text, TEXT)
    for word in title:
        places[word] = places.get(word, 0) | TITLE
    known, unknown = of_words(language)
    weigh = known.get
    rare = [word for word in places if weigh(word, unknown) > COMMON]
    return sample([pack(mixed(word), weigh(word, unknown), places[word]) for word in rare])


def headwords(title: Sequence[str], text: Sequence[str], language: str, most: int) -> list[str]:
    """Return the words that tell best what a text is about: rare, repeated, in the title."""
    counted = Counter(text)
    counted.update(dict.fromkeys(title, 2))
    known, unknown = of_words(language)
    rated = [(-known.get(word, unknown) * (min(6, count)), word) for word, count in counted.items()]
    return [word for _, word in nsmallest(most, rated)]


def bands(found: Iterable[str]) -> list[int]:
    """Return the MinHash bands of a text's phrases: texts that share many phrases share a band (Broder 1997).

    One hash a phrase, spread over BANDS x ROWS bins (one-permutation hashing: Li, Owen and Zhang 2012); an empty bin
    takes its neighbour's (Shrivastava and Li 2014).
    """
    bins = BANDS * ROWS
    lowest: dict[int, int] = {}
    for number in map(mixed, found):
        rest, at = divmod(number, bins)
        if rest < lowest.get(at, ALL):
            lowest[at] = rest
    if len(lowest) < ROWS:
        return []
    signature = [_filled(lowest, at, bins) for at in range(bins)]
    return [mark("band", f"{at}:{signature[at : at + ROWS]}") for at in range(0, bins, ROWS)]


def mark(kind: str, value: str) -> int:
    """Return the number a telling is looked up by: 64 bits, signed, the same on every machine."""
    digest = blake2b(f"{kind}|{value}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def mixed(word: str) -> int:
    """Return a 32-bit hash of a word, the same on every machine."""
    number = crc32(word.encode("utf-8", "replace")) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    return (number ^ number >> 29) * 0xBF58476D1CE4E5B9 >> 32 & 0xFFFFFFFF


def _filled(lowest: dict[int, int], at: int, bins: int) -> int:
    step = next(step for step in range(bins) if (at + step) % bins in lowest)
    return lowest[(at + step) % bins] + step * 0x1000003


def _plain(units: Units) -> list[str]:
    return [word for word in units.words if len(word) > 1 and word.isalpha()]


def _stem(word: str) -> str:
    return _ENDING.sub("", word) if len(word) > 4 else word
