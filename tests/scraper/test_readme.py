"""What the floor's README shows is what happens."""

from __future__ import annotations

import doctest
from pathlib import Path

import scraper
from scraper import find

ROOT = Path(scraper.__file__).parents[1]


def test_the_examples_in_the_readme_are_true(monkeypatch):
    monkeypatch.chdir(ROOT)
    tried = doctest.testfile(str(ROOT / "scraper" / "README.md"), module_relative=False)
    assert (tried.failed, tried.attempted) == (0, 9)


def test_the_readme_names_every_room_of_the_readers():
    said = (ROOT / "scraper" / "README.md").read_text()
    rooms = [path.name for path in (ROOT / "scraper" / "pages").glob("[!_]*.py")]
    assert [name for name in rooms if f"`{name}`" not in said] == []
    assert all(f"`{name}`" in said for name in find.sources())
