"""The frozen values in which a release is compared with others: what it names, counts and says. No rules here.

They are made on the floor above (scraper.tellings), kept by tellings.py and compared by sameness.py.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clue:
    """Something a text names that another telling of the event would name too, in any language.

    `kind` is `party`, `person`, `place`, `programme`, `date`, `number`, `term` (a Latin word) or `topic`; `value` is
    the same in all languages; `weight` tells how rare it is among health releases (natural logarithm; 0: everywhere).
    """

    kind: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class Telling:
    """What a release tells, as far as it takes to find and recognise other tellings of the same event.

    Args:
        rule: the version of the rule that made it; tellings of different rules are not compared.
        language: of the wording: `en`, `zh` (Traditional and Simplified are folded into one), `pt`.
        day: when it was published, by the portal's calendar, as a day's ordinal number; None where unknown.
        days: the whole dates its text states, likewise.
        clues: what it names.
        numbers: every number it states, also those too common to be a clue; dates apart.
        words: its wording, each word packed into a number (see wording.py), in rising order.
        marks: what it is looked up by, 64-bit signed, the names and figures that tell most first.
    """

    rule: str
    language: str
    day: int | None = None
    days: tuple[int, ...] = ()
    clues: tuple[Clue, ...] = ()
    numbers: tuple[float, ...] = ()
    words: tuple[int, ...] = ()
    marks: tuple[int, ...] = ()
