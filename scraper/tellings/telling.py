"""Makes the telling of a release: the facts, numbers and words that other tellings of its event would share."""

from __future__ import annotations

from datetime import date

from scraper.cooperation import assess
from scraper.cooperation.folding import fold
from scraper.cooperation.passages import READ
from scraper.tellings.clues import clues, common_names, stated, terms
from scraper.tellings.numbers import numbers
from scraper.tellings.topics import topics
from scraper.tellings.words import bands, headwords, language_of, mark, packed, phrases, without, words
from storage.identity import bare_title
from storage.model import Assessment, Release
from storage.telling import Clue, Telling

RULE = "1"
"""The version of all that makes a telling. Another one: `coopwatch reread` makes them anew."""
LEAST = 1.5
"""Clues lighter than this are in too many releases to look others up by."""
MOST_CLUES = 24
MOST_HEADWORDS = 12
MOST_DAYS = 40


def telling(release: Release, assessment: Assessment) -> Telling:
    """Return what a release tells.

    Args:
        release: as read.
        assessment: of its text; its facts are named alike in all languages.
    """
    published = release.published.date() if release.published else None
    title = bare_title(release.title)[:2000]
    whole = f"{title}\n{release.text}"[:READ]
    folded, head = fold(whole), fold(title)
    facts = (assessment, _of_title(title, release, published))
    language = language_of(folded, release.language)
    said = numbers(folded)
    found = clues(facts, said, terms(whole, language), topics(folded), published)
    names = common_names(facts)
    in_title, in_text = (words(without(part, names), language) for part in (head, folded[len(head) :]))
    heads = headwords(in_title, in_text, language, MOST_HEADWORDS)
    days = sorted(stated(facts), key=lambda day: abs((day - published).days) if published else -day.toordinal())
    return Telling(
        rule=RULE,
        language=language,
        day=published.toordinal() if published else None,
        days=tuple(sorted(day.toordinal() for day in days[:MOST_DAYS])),
        clues=found,
        numbers=tuple(sorted(said)[:500]),
        words=packed(in_title, in_text, language),
        marks=_marks(found, heads, bands(phrases(folded, language)), language),
    )


def _of_title(title: str, release: Release, published: date | None) -> Assessment:
    """Return the facts that the title states; those of an assessment are the text's."""
    return assess("", title, language=release.language, published=published, jurisdiction=release.jurisdiction)


def _marks(found: tuple[Clue, ...], heads: list[str], banded: list[int], language: str) -> tuple[int, ...]:
    heavy = [clue for clue in found if clue.weight >= LEAST and clue.kind != "topic"][:MOST_CLUES]
    marks = [mark(clue.kind, clue.value) for clue in heavy]
    marks += [mark(language, word) for word in heads]
    return tuple(dict.fromkeys([*marks, *banded]))
