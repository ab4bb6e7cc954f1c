"""Cuts a text into passages (sentences) and says what each names: sides, acts, health, and what speaks against.

Not here: what that means for the release (signals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon
from scraper.cooperation.units import cut

# As much of a text as is read, in characters: far more than a release holds, and a bound on what a hostile one costs.
READ = 50_000
# A sentence ends at a line's end, a Chinese stop, or a Latin stop before a blank that follows a word of three letters
# or more (so not after "Dr.", "No." or an initial).
END = re.compile(r"\n+|[。！？；!?;]+[\"']?|(?<=[a-z0-9)\"'][a-z0-9)\"'][a-z0-9)\"'])\.[\"']?(?= )")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: where it stands in the text, and what it stands for."""

    start: int
    end: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence: its place in the text and what was found in it, in order."""

    start: int
    end: int
    hits: tuple[Hit, ...]

    def of(self, *what: str) -> Iterator[Entry]:
        """Yield the entries of the given kinds, in order."""
        return (entry for hit in self.hits for entry in hit.entries if entry.what in what)

    @property
    def bodies(self) -> frozenset[str]:
        """The sides whose bodies or office holders are named."""
        return frozenset(side for entry in self.of("body", "person") for side in entry.sides)

    @property
    def sides(self) -> frozenset[str]:
        """The sides named in any way: bodies, people, places, programmes and compounds such as 粵港."""
        return frozenset(
            side for entry in self.of("body", "person", "place", "programme", "sides") for side in entry.sides
        )

    @property
    def health(self) -> bool:
        """Whether it speaks of health or medicine."""
        return any(entry.health for hit in self.hits for entry in hit.entries)

    @property
    def acts(self) -> frozenset[str]:
        """The kinds of act it tells (`meeting`, `agreement`, ...)."""
        return frozenset(entry.name for entry in self.of("act"))

    @property
    def against(self) -> tuple[str, ...]:
        """The reasons against, one for each phrase found (`case`, `compliance`, ...)."""
        return tuple(entry.name for entry in self.of("not"))


def hits(text: str, lexicon: Lexicon) -> list[Hit]:
    """Return all phrases found in `text`, left to right; an abbreviation counts only where it stands in capitals."""
    units = cut(fold(text))
    found = []
    for first, after, entries in lexicon.trie.find(units.words):
        start, end = units.starts[first], units.ends[after - 1]
        kept = tuple(e for e in entries if not e.upper or text[start:end].isupper())
        if kept:
            found.append(Hit(start, end, kept))
    return found


def sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of `text`, without the blanks around it; empty ones are left out."""
    cuts, start = [], 0
    for end in [found.end() for found in END.finditer(fold(text))] + [len(text)]:
        piece = text[start:end]
        bare = piece.strip()
        if bare:
            at = start + len(piece) - len(piece.lstrip())
            cuts.append((at, at + len(bare)))
        start = end
    return cuts


def passages(text: str, lexicon: Lexicon) -> list[Passage]:
    """Return the passages of the part of `text` that is read (its first READ characters)."""
    text = text[:READ]
    found, made, at = hits(text, lexicon), [], 0
    for start, end in sentences(text):
        first = at
        while at < len(found) and found[at].start < end:
            at += 1
        made.append(Passage(start, end, tuple(found[first:at])))
    return made
