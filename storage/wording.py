"""The words of a telling as numbers: packed, and compared without the words themselves. Pure.

A word is the hash of it (32 bits), how rare it is (tenths, 8 bits) and where it stands (2 bits: title, text). A telling
keeps at most MOST of them, those with the lowest hashes: the lowest hashes of two texts are a fair sample of what they
share, however long either is (bottom-k sketch: Broder 1997; Cohen and Kaplan 2007).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

MOST = 400
TITLE, TEXT = 1, 2
ALL = 1 << 32


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two wordings are.

    Args:
        share: of the words of the shorter that the other has too, weighed by rarity, 0 to 1.
        weight: of the words shared.
        title: the share of the titles' words that the other text has too, the lesser of the two ways.
        other: whether each is about something that the other never names: words in both title and text.
    """

    share: float
    weight: float
    title: float
    other: bool


def pack(digest: int, rarity: float, place: int) -> int:
    """Return a word as a number.

    Args:
        digest: 32-bit hash of the word.
        rarity: its weight, 0 to 25.
        place: TITLE, TEXT or both.
    """
    return (digest & (ALL - 1)) << 10 | min(255, max(0, round(rarity * 10))) << 2 | place & 3


def sample(packed: Iterable[int]) -> tuple[int, ...]:
    """Return what a telling keeps of its words, in rising order."""
    return tuple(sorted(packed)[:MOST])


def likeness(mine: tuple[int, ...], other: tuple[int, ...]) -> Likeness:
    """Return how alike two samples of words are; nothing is like an empty one."""
    reach = min(_reach(mine), _reach(other))
    ours, theirs = _within(mine, reach), _within(other, reach)
    shared = sum([ours[digest] >> 2 & 255 for digest in ours.keys() & theirs.keys()]) / 10
    least = min(_weight(ours), _weight(theirs))
    return Likeness(
        share=shared / least if least else 0.0,
        weight=shared,
        title=min(_titled(ours, theirs), _titled(theirs, ours)),
        other=_names_another(ours, theirs) and _names_another(theirs, ours),
    )


def _within(words: tuple[int, ...], reach: int) -> dict[int, int]:
    """Return the words whose hash lies within a reach, by hash; they come in rising order."""
    known = words if words and words[-1] >> 10 <= reach else words[: bisect_right(words, reach, key=_digest)]
    return {word >> 10: word for word in known}


def _digest(word: int) -> int:
    return word >> 10


def _reach(words: tuple[int, ...]) -> int:
    """Return the highest hash up to which a sample is complete."""
    return words[-1] >> 10 if len(words) >= MOST else ALL


def _rarity(word: int) -> float:
    return (word >> 2 & 255) / 10


def _weight(words: dict[int, int]) -> float:
    return sum([word >> 2 & 255 for word in words.values()]) / 10


def _titled(mine: dict[int, int], other: dict[int, int]) -> float:
    title = {digest: _rarity(word) for digest, word in mine.items() if word & TITLE}
    whole = sum(title.values())
    return sum(rarity for digest, rarity in title.items() if digest in other) / whole if whole else 0.0


def _names_another(mine: dict[int, int], other: dict[int, int]) -> bool:
    """Tell whether something rare that stands in both title and text is absent from the other text."""
    return any(
        word & 3 == TITLE | TEXT and _rarity(word) >= RARE and digest not in other for digest, word in mine.items()
    )


RARE = 2.2
"""From here up a word is a subject rather than a phrase; one text in nine has it, or fewer."""
