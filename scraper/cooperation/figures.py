"""Finds the figures a text states: value, qualifier, unit and what they count. Not here: dates, years and ordinals."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scraper.cooperation.dates import MONTH, around
from scraper.cooperation.numerals import CHINESE, SCALES, WORDS, value
from scraper.cooperation.passages import READ, Passage
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
ENGLISH_FIGURE = re.compile(
    rf"(?<![\w.$/-])(?<!all )(?:(?P<q>{HEAD}) )?(?P<money>(?:hk|us|rmb|mop)?\$|rmb)?"
    rf"(?P<n>[0-9]{{1,3}}(?:[, ][0-9]{{3}})+(?:\.[0-9]+)?|[0-9]{{1,9}}(?:\.[0-9]+)?|(?:{SPELT})\b|one(?= (?:hundred|thousand|million|billion)))"
    r"(?:[ -](?P<s>hundred|thousand|million|billion)\b)?"
    rf"(?P<u>%| per cent|[ -](?:(?:more|further|other|additional|new) )?(?!{FUNCTION})[a-z][a-z-]{{1,24}}(?: (?!{FUNCTION})[a-z-]{{3,24}})?)?"
    r"|\b(?:man|woman|boy|girl|patient|aged)(?: of)? (?P<age>[0-9]{1,3})\b"
)
CLAUSE = re.compile(rf"[的與与和及今昨{CHINESE}]")
UNITS = "名位人个间家项份种宗岁年日天次届周所支台辆张颗批条款类元分人次小时分钟期座处组队例部套剂"
HAN_FIGURE = re.compile(
    rf"(?=[0-9{CHINESE}逾超多至不约大近接最])(?P<q>{HEAD})?(?P<n>[0-9]{{1,3}}(?:,[0-9]{{3}})+|[0-9]{{1,9}}(?:\.[0-9]+)?|[{CHINESE}]{{1,5}}万[{CHINESE}]{{1,7}}|[{CHINESE}]{{1,6}})(?P<s>[万亿])?(?P<more>多|余)?"
    rf"(?P<u>%|[{UNITS}])(?=(?P<what>[\u4e00-\u9fff]{{0,8}}))"
)
# What follows a number without being counted by it, and idioms that hold a number without stating one.
# What stands before a number that needs no unit, since the sentence has named it: "the number of places will be
# increased to seven".
GROWN = re.compile(
    r"\b(?:increas|rais|ris|rose|expand|extend|bring|brought|tak|grow|grew)[a-z]*\b[^.;\n]{0,50} to (?:over |about )?$"
)
NO_UNIT = frozenset(
    f"{MONTH}|way|place|places|cities|sides|governments|regions|counterparts|jurisdictions|parties|related|am|pm|and|to|or|of|in|on|at|by|for|the|from|is|was|were|are|has|had|with|as".split(
        "|"
    )
)
IDIOMS = re.compile(
    "一带一路|一国两制|一区两园|一站式|一体化|一步|一直|一定|一些|一般|一样|一方面|一如既往|一个|一项|一名|一份|一位|第一|一次|一年|点对点"
)


def figures(text: str, folded: str, body: Sequence[Passage], dated: Sequence[re.Match[str]]) -> tuple[Figure, ...]:
    """Return the figures that `text` states, in order; `what` is what is counted, or the passage around it.

    Args:
        text: the release's text.
        folded: the same, folded.
        body: its passages.
        dated: what looks like a date in it: no figure starts in one, nor in an idiom.
    """
    taken = {at for m in (*dated, *IDIOMS.finditer(folded, 0, READ)) for at in range(*m.span())}
    found = [figure(text, match, body) for match in ENGLISH_FIGURE.finditer(folded, 0, READ) if counts(match, taken)]
    found += [
        figure(text, match, body) for match in HAN_FIGURE.finditer(folded, 0, READ) if counts(match, taken, folded)
    ]
    return tuple(sorted((f for f in found if f is not None), key=lambda f: f.start))


def counts(match: re.Match[str], taken: set[int], folded: str = "") -> bool:
    """Tell whether a match counts something: not in a date, not an ordinal, not followed by a mere function word."""
    if match.groupdict().get("age"):
        return True
    start = match.start("n")
    if start in taken or (folded and start and folded[start - 1] in "第之.-" + CHINESE):
        return False
    unit = (match["u"] or "").strip(" -").split(" ")[0]
    return (bool(unit or match["s"] or match["q"]) and unit not in NO_UNIT) or bool(GROWN.search(folded_before(match)))


def folded_before(match: re.Match[str]) -> str:
    """Return the eighty characters before the number of a match."""
    return match.string[max(0, match.start("n") - 80) : match.start("n")]


def figure(text: str, match: re.Match[str], body: Sequence[Passage]) -> Figure | None:
    """Return the figure a match states, or None where its number cannot be read."""
    part = match.groupdict()
    if part.get("age"):
        start, end = match.span("age")
        return Figure(float(part["age"]), "years old", around(text, body, start), start, end)
    number = value(part["n"])
    if number is None:
        return None
    if (part["u"] or "").startswith("年") and number > 1000:
        return None
    number *= SCALES.get(part["s"] or "", 1)
    qualifier = QUALIFIERS.get(part["q"] or "") or ("over" if part.get("more") else None)
    start, end = match.span()
    unit = text[match.start("u") : match.end("u")].strip(" -") if part["u"] else ""
    if unit.split(" ")[0].casefold() in NO_UNIT:
        unit, end = "", match.end("n")
    if part.get("money"):
        unit = text[match.start("money") : match.end("money")]
    counted = CLAUSE.split(text[slice(*match.span("what"))])[0] if part.get("what") else ""
    counted = counted or around(text, body, start)
    return Figure(number, unit, counted, start, end, qualifier)
