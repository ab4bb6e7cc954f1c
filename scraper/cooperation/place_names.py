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
    return MappingProxyType({english: chinese for english, chinese, _ in _rows() if chinese})


@cache
def sides() -> Mapping[str, str]:
    """Return the jurisdiction that each place lies in, by its English name."""
    return MappingProxyType({english: side for english, _, side in _rows()})


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    rows = json.loads((DATA / "places.json").read_text(encoding="utf-8"))["rows"]
    return tuple((english, chinese, side) for english, chinese, side, *_ in rows)
