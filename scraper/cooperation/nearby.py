"""Settles bodies told by their level alone: 市衞健委 is that of the city named last, 省衞健委 that of the province.

Not here: names that two sides give to bodies of their own (homonyms.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon
from scraper.cooperation.passages import Hit, Passage, passage
from scraper.cooperation.units import cut

# The kinds of place that have bodies of each level.
LEVELS = {"city": frozenset({"city", "GBA city", "municipality"}), "province": frozenset({"province"})}


def placed(everything: Sequence[Passage], words: Lexicon) -> list[Passage]:
    """Return the passages (title first) with each such body read as that of the place named last, or else first.

    Args:
        everything: title and text, as found.
        words: the lists; `words.nearby` are the bodies told by their level, `{en}` in their names.
    """
    if all(words.nearby.isdisjoint(p.entries) for p in everything):
        return list(everything)
    named = {level: [p for p in (_places(everything, kinds, words)) if p] for level, kinds in LEVELS.items()}
    last = {level: next(iter(found), None) for level, found in named.items()}
    made = []
    for one in everything:
        hits = []
        for hit in one.hits:
            entries = []
            for entry in hit.entries:
                for level, kinds in LEVELS.items():
                    last[level] = _place(entry, kinds, words) or last[level]
                entries.append(_of(entry, last, words) if entry in words.nearby else entry)
            hits.append(hit if words.nearby.isdisjoint(hit.entries) else Hit(hit.start, hit.end, tuple(entries)))
        made.append(one if words.nearby.isdisjoint(one.entries) else passage(one.start, one.end, hits))
    return made


def _places(everything: Sequence[Passage], kinds: frozenset[str], words: Lexicon) -> list[str | None]:
    return [_place(entry, kinds, words) for p in everything for entry in p.entries]


def _place(entry: Entry, kinds: frozenset[str], words: Lexicon) -> str | None:
    """Return the place of some kinds that an entry is, or that its body or place lies in; of the Mainland alone."""
    at = entry.name if entry.what == "place" else entry.place if entry.what == "body" else ""
    while at in words.places and words.places[at].sides == {"Mainland"}:
        if words.places[at].kind in kinds:
            return at
        at = words.places[at].place
    return None


def _of(entry: Entry, last: dict[str, str | None], words: Lexicon) -> Entry:
    """Return the body of the place named last that an entry means; the entry itself where there is none."""
    place = last[entry.kind]
    if place is None:
        return Entry("body", entry.chinese, entry.sides, "health authority", health=entry.health, chinese=entry.chinese)
    name = entry.name.format(en=place)
    _, _, found = next(words.trie.find(cut(fold(name)).words), (0, 0, []))
    listed = next((other for other in found if other.what == "body" and other.name == name), None)
    return listed or Entry("body", name, entry.sides, "health authority", place, entry.health)
