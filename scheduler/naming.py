"""Which of many named things a person means by a name, a part of one, or a slip of the pen. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# As many names are offered where several fit, and where none does but some are near.
OFFERED, NEAR = 8, 3
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Meant:
    """What a name stands for: `name` where that is clear, else those it may stand for.

    `several` tells whether all of these fit (and a longer part would help) or are merely near.
    """

    name: str | None = None
    near: tuple[str, ...] = ()
    several: bool = False


def meant(asked: str, forms: Mapping[str, Collection[str]], first: Collection[str] = ()) -> Meant:
    """Return which thing is meant.

    Args:
        asked: the name or part of one, in the form of the others.
        forms: the forms of all names of each thing, by its canonical name.
        first: the things that are looked at first; the others only where none of these fits.
    """
    if not asked:
        return Meant()
    for among in (frozenset(first), frozenset(forms) - frozenset(first)):
        for fits in (_whole, _words, _part):
            found = sorted(name for name in among if any(fits(asked, one) for one in forms.get(name, ())))
            if len(found) == 1:
                return Meant(found[0])
            if found:
                return Meant(near=tuple(found[:OFFERED]), several=True)
    return Meant(near=_near(asked, forms))


def _whole(asked: str, form: str) -> bool:
    return asked == form


def _words(asked: str, form: str) -> bool:
    return f" {asked} " in f" {form} "


def _part(asked: str, form: str) -> bool:
    return asked in form


def _near(asked: str, forms: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    whose = {form: name for name, all_forms in forms.items() for form in all_forms}
    found = difflib.get_close_matches(asked[:LONGEST], list(whose), n=NEAR, cutoff=0.7)
    return tuple(dict.fromkeys(whose[form] for form in found))
