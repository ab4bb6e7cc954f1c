"""What conditions look at in a notice, and whether each holds. Pure.

Not here: which conditions a subscription has, and what follows (rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any

from scheduler.alerts.firsts import firsts
from scraper.cooperation.folding import fold
from storage.model import ChangeKind, Grade, Notice

# How many of a release's names a judgement shows.
SHOWN = 8
# What the conditions call a pair that the store calls by one of its halves.
FIRST = {"party": "parties", "place": "places", "jurisdiction": "jurisdictions"}


class Facts:
    """A notice as conditions see it; what takes work is made once, and only where a condition asks for it."""

    def __init__(self, notice: Notice) -> None:
        self.notice, self.release, self.assessment = notice, notice.release, notice.assessment
        self.kind = notice.change.kind.value
        # A revision that first makes co-operation of a release is wanted as news is, whatever its grade.
        self.kinds = (self.kind, ChangeKind.NEW.value) if notice.becomes_news else (self.kind,)
        self.grade = None if notice.becomes_news else notice.grade

    @cached_property
    def text(self) -> str:
        """Title and text, folded."""
        return fold(f"{self.release.title}\n{self.release.text}")

    @cached_property
    def jurisdictions(self) -> frozenset[str]:
        """The jurisdictions and places that take part, and the publisher's own, folded."""
        return _folded((*self.assessment.jurisdictions, self.release.jurisdiction))

    @cached_property
    def taking_part(self) -> frozenset[str]:
        """The same with the places where the parties belong."""
        return self.jurisdictions | _folded(party.jurisdiction for party in self.assessment.parties)

    @cached_property
    def parties(self) -> frozenset[str]:
        """Every name of the parties, folded."""
        return _folded(chain.from_iterable((one.name, one.text, *one.aliases) for one in self.assessment.parties))

    @cached_property
    def programmes(self) -> frozenset[str]:
        """Every name of the programmes, folded."""
        return _folded(chain.from_iterable((one.name, one.text, *one.aliases) for one in self.assessment.programmes))


def _folded(names: Iterable[str | None]) -> frozenset[str]:
    return frozenset(fold(name) for name in names if name)


def holds(name: str, wanted: Any, facts: Facts) -> bool:
    """Return whether one condition holds; `name` is a field of scheduler.config.Conditions, `wanted` its value."""
    return _HOLDS[name](wanted, facts)


def saw(name: str, wanted: Any, facts: Facts) -> str:
    """Return what a condition found in the notice, for people."""
    return _SAW[name](wanted, facts) or "none"


def wants(name: str, wanted: Any) -> str:
    """Return a condition's value, for people."""
    if name == "pairs":
        return ", ".join(f"{one} with {other}" for one, other in wanted)
    if name in ("min_score", "min_grade"):
        return f"{wanted} or more"
    return ", ".join(wanted)


def reaches(least: str, grade: Grade | None) -> bool:
    """Return whether a change is grave enough; one without a grade always is."""
    return grade is None or grade.rank >= Grade(least).rank


def speaks(language: str, wanted: str) -> bool:
    """Return whether a language tag falls under a wanted one: `zh` takes in `zh-Hant` (RFC 4647, basic filtering)."""
    tag, prefix = language.lower(), wanted.lower()
    return tag == prefix or tag.startswith(prefix + "-")


def _among(names: Collection[str], wanted: Sequence[str]) -> bool:
    return any(fold(name) in names for name in wanted)


def _paired(wanted: Sequence[tuple[str, str]], facts: Facts) -> bool:
    return any(fold(one) in facts.taking_part and fold(other) in facts.taking_part for one, other in wanted)


def _figures(wanted: Sequence[str], facts: Facts) -> bool:
    figure = facts.notice.figure
    return figure is not None and _among({fold(figure.programme)}, wanted)


def _said(words: Sequence[str], facts: Facts) -> list[str]:
    return [word for word in words if _pattern(word).search(facts.text)]


@lru_cache(maxsize=1024)
def _pattern(word: str) -> re.Pattern[str]:
    """Return what finds a word in folded text.

    A Latin word is found at the beginning of words ("vaccin" in "vaccines"); one written in capitals only as a whole
    word or its plural, lest "AI" be found in "aid". Chinese has no such borders and is found anywhere.
    """
    folded = " ".join(fold(word).split())
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", folded) else ""
    after = "s?(?![a-z0-9])" if word.isupper() and re.search("[a-z0-9]$", folded) else ""
    return re.compile(before + re.escape(folded).replace(r"\ ", r"\s+") + after)


_HOLDS: dict[str, Callable[[Any, Facts], bool]] = {
    "sources": lambda wanted, facts: facts.release.source in wanted,
    "portals": lambda wanted, facts: facts.release.portal.lower() in {one.lower() for one in wanted},
    "languages": lambda wanted, facts: any(speaks(facts.release.language, one) for one in wanted),
    "jurisdictions": lambda wanted, facts: _among(facts.jurisdictions, wanted),
    "pairs": _paired,
    "parties": lambda wanted, facts: _among(facts.parties, wanted),
    "kinds": lambda wanted, facts: facts.assessment.kind in wanted,
    "programmes": lambda wanted, facts: _among(facts.programmes, wanted),
    "words": lambda wanted, facts: any(_pattern(word).search(facts.text) for word in wanted),
    "min_score": lambda wanted, facts: facts.assessment.score >= wanted,
    "changes": lambda wanted, facts: any(kind in wanted for kind in facts.kinds),
    "figures": _figures,
    "first_pairs": lambda wanted, facts: any(FIRST.get(pair.what) in wanted for pair in firsts(facts.notice)),
    "min_grade": lambda wanted, facts: reaches(wanted, facts.grade),
}


def _listed(names: Iterable[str | None]) -> str:
    """Return names once each, the first few of many."""
    found = list(dict.fromkeys(name for name in names if name))
    rest = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return ", ".join(found[:SHOWN]) + rest


def _saw_places(_wanted: Any, facts: Facts) -> str:
    return _listed((*facts.assessment.jurisdictions, facts.release.jurisdiction))


def _saw_pairs(_wanted: Any, facts: Facts) -> str:
    own = (one.jurisdiction for one in facts.assessment.parties)
    return _listed((*facts.assessment.jurisdictions, facts.release.jurisdiction, *own))


_SAW: dict[str, Callable[[Any, Facts], str]] = {
    "sources": lambda _, facts: facts.release.source,
    "portals": lambda _, facts: facts.release.portal,
    "languages": lambda _, facts: facts.release.language,
    "jurisdictions": _saw_places,
    "pairs": _saw_pairs,
    "parties": lambda _, facts: _listed(one.name for one in facts.assessment.parties),
    "kinds": lambda _, facts: facts.assessment.kind or "",
    "programmes": lambda _, facts: _listed(one.name for one in facts.assessment.programmes),
    "words": lambda wanted, facts: _listed(_said(wanted, facts)),
    "min_score": lambda _, facts: f"{facts.assessment.score:.2f}",
    "changes": lambda _, facts: ", for the first time co-operation: ".join(facts.kinds),
    "figures": lambda _, facts: facts.notice.figure.programme if facts.notice.figure else "",
    "first_pairs": lambda _, facts: _listed(f"{pair.one} with {pair.other}" for pair in firsts(facts.notice)),
    "min_grade": lambda _, facts: facts.grade.value if facts.grade else "no grade",
}
