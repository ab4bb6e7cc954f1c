"""What is wrong with the watching itself, as incidents: pure rules over what was observed. The clock comes in.

Each kind has a subject; while a rule goes on finding the same kind and subject, it is one incident. Not here: how
things are observed, and how incidents are opened, closed and told (observing.py); their words (incident_words.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from scheduler.clockwatch import TOLERANCE
from scheduler.trouble_words import class_of
from storage.times import stamp, stamp_or_none

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.outstanding import Outstanding
    from storage.runs import SourceState

MOST_FAILURES = 3
"""Checks in a row that a portal may miss before that is an incident: most faults are over in minutes (cadence.py)."""
NOT_THE_NETWORK = ("empty", "blocked", "unreadable")
"""Troubles that do not pass by themselves: a portal that was rebuilt or shuts us out is told at the first check."""
LONGEST_WAIT = timedelta(hours=1)
"""A delivery that was tried and still waits after this long is failing."""
AFTERGLOW = timedelta(hours=1)
"""A dead letter stays an incident for so long, whatever succeeded since, lest nobody ever sees it."""
LEAST_SPACE = 200_000_000
"""Bytes free beside the database: 40,000 releases with their pages, or a week's warning on a small disk."""
CLOCK_SETTLES = timedelta(minutes=10)
SET_BACK_FOR = timedelta(days=1)
CANARY_WITHIN = timedelta(minutes=30)
SHOWN = 10
"""Gaps and ids that stand in the evidence; the rest is counted."""
MOST_TOLD, MOST_TOLD_IN = 3, timedelta(hours=24)
"""An incident that comes and goes is told so often within this time, and then only kept."""


class IncidentKind(StrEnum):
    """What can be wrong; each with what its subject is."""

    FAILING = "source-failing"  # a source
    BLIND = "source-blind"  # a source
    DELIVERIES = "deliveries-failing"  # a subscription
    DISK = "disk"  # the database's folder
    CLOCK = "clock"  # "clock"
    CANARY = "canary-missing"  # the canary's subscription
    GAP = "reconcile-gap"  # "deliveries"
    STORM = "storm-held"  # a source
    SILENT = "source-silent"  # a source
    FEWER = "listing-short"  # a source
    FIELDS = "fields-missing"  # a source
    SHAPES = "addresses-changed"  # a source
    ENCODING = "encoding-suspect"  # a source


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong now; `evidence` holds JSON values, times as ISO 8601 in UTC."""

    kind: IncidentKind
    subject: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


def failing(config: Config, states: Sequence[SourceState], now: datetime) -> Iterator[Wrong]:
    """Yield the enabled sources that fail, and those nobody could read for longer than `blind_after`.

    A source that coopwatch merely did not look at, because it was not running, is neither: there must have been an
    attempt since the last good check.
    """
    for state in states:
        source = config.sources.get(state.name)
        if source is None or not source.enabled or state.last_attempt is None or not state.trouble:
            continue
        evidence = {
            "failures": state.failures,
            "trouble": state.trouble,
            "class": class_of(state.trouble),
            "last_good": stamp_or_none(state.last_good),
            "last_attempt": stamp(state.last_attempt),
            "held_until": stamp_or_none(state.held_until),
        }
        at_once = state.failures and state.trouble.partition(":")[0] in NOT_THE_NETWORK
        if state.failures >= MOST_FAILURES or at_once:
            yield Wrong(IncidentKind.FAILING, state.name, evidence)
        if _is_blind(state, timedelta(seconds=config.alerts.blind_after), now):
            yield Wrong(IncidentKind.BLIND, state.name, evidence)


def _is_blind(state: SourceState, after: timedelta, now: datetime) -> bool:
    """Return whether a source with trouble was not read well for longer than is bearable."""
    since = state.last_good or state.first_sight
    return since is not None and now - since > after


def delivering(standing: Sequence[Outstanding], breakers: Mapping[str, str], now: datetime) -> Iterator[Wrong]:
    """Yield the subscriptions that cannot be told.

    Args:
        standing: what is owed to each subscription.
        breakers: subscriptions whose destination is left alone for the time being, and why.
        now: the time.
    """
    told = set()
    for one in standing:
        fresh_grave = one.last_dead is not None and (
            one.last_sent is None or one.last_sent < one.last_dead or now - one.last_dead < AFTERGLOW
        )
        late = one.oldest_tried is not None and now - one.oldest_tried > LONGEST_WAIT
        if fresh_grave or late:
            evidence = {
                "dead": one.dead if fresh_grave else 0,
                "waiting": one.waiting,
                "oldest": stamp_or_none(one.oldest_tried),
                "last_dead": stamp_or_none(one.last_dead) if fresh_grave else None,
                "trouble": one.trouble,
            }
            told.add(one.subscription)
            yield Wrong(IncidentKind.DELIVERIES, one.subscription, evidence)
    for name, why in breakers.items():
        if name not in told:
            yield Wrong(IncidentKind.DELIVERIES, name, {"breaker": True, "trouble": why})


def in_doubt(standing: Sequence[Outstanding]) -> set[tuple[str, str]]:
    """Return, by kind and subject, the incidents that are not over only because what was given up is tried again."""
    return {(IncidentKind.DELIVERIES.value, one.subscription) for one in standing if one.revived}


def disk(folder: str, free: int | None, trouble: str | None) -> Iterator[Wrong]:
    """Yield that the disk is nearly full, or that the database met a failing one.

    Args:
        folder: of the database.
        free: bytes left for us; None where the system does not tell.
        trouble: what the database said last, where it failed.
    """
    if trouble is not None or (free is not None and free < LEAST_SPACE):
        yield Wrong(IncidentKind.DISK, folder, {"free": free, "least": LEAST_SPACE, "trouble": trouble})


def clock(jump: float, at: datetime | None, now: datetime) -> Iterator[Wrong]:
    """Yield that the clock jumped, by so many seconds, until it has gone steadily for ten minutes."""
    if at is not None and timedelta() <= now - at < CLOCK_SETTLES:
        yield Wrong(IncidentKind.CLOCK, "clock", {"seconds": round(jump), "at": stamp(at)})


def set_back(newest: datetime | None, since: datetime, now: datetime) -> Iterator[Wrong]:
    """Yield that the clock was set back while coopwatch was off, until it is past what was recorded before.

    A day at the most: a clock that was ahead for a while and was put right looks the same.

    Args:
        newest: when the last check before this start began, by the clock of then.
        since: when coopwatch started.
        now: the time.
    """
    if newest is not None and newest - now > timedelta(seconds=TOLERANCE) and now - since < SET_BACK_FOR:
        yield Wrong(
            IncidentKind.CLOCK, "clock", {"seconds": round((since - newest).total_seconds()), "at": stamp(since)}
        )


def is_told_too_often(opened: Sequence[datetime], now: datetime) -> bool:
    """Return whether an incident has been told often enough lately, by when it was opened before."""
    return sum(timedelta() <= now - one < MOST_TOLD_IN for one in opened) >= MOST_TOLD
