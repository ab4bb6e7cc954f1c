"""Do two tellings tell one event? Pure: two values in, a decision with its reason in words out.

What speaks for it: rare things that both name, words that both use. What forbids it, whatever speaks for it: days,
figures or subjects that contradict each other; daily reports and weekly bulletins of one template are alike in
everything else (measured: 88 % of the letters). The weights are set by hand on the labelled pairs of the corpus and on
those in tests/storage/test_sameness.py, with room to both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

from storage.telling import Clue, Telling
from storage.wording import Likeness, likeness

WITHIN = 5
"""Days between two tellings of one event, at most. Weekly bulletins are seven apart."""
AROUND = 7
"""A stated day this near to the day of publishing is part of the news; others are its history or its plans."""
ALIKE = 0.5
COPIED = 0.8
ENOUGH = 2.75
ENOUGH_ACROSS = 2.5
"""The least points for tellings in one language, and in two, where no wording can be compared."""
ENOUGH_UNDATED = 6.5
OWN_SUBJECT = 1.5
"""Points off where each has a subject the other never names: two meetings of one minister, two questions of a day."""
CORRECTED = "correction"
"""The topic of a text that says it is corrected."""
RARE = 2.0
PARTNERS = ("party", "place", "programme")
MANY = 6
FIGURES_APART = 2
"""Figures too large for a day that each of two languages states alone, and none in both: a translation keeps them."""


@dataclass(frozen=True, slots=True)
class Sameness:
    """What was decided of two tellings.

    Args:
        same: they tell one event.
        contrary: they cannot tell one event, whatever other tellings say.
        points: how much speaks for it; compared between candidates only.
        reason: in words.
        copied: the one is the other's text, or puts it right: also one source may tell an event twice in this way.
    """

    same: bool
    contrary: bool
    points: float
    reason: str
    copied: bool = False


@dataclass(frozen=True, slots=True)
class _Compared:
    """All that a decision looks at.

    `apart` in days; `overlap`: the share of what the lesser of the two names; `corrects`: one calls itself corrected.
    """

    shared: tuple[Clue, ...]
    weight: float
    overlap: float
    wording: Likeness | None
    apart: int | None
    days: frozenset[int]
    corrects: bool
    figures: tuple[frozenset[float], frozenset[float], frozenset[float]]


def sameness(mine: Telling, other: Telling) -> Sameness:
    """Return whether two tellings tell one event, and why; the order of the two does not matter."""
    if mine.rule != other.rule:
        return Sameness(False, False, 0.0, "made by different rules")
    seen = _compare(mine, other)
    contrary = (
        _too_far(seen)
        or _other_days(mine, other, seen)
        or _other_figures(mine, other, seen)
        or _other_subject(seen)
        or _other_partners(mine, other, seen)
    )
    if contrary:
        return Sameness(False, True, 0.0, contrary)
    points = round(_points(seen), 2)
    missing = _missing(seen, points)
    if missing:
        return Sameness(False, False, points, missing)
    return Sameness(True, False, points, _reason(seen), copied=_alike(seen, COPIED) or _is_correction(seen))


def _compare(mine: Telling, other: Telling) -> _Compared:
    ours = {(clue.kind, clue.value): clue.weight for clue in mine.clues}
    theirs = {(clue.kind, clue.value): clue.weight for clue in other.clues}
    shared = tuple(Clue(*key, round((weight + theirs[key]) / 2, 2)) for key, weight in ours.items() if key in theirs)
    weight = sum(clue.weight for clue in shared)
    least = min(sum(ours.values()), sum(theirs.values()))
    return _Compared(
        shared=tuple(sorted(shared, key=lambda clue: (-clue.weight, clue.kind, clue.value))),
        weight=weight,
        overlap=min(1.0, weight / least) if least else 0.0,
        wording=likeness(mine.words, other.words) if mine.language == other.language else None,
        apart=None if mine.day is None or other.day is None else abs(mine.day - other.day),
        days=_news(mine) & _news(other),
        corrects=(("topic", CORRECTED) in ours) != (("topic", CORRECTED) in theirs),
        figures=_figures(mine.numbers, other.numbers),
    )


def _news(telling: Telling) -> frozenset[int]:
    """Return the days that a telling's news is about: those stated, as far as they are near its publishing."""
    return frozenset(day for day in telling.days if telling.day is None or abs(day - telling.day) <= AROUND)


def _figures(
    mine: tuple[float, ...], other: tuple[float, ...]
) -> tuple[frozenset[float], frozenset[float], frozenset[float]]:
    """Return the numbers that both state, and those that each states alone; 5,300 may stand for 5,325."""
    both = frozenset(one for one in mine if any(_agree(one, two) for two in other))
    alone = frozenset(one for one in other if not any(_agree(one, two) for two in mine))
    return both, frozenset(mine) - both, alone


def _agree(one: float, two: float) -> bool:
    return one == two or (
        min(one, two) >= 100 and abs(one - two) <= 0.02 * max(one, two) and (one % 100 == 0 or two % 100 == 0)
    )


def _too_far(seen: _Compared) -> str | None:
    if seen.apart is not None and seen.apart > WITHIN:
        return f"published {seen.apart} days apart"
    return None


def _other_days(mine: Telling, other: Telling, seen: _Compared) -> str | None:
    """Refuse two that were published on different days and each tell of days that the other does not.

    Reports of one template share a day, the one's report being of the day the other came out; a copy shares all.
    """
    if seen.apart == 0 and not _alike(seen, ALIKE):
        return None
    ours, theirs = _news(mine), _news(other)
    if not ours or not theirs:
        return None
    if seen.days:
        each_has_its_own = seen.apart and ours - theirs and theirs - ours
        return "same template, other days" if each_has_its_own and _alike(seen, COPIED) else None
    return "they tell of different days"


def _other_figures(mine: Telling, other: Telling, seen: _Compared) -> str | None:
    """Refuse two in the same words that each state figures which the other does not."""
    both, ours, theirs = seen.figures
    fewest = min(len(mine.numbers), len(other.numbers))
    agreeing = min(1.0, len(both) / fewest) if fewest else 1.0
    if seen.wording is None:
        rare = [sum(number > 31 for number in alone) for alone in (ours, theirs)]
        return "all figures differ" if min(rare) >= FIGURES_APART and not any(number > 31 for number in both) else None
    if not ours or not theirs or _is_correction(seen):
        return None
    if min(len(ours), len(theirs)) >= MANY and agreeing < ALIKE and _alike(seen, 0.25):
        return "same kind of report, other figures"
    if _alike(seen, COPIED) or (_alike(seen, ALIKE) and agreeing < 0.75) or (_alike(seen, 0.3) and not both):
        return "same template, other figures"
    return None


def _is_correction(seen: _Compared) -> bool:
    """Tell whether one text is the other with a single figure put right, and says so.

    Without such a word it is not told from the next of a series (notice 17, notice 18), and to tell an event twice is
    better than never.
    """
    _, ours, theirs = seen.figures
    single = len(ours) == len(theirs) == 1 and seen.apart in (0, 1)
    return single and seen.corrects and _alike(seen, COPIED) and not _has_another_subject(seen)


def _has_another_subject(seen: _Compared) -> bool:
    return seen.wording is not None and seen.wording.other


def _other_subject(seen: _Compared) -> str | None:
    if _has_another_subject(seen) and _alike(seen, 0.7):
        return "same template, another subject"
    return None


def _other_partners(mine: Telling, other: Telling, seen: _Compared) -> str | None:
    """Refuse two that each name a place the other does not, and no party, place or programme that few releases name.

    A minister meets the delegations of two cities on one day: person, day, topics and the own side are the same.
    """
    if any(clue.kind in PARTNERS and clue.weight >= RARE for clue in seen.shared) or _alike(seen, COPIED):
        return None
    ours, theirs = (_rare_places(telling) for telling in (mine, other))
    return "they name other places" if ours and theirs else None


def _rare_places(telling: Telling) -> set[str]:
    return {clue.value for clue in telling.clues if clue.kind == "place" and clue.weight >= RARE}


def _alike(seen: _Compared, share: float) -> bool:
    return seen.wording is not None and seen.wording.share >= share


def _points(seen: _Compared) -> float:
    """Return how much speaks for one event: rare things shared, a large part of what there is to share, the wording."""
    per_day = 0.3 if seen.days else 1.0
    apart = 1.0 if seen.apart is None else per_day * seen.apart
    points = 0.16 * seen.weight - apart
    if seen.wording is None:
        return points + 1.5 * seen.overlap
    if seen.wording.other and not (seen.apart and seen.days):
        points -= OWN_SUBJECT  # unless, published on different days, both tell of one day
    return points + 1.2 * seen.overlap + 5 * seen.wording.share + seen.wording.title


def _missing(seen: _Compared, points: float) -> str | None:
    """Return what is lacking for one event, or None."""
    counted = sum(clue.kind == "number" and clue.weight >= RARE for clue in seen.shared)
    if seen.apart is None and not seen.days and not _alike(seen, COPIED) and points < ENOUGH_UNDATED:
        return "one is undated, and they share no day"
    if seen.apart is not None and seen.apart >= 2 and not seen.days and counted < 2:
        return f"published {seen.apart} days apart, and nothing dates them alike"
    if points < (ENOUGH if seen.wording else ENOUGH_ACROSS):
        return f"too little in common: {_shared(seen)}"
    if seen.wording is None and len({clue.kind for clue in _named(seen)}) < 2:
        return f"too little in common across languages: {_shared(seen)}"
    return None


def _named(seen: _Compared) -> list[Clue]:
    return [clue for clue in seen.shared if clue.kind not in ("topic", "term") and clue.weight >= 1.0]


def _reason(seen: _Compared) -> str:
    if seen.wording is None:
        return f"translation: {_when(seen)}, {_shared(seen)}"
    share = seen.wording.share
    if _is_correction(seen):
        return f"correction: {share:.2f} alike, one figure differs"
    if share >= COPIED:
        return f"near copy: {share:.2f} alike, {_shared(seen)}"
    return f"retelling: {_when(seen)}, {share:.2f} alike, {_shared(seen)}"


def _when(seen: _Compared) -> str:
    if seen.apart is None:
        return "undated"
    return "same day" if seen.apart == 0 else f"{seen.apart} day{'s' * (seen.apart > 1)} apart"


_WORDED = {
    "party": ("party", "parties"),
    "person": ("person", "people"),
    "place": ("place", "places"),
    "programme": ("programme", "programmes"),
    "date": ("date", "dates"),
    "number": ("figure", "figures"),
}


def _shared(seen: _Compared) -> str:
    """Return what is shared, in words: 3 parties, 2 people and 4 figures shared."""
    kinds = [clue.kind for clue in seen.shared]
    told = [f"{kinds.count(kind)} {_WORDED[kind][kinds.count(kind) > 1]}" for kind in _WORDED if kind in kinds]
    if not told:
        return "no name or figure shared"
    return f"{', '.join(told[:-1])} and {told[-1]} shared" if len(told) > 1 else f"{told[0]} shared"
