"""When is a source next due? Pure arithmetic over what the journal holds; the clock comes in as an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

# The first failures are tried again at the usual pace: most faults of a portal are over in minutes.
PATIENT_FAILURES = 2
# A source that goes on failing is asked ever less often, but it is never given up.
SLOWEST_FACTOR = 8
SLOWEST = timedelta(hours=6)
# However long a portal asks to be left alone (Retry-After), it is asked again a day later.
LONGEST_HOLD = timedelta(days=1)


def interval(every: float, failures: int) -> timedelta:
    """Return the time between two checks of a source.

    Args:
        every: seconds between two checks of a source that is well.
        failures: checks that failed since the last good one.

    Returns:
        `every` for up to two failures, then doubled with each, up to eight times or six hours, whichever is less, and
        never less than `every`.
    """
    usual = timedelta(seconds=every)
    doublings = max(0, failures - PATIENT_FAILURES)
    factor: int = min(SLOWEST_FACTOR, 2 ** min(doublings, SLOWEST_FACTOR))
    return max(usual, min(usual * factor, SLOWEST))


def next_check(
    last_attempt: datetime | None, every: float, failures: int, held_until: datetime | None, now: datetime
) -> datetime:
    """Return when a source is next due: `now` where it is due already, never earlier.

    Args:
        last_attempt: when the last check began; None for a source never checked.
        every: seconds between two checks.
        failures: checks that failed since the last good one.
        held_until: not before this time (Retry-After, robots.txt).
        now: the present time.

    A last attempt in the future means that the clock was set back: the source is due at once, since nobody can tell how
    long ago that attempt really was. Checks missed while the service was down are one check, not many.
    """
    if last_attempt is None or last_attempt > now:
        return now
    due = last_attempt + interval(every, failures)
    if held_until is not None:
        due = max(due, min(held_until, last_attempt + LONGEST_HOLD))
    return max(now, due)


def spread(every: float, chance: float) -> timedelta:
    """Return how much later than due a check runs, so that sources do not march in step.

    Args:
        every: seconds between two checks.
        chance: a random number, at least 0 and under 1.
    """
    return timedelta(seconds=min(30.0, every * 0.05) * chance)
