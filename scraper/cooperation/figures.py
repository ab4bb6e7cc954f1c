"""Finds the figures a text states: value, qualifier, unit and what they count. Not here: dates, years and ordinals."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice

from scraper.cooperation.dates import MONTH, MOST, around
from scraper.cooperation.forms import either
from scraper.cooperation.numerals import CHINESE, SCALES, WORDS, value
from scraper.cooperation.passages import Passage
from scraper.cooperation.units import Tried, each, starts_among, starts_of
from storage.model import Figure

QUALIFIERS = {
    **dict.fromkeys(("over", "more than", "exceeding", "at least", "逾", "超过", "多达", "至少", "不少于"), "over"),
    **dict.fromkeys(
        ("about", "around", "some", "approximately", "nearly", "almost", "约", "大约", "近", "接近"), "about"
    ),
    **dict.fromkeys(("up to", "at most", "as many as", "最多", "至多"), "up to"),
}
HEAD = "|".join(sorted(QUALIFIERS, key=len, reverse=True))
SPELT = "|".join(sorted((w for w in WORDS if w not in ("zero", "one")), key=len, reverse=True))
# Words after which no unit can stand, or that are none.
FUNCTION = (
    r"(?:over|about|around|more|than|up|under|since|per|and|or|to|of|in|on|at|by|for|from|with|as|the|is|was|were|are|will|"
    r"has|had|have|that|which|who|but|while|after|before|during|until|am|pm|between|among|through|into|its|their)\b"
)
FIGURE = re.compile(
    rf"(?<![\w.,/-])(?<!all )(?P<n>[0-9]{{1,3}}(?:[, ][0-9]{{3}})+(?:\.[0-9]+)?|[0-9]{{1,9}}(?:\.[0-9]+)?"
    rf"|(?:{SPELT})\b|one(?= (?:hundred|thousand|million|billion)))(?:[ -](?P<s>hundred|thousand|million|billion)\b)?"
    rf"(?P<u>%| per cent|[ -](?:(?:more|further|other|additional|new) )?(?!{FUNCTION})[a-z][a-z-]{{1,24}}"
    rf"(?: (?!{FUNCTION})[a-z-]{{3,24}})?)?"
)
# What stands before a number: how exact it is, the money it counts, or that it is an age.
BEFORE = re.compile(
    rf"(?:\b(?P<q>{HEAD}) )?(?:(?P<money>(?:hk|us|rmb|mop)?\$|rmb) ?)?$"
    r"|\b(?P<age>man|woman|boy|girl|patient|aged)(?: of)? $"
)
BACK = 24
# Bare numbers that are years rather: "a 2005 pact".
YEARS = range(1950, 2051)
# The last word of what may stand there, looked at first.
LASTS = {*(q.split(" ")[-1] for q in QUALIFIERS), "rmb", "of", "man", "woman", "boy", "girl", "patient", "aged"}
CLAUSE = re.compile(rf"[的與与和及今昨{CHINESE}]")
UNITS = either("han_units") + "|[名位人个间家项份种宗岁年日天次届周所支台辆张颗批条款类元分期座处组队例部套剂吨箱场床]"
HAN_FIGURE = re.compile(
    rf"(?P<q>{HEAD})?(?P<n>[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,9}}(?:\.[0-9]+)?|[{CHINESE}]{{1,5}}万[{CHINESE}]{{1,7}}|[{CHINESE}]{{1,6}})(?P<s>[万亿])?(?P<more>多|余)?"
    rf"(?P<u>%|{UNITS})(?=(?P<what>[\u4e00-\u9fff]{{0,8}}))"
)
# What follows a number without being counted by it, and idioms that hold a number without stating one.
# What stands before a number that needs no unit, since the sentence has named it: "the number of places will be
# increased to seven".
GROWN = re.compile(
    r"\b(?:increas|rais|ris|rose|expand|extend|bring|brought|tak|grow|grew)[a-z]*\b[^.;\n]{0,120} to (?:over |about )?$"
)
NO_UNIT = frozenset(
    f"{MONTH}|way|place|related|am|pm|and|to|or|of|in|on|at|by|for|the|from|is|was|were|are|has|had|with|as".split("|")
)
# "The two places", "three governments": a way of naming the sides, as long as they are few.
SIDES = frozenset(
    {"places", "cities", "sides", "governments", "regions", "counterparts", "jurisdictions", "parties", "bodies"}
    | {"systems", "authorities", "peoples"}
)
SMALL = 4
# "Two-fifths" and "a third" are shares, which no number of things is.
SHARES = frozenset({"half", "halves", "third", "thirds", "quarter", "quarters", "fifth", "fifths", "tenth", "tenths"})
IDIOM_FIRSTS = re.compile("[一第点十两]")
IDIOMS = re.compile(
    "一带一路|一国两制|一区两园|一站式|一体化|一步|一直|一定|一些|一般|一样|一方面|一如既往|一个|一项|一名|一份|一位|第一|一次|一年|点对点|十分(?!钟)|两部门"
)


ORDINALS = re.compile(f"第[{CHINESE}]、$")
# What a figure can begin with.
FIRSTS = frozenset({word.split("-")[0] for word in WORDS} | {"one"})
HAN_FIRSTS = re.compile(f"[0-9{CHINESE}逾超多至不约大近接最]")


def figures(
    text: str, folded: str, tried: Tried, body: Sequence[Passage], dated: Sequence[re.Match[str]]
) -> tuple[Figure, ...]:
    """Return the figures that `text` states, in order; `what` is what is counted, or the passage around it.

    Args:
        text: the release's text.
        folded: the same, folded.
        tried: its words that a figure can begin with, and maybe others (see `units.worth`).
        body: its passages.
        dated: what looks like a date in it: no figure starts in one, nor in an idiom.
    """
    said, taken = around(text, body), bytearray(len(folded) + 1)
    for match in dated:
        cover(taken, match)
    numbers = islice(each(FIGURE, folded, starts_of(tried, FIRSTS)), MOST)
    found = [latin(text, match, said) for match in numbers if not taken[match.start()]]
    if not folded.isascii():
        for match in each(IDIOMS, folded, starts_among(folded, IDIOM_FIRSTS)):
            cover(taken, match)
        numbers = islice(each(HAN_FIGURE, folded, starts_among(folded, HAN_FIRSTS)), MOST)
        found += [han(text, match, said, taken) for match in numbers]
    return tuple(sorted((f for f in found if f is not None), key=lambda f: f.start))


def cover(taken: bytearray, match: re.Match[str]) -> None:
    """Mark the characters of a match as taken."""
    start, end = match.span()
    taken[start:end] = bytes(end - start).replace(b"\0", b"\1")


def latin(text: str, match: re.Match[str], said: Callable[[int], str]) -> Figure | None:
    """Return the figure that a number in a Latin text states; None for an ordinal or a number of nothing."""
    folded, start, end = match.string, *match.span()
    written, unit, scale = match.group("n", "u", "s")
    last = folded[max(0, start - BACK) : start].rstrip().rpartition(" ")[2]
    before = BEFORE.search(folded, max(0, start - BACK), start) if last in LASTS or last.endswith("$") else None
    qualifier, money, age = before.group("q", "money", "age") if before else (None, None, None)
    number = value(written)
    if number is None or (not qualifier and YEARS.start <= number < YEARS.stop and written.isdigit()):
        return None
    if age:
        return Figure(number, "years old", said(start), start, match.end("n"))
    unit = text[slice(*match.span("u"))].strip(" -") if unit else ""
    first = unit.split(" ")[0].casefold()
    if first in SHARES:
        return None
    if first in NO_UNIT or (first in SIDES and number <= SMALL):
        if not scale and not money and not grown(match):
            return None
        unit, end = "", match.end("s") if scale else match.end("n")
    elif not (unit or scale or qualifier or money or grown(match)):
        return None
    if before and money:
        unit, end = text[slice(*before.span("money"))], match.end("s") if scale else match.end("n")
    if before and before.start() < start:
        start = before.start()
    return Figure(number * SCALES.get(scale or "", 1), unit, said(start), start, end, QUALIFIERS.get(qualifier or ""))


def grown(match: re.Match[str]) -> bool:
    """Tell whether the sentence has named what the number counts: "the number of places will be increased to seven"."""
    start = match.start()
    if not match.string.endswith(("to ", "over ", "about "), 0, start):
        return False
    return GROWN.search(match.string, max(0, start - 160), start) is not None


def han(text: str, match: re.Match[str], said: Callable[[int], str], taken: bytearray) -> Figure | None:
    """Return the figure that a Chinese match states; None in a date or an idiom, for an ordinal or a year."""
    at = match.start("n")
    if taken[at] or (at and match.string[at - 1] in "第之.-" + CHINESE):
        return None
    qualifier, written, scale, more, unit = match.group("q", "n", "s", "more", "u")
    if (written == "一" and not scale) or ORDINALS.search(match.string, max(0, at - 3), at):
        return None  # 一家 is "a", 第二、三類 are no count
    number = value(written)
    if number is None or (unit == "年" and number > 1000):
        return None
    number *= SCALES.get(scale or "", 1)
    exactly = QUALIFIERS.get(qualifier or "") or ("over" if more else None)
    counted = CLAUSE.split(text[slice(*match.span("what"))], maxsplit=1)[0] or said(at)
    return Figure(number, text[slice(*match.span("u"))], counted, *match.span(), exactly)
