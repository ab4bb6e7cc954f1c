"""Loads what can be counted of a programme (data/quantities.toml), and finds it in a sentence. Judges nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from scraper.cooperation.folding import fold
from scraper.cooperation.units import Trie, cut

DATA = Path(__file__).with_name("data") / "quantities.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """Something that can be counted of a programme.

    Args:
        name: what it is called in all languages.
        state: whether any number of it tells how many there are.
        of: the narrower programme that is meant where a wider one is named.
    """

    name: str
    state: bool = False
    of: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counted:
    """A quantity that a text names, and where."""

    start: int
    end: int
    quantity: Quantity


@cache
def quantities() -> Trie:
    """Return all quantities by the words for them, loaded once."""
    trie = Trie()
    with DATA.open("rb") as file:
        rows = tomllib.load(file)["quantity"]
    for row in rows:
        quantity = Quantity(row["name"], row.get("state", False), row.get("of", {}))
        for phrase in (*row["en"], *row["zh"]):
            trie.add(fold(phrase), quantity)
    return trie


def named(folded: str, start: int, end: int) -> list[Counted]:
    """Return the quantities that a sentence of a folded text names, in order."""
    units = cut(folded[start:end])
    return [
        Counted(start + units.starts[first], start + units.ends[after - 1], entries[0])
        for first, after, entries in quantities().find(units.words)
    ]
