"""What the README and the Makefile promise is there: commands, targets, files; no picture fetches anything."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from scheduler.cli import VERBS, coopwatch

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands():
    """Every `coopwatch ...` in the README, without the comment behind it."""
    blocks = re.findall(r"^ {4}(.*)$", README, re.MULTILINE) + re.findall(r"`(coopwatch [^`]+)`", README)
    return sorted({line.split("  #")[0].strip() for line in blocks if line.startswith("coopwatch ")})


@pytest.mark.parametrize("command", commands())
def test_a_command_in_the_readme_is_one_that_the_command_line_knows(command):
    verb, *rest = shlex.split(command)[1:]
    assert verb in VERBS
    options = [word for word in rest if word.startswith("--")]
    told = CliRunner().invoke(coopwatch, [verb, "--help"]).output
    assert all(option in told for option in options), told


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)", README))))
def test_a_make_target_in_the_readme_exists(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("place", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_a_place_the_readme_links_to_exists(place):
    assert (ROOT / place).exists()


@pytest.mark.parametrize("place", sorted(set(re.findall(r"`((?:scheduler|scraper|storage|tests)/[\w/.]+)`", README))))
def test_a_place_the_readme_names_exists(place):
    assert (ROOT / place).exists()


def test_ci_runs_the_readmes_own_test_command():
    assert "\n    make test " in README
    assert re.search(r"^make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def test_the_pictures_fetch_nothing():
    picture = (ROOT / "scheduler" / "demo" / "demo.svg").read_text(encoding="utf-8")
    assert not re.search(r"@import|@font-face|href=|url\(\s*['\"]?http", picture)
    assert "All 4 alerts came by webhook and 3 by mail" in re.sub(r"&#160;", " ", picture)
