"""Is all well? What the journal and the outbox say, as sentences for the operator. Pure; the clock comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from scheduler.config import Config
from scheduler.config.durations import in_words
from storage.archive import Day
from storage.links import Unread
from storage.runs import SourceState

# A promise that old has met trouble: receivers that are well take theirs in seconds.
LONGEST_WAIT = timedelta(minutes=15)
# A source is late when three checks in a row did not happen, and some slack for slow ones.
LATE_CHECKS = 3
SLACK = timedelta(minutes=10)
# Days named in a sentence.
SHOWN = 3


def problems(
    config: Config,
    states: Sequence[SourceState],
    deliveries: Mapping[str, int],
    oldest: datetime | None,
    now: datetime,
    unread: Sequence[Unread] = (),
    gaps: Sequence[Day] = (),
) -> tuple[str, ...]:
    """Return what is not well, a sentence each; nothing where all is.

    Args:
        config: whose enabled sources are looked at.
        states: what the journal knows of sources.
        deliveries: how many there are in each state.
        oldest: when the oldest promise that still waits was made.
        now: the present time.
        unread: what sources list and nobody could read.
        gaps: days whose page of the archive lists what is not stored, or could not be read.
    """
    known = {state.name: state for state in states}
    found = [
        sentence
        for name, source in config.sources.items()
        if source.enabled and (sentence := _trouble(known.get(name), name, source.every, now))
    ]
    watched = {name for name, source in config.sources.items() if source.enabled}
    found += [f"{each.source}: {unread_words(each)}" for each in unread if each.source in watched]
    for name in sorted(watched & {day.source for day in gaps}):
        found.append(f"{name}: {gap_words([day for day in gaps if day.source == name])}")
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


def gap_words(gaps: Sequence[Day]) -> str:
    """Return what the pages of one source's archive list that is not stored; the newest few of them in full."""
    said = []
    short = [day for day in gaps if day.unread]
    if short:
        missing, verb = sum(day.unread for day in short), "is" if sum(day.unread for day in short) == 1 else "are"
        days = ", ".join(f"{day.day}: {(day.listed or 0) - day.unread} of {day.listed}" for day in short[:SHOWN])
        said.append(f"{_releases(missing)} that its archive lists {verb} not stored ({days}{_more(len(short))})")
    if failed := [day for day in gaps if day.state == "failed"]:
        days = ", ".join(f"{day.day}: {day.trouble}" for day in failed[:SHOWN])
        said.append(f"its archive could not be read ({days}{_more(len(failed))})")
    return f"{'; '.join(said)}; the next checks try again"


def _more(days: int) -> str:
    return f", and {days - SHOWN} more" if days > SHOWN else ""


def _releases(count: int) -> str:
    return "1 release" if count == 1 else f"{count} releases"


def _minutes(span: timedelta) -> float:
    return max(60.0, span.total_seconds() // 60 * 60)
