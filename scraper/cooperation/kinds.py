"""Chooses the kind of a co-operation release from the acts its title and passages tell."""

from __future__ import annotations

from collections import defaultdict

from scraper.cooperation.passages import Passage

# How much an act speaks for its own kind: an agreement signed at a meeting makes an agreement, not a meeting.
WORTH = {
    "agreement": 2.0,
    "emergency": 1.6,
    "conference": 1.4,
    "training": 1.2,
    "exchange": 1.0,
    "service": 1.2,
    "visit": 1.1,
    "meeting": 1.2,
    "legislation": 0.6,
}
TITLE, LEAD, REST = 4.0, 2.0, 0.5


def kind_of(title: Passage, text: list[Passage]) -> str:
    """Return the kind that the acts of the title, the opening and the rest add up to; `other` where none does."""
    points: dict[str, float] = defaultdict(float)
    for weight, passage in [(TITLE, title), *((LEAD if i < 2 else REST, p) for i, p in enumerate(text[:12]))]:
        for act in passage.acts:
            points[act] += weight * WORTH.get(act, 0.0)
    best = max(points, key=lambda act: points[act], default="other")
    return best if points[best] >= 1.0 else "other"
