"""How much it says that two texts share a thing: the rarer the thing among health releases, the more.

The counts are measured (make_rarity.py) and kept in data/rarity.json; they are no texts, and never learned from the
store, so that what belongs together does not depend on what was read before.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data") / "rarity.json"
UNCOUNTED = 60
"""Texts that a language without counts is taken to have been counted in."""
SHARE = {"term": 0.5, "topic": 0.6}
"""Of its weight: a Latin word in a text, or a topic, is often part of a name or a figure that counts already."""


@cache
def counts() -> dict[str, Any]:
    """Return the counts: `texts` by language, `clues` by `kind|value`, `words` by language."""
    with DATA.open(encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


@cache
def _texts() -> int:
    return sum(counts()["texts"].values())


def _rarity(texts: int, found: int) -> float:
    return max(0.0, math.log((texts + 1) / (found + 1)))


def of_name(kind: str, name: str) -> float:
    """Return the weight of a name, topic or Latin term; one never counted weighs most."""
    return _rarity(_texts(), counts()["clues"].get(f"{kind}|{name}", 0)) * SHARE.get(kind, 1.0)


def of_number(value: float) -> float:
    """Return the weight of a number: small ones, and those that may be years, come together by chance."""
    rare = _rarity(_texts(), counts()["clues"].get(f"number|{value:g}", 0))
    if value % 1 == 0 and value <= 31:
        return min(rare, 1.2)
    if value % 1 == 0 and (value <= 100 or 1990 <= value <= 2035):
        return min(rare, 2.0)
    return rare


def of_date(days: int | None) -> float:
    """Return the weight of a stated day, by how many days it lies after the day of publishing (None: unknown)."""
    return _rarity(_texts(), counts()["clues"].get(f"date|{days}", 0)) if days is not None else 2.5


def of_word(language: str, word: str) -> float:
    """Return the weight of one word; see `of_words`."""
    known, unknown = of_words(language)
    return known.get(word, unknown)


@cache
def of_words(language: str) -> tuple[dict[str, float], float]:
    """Return the weights of the words (`en`) or pairs of characters (`zh`) of a language, and that of all others."""
    texts = counts()["texts"].get(language, UNCOUNTED)
    counted = counts()["words"].get(language, {})
    return {word: _rarity(texts, found) for word, found in counted.items()}, _rarity(texts, 0)
