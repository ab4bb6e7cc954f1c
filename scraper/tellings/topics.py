"""What a text is about, in one word for all languages: diseases, treatments, acts. Pure; see data/topics.json."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from scraper.cooperation.folding import fold
from scraper.cooperation.units import Trie, cut_text, forms

DATA = Path(__file__).with_name("data") / "topics.json"


@cache
def _trie() -> Trie:
    with DATA.open(encoding="utf-8") as file:
        rows = json.load(file)["rows"]
    trie = Trie()
    for name, *spellings in rows:
        for spelling in spellings:
            for form in forms(fold(spelling)):
                trie.add(form, name)
    return trie


def topics(folded: str) -> frozenset[str]:
    """Return the topics that a folded text touches."""
    return frozenset(name for _, _, entries in _trie().find(cut_text(folded).words) for name in entries)
