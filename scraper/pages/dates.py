"""When a release was published, as portals write it: footers, addresses, feeds, meta tags. All times at +08:00."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from storage.model import Precision

HONG_KONG = timezone(timedelta(hours=8))
"""The offset of Hong Kong, Macao and the Mainland, all year round (no daylight saving since 1979 and 1992)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of publication, aware, and how exactly it is known."""

    at: datetime
    precision: Precision


_MONTH_NAMES = "january february march april may june july august september october november december"
_MONTHS = tuple(_MONTH_NAMES.split())
_DIGITS = {"〇": 0, "○": 0, "零": 0, **{char: number for number, char in enumerate("一二三四五六七八九", 1)}}
_N = r"[\d〇○零一二三四五六七八九十廿卅]"
_FOOTER_SPAN = 600  # characters at the end of a text in which its footer is looked for; real ones take under 60
_WRITTEN_ZH = rf"(?P<year>{_N}{{4}}) ?年 ?(?P<month>{_N}{{1,3}}) ?月 ?(?P<day>{_N}{{1,3}}) ?[日號号]"
_WRITTEN_EN = r"(?P<month>[A-Za-z]{3,9}) (?P<day>\d{1,2}), ?(?P<year>\d{4})"
_FOOTER_EN = re.compile(
    rf"\bEnds? ?[/／]\s?(?:[A-Za-z]{{3,9}}, ?)?{_WRITTEN_EN}"
    r"(?:\s?Issued at HKT (?P<hour>\d{1,2})[:：](?P<minute>\d{2}))?",
    re.IGNORECASE,
)
_FOOTER_ZH = re.compile(
    rf"(?P<end>(?<![^\n])完\s?[/／]?\s?)?{_WRITTEN_ZH}"
    r"(?:\s?[（(] ?(?:星期|週|周|禮拜|礼拜)[一二三四五六日天] ?[）)])?"
    rf"(?:\s?香港[時时][間间]\s?(?P<half>[上下]午)? ?(?P<hour>{_N}{{1,3}}) ?[時时點点:：]"
    rf" ?(?:(?P<minute>{_N}{{1,3}}) ?分?|正)?)?"
)
_CLOSING = frozenset(("NNNN", "完", "Ends"))
_DATE_ZH = re.compile(_WRITTEN_ZH)
_DATE_EN = re.compile(rf"\b{_WRITTEN_EN}")
_STAMP = re.compile(
    r"(?<!\d)(?P<year>\d{4}) ?[-/.年] ?(?P<month>\d{1,2}) ?[-/.月] ?(?P<day>\d{1,2})(?!\d)(?: ?日)?"
    r"(?:[T ]{1,3}(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?",
    re.ASCII,
)
_STAMP_EN = re.compile(r"(?<!\d)(?P<day>\d{1,2})[- ](?P<month>[A-Za-z]{3,9})[- ](?P<year>\d{4})(?!\d)", re.ASCII)
_PATH_DAY = re.compile(r"/(?P<year>\d{4})(?P<month>\d{2})/(?P<day>\d{2})(?=c?\.html?|/)")


def issued(paragraphs: tuple[str, ...], address: str) -> tuple[tuple[str, ...], Moment | None]:
    """Part a press release from its footer ("Ends/…, Issued at HKT …, NNNN"; 完／…, 香港時間…).

    Args:
        paragraphs: the lines of the body, footer included.
        address: of the release; its folder tells the day where the footer does not. The date in the release's number is
            that of its drafting and never used (SOURCES 1).

    Returns: the paragraphs before the footer, less closing marks, and the moment of issue or None. The footer is known
        by its words, never by its place in the markup, and only looked for at the end of the text.
    """
    first = len(paragraphs)
    size = 0
    while first and size < _FOOTER_SPAN:
        first -= 1
        size += len(paragraphs[first]) + 1
    tail = "\n".join(paragraphs[first:])
    start = max(0, len(tail) - _FOOTER_SPAN)
    found = [
        match for match in (*_FOOTER_EN.finditer(tail, start), *_FOOTER_ZH.finditer(tail, start)) if _is_footer(match)
    ]
    moment = None
    if found:
        last = max(found, key=lambda match: match.start())
        tail, moment = tail[: last.start()], _moment(last)
    kept = [*paragraphs[:first], *(line.strip() for line in tail.split("\n"))]
    while kept and (not kept[-1] or kept[-1] in _CLOSING):
        kept.pop()
    day = of_path(address)
    return tuple(kept), moment or (of_day(day) if day else None)


def _is_footer(match: re.Match[str]) -> bool:
    """Tell a footer from a date that merely stands at the end: it begins with 完 or tells the time of issue."""
    return match.re is _FOOTER_EN or match["end"] is not None or match["hour"] is not None


def _moment(match: re.Match[str]) -> Moment | None:
    """Return the moment of a footer: the day only, where it tells no possible time; None without a possible day."""
    day = _day(match)
    if day is None:
        return None
    hour, minute = _number(match["hour"] or ""), _number(match["minute"] or "0")
    if hour is not None and match.groupdict().get("half") == "下午" and hour < 12:
        hour += 12
    if hour is None or minute is None or hour > 23 or minute > 59:
        return of_day(day)
    return Moment(datetime(day.year, day.month, day.day, hour, minute, tzinfo=HONG_KONG), Precision.MINUTE)


def _day(match: re.Match[str]) -> date | None:
    """Return the date of a match with the groups year, month and day, or None where there is no such date."""
    name = match["month"].lower()
    month = next(
        (number for number, full in enumerate(_MONTHS, 1) if name in (full, full[:3], full[:4])), _number(name)
    )
    year, day = _number(match["year"]), _number(match["day"])
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """Return the value of digits, full-width ones too, or of Chinese numerals below 10,000 as dates use them."""
    if text.isdecimal():
        return int(text)
    plain = text.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = plain.rpartition("十")
    figures = [_DIGITS.get(char) for char in tens + ones]
    if not plain or None in figures or (ten and (len(tens) > 1 or len(ones) > 1)):
        return None
    if not ten:
        return int("".join(map(str, figures)))
    return _DIGITS.get(tens, 1) * 10 + _DIGITS.get(ones, 0)


def of_day(day: date) -> Moment:
    """Return a date as a moment: its midnight, known to the day."""
    return Moment(datetime(day.year, day.month, day.day, tzinfo=HONG_KONG), Precision.DAY)


def of_path(address: str) -> date | None:
    """Return the day an address stands under (`.../202609/26/P….htm`, `.../202609/26c.htm`), or None."""
    found = _PATH_DAY.search(address)
    return _day(found) if found else None


def of_line(text: str) -> Moment | None:
    """Return the first date written out in a line (`2024年5月31日`, `March 29, 2023`), known to the day, or None."""
    found = _DATE_ZH.search(text[:500]) or _DATE_EN.search(text[:500])
    day = _day(found) if found else None
    return of_day(day) if day else None


def of_stamp(text: str) -> Moment | None:
    """Return the first time in figures in a line, as exact as it is written there (:00 is no second), or None.

    `时间：2020-01-30 08:12:31  来源：…`, `(2026-09-22)`, `2026年9月12日 18:05`, `12-November-2026`; taken as local.
    """
    found = _STAMP.search(text[:500])
    if found is None:
        found = _STAMP_EN.search(text[:500])
        day = _day(found) if found else None
        return of_day(day) if day else None
    day = _day(found)
    if day is None or found["hour"] is None:
        return of_day(day) if day else None
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return of_day(day)
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=HONG_KONG)
    return Moment(at, Precision.SECOND if second else Precision.MINUTE)


def of_epoch(seconds: object) -> Moment | None:
    """Return a time counted in seconds since 1970, as JSON listings write it, in the portal's zone, or None."""
    try:
        at = datetime.fromtimestamp(int(str(seconds)), HONG_KONG)
    except (ValueError, OverflowError, OSError):
        return None
    if at.year < 1990:  # a nought stands for "not known"
        return None
    return Moment(at, Precision.SECOND if at.second else Precision.MINUTE if at.hour or at.minute else Precision.DAY)


def of_machine(text: str) -> Moment | None:
    """Return a time written for machines, ISO 8601 or RFC 822, or None; one without an offset is taken as local.

    Seconds other than :00 make it exact to the second; midnight sharp is how feeds write a mere day.
    """
    text = text.strip()
    if not text or len(text) > 64:
        return None
    try:
        at = _parsed(text)
        local = (at if at.tzinfo else at.replace(tzinfo=HONG_KONG)).astimezone(HONG_KONG)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if local.second or local.microsecond:
        return Moment(local, Precision.SECOND)
    return Moment(local, Precision.MINUTE if local.hour or local.minute else Precision.DAY)


def _parsed(text: str) -> datetime:
    """Parse ISO 8601, else RFC 822; raises ValueError or its like."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)
