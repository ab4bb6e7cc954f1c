"""What the places of the detector's lists are called in Chinese and where they lie, found without loading the detector.

The service words alerts with it and has no memory to spare for the lists themselves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from scraper.cooperation.folding import DATA


@cache
def chinese_names() -> Mapping[str, str]:
    """Return the name in Traditional characters of each place and jurisdiction, by its English one."""
    return MappingProxyType({english: chinese for english, chinese, *_ in _rows() if chinese})


def around(name: str, within: Mapping[str, str] = MappingProxyType({})) -> frozenset[str]:
    """Return all that a place lies in: of Nansha Guangzhou, Guangdong and the Mainland.

    Args:
        name: its English name.
        within: what places that no list knows lie in, by their names: the user's own.
    """
    found: set[str] = set()
    todo = [name]
    while todo:
        for one in {*_around().get(todo[-1], ()), within.get(todo.pop(), "")} - {name, ""} - found:
            found.add(one)
            todo.append(one)
    return frozenset(found)


@cache
def _around() -> Mapping[str, tuple[str, str]]:
    return {english: (within, side) for english, _, side, within in _rows()}


@cache
def _rows() -> tuple[tuple[str, str, str, str], ...]:
    rows = json.loads((DATA / "places.json").read_text(encoding="utf-8"))["rows"]
    return tuple((english, chinese, side, within) for english, chinese, side, _, within, *_ in rows)
