"""Who wants to hear of a change, and why or why not. Pure: a notice and a subscription in, a judgement out.

`matches` answers yes or no, `judge` the same with every condition in words; both ask facts.py whether one holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields

from scheduler.alerts import facts
from scheduler.alerts.facts import Facts, holds, speaks
from scheduler.alerts.persons import people
from scheduler.config.contradictions import asked, asks
from scheduler.config.subscriptions import (
    DEFAULT_CHANGES,
    DEFAULT_GRADE,
    Conditions,
    Subscription,
    Where,
)
from storage.model import ChangeKind, Notice

__all__ = ["Condition", "Judgement", "asks_for", "judge", "listens_to", "mark", "matches", "people", "route", "speaks"]

Route = Callable[[Notice], Sequence[str]]
# The source of the invented item that goes the whole way every day (scheduler/canary.py).
CANARY = "canary"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a subscription and what became of it.

    Args:
        name: its key (`words`, `all[0].words`, `any`, `none[1]`), or `cooperation`, `operator`, `canary`.
        wanted: its value, in words.
        held: whether the notice fits it.
        saw: what it found in the notice, in words.
    """

    name: str
    wanted: str
    held: bool
    saw: str

    def __str__(self) -> str:
        """Return it as one line: `words: wanted organ; saw none`."""
        return f"{self.name}: wanted {self.wanted}; saw {self.saw}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a subscription wants to hear of a notice, condition by condition."""

    conditions: tuple[Condition, ...]
    told: bool

    @property
    def failed(self) -> tuple[Condition, ...]:
        """The conditions that did not hold."""
        return tuple(condition for condition in self.conditions if not condition.held)


def route(subscriptions: Sequence[Subscription]) -> Route:
    """Return the function that names the subscriptions which want to hear of a notice, in their order, each once."""
    fixed = tuple(subscriptions)

    def names(notice: Notice) -> Sequence[str]:
        seen = Facts(notice)
        return tuple(dict.fromkeys(one.name for one in fixed if _wants(one, seen)))

    return names


def matches(subscription: Subscription, notice: Notice) -> bool:
    """Return whether a subscription wants to hear of a notice.

    Every condition of `where` holds by any one of its values, each part of `all` holds, one of `any`, none of `none`.
    Changed figures and further tellings are told only to those who ask for them. Without `min_score` only co-operation
    items are told; with it, everything from that score up. Revisions are told from `min_grade` up.
    """
    return _wants(subscription, Facts(notice))


def judge(subscription: Subscription, notice: Notice) -> Judgement:
    """Return the same as `matches`, with every condition in words, those that held too."""
    seen = Facts(notice)
    special = _special(subscription, seen)
    found = tuple(_judged(subscription.where, seen)) if special is None else (special,)
    return Judgement(found, all(condition.held for condition in found))


def asks_for(subscription: Subscription, kind: ChangeKind) -> bool:
    """Return whether a subscription may be told changes of this kind at all."""
    return not subscription.operator and kind.value in asked(subscription.where)


def listens_to(subscription: Subscription, source: str, language: str, portal: str) -> bool:
    """Return whether a release of this source could ever be told to a subscription, by what is known of the source.

    Args:
        subscription: also of an operator, to whom no release is.
        source: the source's name.
        language: of its releases.
        portal: the host it reads.
    """
    where = subscription.where

    def open_to(part: Conditions) -> bool:
        return (
            (not part.sources or source in part.sources)
            and (not part.portals or portal.lower() in {one.lower() for one in part.portals})
            and (not part.languages or any(speaks(language, one) for one in part.languages))
        )

    def shut_by(part: Conditions) -> bool:
        return open_to(part) and not set(part.given()) - {"sources", "portals", "languages"}

    return (
        not subscription.operator
        and all(open_to(part) for part in (where, *where.all))
        and (not where.any or any(open_to(part) for part in where.any))
        and not any(shut_by(part) for part in where.none)
    )


def mark(where: Where) -> str:
    """Return a short mark of conditions: another one where another thing is asked for, the same over releases of ours.

    A condition that is not given leaves no trace in it, so that keys to come change no mark.
    """
    said = {key: value for key, value in asdict(where).items() if value not in ((), None)}
    for key in ("all", "any", "none"):
        if key in said:
            said[key] = [{k: v for k, v in part.items() if v not in ((), None)} for part in said[key]]
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:32]


def _special(subscription: Subscription, seen: Facts) -> Condition | None:
    """Return what decides alone, before all conditions, or None."""
    if subscription.operator:
        return Condition("operator", "notices about the watch itself", False, f"a change of kind {seen.kind}")
    if seen.release.source == CANARY:
        return Condition("canary", "to be the subscription that [canary] names", subscription.canary, "the canary item")
    return None


def _wants(subscription: Subscription, seen: Facts) -> bool:
    special = _special(subscription, seen)
    if special is not None:
        return special.held
    where = subscription.where
    return (
        _asked_for(where, seen)
        and (where.min_score is not None or seen.assessment.cooperation)
        and facts.reaches(where.min_grade or DEFAULT_GRADE, seen.grade)
        and all(_fits(part, seen) for part in (where, *where.all))
        and (not where.any or any(_fits(part, seen) for part in where.any))
        and not any(_fits(part, seen) for part in where.none)
    )


def _fits(part: Conditions, seen: Facts) -> bool:
    """Return whether all conditions of a part hold; of the whole `where` those beside its lists, kinds apart."""
    return all(holds(name, value, seen) for name, value in _given(part))


def _given(part: Conditions) -> Iterator[tuple[str, object]]:
    """Yield the conditions of a part that say anything; the kinds of a whole `where` are `_asked_for`'s business."""
    for one in fields(Conditions):
        value = getattr(part, one.name)
        if value not in ((), None) and not (one.name == "changes" and isinstance(part, Where)):
            yield one.name, value


def _asked_for(where: Where, seen: Facts) -> bool:
    """Return whether this kind of change is asked for: by `changes`, by `figures`, by default, by a part of `any`."""
    if where.figures or where.changes:
        return any(kind in asks(where) for kind in seen.kinds)
    return seen.kind in DEFAULT_CHANGES or any(seen.kind in asks(part) and _fits(part, seen) for part in where.any)


def _judged(where: Where, seen: Facts) -> Iterator[Condition]:
    kinds = ", ".join(asks(where) or dict.fromkeys((*DEFAULT_CHANGES, *(k for part in where.any for k in asks(part)))))
    yield Condition("changes", kinds, _asked_for(where, seen), facts.saw("changes", (), seen))
    if where.min_score is None:
        held, score = seen.assessment.cooperation, seen.assessment.score
        yield Condition("cooperation", "a co-operation item", held, f"score {score:.2f}, {'one' if held else 'none'}")
    if where.min_grade is None and seen.grade is not None:
        held = facts.reaches(DEFAULT_GRADE, seen.grade)
        yield Condition("min_grade", facts.wants("min_grade", DEFAULT_GRADE), held, seen.grade.value)
    yield from _each(where, seen, "")
    for place, part in enumerate(where.all):
        yield from _each(part, seen, f"all[{place}].")
    if where.any:
        held = any(_fits(part, seen) for part in where.any)
        yield Condition("any", " or ".join(map(_in_words, where.any)), held, _what_failed(where.any, seen))
    for place, part in enumerate(where.none):
        held = not _fits(part, seen)
        yield Condition(f"none[{place}]", f"not ({_in_words(part)})", held, _what_failed((part,), seen))


def _each(part: Conditions, seen: Facts, before: str) -> Iterator[Condition]:
    for name, value in _given(part):
        yield Condition(before + name, facts.wants(name, value), holds(name, value, seen), facts.saw(name, value, seen))


def _in_words(part: Conditions) -> str:
    return " and ".join(f"{name} {facts.wants(name, value)}" for name, value in _given(part))


def _what_failed(parts: Sequence[Conditions], seen: Facts) -> str:
    """Return what the parts saw: of one that fits, that it does, else what did not hold in each."""
    for part in parts:
        if _fits(part, seen):
            return "; ".join(f"{name} {facts.saw(name, value, seen)}" for name, value in _given(part))
    failed = (
        " and ".join(f"{n} {facts.saw(n, v, seen)}" for n, v in _given(part) if not holds(n, v, seen)) for part in parts
    )
    return "; ".join(dict.fromkeys(failed))
