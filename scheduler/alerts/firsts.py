"""Which of the names that a text has together are worth a reader's while: places, and pairs never seen before. Pure.

A place and what it lies in are no pair: they are named together everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from storage.model import Assessment, Notice, Pair

ORDER = ("party", "jurisdiction", "place")
"""Who meets whom tells most; that two places are named in one text the least."""


def firsts(notice: Notice) -> list[Pair]:
    """Return a notice's pairs never named together before, but for places one of which lies in the other."""
    if not notice.first_pairs:
        return []
    from scraper.cooperation.place_names import around

    within = _within(notice.assessment)
    return [
        pair
        for pair in notice.first_pairs
        if pair.other not in around(pair.one, within) and pair.one not in around(pair.other, within)
    ]


def notable(notice: Notice) -> list[Pair]:
    """Return them in the order of what they tell, each two names once."""
    told: dict[tuple[str, str], Pair] = {}
    for pair in sorted(firsts(notice), key=lambda one: ORDER.index(one.what) if one.what in ORDER else len(ORDER)):
        told.setdefault((pair.one, pair.other), pair)
    return list(told.values())


def sides(made: Assessment) -> list[str]:
    """Return the jurisdictions and places that take part, but for those that another of them lies in."""
    if len(made.jurisdictions) < 2:
        return list(made.jurisdictions)
    from scraper.cooperation.place_names import around

    within = _within(made)
    holding = {one for name in made.jurisdictions for one in around(name, within)}
    return [one for one in made.jurisdictions if one not in holding]


def _within(made: Assessment) -> Mapping[str, str]:
    """Return what the text's places lie in, as the detector told: it knows the user's own."""
    return {one.name: one.jurisdiction for one in made.places if one.jurisdiction}
