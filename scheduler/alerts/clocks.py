"""Times, dates and spans as people write them in their language. Pure."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

from scheduler.alerts.catalogue import Words
from storage.model import Precision

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def moment(
    said: Words, at: datetime | None, precision: Precision | None = Precision.MINUTE, home: tzinfo | None = None
) -> str:
    """Return a time with the offset it is told in: `21 November 2026, 16:30 (UTC+08:00)`.

    Args:
        said: the words of the reader's language.
        at: aware; None where nobody knows.
        precision: a time known by its day alone is told as a day.
        home: the reader's zone, where the words around say it already: times with its offset are told without one.
    """
    if at is None:
        return said("time.unknown")
    date = day(said, at.year, at.month, at.day)
    if precision == Precision.DAY:
        return date
    if home is not None and at.astimezone(home).utcoffset() == at.utcoffset():
        return said("time.here", date=date, clock=f"{at:%H:%M}")
    offset = f"{at:%z}"
    return said("time.minute", date=date, clock=f"{at:%H:%M}", offset=f"{offset[:3]}:{offset[3:5]}")


def day(said: Words, year: int, month: int, number: int) -> str:
    """Return a day."""
    return said("time.day", year=str(year), month=said.several("time.months")[month - 1], day=str(number))


def clock(said: Words, at: datetime | None, now: datetime, zone: tzinfo) -> str:
    """Return a time by the reader's clock: of the same day `14:32`, else with its date.

    Args:
        said: the words of the reader's language.
        at: aware; None for never.
        now: what the same day is measured by.
        zone: the reader's.
    """
    if at is None:
        return said("time.never")
    local = at.astimezone(zone)
    date = "" if local.date() == now.astimezone(zone).date() else day(said, local.year, local.month, local.day) + " "
    return f"{date}{local:%H:%M}"


def span(said: Words, length: timedelta) -> str:
    """Return how long something took: `5 minutes`, `3 hours`, `2 days`; rounded down to whole ones."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return said("span.moment")
    if minutes < 120:
        return said.count("span.minutes", minutes)
    hours = minutes // 60
    return said.count("span.hours", hours) if hours < 48 else said.count("span.days", hours // 24)


def stated(said: Words, date: str) -> str:
    """Return a date that a text states (storage.model.Dated) as people write it; an interval with both its ends."""
    since, _, until = date.partition("/")
    ends = [_stated(said, one) for one in (since, until) if one]
    return said("time.interval", since=ends[0], until=ends[1]) if len(ends) > 1 else ends[0]


def _stated(said: Words, date: str) -> str:
    match = _DATE.fullmatch(date)
    if match is None:
        return date
    year, month, number = match.groups()
    if number:
        return day(said, int(year), int(month), int(number))
    if month:
        return said("time.month", year=year, month=said.several("time.months")[int(month) - 1])
    return said("time.year", year=year)
