"""Is all well? What the journal and the outbox say, as sentences for the operator. Pure; the clock comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.config import Config
from scheduler.config.durations import in_words
from storage.links import Unread
from storage.runs import SourceState

# A promise that old has met trouble: receivers that are well take theirs in seconds.
LONGEST_WAIT = timedelta(minutes=15)
# A source is late when three checks in a row did not happen, and some slack for slow ones.
LATE_CHECKS = 3
SLACK = timedelta(minutes=10)


def problems(
    config: Config,
    states: Sequence[SourceState],
    deliveries: Mapping[str, int],
    oldest: datetime | None,
    now: datetime,
    unread: Sequence[Unread] = (),
) -> tuple[str, ...]:
    """Return what is not well, a sentence each; nothing where all is.

    Args:
        config: whose enabled sources are looked at.
        states: what the journal knows of sources.
        deliveries: how many there are in each state.
        oldest: when the oldest promise that still waits was made.
        now: the present time.
        unread: what sources list and nobody could read.
    """
    known = {state.name: state for state in states}
    found = [
        sentence
        for name, source in config.sources.items()
        if source.enabled and (sentence := _trouble(known.get(name), name, source.every, now))
    ]
    watched = {name for name, source in config.sources.items() if source.enabled}
    found += [f"{each.source}: {unread_words(each)}" for each in unread if each.source in watched]
    if deliveries.get("dead"):
        found.append(f"{deliveries['dead']} deliveries were given up; see: coopwatch alerts dead")
    if oldest is not None and now - oldest > LONGEST_WAIT:
        found.append(f"a delivery has been waiting for {in_words(_minutes(now - oldest))}; see: coopwatch alerts")
    return tuple(found)


def _trouble(state: SourceState | None, name: str, every: float, now: datetime) -> str | None:
    if state is None or state.last_attempt is None:
        return f"{name} was never checked"
    if state.failures:
        times = "once" if state.failures == 1 else f"{state.failures} times in a row"
        return f"{name} failed {times}: {state.trouble}"
    if state.held_until is not None and state.held_until > now:
        return f"{name} is held: {state.trouble}"
    late = timedelta(seconds=every) * LATE_CHECKS + SLACK
    if state.last_good is None or now - state.last_good > late:
        if state.last_good is None:
            return f"{name} was never checked well"
        return f"{name} was last checked well {in_words(_minutes(now - state.last_good))} ago"
    return None


def unread_words(unread: Unread) -> str:
    """Return how many releases of a source could not be read, and why."""
    said = []
    if unread.waiting:
        said.append(f"{_releases(unread.waiting)} could not be read yet and will be tried again")
    if unread.dead:
        said.append(f"{_releases(unread.dead)} could not be read and {'was' if unread.dead == 1 else 'were'} given up")
    return f"{', '.join(said)}: {unread.trouble}"


def _releases(count: int) -> str:
    return "1 release" if count == 1 else f"{count} releases"


def _minutes(span: timedelta) -> float:
    return max(60.0, span.total_seconds() // 60 * 60)
