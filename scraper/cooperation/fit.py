"""Refits the detector's weights from labelled releases, and measures it by grouped cross-validation.

    python -m scraper.cooperation.fit LABELLED.jsonl [MORE.jsonl ...] [--write]

A labelled line holds `id`, `title`, `text`, `label` (`cooperation` or `other`), and optionally `lang`, `url` or
`jurisdiction` (whose release it is) and `group` (releases of one event, never parted by a fold). Without --write
nothing is changed. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scraper.cooperation.folding import DATA
from scraper.cooperation.homonyms import settled
from scraper.cooperation.judging import Weights, score, weights
from scraper.cooperation.lexicon import lexicon
from scraper.cooperation.nearby import placed
from scraper.cooperation.passages import hits, passage, passages
from scraper.cooperation.publishers import side_of_address
from scraper.cooperation.signals import Signal, home, names_against, names_for, signals

ROUNDS, RATE, RIDGE = 1500, 0.5, 0.004


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled release, as the model sees it."""

    id: str
    group: str
    language: str
    cooperation: bool
    signals: tuple[Signal, ...]


def examples(paths: Iterable[str]) -> list[Example]:
    """Return the labelled releases of the files. Raises OSError or ValueError where a file cannot be read."""
    made, words = [], lexicon()
    for path in paths:
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            if line.strip():
                row: dict[str, Any] = json.loads(line)
                side = row.get("jurisdiction") or side_of_address(row.get("url"))
                title = passage(0, len(row["title"]), hits(row["title"], words))
                title, *body = placed(settled([title, *passages(row["text"], words)], side, words), words)
                found = signals(title, body, home([title, *body], side))
                group = str(row.get("group") or row["id"])
                made.append(
                    Example(str(row["id"]), group, row.get("lang", ""), row["label"] == "cooperation", tuple(found))
                )
    return made


def fitted(data: Sequence[Example], version: str) -> Weights:
    """Return the weights that fit `data` best: logistic loss with a ridge, each weight kept on its signal's side."""
    upper = {**dict.fromkeys(names_for(), math.inf), **dict.fromkeys(names_against(), 0.0)}
    lower = {**dict.fromkeys(names_for(), 0.0), **dict.fromkeys(names_against(), -math.inf)}
    values, bias = dict.fromkeys(upper, 0.0), 0.0
    for round_ in range(ROUNDS):
        rate = RATE * (1 - round_ / ROUNDS) + 0.02
        slope, drift = dict.fromkeys(values, 0.0), 0.0
        for example in data:
            miss = score(example.signals, Weights("", bias, 0.5, values)) - example.cooperation
            drift += miss
            for signal in example.signals:
                slope[signal.name] += miss * signal.value
        bias -= rate * drift / len(data) * 4
        for name, value in values.items():
            moved = value - rate * (slope[name] / len(data) * 4 + RIDGE * value)
            values[name] = min(upper[name], max(lower[name], moved))
    return Weights(version, round(bias, 3), 0.5, {name: round(value, 3) for name, value in values.items()})


def fold_of(group: str, folds: int) -> int:
    """Return the fold of a group: the same one every time, so that figures can be compared."""
    return hashlib.sha256(group.encode()).digest()[0] % folds


def crossed(data: Sequence[Example], folds: int) -> dict[str, float]:
    """Return the score of each release under weights fitted without its fold."""
    scores: dict[str, float] = {}
    for fold in range(folds):
        kept = [e for e in data if fold_of(e.group, folds) != fold]
        model = fitted(kept, "crossed")
        scores |= {e.id: score(e.signals, model) for e in data if fold_of(e.group, folds) == fold}
    return scores


def figures(data: Sequence[Example], scores: dict[str, float], threshold: float) -> str:
    """Return precision, recall and F1 as a line, and the ids that are wrong."""
    hit = sum(e.cooperation and scores[e.id] >= threshold for e in data)
    false = [e.id for e in data if not e.cooperation and scores[e.id] >= threshold]
    missed = [e.id for e in data if e.cooperation and scores[e.id] < threshold]
    precision, recall = hit / max(1, hit + len(false)), hit / max(1, hit + len(missed))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    line = f"n={len(data)} precision={precision:.4f} recall={recall:.4f} f1={f1:.4f}"
    return f"{line}\n  wrongly taken: {' '.join(false)}\n  missed: {' '.join(missed)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and measure; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled", nargs="+", help="files of labelled releases, a JSON object a line")
    parser.add_argument("--write", action="store_true", help="keep the new weights in data/weights.json")
    parser.add_argument("--folds", type=int, default=5, help="folds of the cross-validation (default 5)")
    options = parser.parse_args(arguments)
    data, now = examples(options.labelled), weights()
    out = sys.stdout.write
    out("as it stands: " + figures(data, {e.id: score(e.signals, now) for e in data}, now.threshold) + "\n")
    scores = crossed(data, options.folds)
    out(f"refitted, {options.folds} folds by group: " + figures(data, scores, 0.5) + "\n")
    for path in options.labelled:
        own = {e.id for e in examples([path])}
        out(f"  of these {path}: " + figures([e for e in data if e.id in own], scores, 0.5) + "\n")
    if options.write:
        model = fitted(data, str(int(now.version) + 1))
        about = "weights of the detector's named signals, fitted by python -m scraper.cooperation.fit"
        kept = {"about": about, "version": model.version, "bias": model.bias, "threshold": model.threshold}
        text = json.dumps({**kept, "weights": model.weights}, indent=1, ensure_ascii=False)
        (DATA / "weights.json").write_text(text + "\n", encoding="utf-8")
        out(f"wrote data/weights.json, version {model.version}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
