"""Finds the dates a text states and resolves them against the day it was published. Pure.

As exact as the text: `2026-11-21`, `2026-11`, `2026`, or an ISO interval of months (`2026-07/2026-09` for a quarter).
What cannot be resolved without the day of publishing is left out where that day is unknown.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from scraper.cooperation.days import (
    DAYS,
    MONTHS,
    QUARTERS,
    RELATIVE,
    STEPS,
    Known,
    day,
    day_of_month,
    from_today,
    month_from,
    nearest,
    number,
    quarter,
    span,
    weekday,
    year,
)
from scraper.cooperation.numerals import CHINESE
from scraper.cooperation.passages import Passage
from scraper.cooperation.units import Tried, each, starts_among, starts_of
from storage.model import Dated

MONTH = "|".join(MONTHS)
YEAR = "(?:19|20)[0-9]{2}"
NUMBER = f"[0-9{CHINESE}]{{1,4}}"
ORDINAL = "(?:st|nd|rd|th)?"
TIED = r"(?: (?:and|to|until) | ?- ?)"
ENGLISH = re.compile(
    rf"\b(?:(?P<m1>{MONTH})\.? (?P<d1>[0-9]{{1,2}}){ORDINAL}(?:{TIED}(?P<d2>[0-9]{{1,2}}){ORDINAL}\b)?"
    rf"(?:,? (?P<y1>{YEAR}))?(?![0-9]|,[0-9]{{3}})"
    rf"|(?P<d3>[0-9]{{1,2}}){ORDINAL}(?:{TIED}(?P<d4>[0-9]{{1,2}}){ORDINAL})? (?:of )?(?P<m3>{MONTH})\b"
    rf"(?:,? (?P<y3>{YEAR}))?"
    rf"|(?P<m4>{MONTH})\.? (?:of )?(?P<y4>{YEAR}|(?:last|this|next) year)\b"
    rf"|(?P<q>{'|'.join(w for w in QUARTERS if w.isascii())}) (?P<part>quarter|half)"
    rf"(?: of (?:the year )?(?P<y6>{YEAR}|(?:last|this|next) year))?\b"
    rf"|(?P<rel>{'|'.join(w for w in RELATIVE if w.isascii())})\b"
    r"|(?P<rm>next|last|this) month\b|(?P<ry>next year)\b"
    rf"|(?P<ws>on|next|last|this coming|this|by|until) (?P<dow>{'|'.join(w for w in DAYS if w.isascii())})\b"
    rf"|(?:in|since|by|from)(?: early| mid| late| the end of)?[ -](?P<y5>{YEAR})\b)"
)
HAN_YEAR = f"(?:(?:{YEAR}|[二一][〇零九][〇零一二三四五六七八九]{{2}})年|[今去明本]年)"
# 今日 and its kin may be followed by the day itself in brackets, or hold it: 今(24)日. One date, not two.
HAN = re.compile(
    rf"(?=[0-9{CHINESE}今去明本上下昨前后周星首第])(?:"  # the first character rules most places out at once
    rf"(?P<y>{HAN_YEAR})?(?:的)?(?P<m>{NUMBER})月(?:份|(?:(?P<d>{NUMBER})[日号]?(?:[至到及和、-](?P<d2>{NUMBER}))?[日号]))?"
    rf"|(?P<rm>[本上下今])个?月(?:(?P<rd>{NUMBER})[日号])?"
    rf"|(?P<rel>[今昨明前后])(?:(?:[日天早晚]|(?<=[今昨明])起)(?:\({NUMBER}(?:月{NUMBER})?日?\))?|\({NUMBER}(?:月{NUMBER})?日?\)[日天早晚]?|(?=\({NUMBER}日))"
    r"|(?<![每逢])(?P<w>[上下本这]?个?(?:周|星期))(?P<dow>[一二三四五六日])(?![至月])"
    rf"|(?P<qy>{HAN_YEAR})?(?:的)?(?:(?P<q>第[一二三四1-4]|首)季度?|(?P<half>[上下])半年)"
    rf"|(?<![0-9{CHINESE}月第至连为期])(?P<bare>[0-9]{{1,2}}|[二三]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?)日"
    r"(?!间|数|内|前|后|游|均|本|圆|元|起计|程|夜)"
    rf"|(?P<oy>{YEAR}|[二一][〇零九][〇零一二三四五六七八九]{{2}})年"
    r"(?=推行|成立|起|开始|设立|签署|恢复|展开|启用|开办|启动|建立|底|初|内|年中|落成|投入))"
)


# More of what looks like a date, or like a figure, than any release states: the rest is a table, or noise.
MOST = 1000
# A passage that tells what happens is shortened to so many characters.
LONGEST = 160

# The words and characters a date can begin with.
FIRSTS = frozenset(
    {*MONTHS, *(word.split(" ")[0] for word in (*RELATIVE, *QUARTERS) if word.isascii())}
    | {"this", "next", "last", "on", "by", "until", "in", "since", "from"}
)
HAN_FIRSTS = re.compile(f"[0-9{CHINESE}今去明本上下昨前后周星首第廿这]")


def matches(folded: str, tried: Tried) -> list[re.Match[str]]:
    """Return what looks like a date in a folded text, in either language; a text in Latin letters holds none in Han.

    `tried` are its words that a date can begin with, and maybe others (see `units.worth`).
    """
    found = list(islice(each(ENGLISH, folded, starts_of(tried, FIRSTS)), MOST))
    if not folded.isascii():
        found += islice(each(HAN, folded, starts_among(folded, HAN_FIRSTS)), MOST)
    return found


def from_english(found: re.Match[str], published: Known | None) -> Iterator[str | None]:
    """Yield the dates an English match states."""
    part = found.groupdict()
    if part["m1"] or part["m3"]:
        month, of = MONTHS[part["m1"] or part["m3"]], part["y1"] or part["y3"]
        for said in filter(None, (part["d1"], part["d2"], part["d3"], part["d4"])):
            yield day(int(of), month, int(said)) if of else nearest(month, int(said), published)
    elif part["m4"]:
        stated = year(part["y4"], published)
        yield f"{stated}-{MONTHS[part['m4']]:02}" if stated else None
    elif part["q"]:
        stated = year(part["y6"], published)
        halves = {"first": (1, 6), "second": (7, 12)}
        if stated and part["part"] == "quarter":
            yield quarter(part["q"], stated)
        elif stated and part["q"] in halves:
            yield span(*halves[part["q"]], stated)
    elif part["y5"]:
        yield part["y5"]
    elif published:
        yield near(part, published)


def near(part: dict[str, str], published: Known) -> str | None:
    """Return what an English word told from the day of publishing means."""
    if part["rel"]:
        return from_today(RELATIVE[part["rel"]], published)
    if part["rm"]:
        return month_from(STEPS[part["rm"]], published) if part["rm"] == "next" else None
    if part["ry"]:
        return str(published.day.year + 1)
    return weekday(part["dow"], STEPS.get(part["ws"], 0), published)


def from_chinese(found: re.Match[str], published: Known | None) -> Iterator[str | None]:
    """Yield the dates a folded Chinese match states."""
    part = found.groupdict()
    if part["oy"]:
        yield str(number(part["oy"]))
    elif part["m"]:
        yield from of_month(part, published)
    elif part["q"] or part["half"]:
        stated = year(part["qy"], published)
        if stated and part["q"]:
            yield quarter(part["q"][-1], stated)
        elif stated:
            yield span(1, 6, stated) if part["half"] == "上" else span(7, 12, stated)
    elif published:
        yield from_the_day(part, published)


def from_the_day(part: dict[str, str], published: Known) -> str | None:
    """Return what a date told from the day of publishing means: 本月8日, 今日, 周五, 27日."""
    if part["rm"]:
        step = STEPS[part["rm"]]
        if part["rd"]:
            return day_of_month(number(part["rd"]), step, published)
        return month_from(step, published) if step > 0 else None  # 上月 and 本月 tell of the background
    if part["rel"]:
        return from_today(RELATIVE[part["rel"]], published)
    if part["dow"]:
        return weekday(part["dow"], STEPS.get(part["w"][0], 0), published)
    return day_of_month(number(part["bare"]), None, published)


def of_month(part: dict[str, str], published: Known | None) -> Iterator[str | None]:
    """Yield the dates of a match that names a month by number, with or without year and day."""
    month, stated = number(part["m"]), year(part["y"], published) if part["y"] else None
    if not 1 <= month <= 12:
        return
    for said in filter(None, (part["d"], part["d2"])):
        yield day(stated, month, number(said)) if stated else nearest(month, number(said), published)
    if stated and not part["d"]:
        yield f"{stated}-{month:02}"


def dates(
    text: str, found: Sequence[re.Match[str]], body: Sequence[Passage], published: Known | None
) -> tuple[Dated, ...]:
    """Return the dates that `text` states, each once, in order; `what` is the passage that states it.

    Args:
        text: the release's text.
        found: what looks like a date in it (see `matches`).
        body: its passages.
        published: when it was published, as far as that is known.
    """
    kept: dict[str, Dated] = {}
    said = around(text, body)
    for match in found:
        read = from_english if match.re is ENGLISH else from_chinese
        for iso in read(match, published):
            if iso and iso not in kept:
                start, end = match.span()
                kept[iso] = Dated(iso, said(start), start, end)
    return tuple(sorted(kept.values(), key=lambda dated: dated.start))


def of_the_day(published: Known, text: str, opening: Passage) -> Dated:
    """Return the date of what a release tells without naming a day: that of publishing; its opening is the passage."""
    iso = published.day.isoformat()[: published.exact]
    return Dated(iso, around(text, (opening,))(opening.start), opening.start, opening.end)


def around(text: str, body: Sequence[Passage]) -> Callable[[int], str]:
    """Return what tells, of an offset into `text`, the passage around it, shortened to what fits a line."""
    starts = [passage.start for passage in body]

    def said(at: int) -> str:
        index = bisect_right(starts, at) - 1
        if index < 0 or at >= body[index].end:
            return ""
        start, end = body[index].start, body[index].end
        return text[start:end] if end - start <= LONGEST else text[start : start + LONGEST - 3] + "..."

    return said
