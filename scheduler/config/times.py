"""Times of day, quiet hours and the turns of a digest, as the configuration writes them. Pure; no time zone here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS = DAYS[:5]
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# The most days each month can have: a digest on 31 April would never come.
LENGTHS = dict(enumerate((31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))
# When a digest comes whose words name a day and no time.
USUAL = time(8)

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_CRON_PART = re.compile(r"(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:/([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day in which nothing is sent: from `start` up to, not including, `end`; over midnight if later."""

    start: time
    end: time

    def __str__(self) -> str:
        """Return the hours as the configuration writes them."""
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Digest:
    """When a digest is due.

    Args:
        words: as written: `daily 08:00`, `weekly Monday`, `weekdays 08:00`, `0 8 * * 1-5`.
        cron: the same in five fields: minute, hour, day of month, month, day of week. Days of the week are always a
            list of names (`mon,tue`): numbers mean different days to different programs.
    """

    words: str
    cron: str

    def __str__(self) -> str:
        """Return it as the configuration writes it."""
        return self.words


def time_of_day(value: Any) -> time:
    """Return a time of day: `07:30`."""
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("is no time of day; write it like 07:30")
    return time(int(match[1]), int(match[2]))


def quiet(value: Any) -> Quiet:
    """Return quiet hours: `22:00-07:00`."""
    try:
        start, end = (time_of_day(part.strip()) for part in value.split("-"))
    except (AttributeError, ValueError):
        raise ValueError("are no quiet hours; write them like 22:00-07:00") from None
    if start == end:
        raise ValueError("begin when they end; write them like 22:00-07:00")
    return Quiet(start, end)


def digest(value: Any) -> Digest:
    """Return when a digest is due, by words or by five fields of cron."""
    try:
        words = value.casefold().split()
        cron = _cron(words) if len(words) == 5 else _spoken(words)
    except (AttributeError, KeyError, IndexError, ValueError) as error:
        more = f" ({error})" if isinstance(error, _CronError) else ""
        raise ValueError(
            "is no time for a digest; write it like daily 08:00, weekdays 08:00, weekly Monday 08:00,"
            f" or as five fields of cron with one minute: 0 8 * * 1-5{more}"
        ) from None
    return Digest(" ".join(value.split()), cron)


class _CronError(ValueError):
    """What is wrong with a field, in words."""


def _spoken(words: list[str]) -> str:
    """Return the five fields that words stand for."""
    often, *rest = words
    if often == "weekly":
        days = rest.pop(0)
        if days[:3] not in DAYS or not _whole_day(days).startswith(days):
            raise ValueError
        days = days[:3]
    else:
        days = {"daily": "*", "weekdays": ",".join(WEEKDAYS)}[often]
    at = time_of_day(rest.pop(0)) if rest else USUAL
    if rest:
        raise ValueError
    return f"{at.minute} {at.hour} * * {days}"


def _whole_day(start: str) -> str:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return names[DAYS.index(start[:3])]


def _cron(fields: list[str]) -> str:
    """Return five fields of cron, looked over, in one spelling that means the same everywhere."""
    minute, hour, day, month, weekday = fields
    if not minute.isdigit():
        raise _CronError("the first field is one minute: at most once an hour")
    minutes = _numbers(minute, 0, 59, ())
    hours = _numbers(hour, 0, 23, ())
    days = _numbers(day, 1, 31, ())
    months = _numbers(month, 1, 12, MONTHS)
    # 0 and 7 are both Sunday (crontab(5)).
    weekdays = {number % 7 for number in _numbers(weekday, 0, 7, ("sun", *DAYS))}
    if day != "*" and weekday != "*":
        raise _CronError("give a day of the month or a day of the week, not both: programs differ on what both mean")
    if not any(min(days) <= LENGTHS[number] for number in months):
        raise _CronError("no such day in that month")
    named = ",".join(name for place, name in enumerate(DAYS, start=1) if place % 7 in weekdays)
    return " ".join(
        (
            str(min(minutes)),
            "*" if hour == "*" else _listed(hours),
            "*" if day == "*" else _listed(days),
            "*" if month == "*" else _listed(months),
            "*" if weekday == "*" else named,
        )
    )


def _listed(numbers: set[int]) -> str:
    return ",".join(map(str, sorted(numbers)))


def _numbers(field: str, least: int, most: int, names: tuple[str, ...]) -> set[int]:
    """Return the numbers a field of cron stands for; `names` stand for those from `least` on."""

    def number(text: str) -> int:
        if text in names:
            return least + names.index(text)
        found = int(text)
        if not least <= found <= most:
            raise _CronError(f"{found} is not between {least} and {most}")
        return found

    found: set[int] = set()
    for part in field.split(","):
        match = _CRON_PART.fullmatch(part)
        if match is None:
            raise ValueError
        first, last, step = match.groups()
        if first == "*":
            start, end = least, most
        else:
            start = number(first)
            end = number(last) if last else most if step else start
        every = int(step or 1)
        if start > end or every < 1:
            raise ValueError
        found.update(range(start, end + 1, every))
    return found
