"""Works out the day, month or quarter that `next month`, `5 May` or 下周五 means. Pure; finds nothing itself."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from scraper.cooperation.numerals import chinese

MONTHS = {name.casefold(): at for at, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.casefold(): at for at, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
DAYS = {name.casefold(): at for at, name in enumerate(calendar.day_name)} | {
    char: at for at, char in enumerate("一二三四五六日")
}
RELATIVE = {
    **dict.fromkeys(("today", "tonight", "this morning", "this afternoon", "this evening", "今"), 0),
    **dict.fromkeys(("yesterday", "last night", "昨"), -1),
    **dict.fromkeys(("tomorrow", "明"), 1),
    **dict.fromkeys(("前",), -2),
    **dict.fromkeys(("后",), 2),
}
# Which of the months, weeks or years around the day of publishing a word means; 去 and 明 say it of years.
STEPS = {"this": 0, "next": 1, "last": -1, "本": 0, "今": 0, "上": -1, "下": 1, "去": -1, "明": 1}
QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "一": 1, "二": 2, "三": 3, "四": 4, "首": 1}
# Days a `27日` may lie ahead of the day of publishing before it is the month before that is meant.
AHEAD = 15


@dataclass(frozen=True, slots=True)
class Known:
    """When a release was published, as far as that is known: a day in that time, and the length of the ISO form.

    Args:
        day: the day; of a month or a year, one in the midst of it.
        exact: 10 where the day itself is known, 7 where the month is, 4 where only the year is.
    """

    day: date
    exact: int = 10


def known(published: date | str | None) -> Known | None:
    """Return what is known of the day of publishing: a date, an ISO month or year, or nothing.

    Raises:
        ValueError: a text that is no ISO day, month or year.
    """
    if published is None or isinstance(published, date):
        return None if published is None else Known(published)
    middle = {4: "-07-01", 7: "-15", 10: ""}.get(len(published), " is no ISO date")
    return Known(date.fromisoformat(published + middle), len(published))


def day(year: int, month: int, number: int) -> str | None:
    """Return an ISO date, or None where there is no such day."""
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None


def nearest(month: int, number: int, published: Known | None) -> str | None:
    """Return the day of that month nearest to the day of publishing."""
    if published is None or not 1 <= month <= 12:
        return None
    days = [day(published.day.year + step, month, number) for step in (-1, 0, 1)]
    return min(filter(None, days), key=lambda d: abs(date.fromisoformat(d) - published.day), default=None)


def from_today(step: int, published: Known) -> str:
    """Return the day `step` days from the day of publishing, as exact as that is known."""
    return (published.day + timedelta(step)).isoformat()[: published.exact]


def weekday(name: str, step: int, published: Known) -> str:
    """Return a day of the week, in the week of publishing or `step` weeks on."""
    return from_today(DAYS[name] - published.day.weekday() + 7 * step, published)


def month_from(step: int, published: Known) -> str | None:
    """Return the month `step` months from that of publishing; None where only the year is known."""
    count = published.day.year * 12 + published.day.month - 1 + step
    return f"{count // 12}-{count % 12 + 1:02}" if published.exact > 4 else None


def day_of_month(number: int, step: int | None, published: Known) -> str | None:
    """Return a day by its number: `step` months on, or where None is given of the month that is near."""
    if step is None:
        step = -1 if number > published.day.day + AHEAD else 0
    month = month_from(step, published)
    return day(int(month[:4]), int(month[5:]), number) if month else None


def year(said: str | None, published: Known | None) -> int | None:
    """Return the year that digits, 二〇二六年, `next year` or 明年 mean; that of publishing where nothing is said."""
    if said and (stated := number(said[:4])):
        return stated
    if published is None:
        return None
    return published.day.year + (STEPS.get(said[0], STEPS.get(said.split(" ")[0], 0)) if said else 0)


def span(first: int, last: int, of: int) -> str:
    """Return the ISO interval of the months from `first` to `last` of the year `of`."""
    return f"{of}-{first:02}/{of}-{last:02}"


def quarter(which: str, of: int) -> str:
    """Return the ISO interval of a quarter (`third`, 三, `3`) of the year `of`."""
    at = QUARTERS.get(which) or int(which)
    return span(3 * at - 2, 3 * at, of)


def number(text: str) -> int:
    """Return the value of a short number in digits or Chinese numerals; 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() else chinese(text) or 0
