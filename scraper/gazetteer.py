"""The names that the gazetteer knows parties, programmes and places by, for people who ask for one. Reads no texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, lexicon
from scraper.cooperation.units import cut

# What the lexicon calls them.
KINDS = {"party": "body", "programme": "programme", "place": "place"}


@dataclass(frozen=True, slots=True)
class Known:
    """One party, programme or place of the gazetteer.

    Args:
        name: canonical, in English.
        chinese: in Traditional Chinese; empty where there is none.
        simplified: in Simplified Chinese, likewise.
        abbreviations: that count in capitals only.
        forms: all its names, folded and cut as `form` does.
        kind: of body or programme.
        jurisdiction: where it belongs.
    """

    name: str
    chinese: str
    simplified: str
    abbreviations: tuple[str, ...]
    forms: frozenset[str]
    kind: str
    jurisdiction: str


def form(name: str) -> str:
    """Return a name as it is compared: folded, spellings of one word made one, its words parted by blanks."""
    return " ".join(cut(fold(name)).words)


@cache
def known(what: str) -> dict[str, Known]:
    """Return the gazetteer's parties (`what` is "party"), programmes ("programme") or places, by canonical name."""
    names: dict[str, set[str]] = {}
    shorts: dict[str, set[str]] = {}
    entries: dict[str, Entry] = {}
    for phrase, entry in _phrases(lexicon().trie.root, ()):
        if entry.what == KINDS[what]:
            names.setdefault(entry.name, set()).add(phrase)
            entries.setdefault(entry.name, entry)
            if entry.upper:
                shorts.setdefault(entry.name, set()).add(phrase.replace(" ", "").upper())
    return {name: _known(entry, names[name], shorts.get(name, set())) for name, entry in entries.items()}


def _known(entry: Entry, forms: set[str], abbreviations: set[str]) -> Known:
    return Known(
        name=entry.name,
        chinese=entry.chinese,
        simplified=fold(entry.chinese),
        abbreviations=tuple(sorted(abbreviations)),
        forms=frozenset(forms | {form(entry.name)} | ({form(entry.chinese)} if entry.chinese else set())),
        kind=entry.kind,
        jurisdiction=entry.place or (min(entry.sides) if entry.sides else ""),
    )


def _phrases(node: dict[str, Any], words: tuple[str, ...]) -> Iterator[tuple[str, Entry]]:
    """Yield each phrase of a trie with each thing it stands for."""
    for word, below in node.items():
        if word == "":
            yield from ((" ".join(words), entry) for entry in below)
        elif isinstance(below, dict):
            yield from _phrases(below, (*words, word))
