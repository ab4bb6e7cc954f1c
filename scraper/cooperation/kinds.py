"""Chooses the kind of a co-operation release from the acts its title and passages tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from scraper.cooperation.passages import Passage

# How much an act speaks for its own kind. A paper signed at a meeting makes an agreement; a conference is where people
# meet; a visit is made of meetings and exchanges; co-operation alone names no kind.
WORTH = {
    "agreement": 2.0,
    "emergency": 1.5,
    "conference": 1.6,
    "training": 1.1,
    "exchange": 0.9,
    "service": 1.1,
    "visit": 1.3,
    "meeting": 1.4,
    "legislation": 1.0,
    "paper": 1.0,
    "help": 0.5,
    "charity": 1.7,
}
# Acts that speak for a kind of another name: a memorandum for an agreement, help for an emergency; gifts and missions
# that no emergency calls for are of no named kind.
SPEAKS_FOR = {"paper": "agreement", "help": "emergency", "charity": "other"}
TITLE, OPENING, REST = 3.0, 2.0, 0.3
# How many words of one act count in one passage.
REPEATS = 2


def kind_of(title: Passage, text: Sequence[Passage]) -> str:
    """Return the kind that the acts of the title, the opening and the rest add up to; `other` where none does."""
    points: dict[str, float] = defaultdict(float)
    for weight, passage in [(TITLE, title), *((OPENING if i < 1 else REST, p) for i, p in enumerate(text[:12]))]:
        for act, number in acts(passage).items():
            points[SPEAKS_FOR.get(act, act)] += weight * WORTH.get(act, 0.0) * min(number, REPEATS)
    best = max(points, key=lambda act: points[act], default="other")
    if best == "meeting" and points["conference"] and any("International" in p.sides for p in (title, *text[:1])):
        return "conference"  # bodies of many countries confer
    return best if points[best] >= 1.0 else "other"


def acts(passage: Passage) -> dict[str, int]:
    """Return how often a passage tells each act, by its words and by the programmes it names."""
    number: dict[str, int] = defaultdict(int)
    for entry in passage.of("act", "programme"):
        number[entry.name if entry.what == "act" else entry.kind] += 1
    return number
