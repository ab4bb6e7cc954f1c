"""The user's own file of names: checked by line, found in texts, winning over the lists."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.cooperation.extra import GazetteerError, load_extra

FILE = """\
[[place]]
name = "Lantern Bay"
chinese = "燈籠灣"
side = "Mainland"
within = "Guangdong"

[[body]]
name = "Harbour Eye Foundation"
chinese = "海港眼科基金會"
place = "Hong Kong"
kind = "charity"
also = ["HEF"]

[[body]]
name = "Lantern Bay Clinic"
place = "Lantern Bay"
kind = "hospital"

[[programme]]
name = "Clear Sight Across the Sea"
chinese = "光明過海"
sides = ["Hong Kong", "Mainland"]

[[person]]
name = "Yau Tsz-ching"
chinese = "游子靜"
side = "Hong Kong"
office = "Chairman of the Harbour Eye Foundation"
"""
ASKED = """
import json, sys
from pathlib import Path
from scraper.cooperation import DETECTOR, assess, extend, load_extra
import scraper.cooperation as detector
before = detector.DETECTOR
extra = load_extra(Path(sys.argv[1]))
extend(extra)
extend(extra)
said = assess("", sys.argv[2], language="en")
print(json.dumps({
    "named": [[m.name for m in field] for field in (said.parties, said.people, said.places, said.programmes)],
    "before": before, "detector": said.detector, "now": detector.DETECTOR,
}))
"""


def asked(path: Path, text: str) -> dict[str, object]:
    """Return what a process of its own makes of a text with the file (the lists are one to a process)."""
    words = [sys.executable, "-c", ASKED, str(path), text]
    return dict(json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "names.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_names_of_the_file_are_found_in_either_script_and_by_abbreviation(file: Path) -> None:
    text = "HEF與燈籠灣的醫生開展「光明过海」。游子靜出席。The Lantern Bay Clinic took part."
    said = asked(file, text)
    assert said["named"] == [
        ["Harbour Eye Foundation", "Lantern Bay Clinic"],
        ["Yau Tsz-ching"],
        ["Lantern Bay"],
        ["Clear Sight Across the Sea"],
    ]


def test_the_detectors_version_tells_that_a_file_was_used_and_which(file: Path) -> None:
    said = asked(file, "x")
    assert said["detector"] == said["now"] == f"{said['before']}+{load_extra(file).mark}"
    file.write_text(FILE + "\n", encoding="utf-8")
    assert asked(file, "x")["detector"] != said["detector"]


def test_the_users_name_wins_over_the_lists(tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    path.write_text('[[body]]\nname = "My Hospital Body"\nplace = "Hong Kong"\nalso = ["Hospital Authority"]\n')
    assert asked(path, "The Hospital Authority met doctors.")["named"][0] == ["My Hospital Body"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('[[body]]\nname = "A Body"\n', [(1, "place is missing")]),
        ('\n[[body]]\nname = "A Body"\nplace = "Atlantis"\n', [(4, "place names no known place: Atlantis")]),
        ('[[body]]\nname = "A"\nplace = "Macao"\n', [(2, "name must be text")]),
        ('[[body]]\nname = "One Body"\nplace = "Macao"\n[[body]]\nname = 3\nplace = "Macao"\n', [(5, "name must be")]),
        ('[[body]]\nname = "One Body"\nplace = "Macao"\nkind = "band"\n', [(4, "kind must be one of")]),
        (
            '[[body]]\nname = "One Body"\nplace = "Macao"\nnmae = "x"\nalso = "x"\n',
            [(4, "nmae is not"), (5, "also must")],
        ),
        ('[[programme]]\nname = "A Scheme"\nsides = []\n', [(3, "sides must be a list")]),
        ('\n[[bodies]]\nname = "x"\n', [(2, "bodies is no")]),
        ('[body]\nname = "x"\n', [(1, "body is no")]),
        ("[[body]]\nname = \n", [(2, "is not TOML")]),
        ("name", [(1, "is not TOML")]),
        (b"\n\n\xff", [(3, "is not UTF-8")]),
    ],
)
def test_every_fault_is_told_with_its_line(tmp_path: Path, text: str | bytes, faults: list[tuple[int, str]]) -> None:
    path = tmp_path / "names.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(GazetteerError) as told:
        load_extra(path)
    assert [
        (fault.line, fault.what[: len(what)]) for fault, (_, what) in zip(told.value.faults, faults, strict=True)
    ] == faults
    assert str(told.value).startswith(f"{path}:{faults[0][0]}: ")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(GazetteerError, match="cannot be read"):
        load_extra(tmp_path / "none.toml")
