"""Says which programme a figure belongs to, by where the text names it; None where that is not clear. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from scraper.cooperation.folding import fold_name
from scraper.cooperation.units import LETTERS
from storage.model import Mention

# "the Scheme", 該計劃: words that take up the programme named last whose own name holds one of the same row.
TAKEN_UP = (
    ("scheme", "programme", "program", "计划"),
    ("centre", "center", "中心"),
    ("platform", "平台"),
    ("hospital", "医院"),
    ("institute", "研究所", "试验所"),
    ("project", "项目"),
    ("measure", "措施"),
)
THE = r"(?:\bthe (?:pilot |training |new )?|[该本此]|试点|试行|有关)"
TAKING_UP = tuple((words, re.compile(THE + f"(?:{'|'.join(words)})")) for words in TAKEN_UP)
ANY_TAKING_UP = re.compile(THE + f"(?:{'|'.join(word for words in TAKEN_UP for word in words)})")


@dataclass(frozen=True, slots=True)
class Named:
    """A place where a text names a programme."""

    start: int
    end: int
    name: str


def places(text: str, folded: str, programmes: Sequence[Mention]) -> list[Named]:
    """Return where a text names its programmes, in order; a name inside a longer one is part of that."""
    found = [
        Named(start, start + len(spelling), one.name)
        for one in programmes
        for spelling in dict.fromkeys((one.name, one.text, *one.aliases))
        for start in _starts(text, folded, spelling)
    ]
    found.sort(key=lambda one: (one.start, -one.end))
    kept: list[Named] = []
    for one in found:
        if not kept or one.end > kept[-1].end:
            kept.append(one)
    return kept


def _starts(text: str, folded: str, spelling: str) -> list[int]:
    """Return where a spelling stands; an abbreviation counts in capitals only, a Latin one as whole words."""
    exact = spelling.isupper() and spelling.isascii()
    inside, wanted = (text[: len(folded)], spelling) if exact else (folded, fold_name(spelling))
    if not wanted.strip():
        return []
    before, after = wanted[0].isascii(), wanted[-1].isascii()
    found = []
    at = inside.find(wanted)
    while at >= 0:
        last = at + len(wanted)
        if (before and inside[at - 1 : at] in LETTERS) or (after and inside[last : last + 1] in LETTERS):
            last = at + 1
        else:
            found.append(at)
        at = inside.find(wanted, last)
    return found


def only(title: str, folded: str, programmes: Sequence[Mention], named: Sequence[Named]) -> str | None:
    """Return the programme that a release is about: the only one it names, in the title or the first paragraph."""
    names = {one.name for one in programmes}
    if len(names) != 1:
        return None
    first = folded.find("\n") if "\n" in folded else len(folded)
    said = places(title, fold_name(title), programmes) or [one for one in named if one.start < first]
    return names.pop() if said else None


def taken_up(said: str, earlier: Sequence[Named]) -> str | None:
    """Return the programme that a folded sentence takes up by "the Scheme" or the like; `earlier` are those before."""
    if not earlier or not ANY_TAKING_UP.search(said):
        return None
    for words, taking_up in TAKING_UP:
        if taking_up.search(said):
            fitting = next((n for n in _latest(earlier) if any(word in fold_name(n) for word in words)), None)
            if fitting:
                return fitting
    return None


def _latest(earlier: Sequence[Named]) -> dict[str, None]:
    """Return the names, each once, the one named last first."""
    return dict.fromkeys(one.name for one in reversed(earlier))


def owner(start: int, here: Sequence[Named], otherwise: str | None) -> str | None:
    """Return the programme that a figure belongs to, or None.

    Args:
        start: where the figure starts.
        here: where its sentence names programmes; of several, the last one before the figure is meant.
        otherwise: whose it is where the sentence names none.
    """
    if not here:
        return otherwise
    if all(one.name == here[0].name for one in here):
        return here[0].name
    place = bisect_right(here, start, key=lambda one: one.start)
    return here[place - 1].name if place else None
