"""Conditions that nothing can fulfil, and such as do nothing: found by looking at them alone. Pure.

Only what is certain is said: two conditions contradict each other where a release has one value (source, portal, kind,
language, kind of change) and they share none, or where `none` shuts out all that the others ask for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from scheduler.config.canonical import parts
from scheduler.config.rules import Finding
from scheduler.config.subscriptions import DEFAULT_CHANGES, FIGURE, GRADES, Conditions, Where

# What a release or a change has one of; `figures` are programmes, and a change is of one figure.
SINGLE = ("sources", "portals", "languages", "kinds", "figures")
# What a wider list of holds whenever a narrower one does.
LISTS = (*SINGLE, "jurisdictions", "pairs", "parties", "programmes", "words", "first_pairs")
# The kinds of change that have a grade.
GRADED = {"revised", "gone"}


def contradictions(where: Where) -> Iterator[Finding]:
    """Yield (path within `where`, why nothing can ever be told, or not by this part)."""
    must: list[Conditions] = [where, *where.all]
    for one, other in combinations(must, 2):
        for key in _apart(one, other):
            yield (key,), "contradicts what `all` asks for: it is never told"
    for path, part in parts(where):
        if path and path[0] in ("all", "any"):
            yield from (((*path, key), what) for key, what in _unasked(where, part))
        if path and path[0] == "any":
            yield from (
                ((*path, key), "contradicts the other conditions: this part never holds")
                for one in must
                for key in _apart(one, part)
            )
        if path and path[0] == "none" and part.given() and all(_implied(key, part, where) for key in part.given()):
            yield path, "shuts out all that the other conditions ask for: it is never told"


def idle(where: Where) -> Iterator[Finding]:
    """Yield (path within `where`, why a condition does nothing)."""
    for path, part in parts(where):
        told = set(part.changes or where.changes or DEFAULT_CHANGES)
        if part.min_grade and (not told & GRADED or part.figures):
            yield (*path, "min_grade"), "does nothing: no revision or withdrawal is asked for"
        elif path and part.min_grade and GRADES.index(part.min_grade) <= GRADES.index(where.min_grade or "wording"):
            yield (*path, "min_grade"), f"does nothing: the whole asks for {where.min_grade or 'wording'} or more"
        elif part.min_grade == GRADES[-1] and "gone" not in told:
            yield (
                (*path, "min_grade"),
                'keeps out every revision: what is withdrawn is told as "gone"; add it to `changes`',
            )
        if part.figures and set(part.changes) - {FIGURE}:
            yield (*path, "changes"), "only changes of figures can be told where `figures` is given"


def asked(where: Where) -> frozenset[str]:
    """Return the kinds of change that conditions can let through, as far as kinds go."""
    if where.figures:
        return frozenset({FIGURE})
    if where.changes:
        return frozenset(where.changes)
    return frozenset((*DEFAULT_CHANGES, *(kind for part in where.any for kind in asks(part))))


def asks(part: Conditions) -> tuple[str, ...]:
    """Return the kinds of change that conditions ask for by name."""
    return tuple(dict.fromkeys((*part.changes, *((FIGURE,) if part.figures else ()))))


def overlap(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether two lists of language tags take in a common one: `zh` and `zh-Hant` do."""
    return any(
        a == b or a.startswith(f"{b}-") or b.startswith(f"{a}-")
        for a in map(str.casefold, one)
        for b in map(str.casefold, other)
    )


def _apart(one: Conditions, other: Conditions) -> Iterator[str]:
    for key in SINGLE:
        mine, others = getattr(one, key), getattr(other, key)
        if not mine or not others:
            continue
        shared = overlap(mine, others) if key == "languages" else set(mine) & set(others)
        if not shared:
            yield key


def _unasked(where: Where, part: Conditions) -> Iterator[tuple[str, str]]:
    """Yield the key of a part that needs a kind of change which is not asked for."""
    kinds = asks(part)
    if kinds and not set(kinds) & asked(where):
        key = "figures" if part.figures else "changes"
        yield key, f'never holds: add "{kinds[0]}" to `changes` outside'


def implies(must: Sequence[Conditions], key: str, part: Conditions) -> bool:
    """Return whether one condition of a part holds wherever all of others do, for it asks for the same or more."""
    wide = getattr(part, key)
    if key == "min_score":
        return any(one.min_score is not None and one.min_score >= wide for one in must)
    return key in LISTS and any(bool(getattr(one, key)) and set(getattr(one, key)) <= set(wide) for one in must)


def _implied(key: str, part: Conditions, where: Where) -> bool:
    """Return whether one condition of a part holds for all that is told: what is asked for fits it in any case."""
    if key == "changes":
        return asked(where) <= set(part.changes)
    return implies((where, *where.all), key, part)
