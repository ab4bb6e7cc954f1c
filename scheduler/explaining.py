"""Why a text is judged as it is: the sum of its score, and the text with its evidence marked. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from storage.model import Assessment, Evidence

OPEN, CLOSE = "\u27e6", "\u27e7"  # brackets that no release uses


@dataclass(frozen=True, slots=True)
class Sum:
    """How a score comes about: the logistic of `start + evidence + lesser`, which is co-operation from `bar` up.

    `lesser` is what signals too weak to be evidence add; None where the score is too near 0 or 1 to tell.
    """

    start: float
    evidence: float
    lesser: float | None
    score: float
    bar: float

    @property
    def total(self) -> float:
        """What the score is the logistic of."""
        return self.start + self.evidence + (self.lesser or 0.0)

    @property
    def missing(self) -> float:
        """How far the total lies above what the bar asks for; below it, where negative."""
        return self.total - logit(self.bar)


def logit(score: float) -> float:
    """Return the number whose logistic is `score`."""
    return math.log(score / (1 - score))


def summed(assessment: Assessment, start: float, bar: float) -> Sum:
    """Return the sum of a score.

    Args:
        assessment: with its evidence.
        start: what every release starts from: the model's bias.
        bar: the least score of a co-operation item.
    """
    evidence = sum(one.weight for one in assessment.evidence)
    score = assessment.score
    # A score is kept to four digits: nearer to the ends than this, many sums have the same.
    lesser = logit(score) - start - evidence if 0.002 < score < 0.998 else None
    return Sum(start, round(evidence, 3), None if lesser is None else round(lesser, 2), score, bar)


def passages(evidence: Sequence[Evidence]) -> list[tuple[int, int, list[Evidence]]]:
    """Return each passage once, in the order of the text, with all that it counts for, the weightiest first."""
    found: dict[tuple[int, int], list[Evidence]] = {}
    for one in evidence:
        found.setdefault((one.start, one.end), []).append(one)
    return [
        (start, end, sorted(ones, key=lambda one: -abs(one.weight)))
        for (start, end), ones in sorted(found.items(), key=lambda item: (item[0][0], -item[0][1]))
    ]


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text with each passage in brackets, its number after it: `⟦so it says⟧1`.

    Args:
        text: the text.
        spans: start and end of the passages, counted from 1; one may lie inside another.
    """
    opened: dict[int, int] = {}
    closed: dict[int, list[int]] = {}
    for number, (start, end) in enumerate(spans, 1):
        opened[start] = opened.get(start, 0) + 1
        closed.setdefault(end, []).append(number)
    made, at = [], 0
    for place in sorted({*opened, *closed}):
        made.append(text[at:place])
        made += [f"{CLOSE}{number}" for number in reversed(closed.get(place, []))]
        made.append(OPEN * opened.get(place, 0))
        at = place
    return "".join(made) + text[at:]
