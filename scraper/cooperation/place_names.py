"""What the places of the detector's lists are called in Chinese, found without loading the detector.

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
    rows = json.loads((DATA / "places.json").read_text(encoding="utf-8"))["rows"]
    return MappingProxyType({english: chinese for english, chinese, *_ in rows if chinese})
