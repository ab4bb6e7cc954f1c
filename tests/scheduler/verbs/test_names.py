"""The user's own file of names: looked over by `check`, used by everything that judges a text."""

from __future__ import annotations

import json

import pytest

NAMES = """
[[body]]
name = "Harbour Eye Foundation"
chinese = "海港眼科基金會"
place = "Macao"
kind = "hospital"
also = ["HEFX"]

[[programme]]
name = "Harbour Sight Scheme"
sides = ["Hong Kong", "Macao"]
"""
TEXT = "The Health Bureau and HEFX signed an agreement on health. The Harbour Sight Scheme has nine service points."
LINE = {"id": 1, "url": "https://portal.test/1", "lang": "en", "date": "2026-11-21", "title": "Agreement on eyes"}


@pytest.fixture
def configured(folder):
    (folder / "my-names.toml").write_text(NAMES, encoding="utf-8")
    (folder / "coopwatch.toml").write_text('[service]\ngazetteer = "my-names.toml"\n', encoding="utf-8")
    (folder / "in.jsonl").write_text(json.dumps({**LINE, "text": TEXT}), encoding="utf-8")
    return folder


def test_assess_knows_the_names_of_the_file_and_says_so_by_its_version(process, configured):
    [told] = process("assess", "in.jsonl").lines
    assert "Harbour Eye Foundation" in {one["canonical"] for one in told["parties"]}
    assert ("Harbour Sight Scheme", "service points") in {(one["programme"], one["counts"]) for one in told["figures"]}
    (configured / "coopwatch.toml").write_text("", encoding="utf-8")
    [without] = process("assess", "in.jsonl").lines
    assert "Harbour Eye Foundation" not in {one["canonical"] for one in without["parties"]}
    assert told["detector"] != without["detector"]


def test_what_was_imported_without_the_names_is_brought_up_by_reread(process, configured):
    (configured / "coopwatch.toml").write_text("", encoding="utf-8")
    assert process("import", "in.jsonl").code == 0
    (configured / "coopwatch.toml").write_text('[service]\ngazetteer = "my-names.toml"\n', encoding="utf-8")
    assert process("reread", "--json").json["assessed_anew"] == 1
    told = process("party", "海港眼科基金會", "--json").json
    assert (told["name"], told["jurisdiction"]) == ("Harbour Eye Foundation", "Macao")
    assert process("reread", "--json").json["as_before"] == 1


def test_check_tells_what_is_wrong_with_the_file_by_line(process, configured):
    assert process("check", "--json").code == 0
    (configured / "my-names.toml").write_text(NAMES.replace('place = "Macao"', 'place = "Atlantis"'), encoding="utf-8")
    done = process("check", "--json")
    assert done.code == 78
    [fault] = [one for one in done.json["faults"] if one["grade"] == "fault"]
    assert (fault["file"], fault["line"]) == ("my-names.toml", 5)
    assert "Atlantis" in fault["what"]


@pytest.mark.parametrize(
    "verb", [("run",), ("crawl",), ("assess", "in.jsonl"), ("import", "in.jsonl"), ("explain", "in.jsonl")]
)
def test_nothing_is_judged_with_a_file_that_cannot_be_used(process, configured, verb):
    (configured / "my-names.toml").unlink()
    done = process(*verb)
    assert (done.code, done.out) == (78, "")
    assert done.err.startswith("my-names.toml:1: ")
    assert not (configured / "coopwatch.db").exists()
