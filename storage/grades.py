"""How far a revision goes: cosmetic, wording, figure, date, party; the gravest that applies. Pure.

Names, days and numbers are looked for in the texts themselves, so that a detector that has learned something since the
earlier version does not turn a comma into another party. What only the assessments see (a figure's qualifier, a date in
words) counts where one detector made both and the passage that says so is not in the other text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from storage.model import Assessment, Grade, Mention, Release, Version
from storage.stated import days, fold, numbers, skeleton


def grade(before: Version, after: Release, was: Assessment, now: Assessment) -> Grade:
    """Return how far a text has moved from one version to the next.

    Args:
        before: the earlier version.
        after: the release as it stands.
        was: what was made of the earlier version.
        now: what is made of the release as it stands.

    Returns:
        `cosmetic` where nothing but case, width, punctuation and white space differ; `party` where a party or person is
        named in one of the texts only; `date` and `figure` where other days or numbers are stated; else `wording`.
    """
    old, new = f"{before.title}\n{before.text}", f"{after.title}\n{after.text}"
    if _other_names(fold(old), fold(new), was, now):
        return Grade.PARTY
    if days(old) != days(new) or _other_dates(before.text, after.text, was, now):
        return Grade.DATE
    if numbers(old) != numbers(new) or _other_figures(before.text, after.text, was, now):
        return Grade.FIGURE
    return Grade.COSMETIC if skeleton(old) == skeleton(new) else Grade.WORDING


def _other_names(old: str, new: str, was: Assessment, now: Assessment) -> bool:
    """Return whether a party or person that was not found in both texts is named in one folded text only."""
    mine, other = (*was.parties, *was.people), (*now.parties, *now.people)
    both = {mention.name for mention in mine} & {mention.name for mention in other}
    names: dict[str, set[str]] = {}
    for mention in (*mine, *other):
        if mention.name not in both:
            names.setdefault(mention.name, set()).update(_called(mention))
    return any(_says(old, called) != _says(new, called) for called in names.values())


def _called(mention: Mention) -> Iterable[str]:
    return (fold(one) for one in (mention.name, mention.text, *mention.aliases) if one.strip())


def _says(text: str, called: Iterable[str]) -> bool:
    return any(_stands_in(text, one) for one in called)


def _stands_in(text: str, name: str) -> bool:
    """Return whether a folded text has a folded name as whole words; Chinese has no borders between words."""
    if name not in text:
        return False
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", text) is not None


def _other_dates(old: str, new: str, was: Assessment, now: Assessment) -> bool:
    mine = {(one.date, old[one.start : one.end]) for one in was.dates}
    other = {(one.date, new[one.start : one.end]) for one in now.dates}
    return was.detector == now.detector and _apart(mine, other, old, new)


def _other_figures(old: str, new: str, was: Assessment, now: Assessment) -> bool:
    mine = {(f"{one.value} {one.qualifier} {one.unit}", old[one.start : one.end]) for one in was.figures}
    other = {(f"{one.value} {one.qualifier} {one.unit}", new[one.start : one.end]) for one in now.figures}
    return was.detector == now.detector and _apart(mine, other, old, new)


def _apart(mine: set[tuple[str, str]], other: set[tuple[str, str]], old: str, new: str) -> bool:
    """Return whether either states what the other does not, in a passage that the other does not have."""
    ours, theirs = {what for what, _ in mine}, {what for what, _ in other}
    before, after = skeleton(old), skeleton(new)
    return any(what not in theirs and skeleton(said) not in after for what, said in mine) or any(
        what not in ours and skeleton(said) not in before for what, said in other
    )
