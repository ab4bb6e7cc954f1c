"""Finds the dates a text states and resolves them against the day it was published. Pure.

As exact as the text: `2026-11-21`, `2026-11` or `2026`. What cannot be resolved without the day of publishing is left
out where that day is unknown.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from scraper.cooperation.numerals import CHINESE, chinese
from scraper.cooperation.passages import READ, Passage
from storage.model import Dated

MONTHS = [name.casefold() for name in calendar.month_name[1:]]
MONTH = "|".join(MONTHS)
DAYS = [name.casefold() for name in calendar.day_name]
NUMBER = f"[0-9{CHINESE}]{{1,4}}"
ENGLISH = re.compile(
    rf"\b(?P<m1>{MONTH}) (?P<d1>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: (?:and|to|-) ?(?P<d2>[0-9]{{1,2}})\b)?"
    r"(?:,? (?P<y1>(?:19|20)[0-9]{2}))?(?![0-9])"
    rf"|\b(?P<d3>[0-9]{{1,2}}) (?P<m3>{MONTH})(?:,? (?P<y3>(?:19|20)[0-9]{{2}}))?"
    rf"|\b(?P<m4>{MONTH}) (?:of )?(?P<y4>(?:19|20)[0-9]{{2}}|last year|this year|next year)\b"
    r"|\b(?P<rel>today|yesterday|tomorrow|next month|last month|this month|next year|last year)\b"
    rf"|\bon (?P<dow>{'|'.join(DAYS)})\b"
    r"|\b(?:in|since|by) (?P<y5>(?:19|20)[0-9]{2})\b"
)
# 今日 and its kin may be followed by the day itself in brackets: one date, not two.
HAN = re.compile(
    rf"(?=[0-9{CHINESE}今去明本上下昨前周星])(?:"  # the first character rules most places out at once
    rf"(?:(?P<y>[0-9〇零一二三四五六七八九]{{4}})年|(?P<ry>今年|去年|明年|本年)(?:的)?)?(?P<m>{NUMBER})月(?:(?P<d>{NUMBER})[日号])?"
    rf"|(?P<rm>本月|上月|下月|上个月|下个月|今个月)(?:(?P<rd>{NUMBER})[日号])?"
    r"|(?P<rel>今日|今天|昨日|昨天|明日|明天|前日|今早|今晚)(?:\((?:[0-9]{1,2}月)?[0-9]{1,2}日\))?"
    r"|(?P<w>(?<![每逢])(?:下)?(?:周|星期)[一二三四五六日])(?!至)"
    rf"|(?<![0-9月第至])(?P<bare>[0-9]{{1,2}})日(?!间|数|内|前|后|游|均|本|圆|元)"
    r"|(?P<oy>(?:19|20)[0-9]{2})年(?=推行|成立|起|开始|设立|签署|恢复|展开|启用)|(?P<oy2>[二一][〇零九][〇零一二三四五六七八九]{2})年(?=成立|起))"
)
RELATIVE = {
    **dict.fromkeys(("today", "今日", "今天", "今早", "今晚"), 0),
    **dict.fromkeys(("yesterday", "昨日", "昨天"), -1),
    **dict.fromkeys(("tomorrow", "明日", "明天"), 1),
    "前日": -2,
}
NEXT_TO_THIS = {"this": 0, "next": 1, "last": -1, "本": 0, "今": 0, "上": -1, "下": 1, "去": -1, "明": 1}


def day(year: int, month: int, number: int) -> str | None:
    """Return an ISO date, or None where there is no such day."""
    try:
        return date(year, month, number).isoformat()
    except ValueError:
        return None


def nearest(month: int, number: int, published: date | None) -> str | None:
    """Return the day of that month nearest to the day of publishing."""
    if published is None or not 1 <= month <= 12:
        return None
    years = [day(published.year + step, month, number) for step in (-1, 0, 1)]
    return min(filter(None, years), key=lambda d: abs(date.fromisoformat(d) - published), default=None)


def month_of(published: date, step: int) -> tuple[int, int]:
    """Return (year, month) of the month `step` months from the day of publishing."""
    count = published.year * 12 + published.month - 1 + step
    return count // 12, count % 12 + 1


def from_english(found: re.Match[str], published: date | None) -> Iterator[str | None]:
    """Yield the dates an English match states."""
    part = found.groupdict()
    if part["m1"] or part["d3"]:
        month = MONTHS.index(part["m1"] or part["m3"]) + 1
        year = part["y1"] or part["y3"]
        for number in filter(None, (part["d1"], part["d2"], part["d3"])):
            yield day(int(year), month, int(number)) if year else nearest(month, int(number), published)
    elif part["m4"]:
        said = part["y4"]
        if said[0].isdigit():
            yield f"{said}-{MONTHS.index(part['m4']) + 1:02}"
        elif published:
            yield f"{published.year + NEXT_TO_THIS[said.split()[0]]}-{MONTHS.index(part['m4']) + 1:02}"
    elif part["y5"]:
        yield part["y5"]
    elif published:
        yield relative(part["rel"], published) if part["rel"] else weekday(DAYS.index(part["dow"]), published)


def relative(said: str, published: date) -> str:
    """Return what `today`, `next month` and their like mean."""
    if said in RELATIVE:
        return (published + timedelta(RELATIVE[said])).isoformat()
    which, unit = said.split()
    if unit == "year":
        return str(published.year + NEXT_TO_THIS[which])
    return "{}-{:02}".format(*month_of(published, NEXT_TO_THIS[which]))


def weekday(number: int, published: date, step: int = 0) -> str:
    """Return the day of the week of publishing that is `number` (Monday is 0), `step` weeks on."""
    return (published + timedelta(number - published.weekday() + 7 * step)).isoformat()


def from_chinese(found: re.Match[str], published: date | None) -> str | None:
    """Return the date a folded Chinese match states."""
    part = found.groupdict()
    if part["oy"] or part["oy2"]:
        return part["oy"] or str(chinese(part["oy2"]))
    if part["m"]:
        return of_month(part, published)
    return None if published is None else from_the_day(part, published)


def from_the_day(part: dict[str, str], published: date) -> str | None:
    """Return what a date told from the day of publishing means: 本月8日, 今日, 周五, 27日."""
    if part["rm"]:
        year, month = month_of(published, NEXT_TO_THIS[part["rm"][0]])
        return day(year, month, number(part["rd"])) if part["rd"] else f"{year}-{month:02}"
    if part["rel"]:
        return relative(part["rel"], published)
    if part["w"]:
        return weekday("一二三四五六日".index(part["w"][-1]), published, 1 if part["w"][0] == "下" else 0)
    return bare(int(part["bare"]), published)


def of_month(part: dict[str, str], published: date | None) -> str | None:
    """Return the date of a match that names a month by number, with or without year and day."""
    month = number(part["m"])
    if not 1 <= month <= 12:
        return None
    year = number(part["y"]) if part["y"] else None
    if year is None and part["ry"] and published:
        year = published.year + NEXT_TO_THIS[part["ry"][0]]
    if part["d"]:
        return day(year, month, number(part["d"])) if year else nearest(month, number(part["d"]), published)
    return f"{year}-{month:02}" if year else None


def bare(number_: int, published: date) -> str | None:
    """Return the day `27日` means: of the month of publishing, or of the month before where that lies far ahead."""
    year, month = month_of(published, -1 if number_ > published.day + 15 else 0)
    return day(year, month, number_)


def number(text: str) -> int:
    """Return the value of a short number in digits or Chinese numerals; 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() else chinese(text) or 0


def dates(
    text: str, found: Sequence[re.Match[str]], body: Sequence[Passage], published: date | None
) -> tuple[Dated, ...]:
    """Return the dates that `text` states, each once, in order; `what` is the passage that states it.

    Args:
        text: the release's text.
        found: what looks like a date in it (see `matches`).
        body: its passages.
        published: the day it was published, or None.
    """
    kept: dict[str, Dated] = {}
    for match in found:
        stated = from_english(match, published) if match.re is ENGLISH else [from_chinese(match, published)]
        for iso in filter(None, stated):
            start, end = match.span()
            kept.setdefault(iso, Dated(iso, around(text, body, start), start, end))
    return tuple(sorted(kept.values(), key=lambda dated: dated.start))


def matches(folded: str) -> list[re.Match[str]]:
    """Return what looks like a date in a folded text, in either language; a text in Latin letters holds none in Han."""
    found = list(ENGLISH.finditer(folded, 0, READ))
    return found if folded.isascii() else [*found, *HAN.finditer(folded, 0, READ)]


def around(text: str, body: Sequence[Passage], at: int) -> str:
    """Return the passage around an offset, shortened to what fits a line."""
    for passage in body:
        if passage.start <= at < passage.end:
            said = text[passage.start : passage.end]
            return said if len(said) <= 160 else said[:157] + "..."
    return ""
