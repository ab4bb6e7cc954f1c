"""Until when a subscription wants to be left alone: quiet hours, free days. Pure; which days are free comes in.

What is promised meanwhile waits, and is sent when the quiet ends. Not here: the calendars (calendars.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduler.alerts.turns import moment

Free = Callable[[date], bool]
"""Whether a day is free for a subscription."""

_DAY = timedelta(days=1)
# Quiet hours and free days in turn, at most this many: over half a year of them without a working moment in between.
# Then it is looked at again, so that a calendar without an end holds nothing for ever unseen.
_MOST_STEPS = 400


class Hours(Protocol):
    """Quiet hours on the wall clock, `end` on the next day where it is not after `start`."""

    @property
    def start(self) -> time:
        """The first quiet moment."""

    @property
    def end(self) -> time:
        """The first moment after the quiet."""


def held_until(hours: Hours | None, free: Free, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return when a subscription may next be told, or None where it may be told now.

    Args:
        hours: its quiet hours, or None; the same start and end are no quiet hours.
        free: which days are free; on such a day nothing is sent at all.
        zone: whose wall clock and calendar days these are.
        now: aware.

    Returns:
        The first moment after `now` that is neither in quiet hours nor on a free day, in UTC.
    """
    at = now
    for _ in range(_MOST_STEPS):
        later = _end_of_free_day(free, zone, at) or _end_of_hours(hours, zone, at)
        if later is None:
            break
        at = later
    return None if at == now else at


def _end_of_free_day(free: Free, zone: ZoneInfo, at: datetime) -> datetime | None:
    today = at.astimezone(zone).date()
    if not free(today):
        return None
    # The date after today as the wall clock shows it; where a zone skips midnight, or a whole day, the moment after.
    return moment(datetime.combine(today + _DAY, time()), zone)


def _end_of_hours(hours: Hours | None, zone: ZoneInfo, at: datetime) -> datetime | None:
    """Return the end of the quiet hours `at` lies in; those that began yesterday may still last."""
    if hours is None or hours.start == hours.end:
        return None
    today = at.astimezone(zone).date()
    for day in (today - _DAY, today):
        until = day + _DAY if hours.end < hours.start else day
        begins, ends = (moment(datetime.combine(*when), zone) for when in ((day, hours.start), (until, hours.end)))
        if begins <= at < ends:
            return ends
    return None
