"""The fixed words of every message, in the reader's language: the files of the folder words/. Pure once they are read.

A language is read when somebody first writes in it, so a service with English readers alone keeps no Chinese in memory.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("words")
LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""The languages of the words, as BCP 47 has them; the first where no other fits."""
SIMPLIFIED = frozenset({"zh-hans", "zh-cn", "zh-sg", "zh-my"})
FORMS = {"one", "other"}


class Words:
    """The fixed words of one language.

    Args:
        language: one of LANGUAGES.
        entries: by key (`row.portal`): a text with {names} to fill in, its forms for `one` and `other`, or a list.
    """

    def __init__(self, language: str, entries: Mapping[str, Any]) -> None:
        self.language, self._entries = language, entries

    def __call__(self, key: str, /, **values: str) -> str:
        """Return the text of a key with its names filled in; what is filled in is never read as a text with names."""
        return str(self._entries[key]).format(**values)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    @property
    def keys(self) -> frozenset[str]:
        """All keys."""
        return frozenset(self._entries)

    def count(self, key: str, number: int) -> str:
        """Return the text of a key for a number of things, with `{n}` filled in."""
        forms = self._entries[key]
        text = forms if isinstance(forms, str) else forms["one" if number == 1 else "other"]
        return text.format(n=f"{number:,}")

    def known(self, table: str, name: str, otherwise: str = "") -> str:
        """Return the word for a name of a table (`kind`, `training`), or what to say where the table lacks it."""
        return str(self._entries.get(f"{table}.{name}", otherwise or name))

    def several(self, key: str) -> Sequence[str]:
        """Return the texts of a key that has a list of them."""
        return tuple(self._entries[key])

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a sentence lists them: `A, B and C`."""
        if len(names) < 2:
            return "".join(names)
        return self("and").join((self("comma").join(names[:-1]), names[-1]))

    def tongue(self, language: str) -> str:
        """Return what a language is called: `Traditional Chinese`; a tag that has no name here stays as it is."""
        return self.known("languages", language, self.known("languages", language.partition("-")[0], language))


def words(language: str | None) -> Words:
    """Return the words that fit a language tag best; those in English where none does.

    Args:
        language: BCP 47: `en`, `zh-Hant`, `zh-Hans`, also `zh-HK` or `zh-CN`; None for no wish.
    """
    tag = (language or "en").lower()
    if tag.partition("-")[0] != "zh":
        return _read(LANGUAGES[0])
    return _read("zh-Hans" if tag in SIMPLIFIED or tag.startswith("zh-hans-") else "zh-Hant")


def own(name: str, table: str, said: Words) -> str:
    """Return a name in the reader's language by a table (`places`, `counts`, `why`); the name itself if not there."""
    if said.language == "en":
        return name
    pair = _names(table).get(name)
    return pair[said.language == "zh-Hans"] if pair else name


def spelt(name: str, said: Words) -> str:
    """Return a Chinese name in the reader's characters: for a reader of Simplified ones, sign by sign."""
    if said.language != "zh-Hans" or not any(map(is_han, name)):
        return name
    from scraper.cooperation.folding import fold

    # Folding makes Latin letters lower case too; only what it makes of Chinese characters is taken.
    return "".join(simple if is_han(char) else char for char, simple in zip(name, fold(name), strict=True))


def is_han(char: str) -> bool:
    """Return whether a character is a Chinese one."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"


@cache
def _read(language: str) -> Words:
    return Words(language, dict(_flat(tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8")))))


@cache
def _names(table: str) -> dict[str, tuple[str, str]]:
    read = tomllib.loads((FOLDER / f"{table}.toml").read_text(encoding="utf-8"))
    return {name: (traditional, simplified) for name, (traditional, simplified) in read.items()}


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    made: list[tuple[str, Any]] = []
    for name, value in table.items():
        inner = isinstance(value, dict) and set(value) != FORMS
        made += _flat(value, f"{before}{name}.") if inner else [(before + name, value)]
    return made
