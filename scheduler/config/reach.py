"""Whether anything could ever be told to a subscription: tried on every sort of change there is. Pure.

What a change has one of (source, language, portal, kinds, grade) is tried through; what texts may say (words, names,
scores) may always hold, but where the same conditions ask for it and shut it out. Not here: what stands out in single
conditions, which can be said more exactly (contradictions.py, unlikely.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from scheduler.config.contradictions import asks, implies, overlap
from scheduler.config.rules import Finding
from scheduler.config.subscription_rules import KINDS
from scheduler.config.subscriptions import (
    ALSO,
    DEFAULT_CHANGES,
    DEFAULT_GRADE,
    FIGURE,
    GRADES,
    Conditions,
    Where,
)

NEVER = "it is never told"
# What a change is called by conditions, with the grades it may have: a revision that first makes co-operation of a
# release is news as well, and has none (scheduler.alerts.facts).
_SORTS: tuple[tuple[tuple[str, ...], tuple[str | None, ...]], ...] = (
    (("new",), (None,)),
    (("revised",), tuple(grade for grade in GRADES if grade != "withdrawn")),
    (("revised", "new"), (None,)),
    (("gone",), ("withdrawn",)),
    (("returned",), (None,)),
    ((FIGURE,), (None,)),
)
# Who is named together for the first time is found in texts that came new or changed (storage/concluding.py).
_WITH_PAIRS = {"new", "revised"}
_WHY = {
    "first_pairs": "holds for what is new or revised only",
    "figures": "holds for changes of figures only",
    "min_grade": "is more than the changes that are asked for can have",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a built-in source: the language of its releases, and the host it reads."""

    language: str
    portal: str


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of change: of which source, what it is called, its grade, the kind of co-operation (None: of none)."""

    name: str
    source: Known
    changes: tuple[str, ...]
    grade: str | None
    kind: str | None


def unreachable(
    where: Where, enabled: Sequence[str], known: Mapping[str, Known], found: Sequence[Finding]
) -> Iterator[Finding]:
    """Yield (path within `where`, why nothing can ever be told, or not by this part of `any`).

    Args:
        where: the conditions.
        enabled: the sources that are watched; of one that is not known nothing is certain, so nothing is said.
        known: the built-in sources, by name.
        found: what was found in single conditions: nothing is said twice.
    """
    if not enabled or any(name not in known for name in enabled):
        return
    sorts = tuple(_sorts({name: known[name] for name in enabled}, is_scored=where.min_score is not None))
    if _is_reached(where, sorts):
        for place, part in enumerate(where.any):
            path = ("any", place)
            if not any(one[:2] == path for one, _ in found) and not _is_reached(replace(where, any=(part,)), sorts):
                yield path, "contradicts the other conditions: this part never holds"
    elif not any("never told" in what for _, what in found):
        yield _culprit(where, sorts)


def _sorts(sources: Mapping[str, Known], *, is_scored: bool) -> Iterator[Sort]:
    many = len({one.portal for one in sources.values()}) > 1
    named = [*_SORTS, *([((ALSO,), (None,))] if many else [])]
    kinds: tuple[str | None, ...] = (*KINDS, *((None,) if is_scored else ()))
    for (name, source), (changes, grades) in product(sources.items(), named):
        for grade, kind in product(grades, kinds):
            yield Sort(name, source, changes, grade, kind)


def _culprit(where: Where, sorts: Sequence[Sort]) -> Finding:
    """Return the condition without which something could be told, and what to say of it."""
    return _culprit_of_lists(where, sorts) or _culprit_of_keys(where, sorts)


def _culprit_of_lists(where: Where, sorts: Sequence[Sort]) -> Finding | None:
    if where.none and _is_reached(replace(where, none=()), sorts):
        for place, part in enumerate(where.none):
            if not _is_reached(replace(where, none=(part,)), sorts):
                return ("none", place), f"shuts out all that the other conditions ask for: {NEVER}"
        return ("none",), f"shuts out, taken together, all that the other conditions ask for: {NEVER}"
    if where.any and _is_reached(replace(where, any=()), sorts):
        return ("any",), f"has no part that can hold: {NEVER}"
    for place in range(len(where.all)):
        if _is_reached(replace(where, all=(*where.all[:place], *where.all[place + 1 :])), sorts):
            return ("all", place), f"contradicts the other conditions: {NEVER}"
    return None


def _culprit_of_keys(where: Where, sorts: Sequence[Sort]) -> Finding:
    if set(asks(where)) == {ALSO} and not any(ALSO in sort.changes for sort in sorts):
        return ("changes",), f"asks for what another portal tells also, and one portal is watched: {NEVER}"
    # `changes` last: of two that contradict each other it is the one that is meant.
    for key in sorted(where.given(), key=lambda one: one == "changes"):
        without: dict[str, Any] = {key: None if key.startswith("min_") else ()}
        if _is_reached(replace(where, **without), sorts):
            return (key,), f"{_WHY.get(key, 'contradicts the other conditions')}: {NEVER}"
    return (), f"asks for what contradicts itself: {NEVER}"


def _is_reached(where: Where, sorts: Sequence[Sort]) -> bool:
    return any(_may_be_told(where, sort) for sort in sorts)


def _may_be_told(where: Where, sort: Sort) -> bool:
    must = (where, *where.all)
    least = GRADES.index(where.min_grade or DEFAULT_GRADE)
    if sort.grade is not None and GRADES.index(sort.grade) < least:
        return False
    if not all(_may_hold(part, sort) for part in must):
        return False
    return any(
        _is_asked_for(where, option, sort) and _may_hold(option, sort) and not _is_shut(where, (*must, option), sort)
        for option in where.any or (Conditions(),)
    )


def _is_asked_for(where: Where, option: Conditions, sort: Sort) -> bool:
    wanted = asks(where) or (*DEFAULT_CHANGES, *asks(option))
    return any(one in wanted for one in sort.changes)


def _is_shut(where: Where, must: Sequence[Conditions], sort: Sort) -> bool:
    return any(
        all(_holds(key, getattr(part, key), sort) or implies(must, key, part) for key in part.given())
        for part in where.none
    )


def _may_hold(part: Conditions, sort: Sort) -> bool:
    own = (key for key in part.given() if not (key == "changes" and isinstance(part, Where)))
    return all(_holds(key, getattr(part, key), sort) is not False for key in own)


def _holds(key: str, wanted: Any, sort: Sort) -> bool | None:
    """Return whether a condition holds for a sort of change; None where that is up to the text."""
    rule = _RULES.get(key)
    return rule(wanted, sort) if rule else None


_RULES: dict[str, Callable[[Any, Sort], bool | None]] = {
    "sources": lambda wanted, sort: sort.name in wanted,
    "portals": lambda wanted, sort: sort.source.portal.casefold() in {one.casefold() for one in wanted},
    "languages": lambda wanted, sort: overlap(wanted, [sort.source.language]),
    "kinds": lambda wanted, sort: sort.kind in wanted,
    "changes": lambda wanted, sort: any(one in wanted for one in sort.changes),
    "figures": lambda _, sort: None if FIGURE in sort.changes else False,
    "first_pairs": lambda _, sort: None if _WITH_PAIRS.intersection(sort.changes) else False,
    "min_grade": lambda wanted, sort: sort.grade is None or GRADES.index(sort.grade) >= GRADES.index(wanted),
}
