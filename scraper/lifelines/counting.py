"""Says what a figure counts of a programme, where it tells how many there are, and None where it does not. Pure.

Told apart: what was added ("five more"), what was before ("from two to seven"), a part ("of which three"), and people
at one occasion, who are no state of a programme unless the text says that it counts them all. In doubt it is None.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from scraper.lifelines.quantities import Counted, Quantity, named

# As many folded characters before a figure, and after it, as can bear on it.
NEAR = 60
# As many before one that is told last: "bringing the number of service points under" a long name "to 26".
BEFORE = 160
# As many quantities before a figure as can be meant by it.
MOST = 8
# Between a number and what it counts: adjectives and measures, no other clause.
BREAK = re.compile(
    r"[;:()。；：，、年月日岁元%率达]|,(?![0-9])|\.(?![0-9])"
    r"|\b(?:of|in|to|for|from|with|by|at|on|will|were|was|have|has|are|is|that|who|which)\b"
)
MEASURE = re.compile(r"\b(?:kinds|types|items|pieces|sets|species) of ")
# A Chinese noun goes on unless one of these follows it: 醫院 in 醫院管理局 is no hospital.
ENDS_HAN = re.compile(
    r"[^\u4e00-\u9fff]|[的参提及和与以并合接进向从让由于自将已会可为使到至供覆分加推试其展开设在是有均都也]|$"
)
HAN_NOUN = re.compile(r"[\u4e00-\u9fff]")
# What stands right after a figure whose noun stands before it: "service points will be increased to seven."
BARE = re.compile(
    r"(?:[0-9.,]+|[a-z-]+|[〇零一二两三四五六七八九十百千万亿]+)[多余]?[个间所家处名位人种项张]?"
    r"(?: ?[,.;)，。；、）]|$|\n| (?:to|in|by|from|as|at|on|with|for|and|within)\b|[并及以分覆遍，])"
)
QUALIFIER = re.compile(r"^(?:over|about|more than|up to|some|逾|约|超过) ?")
GROWN = re.compile(
    r"\b(?:increas|rais|expand|extend|grow|grew|bring|brought|rise|rose|risen|reach|total|stand|stood)[a-z]*\b"
    r"[^.;\n]{0,120}\b(?:to|at|of|reach|reached|reaches|reaching|total|totals|totalled)"
    r" (?:over |about |some |more than )?$"
    r"|(?:增至|增加至|增加到|增到|扩展至|扩展到|扩大至|扩大到|扩至|升至|提升至|上升至|达至|达到|达|至|共有|合共|总数为|总数达)"
    r"[约逾近]?(?:超过)?$"
)
WHOLE = re.compile(
    r"\b(?:total|altogether|so far|to date|cumulative|cumulatively|number of|accumulated|in all)\b"
    r"|累计|合共|一共|共有|总共|总数|至今|迄今|现有|已有"
)
ADDED = re.compile(
    r"(?:\b(?:additional|another|extra|further|new|more|add|adds|added|adding|increased by|by)"
    r"|新增|新设|增设|增加|增添|额外|另外?|另有|再有|加开|再)"
    r"(?: (?:of|over|about|some|a|an))*[约逾了设 ]*$"
)
ADDED_INSIDE = re.compile(r"\b(?:new|more|additional|extra|further|other)\b|新|额外")
PART = re.compile(
    r"(?:of (?:which|whom|these|them)|among (?:them|which|whom)|including|each|every|per|batch of|first|last|remaining"
    r"|其中|每|首批|批|包括|分别|首|其余)[^.;。；\n]{0,16}$"
)
FORMER = re.compile(r"(?:\bfrom (?:over |about )?|[由从][约逾]?(?:原来的|现时的|目前的|最初的)?)$")
FORMER_GOES_ON = re.compile(r"^[^.;。；\n]{1,40}?(?:\bto\b|[增扩升加至到])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """What has to be known of a sentence to say what its figures count.

    Args:
        start: where it starts in the text, and `end` likewise.
        figures: where its figures start, their qualifiers included, in order.
        quantities: those it names, in order.
        whole: whether it says that it counts them all.
    """

    start: int
    end: int
    figures: Sequence[int]
    quantities: Sequence[Counted]
    whole: bool


@dataclass(frozen=True, slots=True)
class Count:
    """What a figure counts; `grown` where the text says that it came to this number."""

    quantity: Quantity
    start: int
    end: int
    grown: bool


def sentence(folded: str, start: int, end: int, figures: Sequence[int]) -> Sentence:
    """Return what has to be known of the sentence `folded[start:end]`, whose figures start at `figures`."""
    return Sentence(start, end, figures, named(folded, start, end), bool(WHOLE.search(folded, start, end)))


def count(folded: str, start: int, inside: Sentence) -> Count | None:
    """Return what the figure that starts at `start` counts, or None.

    Args:
        folded: the text.
        start: where the figure starts, its qualifier included.
        inside: its sentence.
    """
    before = folded[max(inside.start, start - BEFORE) : start]
    rest = folded[start : min(inside.end, start + NEAR)]
    if ADDED.search(before) or PART.search(before) or (FORMER.search(before) and FORMER_GOES_ON.search(rest)):
        return None
    grown = bool(GROWN.search(before))
    found = _after(folded, start, inside) or (_before(folded, start, inside, rest) if grown else None)
    if found is None or not (found.quantity.state or grown or inside.whole):
        return None
    return Count(found.quantity, found.start, found.end, grown)


def _after(folded: str, start: int, inside: Sentence) -> Counted | None:
    """Return the quantity that follows a number and is what it counts."""
    place = bisect_right(inside.quantities, start, key=_start)
    found = inside.quantities[place] if place < len(inside.quantities) else None
    if found is None:
        return None
    han = bool(HAN_NOUN.match(folded, found.start))
    next_figure = bisect_right(inside.figures, start)
    if found.start - start > (16 if han else NEAR):
        return None
    if next_figure < len(inside.figures) and inside.figures[next_figure] < found.start:
        return None
    gap = MEASURE.sub("", folded[start : found.start])
    if BREAK.search(gap) or ADDED_INSIDE.search(gap):
        return None
    goes_on = folded[found.end : found.end + 1] == "'" or (han and not ENDS_HAN.match(folded, found.end))
    return None if goes_on else found


def _before(folded: str, start: int, inside: Sentence, rest: str) -> Counted | None:
    """Return the quantity that a sentence named before it told what it has come to."""
    if not BARE.match(QUALIFIER.sub("", rest)):
        return None
    earlier = inside.quantities[: bisect_right(inside.quantities, start, key=_start)][-MOST:]
    head = folded.rfind("number of ", inside.start, start)
    after_head = [one for one in earlier if 0 <= head < one.start]
    return after_head[0] if after_head else earlier[-1] if earlier else None


def _start(one: Counted) -> int:
    return one.start
