"""Which of the pairs that were never named together before are worth a reader's while. Pure."""

from __future__ import annotations

from collections.abc import Collection

from storage.model import Pair

ORDER = ("party", "jurisdiction", "place")
"""Who meets whom tells most; that two places are named in one text the least."""


def notable(pairs: Collection[Pair]) -> list[Pair]:
    """Return pairs in the order of what they tell, each two names once.

    A place and the jurisdiction it lies in are no pair: they are named together everywhere.
    """
    if not pairs:
        return []
    from scraper.cooperation.place_names import sides

    lies_in = sides()
    told: dict[tuple[str, str], Pair] = {}
    for pair in sorted(pairs, key=lambda one: ORDER.index(one.what) if one.what in ORDER else len(ORDER)):
        if lies_in.get(pair.one) != pair.other and lies_in.get(pair.other) != pair.one:
            told.setdefault((pair.one, pair.other), pair)
    return list(told.values())
