"""The clues of a release: what another telling of the same event would name too, by names that all languages share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from scraper.cooperation.folding import fold_name
from scraper.tellings import rarity
from storage.model import Assessment, Mention
from storage.telling import Clue

NAMED = {"parties": "party", "people": "person", "places": "place", "programmes": "programme"}
LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_STARTS = frozenset('.!?\n"\u201c\u2018(:')
MOST_TERMS = 24
MOST_NUMBERS = 60
COMMON = 3.0
"""Names lighter than this are in every twentieth release or more."""
WHOLE_DATE = 10
"""Characters in a date told to the day: 2026-11-21."""


def clues(
    facts: Iterable[Assessment],
    numbers: Iterable[float],
    terms: Iterable[str],
    topics: Iterable[str],
    published: date | None,
) -> tuple[Clue, ...]:
    """Return the clues of a release, each once, the rarest first.

    Args:
        facts: what was found in its title and in its text.
        numbers: that it states.
        terms: the Latin words in it that may be names (see `terms`).
        topics: that it touches.
        published: the portal's day; None where unknown.
    """
    found = [*_named(facts), *_dated(stated(facts), published)]
    found += [Clue("topic", topic, rarity.of_name("topic", topic)) for topic in topics]
    counted = [Clue("number", f"{number:g}", rarity.of_number(number)) for number in numbers]
    found += sorted(counted, key=lambda clue: (-clue.weight, clue.value))[:MOST_NUMBERS]
    latin = [Clue("term", term, rarity.of_name("term", term)) for term in terms]
    found += sorted(latin, key=lambda clue: (-clue.weight, clue.value))[:MOST_TERMS]
    once = {(clue.kind, clue.value): Clue(clue.kind, clue.value, round(clue.weight, 2)) for clue in found}
    return tuple(sorted(once.values(), key=lambda clue: (-clue.weight, clue.kind, clue.value)))


def stated(facts: Iterable[Assessment]) -> frozenset[date]:
    """Return the whole dates that are stated; not the day of publishing that stands for a text without any date.

    That one is told with its opening as a whole; a date that is stated is a part of its passage.
    """
    return frozenset(
        date.fromisoformat(one.date)
        for each in facts
        for one in each.dates
        if len(one.date) == WHOLE_DATE and not (one.what and one.end - one.start >= len(one.what))
    )


def common_names(facts: Iterable[Assessment]) -> list[str]:
    """Return the folded spellings of bodies and people that many releases name, the longest first."""
    found = {
        fold_name(spelling)
        for each in facts
        for field, kind in (("parties", "party"), ("people", "person"))
        for mention in getattr(each, field)
        if rarity.of_name(kind, fold_name(mention.name)) < COMMON
        for spelling in (mention.name, mention.text, *mention.aliases)
    }
    return sorted((name for name in found if len(name) > 1), key=lambda name: (-len(name), name))


def terms(text: str, language: str) -> frozenset[str]:
    """Return the Latin words that may be names: in a Chinese text all, else those with capitals inside a sentence."""
    found = [(match[0], match.start()) for match in LATIN.finditer(text)]
    if language == "zh":
        return frozenset(fold_name(word) for word, _ in found if len(word) > 1)
    likely = [(word, at) for word, at in found if len(word) > 1 and not (word.isalpha() and word.islower())]
    return frozenset(fold_name(word) for word, at in likely if _is_name(text, at, word))


def _is_name(text: str, start: int, word: str) -> bool:
    if any(char.isdigit() or char.isupper() for char in word[1:]):
        return True
    before = text[max(0, start - 3) : start].strip(" ")
    return word[0].isupper() and before != "" and before[-1] not in _STARTS


def _named(facts: Iterable[Assessment]) -> Iterator[Clue]:
    for each in facts:
        for field, kind in NAMED.items():
            mentions: tuple[Mention, ...] = getattr(each, field)
            for mention in mentions:
                name = fold_name(mention.name)
                yield Clue(kind, name, rarity.of_name(kind, name))


def _dated(days: Iterable[date], published: date | None) -> Iterator[Clue]:
    for day in days:
        yield Clue("date", day.isoformat(), rarity.of_date((day - published).days if published else None))
