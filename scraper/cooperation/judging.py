"""Weighs the signals of a release: a linear model over named features, its weights in data/weights.json."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from scraper.cooperation.lexicon import read
from scraper.cooperation.signals import Signal


@dataclass(frozen=True, slots=True)
class Weights:
    """The model: what a release starts from, and what each signal adds when it is full."""

    version: str
    bias: float
    threshold: float
    weights: dict[str, float]


@cache
def weights() -> Weights:
    """Return the model of data/weights.json, loaded once."""
    data = read("weights.json")
    return Weights(str(data["version"]), float(data["bias"]), float(data["threshold"]), dict(data["weights"]))


def score(signals: Sequence[Signal], model: Weights) -> float:
    """Return the score between 0 and 1: the logistic of the bias and the weighted signals."""
    total = model.bias + sum(model.weights.get(s.name, 0.0) * s.value for s in signals)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
