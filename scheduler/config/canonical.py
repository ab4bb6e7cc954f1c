"""The names that subscriptions ask for, and the ones they stand for: which are known, and by which one name. Pure.

Not here: the lists of names (names.py asks a process of its own for them).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from scheduler.config.subscriptions import Conditions, Subscription, Where
from scheduler.config.toml_lines import Path

# Under which list of names the values of a condition are looked up.
LISTS = {
    "parties": "party",
    "programmes": "programme",
    "figures": "programme",
    "jurisdictions": "place",
    "pairs": "place",
}
C = TypeVar("C", bound=Conditions)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a name stands for, or, where that is not clear, what to say of it."""

    name: str | None = None
    what: str = ""


Asked = Mapping[str, Sequence[str]]
Answers = Mapping[str, Mapping[str, Answer]]


def asked(subscriptions: Sequence[Subscription], places: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return the names that are asked for, by the list they must stand in; empty where there are none.

    Args:
        subscriptions: whose conditions name them.
        places: that are named elsewhere.
    """
    found: dict[str, dict[str, None]] = {"place": dict.fromkeys(places)} if places else {}
    for subscription in subscriptions:
        for _, part in parts(subscription.where):
            for key, what in LISTS.items():
                for name in _names(part, key):
                    found.setdefault(what, {})[name] = None
    return {what: list(names) for what, names in found.items()}


def as_written(asked: Asked) -> Answers:
    """Return answers by which every name stands for itself."""
    return {what: {name: Answer(name) for name in names} for what, names in asked.items()}


def canonical(subscription: Subscription, answers: Answers) -> Subscription:
    """Return a subscription with every name that is known in its one form."""
    where = subscription.where
    lists: dict[str, Any] = {
        key: tuple(_canonical(part, answers) for part in getattr(where, key)) for key in ("all", "any", "none")
    }
    return replace(subscription, where=replace(_canonical(where, answers), **lists))


def faults(where: Where, answers: Answers) -> Iterator[tuple[Path, str]]:
    """Yield (path within `where`, what is wrong) for the first unclear name of each condition."""
    for path, part in parts(where):
        for key, what in LISTS.items():
            unclear = (answers[what][name].what for name in _names(part, key) if answers[what][name].name is None)
            if first := next(unclear, None):
                yield (*path, key), first


def parts(where: Where) -> Iterator[tuple[Path, Conditions]]:
    """Yield the conditions of `where` and of its lists, each with its path within it."""
    yield (), where
    for key in ("all", "any", "none"):
        for place, part in enumerate(getattr(where, key)):
            yield (key, place), part


def _names(part: Conditions, key: str) -> Iterator[str]:
    for value in getattr(part, key):
        yield from value if key == "pairs" else (value,)


def _canonical(part: C, answers: Answers) -> C:
    def name(key: str, written: str) -> str:
        return answers[LISTS[key]][written].name or written

    changed: dict[str, Any] = {
        key: tuple(
            tuple(name(key, one) for one in value) if key == "pairs" else name(key, value)
            for value in getattr(part, key)
        )
        for key in LISTS
    }
    return replace(part, **changed)
