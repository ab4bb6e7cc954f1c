"""Finds the figures a text states: value, qualifier, unit and what they count. Not here: dates, years and ordinals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scraper.cooperation.dates import MONTH, around
from scraper.cooperation.forms import either
from scraper.cooperation.numerals import CHINESE, SCALES, WORDS, value
from scraper.cooperation.passages import Passage
from scraper.cooperation.units import Units, each, starts_among, starts_of
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
    text: str, folded: str, units: Units, body: Sequence[Passage], dated: Sequence[re.Match[str]]
) -> tuple[Figure, ...]:
    """Return the figures that `text` states, in order; `what` is what is counted, or the passage around it.

    Args:
        text: the release's text.
        folded: the same, folded; `units` are its units.
        units: see `folded`.
        body: its passages.
        dated: what looks like a date in it: no figure starts in one, nor in an idiom.
    """
    taken = {
        at
        for m in (*dated, *(() if folded.isascii() else each(IDIOMS, folded, starts_among(folded, IDIOM_FIRSTS))))
        for at in range(*m.span())
    }
    found = [latin(text, match, body, taken) for match in each(FIGURE, folded, starts_of(folded, units, FIRSTS))]
    if not folded.isascii():
        found += [han(text, match, body, taken) for match in each(HAN_FIGURE, folded, starts_among(folded, HAN_FIRSTS))]
    return tuple(sorted((f for f in found if f is not None), key=lambda f: f.start))


def latin(text: str, match: re.Match[str], body: Sequence[Passage], taken: set[int]) -> Figure | None:
    """Return the figure that a number in a Latin text states; None in a date, for an ordinal or a number of nothing."""
    start, end = match.span()
    last = match.string[max(0, start - BACK) : start].rstrip().rpartition(" ")[2]
    likely = last in LASTS or last.endswith("$")
    before = BEFORE.search(match.string, max(0, start - BACK), start) if likely else None
    said = before.groupdict() if before else {}
    number = value(match["n"])
    if number is None or start in taken or (match["n"].isdigit() and number in YEARS and not said.get("q")):
        return None
    if said.get("age"):
        return Figure(number, "years old", around(text, body, start), start, match.end("n"))
    unit = text[slice(*match.span("u"))].strip(" -") if match["u"] else ""
    first = unit.split(" ")[0].casefold()
    if first in SHARES:
        return None
    if first in NO_UNIT or (first in SIDES and number <= SMALL):
        if not match["s"] and not said.get("money") and not grown(match):
            return None
        unit, end = "", match.end("s") if match["s"] else match.end("n")
    elif not (unit or match["s"] or said.get("q") or said.get("money") or grown(match)):
        return None
    if before and before["money"]:
        unit, end = text[slice(*before.span("money"))], match.end("s") if match["s"] else match.end("n")
    if before and before.start() < start:
        start = before.start()
    number *= SCALES.get(match["s"] or "", 1)
    return Figure(number, unit, around(text, body, start), start, end, QUALIFIERS.get(said.get("q") or ""))


def grown(match: re.Match[str]) -> bool:
    """Tell whether the sentence has named what the number counts: "the number of places will be increased to seven"."""
    start = match.start()
    if not match.string.endswith(("to ", "over ", "about "), 0, start):
        return False
    return GROWN.search(match.string, max(0, start - 160), start) is not None


def han(text: str, match: re.Match[str], body: Sequence[Passage], taken: set[int]) -> Figure | None:
    """Return the figure that a Chinese match states; None in a date or an idiom, for an ordinal or a year."""
    at = match.start("n")
    number = value(match["n"])
    if number is None or at in taken or (at and match.string[at - 1] in "第之.-" + CHINESE):
        return None
    if (match["n"] == "一" and not match["s"]) or ORDINALS.search(match.string, max(0, at - 3), at):
        return None  # 一家 is "a", 第二、三類 are no count
    if match["u"] == "年" and number > 1000:
        return None
    number *= SCALES.get(match["s"] or "", 1)
    qualifier = QUALIFIERS.get(match["q"] or "") or ("over" if match["more"] else None)
    counted = CLAUSE.split(text[slice(*match.span("what"))])[0] or around(text, body, at)
    return Figure(number, text[slice(*match.span("u"))], counted, *match.span(), qualifier)
