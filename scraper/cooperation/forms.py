"""The words of data/forms.toml: what names look like that stand in no list."""

from __future__ import annotations

import tomllib
from functools import cache

from scraper.cooperation.folding import DATA


@cache
def forms() -> dict[str, tuple[str, ...]]:
    """Return the lists of the file by name, read once."""
    with (DATA / "forms.toml").open("rb") as file:
        return {name: tuple(words.split()) for name, words in tomllib.load(file).items()}


def either(*names: str) -> str:
    """Return a regular expression for any of the words of some lists (which may be expressions), longest first."""
    words = {word for name in names for word in forms()[name]}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
