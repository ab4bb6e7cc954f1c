"""Cuts a text into passages (sentences) and says what each names: sides, acts, health, and what speaks against.

Not here: what that means for the release (signals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon
from scraper.cooperation.units import Units, cut

# As much of a text as is read, in characters: far more than a release holds, and a bound on what a hostile one costs.
READ = 24_000
# A sentence ends at a line's end, a Chinese stop, or a Latin stop before a blank and a capital or figure, unless the
# stop belongs to a title ("Dr.", "No.") or an initial. Looking for the marks first is several times faster.
MARK = re.compile("[\n。！？；!?;｡．.]")
PLAIN_STOP = re.compile(
    r"(?<![ .][A-Z])(?<!\bDr)(?<!\bMr)(?<!\bMs)(?<!\bSt)(?<!\bNo)(?<!\bMrs)(?<!\bProf)\.[\"'”’)]?(?= +[A-Z0-9\"'“‘(])"
)
OTHER_STOP = re.compile(r"\n+|[。！？；!?;｡．]+[\"'”’」』]?")


class Hit(NamedTuple):
    """A phrase found: where it stands in the text, and what it stands for."""

    start: int
    end: int
    entries: tuple[Entry, ...]


class Passage(NamedTuple):
    """A sentence, and what was found in it (summed up once, since many tests ask).

    Args:
        start: where it starts in the text; `end` likewise.
        hits: what was found in it, in order.
        entries: what the hits stand for, in order.
        sides: the jurisdictions named in any way: bodies, people, places, programmes, compounds such as 粵港.
        bodies: the jurisdictions whose bodies or office holders are named.
        acts: the kinds of act it tells (`meeting`, `agreement`, ...).
        against: the reasons against, one for each phrase found (`case`, `compliance`, ...).
        health: whether it speaks of health or medicine.
        cross: whether it says that two places have to do with each other (`the two places`, `cross-boundary`).
        compound: whether it names two bodies' places in one breath, as 滬港 does.
        shared: whether it names a programme of health that two sides share.
        speaking: the jurisdictions whose bodies of health or office holders are named.
    """

    start: int
    end: int
    hits: tuple[Hit, ...]
    entries: tuple[Entry, ...]
    sides: frozenset[str]
    bodies: frozenset[str]
    acts: frozenset[str]
    against: tuple[str, ...]
    health: bool
    cross: bool
    compound: bool
    shared: bool
    speaking: frozenset[str]

    def of(self, *what: str) -> Iterator[Entry]:
        """Yield the entries of the given kinds, in order."""
        return iter([entry for entry in self.entries if entry.what in what])


NOTHING: frozenset[str] = frozenset()


def passage(start: int, end: int, found: Sequence[Hit]) -> Passage:  # noqa: C901 - one loop is much faster than many
    """Return the passage of a sentence in which `found` was found."""
    if not found:
        return Passage(start, end, (), (), NOTHING, NOTHING, NOTHING, (), False, False, False, False, NOTHING)
    entries = tuple([entry for hit in found for entry in hit.entries])
    sides: set[str] = set()
    bodies: set[str] = set()
    speaking: set[str] = set()
    acts: set[str] = set()
    against: list[str] = []
    health = cross = compound = shared = False
    for entry in entries:
        what, named = entry.what, entry.sides
        if entry.health:
            health = True
        if what == "act":
            acts.add(entry.name)
        elif what == "not":
            against.append(entry.name)
        elif what == "cross":
            cross = True
        elif named:
            sides |= named
            if what == "person" or what == "body":  # noqa: PLR1714 - half the time of looking in a set
                bodies |= named
                if what == "person" or entry.health:
                    speaking |= named
            elif len(named) > 1:
                compound = compound or what == "sides"
                shared = shared or (what == "programme" and entry.health)
    return Passage(
        start,
        end,
        tuple(found),
        entries,
        frozenset(sides),
        frozenset(bodies),
        frozenset(acts),
        tuple(against),
        health,
        cross,
        compound,
        shared,
        frozenset(speaking),
    )


def merged(passages: Sequence[Passage]) -> Passage:
    """Return several passages as one; it starts where the first of them does."""
    return passage(passages[0].start, passages[-1].end, [hit for each in passages for hit in each.hits])


@cache  # there are no more than the lists hold phrases
def capitals(entries: tuple[Entry, ...]) -> bool:
    """Tell whether some of the things a phrase stands for are called so in capitals only."""
    return any(entry.upper for entry in entries)


def hits(text: str, lexicon: Lexicon, units: Units | None = None) -> list[Hit]:
    """Return all phrases found in `text`, left to right; an abbreviation counts only where it stands in capitals.

    `units` are those of the folded text, where they are known already.
    """
    units = units or cut(fold(text))
    starts, ends, found = units.starts, units.ends, []
    for first, after, entries in lexicon.trie.find(units.words):
        start, end = starts[first], ends[after - 1]
        small = capitals(entries) and not text[start:end].isupper()
        if kept := tuple([entry for entry in entries if not entry.upper]) if small else entries:
            found.append(Hit(start, end, kept))
    return found


@lru_cache(maxsize=2)  # of the release at hand, for all who read it in turn
def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Return (start, end) of each sentence of `text`, without the blanks around it; empty ones are left out."""
    cuts, start = [], 0
    for end in [found.end() for found in stops(text)] + [len(text)]:
        piece = text[start:end]
        bare = piece.strip()
        if bare:
            at = start + len(piece) - len(piece.lstrip())
            cuts.append((at, at + len(bare)))
        start = end
    return tuple(cuts)


def stops(text: str) -> Iterator[re.Match[str]]:
    """Yield where sentences end."""
    after = 0
    for mark in MARK.finditer(text):
        at = mark.start()
        if at >= after and (stop := (PLAIN_STOP if text[at] == "." else OTHER_STOP).match(text, at)):
            after = stop.end()
            yield stop


def passages(text: str, lexicon: Lexicon, units: Units | None = None) -> list[Passage]:
    """Return the passages of the part of `text` that is read (its first READ characters); `units` as for `hits`."""
    text = text[:READ]
    found, made, at = hits(text, lexicon, units), [], 0
    for start, end in sentences(text):
        first = at
        while at < len(found) and found[at].start < end:
            at += 1
        made.append(passage(start, end, found[first:at]))
    return made
