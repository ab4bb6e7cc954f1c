"""The days and numbers that a text states, and what is left of it without its looks; for comparing versions. Pure.

Rough on purpose: both versions of a release are read by the same rule, and only what differs counts. What a date or
figure means is said by the detector, on the floor above.
"""

from __future__ import annotations

import re
import unicodedata

_SHORT = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: number for number, name in enumerate(_SHORT.split(), 1)}
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,? ?((?:19|20)\d\d))?"
_DIGITS = "〇零一二三四五六七八九"
_DATES = (
    re.compile(rf"(?<![\w.])(?P<month>{_MONTH}) (?P<day>{_DAY})(?![\d,.]*\d{{3}}){_YEAR}\b"),
    re.compile(rf"(?<![\w.])(?P<day>{_DAY})(?: of)? (?P<month>{_MONTH})\b{_YEAR}"),
    re.compile(rf"(?<![\w.])(?P<month>{_MONTH})(?P<day>) ((?:19|20)\d\d)\b"),
)
_OF_NUMBERS = re.compile(
    r"(?:(?P<y>(?:19|20)\d\d|[〇零一二三四五六七八九]{4}) ?年 ?)?(?P<m>\d{1,2}|[一二三四五六七八九十]{1,3}) ?月"
    r"(?: ?(?P<d>\d{1,2}|[一二三四五六七八九十廿]{1,3}) ?[日號号])?"
    r"|(?P<y2>(?:19|20)\d\d)[-/.](?P<m2>\d{1,2})[-/.](?P<d2>\d{1,2})(?!\d)"
)
_WEEKDAY = re.compile(
    r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:星期|週|周|禮拜|礼拜)[一二三四五六日天]"
    r"|\b(?:today|tomorrow|yesterday)\b|今[日天]|明[日天]|昨[日天]"
)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})(?:[.:](\d\d))? ?(a\.?m|p\.?m)\b|(?<!\d)(\d{1,2}):(\d\d)(?!\d)")

_WORDS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen"
)
_COUNTED = "名人位間间個个項项例宗家所次期週周天年時时億亿萬万元成倍歲岁張张床支批份條条處处區区場场"
_NUMBERS = re.compile(
    r"(?P<digits>(?:(?<![\w.])[-−])?\d+(?:,\d{3})*(?:\.\d+)?)(?P<share> ?(?:%|‰|per cent|percent))?"
    rf"|\b(?P<word>{'|'.join(_WORDS.split())})\b"
    rf"|(?P<chinese>[一二三四五六七八九十百千零〇兩两]{{2,12}}(?=[萬万億亿]?[{_COUNTED}])"
    rf"|[二三四五六七八九十百千兩两](?=[{_COUNTED}]))"
)


# A blank follows a mark: full-width marks bring theirs with them. Not where a mark stands in a number or a time.
_MARKS = re.compile(r"\s*(?:(?<!\d)([,;:!?])|(?<=\d)(,)(?!\d{3}(?!\d))|(?<=\d)([;!?]))\s*")


def fold(text: str) -> str:
    """Return a text with case, width, the blanks about marks and the amount of white space made alike."""
    alike = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_MARKS.sub(lambda match: f"{match[1] or match[2] or match[3]} ", alike).split())


def skeleton(text: str) -> str:
    """Return what is left of a text without case, width, punctuation and white space: letters, digits, currencies."""
    return "".join(one for one in fold(text) if one in "%‰°" or unicodedata.category(one)[0] in "LNM" or _is_sign(one))


def _is_sign(one: str) -> bool:
    return unicodedata.category(one) in ("Sc", "Sm")


def days(text: str) -> frozenset[str]:
    """Return the days, months and times of day that a text states: `11-21`, `2026`, `monday`, `10:30am`."""
    found, _ = _split(fold(text))
    return found


def numbers(text: str) -> frozenset[str]:
    """Return the numbers that a text states beside its dates, as plain digits: `1,500` and `1500` are one."""
    _, rest = _split(fold(text))
    return frozenset(_number(match) for match in _NUMBERS.finditer(rest))


def _number(match: re.Match[str]) -> str:
    if match["digits"] is None:
        return match["word"] or match["chinese"]
    plain = match["digits"].replace(",", "").replace("−", "-")
    whole, point, part = plain.partition(".")
    part = part.rstrip("0")
    whole = ("-" if whole.startswith("-") else "") + (whole.lstrip("-").lstrip("0") or "0")
    return whole + (point + part if part else "") + ("%" if match["share"] else "")


def _split(folded: str) -> tuple[frozenset[str], str]:
    """Return what a folded text states of time, and the text without it."""
    found: set[str] = set()

    def english(match: re.Match[str]) -> str:
        month = f"{_MONTHS[match['month'][:3]]:02}"
        day = re.match(r"\d*", match["day"] or "")
        found.add(f"{month}-{int(day.group()):02}" if day and day.group() else month)
        found.update(one for one in match.groups() if one and re.fullmatch(r"(?:19|20)\d\d", one))
        return " "

    def numbered(match: re.Match[str]) -> str:
        month, day = _plain(match["m"] or match["m2"]), _plain(match["d"] or match["d2"] or "")
        found.add(f"{month:02}-{day:02}" if day else f"{month:02}")
        year = match["y"] or match["y2"]
        found.update([str(_plain(year))] if year else [])
        return " "

    def other(match: re.Match[str]) -> str:
        found.add(match.group().replace(" ", "").replace(".", "") if match.re is _WEEKDAY else _clock(match))
        return " "

    rest = folded
    for pattern in _DATES:
        rest = pattern.sub(english, rest)
    rest = _OF_NUMBERS.sub(numbered, rest)
    rest = _CLOCK.sub(other, _WEEKDAY.sub(other, rest))
    return frozenset(found), rest


def _clock(match: re.Match[str]) -> str:
    hour, minute = match[1] or match[4], match[2] or match[5] or "00"
    half = (match[3] or "").replace(".", "")
    return f"{int(hour)}:{minute}{half}"


def _plain(said: str) -> int:
    """Return the number of a day, month or year in either script; 0 for none."""
    if not said or said.isdecimal():
        return int(said or 0)
    if len(said) == 4 and "十" not in said:
        return int("".join(str(_value(one)) for one in said))
    tens, ten, ones = said.replace("廿", "二十").rpartition("十")
    return (_value(tens) if tens else 1 if ten else 0) * 10 + (_value(ones) if ones else 0)


def _value(one: str) -> int:
    return max(0, _DIGITS.find(one) - 1) if one != "〇" else 0
