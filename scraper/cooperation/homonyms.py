"""Settles names that two sides give to bodies of their own: in Macao's releases the Health Bureau is Macao's.

A bare "Ministry of Health" is that of the country the text is about. Not here: "the Government" (naming.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon, read
from scraper.cooperation.passages import Hit, Passage, passage
from scraper.cooperation.units import cut

# Of the names by which a home is told from another where the publisher is not known.
PLACES = frozenset({"place", "sides", "demonym"})


def settled(everything: Sequence[Passage], jurisdiction: str | None, words: Lexicon) -> list[Passage]:
    """Return the passages (title first) with each homonym read as its publisher means it.

    Args:
        everything: title and text, as found.
        jurisdiction: the publisher's own side; None takes the side for whose name alone the text has a place.
        words: the lists.
    """
    meant, ministries = homonyms(words), abroad(words)
    doubtful = [p for p in everything if not (meant.keys().isdisjoint(p.entries) and ministries.isdisjoint(p.entries))]
    if not doubtful:
        return list(everything)
    wanted = {entry for p in doubtful for entry in p.entries if entry in meant}
    side = jurisdiction or only_home(everything, {side for entry in wanted for side in meant[entry]})
    swap = {entry: meant[entry][side] for entry in wanted if side and side in meant[entry]}
    if ministry := {entry for p in doubtful for entry in p.entries if entry in ministries}:
        country = only_country(everything, words, ministries)
        swap |= {entry: _bodies(f"Ministry of Health of {country}", words)[0] for entry in ministry if country}
    return [_swapped(p, swap) for p in everything] if swap else list(everything)


def only_home(everything: Sequence[Passage], sides: set[str]) -> str | None:
    """Return the one of some sides that the text names while it never names Hong Kong, whose bodies the lists mean."""
    named: set[str] = set()
    for one in everything:
        for entry in one.entries:
            if len(entry.sides) == 1 and entry.what in PLACES:
                if "Hong Kong" in entry.sides:
                    return None
                named |= entry.sides
    return min(sides & named, default=None)


def only_country(everything: Sequence[Passage], words: Lexicon, ministries: frozenset[Entry]) -> str | None:
    """Return the country abroad that a text names most, where it names nothing of the Mainland; else None.

    The `ministries` themselves are not asked.
    """
    entries = (e for p in everything for e in p.of("place", "demonym", "body") if e not in ministries)
    named = Counter(side for entry in entries for side in entry.sides)
    if "Mainland" in named:
        return None
    countries = [side for side in named if side in words.places and words.places[side].kind == "country"]
    return max(countries, key=lambda side: named[side], default=None)


def _swapped(one: Passage, swap: dict[Entry, Entry]) -> Passage:
    if swap.keys().isdisjoint(one.entries):
        return one
    hits = [Hit(h.start, h.end, tuple([swap.get(e, e) for e in h.entries])) for h in one.hits]
    return passage(one.start, one.end, hits)


@cache
def homonyms(words: Lexicon) -> dict[Entry, dict[str, Entry]]:
    """Return, for what the lists take a name for, what it stands for in the releases of another side."""
    made: dict[Entry, dict[str, Entry]] = {}
    for name, side, other in read("bodies.json")["homonyms"]:
        for entry in _bodies(name, words):
            made.setdefault(entry, {})[side] = _bodies(other, words)[0]
    return made


@cache
def abroad(words: Lexicon) -> frozenset[Entry]:
    """Return what the lists take a bare "Ministry of Health" for: China's."""
    return frozenset(entry for name in read("bodies.json")["abroad"] for entry in _bodies(name, words))


def _bodies(name: str, words: Lexicon) -> list[Entry]:
    units = cut(fold(name)).words
    _, _, found = next(words.trie.find(units), (0, 0, []))
    return [entry for entry in found if entry.what == "body"]
