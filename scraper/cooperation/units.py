"""Cuts a folded text into units (Latin words, single Chinese characters, marks) and finds phrases of units in it.

Phrases live in a trie over units, so looking costs about one step a unit however many phrases there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any

# The group makes `split` return the units between what parts them.
UNIT = re.compile(
    r"(co-(?:oper|ordin|organ|host|chair)[a-z]*|[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\s\w'-]|\n)"
)
# The same for the many texts that need no more: a third quicker.
ASCII = re.compile(r"([a-z0-9]+|[^\s\w'-]|\n)")
# What is not Chinese nor one of the commonest marks, which all are units of one character.
STRANGE = re.compile(r"[^\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\n,.:;!?()\"、。%/]+")
# Offsets into any text that is read, made once: to copy them from here is several times faster than to count.
NUMBERS = tuple(range(25_000))
# Spellings of one word, so that a name need be listed in one of them only.
SAME = {
    "macau": "macao",
    "prof": "professor",
    "center": "centre",
    "centers": "centres",
    "program": "programme",
    "programs": "programmes",
    "organization": "organisation",
    "organizations": "organisations",
    "harmonization": "harmonisation",
    "harmonize": "harmonise",
    "harmonized": "harmonised",
    "hospitalized": "hospitalised",
    "standardized": "standardised",
    "specialized": "specialised",
    "recognized": "recognised",
    "labor": "labour",
    "pediatric": "paediatric",
    "dept": "department",
    "govt": "government",
    "gov": "government",
    "univ": "university",
}


@dataclass(frozen=True, slots=True)
class Units:
    """A text cut up: the units, canonical, and where each starts and ends."""

    words: list[str]
    starts: list[int]
    ends: list[int]


def cut(folded: str) -> Units:
    """Return the units of a folded text, in order. Blanks, apostrophes and hyphens between words are dropped."""
    if not folded.isascii():
        return cut_mixed(folded)
    parts = (UNIT if "co-" in folded else ASCII).split(folded)
    stops = list(accumulate(map(len, parts)))
    return Units(canonical(parts[1::2], folded), stops[:-1:2], stops[1::2])


# The units of the release at hand, remembered for all who read it in turn.
cut_text = lru_cache(maxsize=2)(cut)


def canonical(words: list[str], folded: str) -> list[str]:
    """Return words in their one spelling."""
    words = list(map(SAME.get, words, words))
    return [word.replace("-", "", 1) if "-" in word else word for word in words] if "co-" in folded else words


def cut_mixed(folded: str) -> Units:
    """Return the units of a text that is not all ASCII; Chinese characters are taken by the run, not one by one."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    done, numbers = 0, NUMBERS if len(folded) < len(NUMBERS) else range(len(folded) + 1)
    for run in STRANGE.finditer(folded):
        start, end = run.span()
        words += folded[done:start]
        starts += numbers[done:start]
        ends += numbers[done + 1 : start + 1]
        done = end
        said = run[0]
        if said.isdecimal() and said.isascii():  # by far the most
            words.append(said)
            starts.append(start)
            ends.append(end)
            continue
        found = [(word[0], *word.span()) for word in UNIT.finditer(said)]
        words += canonical([word for word, _, _ in found], said)
        starts += [start + at for _, at, _ in found]
        ends += [start + at for _, _, at in found]
    words += folded[done:]
    starts += numbers[done : len(folded)]
    ends += numbers[done + 1 : len(folded) + 1]
    return Units(words, starts, ends)


LATIN = re.compile("[a-z0-9]+")
# Words with their offsets.
Tried = Sequence[tuple[str, int]]
DIGITS = frozenset("0123456789")
# What Latin words are made of.
LETTERS = DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz")
# The key of a node of the trie whose phrase may share its last unit with the next; no unit is written so.
OVERLAPS = "~~"


def worth(folded: str, units: Units, firsts: frozenset[str]) -> Tried:
    """Return the Latin words of a folded text that are among `firsts` or begin with a digit: there patterns are tried.

    `units` are those of the folded text; among Chinese, its few Latin words are found faster without them.
    """
    if folded.isascii():
        pairs = zip(units.words, units.starts, strict=True)
        return [(word, at) for word, at in pairs if word in firsts or word[0] in DIGITS]
    found = [(match[0], match.start()) for match in LATIN.finditer(folded)]
    return [(word, at) for word, at in found if word in firsts or word[0] in DIGITS]


def starts_of(tried: Tried, firsts: frozenset[str]) -> list[int]:
    """Return where, among the words found by `worth`, those stand that one pattern can begin with."""
    return [at for word, at in tried if word in firsts or word[0] in DIGITS]


def starts_among(folded: str, chars: re.Pattern[str]) -> Iterator[int]:
    """Yield where one of some Chinese characters stands; see `starts_of`."""
    return (m.start() for m in chars.finditer(folded))


def each(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that begin at `starts` (ascending), none within another."""
    end = 0
    for at in starts:
        if at >= end and (match := pattern.match(text, at)):
            end = match.end()
            yield match


@dataclass(slots=True)
class Trie:
    """Phrases with what each stands for. Built once by `add`, then only read."""

    root: dict[str, Any] = field(default_factory=dict)

    def add(self, phrase: str, entry: object, *, overlaps: bool = False) -> None:
        """Add a folded phrase that stands for `entry`; one phrase may stand for several.

        Where it `overlaps`, its last unit may be the first of the next phrase: 赴深 and 深圳 in 赴深圳.
        """
        node = self.root
        for word in cut(phrase).words:
            node = node.setdefault(word, {})
        if overlaps:
            node[OVERLAPS] = True
        if node is not self.root and entry not in node.setdefault("", ()):
            node[""] = (*node[""], entry)

    def forget(self, phrase: str, entries: Callable[[Any], bool]) -> list[Any]:
        """Drop what a folded phrase stands for where `entries` says so; return what was dropped."""
        node = self.root
        for word in cut(phrase).words:
            node = node.get(word, {})
        dropped = [entry for entry in node.get("", ()) if entries(entry)]
        if dropped:
            node[""] = tuple([entry for entry in node[""] if entry not in dropped])
        return dropped

    def find(self, words: list[str]) -> Iterator[tuple[int, int, tuple[Any, ...]]]:
        """Yield (first unit, unit after the last, entries) of the longest phrase at each place, left to right."""
        at, count, root = 0, len(words), self.root.get
        while at < count:
            node = root(words[at])
            if node is None:
                at += 1
                continue
            step, best, back = at + 1, None, False
            while True:
                if "" in node:
                    best, back = (at, step, node[""]), OVERLAPS in node
                if step >= count or (node := node.get(words[step])) is None:
                    break
                step += 1
            if best is None:
                at += 1
            else:
                yield best
                at = best[1] - back


def forms(term: str) -> Iterable[str]:
    """Return the forms a term of the data files stands for: itself, or for `sign~` its regular inflections."""
    head, mark, tail = term.partition("~")
    if not mark:
        return (term,)
    endings = ["", "s", "es", "ed", "ing", "d"]
    found = [head + ending + tail for ending in endings]
    if head.endswith("e"):
        found.append(head[:-1] + "ing" + tail)
    if head.endswith("y"):
        found += [head[:-1] + "ies" + tail, head[:-1] + "ied" + tail]
    return found
