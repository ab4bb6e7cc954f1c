"""Puts a release's figures into lifelines: which programme each belongs to, and what of it it counts. Pure.

A lifeline is (programme, what is counted), both in canonical English: "service points" in whatever language, and
"hospitals in Shenzhen" apart from "hospitals". Where one text states two numbers for one, the one it has come to
counts; where that is not said, none does.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scraper.cooperation.folding import fold_name, fold_text
from scraper.cooperation.passages import READ, sentences
from scraper.lifelines.belonging import Named, only, owner, places, taken_up
from scraper.lifelines.counting import Sentence, count, sentence
from storage.model import Assessment, Figure, Mention

# As many figures are followed (a text with more is a table), and as many names of programmes are looked back to.
MOST = 200
# What may stand between a count and the place it is limited to, after it in English, before it in Chinese.
AFTER = re.compile(r",? (?:located |situated |based )?(?:in|of|across) (?:the )?")
BETWEEN = re.compile(r"[市省]?(?:[内的]|设有?|有|共有?|设立)*$")
# "in Guangzhou and Shenzhen": not limited to one place.
MORE = re.compile(r"(?:,| and\b| or\b)")
MORE_BEFORE = re.compile("市?[、和及与跟]$")


def followed(title: str, text: str, assessment: Assessment) -> Assessment:
    """Return an assessment with the programme of each figure, and what it counts of it, wherever that is clear.

    Args:
        title: of the release.
        text: of the release, as it was assessed.
        assessment: of it; a figure whose programme it tells keeps it.
    """
    if not assessment.figures or not (assessment.programmes or any(one.programme for one in assessment.figures)):
        return assessment
    folded = fold_text(text[:READ])
    named = places(text, folded, assessment.programmes)
    about = only(title, folded, assessment.programmes, named)
    sites = _sites(assessment.places)
    ordered = sorted(assessment.figures, key=lambda one: one.start)
    figures, rest = ordered[:MOST], ordered[MOST:]
    starts = [one.start for one in figures]
    placed = [(figure, False) for figure in figures]
    for start, end in sentences(text[:READ]):
        first, after = bisect_left(starts, start), bisect_left(starts, end)
        if first == after:
            continue
        before, until = bisect_left(named, start, key=_start), bisect_left(named, end, key=_start)
        otherwise = taken_up(folded[start:end], named[max(0, before - MOST) : before]) or about
        owners = [one.programme or owner(one.start, named[before:until], otherwise) for one in figures[first:after]]
        if not any(owners):
            continue
        inside = sentence(folded, start, end, starts[first:after])
        for place, programme in enumerate(owners, first):
            if programme is not None:
                placed[place] = _placed(folded, figures[place], programme, inside, sites)
    return replace(assessment, figures=(*settled(placed), *rest))


def _placed(
    folded: str, figure: Figure, programme: str, inside: Sentence, sites: Sequence[tuple[str, str]]
) -> tuple[Figure, bool]:
    """Return a figure with its programme and quantity, and whether the text says that it has come to this number."""
    found = count(folded, figure.start, inside)
    if found is None:
        return replace(figure, programme=programme), False
    site = _site(folded, figure.start, found.end, sites)
    counts = f"{found.quantity.name} in {site}" if site else found.quantity.name
    return replace(figure, programme=found.quantity.of.get(programme, programme), counts=counts), found.grown


def _start(one: Named) -> int:
    return one.start


def settled(figures: Sequence[tuple[Figure, bool]]) -> tuple[Figure, ...]:
    """Return figures of which each lifeline has one value: of several, the one the text says it has come to."""
    values: dict[tuple[str | None, str], dict[float, bool]] = {}
    for figure, grown in figures:
        if figure.counts is not None:
            known = values.setdefault((figure.programme, figure.counts), {})
            known[figure.value] = known.get(figure.value, False) or grown
    return tuple(
        figure
        if figure.counts is None or _stands(figure, values[figure.programme, figure.counts])
        else replace(figure, counts=None)
        for figure, _ in figures
    )


def _stands(figure: Figure, known: Mapping[float, bool]) -> bool:
    """Tell whether a figure is the value of its lifeline; `known` says of each whether the text came to it."""
    return len(known) == 1 or [value for value, grown in known.items() if grown] == [figure.value]


def _sites(found: Sequence[Mention]) -> list[tuple[str, str]]:
    """Return the spellings of the places that a text names, each with the place, the longest first."""
    pairs = {fold_name(spelling): one.name for one in found for spelling in (one.name, one.text, *one.aliases)}
    return sorted(pairs.items(), key=lambda pair: (-len(pair[0]), pair))


def _site(folded: str, start: int, end: int, sites: Sequence[tuple[str, str]]) -> str | None:
    """Return the place a count is limited to: "hospitals in Shenzhen", 深圳的12間醫院."""
    after = AFTER.match(folded[end : end + 24])
    before = BETWEEN.sub("", folded[max(0, start - 16) : start])
    for spelling, name in sites:
        if after and folded.startswith(spelling, end + after.end()):
            return None if MORE.match(folded, end + after.end() + len(spelling)) else name
        if not spelling.isascii() and before.endswith(spelling):
            other = MORE_BEFORE.sub("", before[: -len(spelling)])
            several = other + spelling != before and any(other.endswith(one) for one, _ in sites)
            return None if several else name
    return None
