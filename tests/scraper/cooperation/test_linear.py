"""What a text costs is bounded by its length: steps are counted here, since a busy machine's clock proves nothing."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from re import _constants as ops
from re import _parser as parser
from typing import Any

import pytest

import scraper.cooperation
import scraper.lifelines
from scheduler.demo.texts import BLOCKS, HOSTILE_SIZE, hostile, releases
from scraper.cooperation import assess
from scraper.cooperation.dates import MOST
from scraper.cooperation.passages import READ
from scraper.lifelines import followed

PACKAGES = (scraper.cooperation, scraper.lifelines)
MODULES = [
    importlib.import_module(f"{package.__name__}.{module.name}")
    for package in PACKAGES
    for module in pkgutil.iter_modules(package.__path__)
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}
REPEATS = {ops.MAX_REPEAT, ops.MIN_REPEAT}
LARGE = 100
"""A repeat of more than so many counts as one without end."""


def read(text: str) -> Any:
    return followed("", text, assess("", text, language="en", published=None))


def steps(text: str) -> int:
    """Count the functions, of Python and of C, that reading a text calls."""
    read(text)  # what is remembered from text to text is not counted
    called = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal called
        called += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read(f"{text} ")
    finally:
        sys.setprofile(None)
    return called


@pytest.mark.parametrize("block", BLOCKS[::3])
def test_twice_the_text_takes_no_more_than_twice_the_steps(block):
    half, whole = (steps((block * READ)[:size]) for size in (READ // 2, READ))
    assert whole <= 2.2 * half + 2000


def test_what_follows_the_part_that_is_read_costs_nothing():
    text = "Hong Kong and Macao signed an agreement on 5 May. " * 2000
    assert steps(text) <= steps(text[:READ]) + 100


@pytest.mark.parametrize("block", ["5% ", "5 May ", "5間醫院", "二十日", "12,345 people "])
def test_a_text_of_nothing_but_facts_states_a_bounded_number_of_them(block):
    found = read(block * READ)
    assert max(len(found.figures), len(found.dates)) <= MOST


def test_the_measured_texts_are_as_long_as_they_say():
    assert all(3900 <= len(text.encode()) <= 4096 for _, _, text in releases(9))
    assert all(HOSTILE_SIZE - 4 < len(text.encode()) <= HOSTILE_SIZE for _, text in hostile())


def test_the_expressions_are_found():
    assert len(PATTERNS) >= 50


@pytest.mark.parametrize("name", PATTERNS)
def test_no_repeat_without_end_stands_within_another(name):
    assert depth(parser.parse(PATTERNS[name].pattern, PATTERNS[name].flags & ~re.DEBUG)) <= 1


def depth(parsed: Any) -> int:
    """Return how deep endless repeats lie in one another."""
    if isinstance(parsed, parser.SubPattern):
        return max((depth(part) for part in parsed), default=0)
    if isinstance(parsed, tuple) and parsed and parsed[0] in REPEATS:
        _, most, inner = parsed[1]
        return depth(inner) + (most > LARGE)
    if isinstance(parsed, (tuple, list)):
        return max((depth(part) for part in parsed), default=0)
    return 0
