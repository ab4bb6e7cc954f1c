"""Names the health authorities that a text tells by their places only: "the health authorities of Hubei and Macao"."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon
from scraper.cooperation.passages import READ, Hit
from scraper.cooperation.units import cut

# Two expressions that begin with what they look for: one that begins with a choice is many times slower.
SAID = re.compile(r"health (?:authority|authorities|departments?)(?P<of> (?:of|in|from) )?")
HAN_SAID = re.compile("卫(?:生(?:部门|当局|行政部门|主管部门)|健部门)(?P<of>(?!))?")
# What may stand between the places of one list, and between a list and the words themselves.
BETWEEN = re.compile(r"(?:'s|的|等|两地|三地|of|in|from|the|and|relevant|有关|,|、|和|及|与|以及| )*")
# More places than any list names.
MOST = 50


def authorities(folded: str, named: Sequence[tuple[Hit, Entry]], words: Lexicon) -> Iterator[tuple[int, int, Entry]]:
    """Yield (start, end, body) of the authorities told by place; the passage is the place's name.

    Args:
        folded: the text, folded.
        named: what the lists know of it.
        words: the lists; an authority they know by such a name is meant, another is called so.
    """
    if not (said := [m for pattern in (SAID, HAN_SAID) for m in pattern.finditer(folded, 0, READ)]):
        return
    places = [(h, e) for h, e in named if e.what in ("place", "sides") and e.sides]
    starts, ends = [h.start for h, _ in places], [h.end for h, _ in places]
    bodies: dict[str, Entry | None] = {}
    for match in said:
        after = match["of"] is not None
        edge = bisect_left(starts, match.end()) if after else bisect_right(ends, match.start())
        row = places[edge : edge + MOST] if after else places[max(0, edge - MOST) : edge][::-1]
        for hit, entry in listed(folded, match, row, after=after):
            name = f"{entry.name} health authority"
            if entry.what == "place" and entry.kind != "area":
                if name not in bodies:
                    bodies[name] = known(name, words)
                body = bodies[name] or Entry("body", name, entry.sides, "health authority", entry.name, True)
                yield hit.start, hit.end, body


def listed(
    folded: str, match: re.Match[str], places: Sequence[tuple[Hit, Entry]], *, after: bool
) -> Iterator[tuple[Hit, Entry]]:
    """Yield the places of the list that follows the match, or that it ends; `places` are those on that side of it."""
    edge = match.end() if after else match.start()
    for hit, entry in places:
        if (hit.start < edge) if after else (hit.end > edge):
            continue  # another meaning of the same words
        gap = folded[edge : hit.start] if after else folded[hit.end : edge]
        if len(gap) > 12 or not BETWEEN.fullmatch(gap):
            return
        yield hit, entry
        edge = hit.end if after else hit.start


def known(name: str, words: Lexicon) -> Entry | None:
    """Return the body that the lists know by a name."""
    units = cut(fold(name)).words
    for first, end, entries in words.trie.find(units):
        if (first, end) == (0, len(units)):
            return next((entry for entry in entries if entry.what == "body"), None)
    return None
