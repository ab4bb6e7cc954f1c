"""Refitting: learns from labels, keeps each weight on its signal's side, never parts a group."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scraper.cooperation import fit
from scraper.cooperation.judging import weights
from scraper.cooperation.signals import names_against, names_for

OWN = str(Path(__file__).with_name("labelled.jsonl"))


def test_every_weight_stands_on_its_signals_side_and_every_signal_has_one() -> None:
    kept = weights().weights
    assert set(kept) == {*names_for(), *names_against()}
    assert all(kept[name] >= 0 for name in names_for())
    assert all(kept[name] <= 0 for name in names_against())


def test_a_release_is_scored_without_having_been_learnt_from() -> None:
    data = fit.examples([OWN])
    scores = fit.crossed(data, 3)
    right = sum((scores[e.id] >= 0.5) == e.cooperation for e in data)
    assert right / len(data) > 0.9


def test_releases_of_one_group_share_a_fold() -> None:
    assert {fit.fold_of("an event", 5) for _ in range(9)} == {fit.fold_of("an event", 5)}
    assert {fit.fold_of(str(n), 5) for n in range(99)} == set(range(5))


def test_the_script_measures_and_changes_nothing_unless_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit, "ROUNDS", 60)
    monkeypatch.setattr(fit, "DATA", tmp_path)
    assert fit.main([OWN, "--folds", "2"]) == 0
    assert "refitted, 2 folds by group" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
    assert fit.main([OWN, "--folds", "2", "--write"]) == 0
    written = json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"))
    assert int(written["version"]) == int(weights().version) + 1
