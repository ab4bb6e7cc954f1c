"""What `party` and `programme` share: finding the one a person names, and saying how it is called in each language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler.output import one_line, say
from scheduler.verbs.session import CommandError, Session

if TYPE_CHECKING:
    from storage.database import Database

PLURAL = {"party": "parties", "programme": "programmes"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A party or programme as it is kept, with its names: `en`, `zh-Hant`, `zh-Hans`, `also`."""

    row: dict[str, Any]
    names: dict[str, Any]


def asked_for(session: Session, db: Database, what: str, words: tuple[str, ...]) -> Asked:
    """Return the party or programme that is meant by a name in any language, an abbreviation, or a part of one.

    Raises:
        CommandError: nothing fits, or several do (1); the message names them.
    """
    from scheduler.naming import meant
    from scraper.gazetteer import form, known
    from storage import knowledge

    session.use_names()
    said = " ".join(words)
    gazetteer, kept = known(what), knowledge.names(db, what)
    forms = {name: set(one.forms) for name, one in gazetteer.items()}
    for name, others in kept.items():
        forms.setdefault(name, set()).update(form(one) for one in (name, *others))
    found = meant(form(said), forms, kept)
    if found.name is None:
        raise CommandError(_unknown(what, said, found.near, found.several), 1)
    row = knowledge.one(db, what, found.name)
    if row is None or found.name not in kept:
        raise CommandError(f"{found.name} is known, but no release about co-operation that is kept names it", 1)
    return Asked(row, _names(found.name, kept[found.name], gazetteer))


def _unknown(what: str, said: str, near: tuple[str, ...], several: bool) -> str:
    shown = f"{what} {one_line(said)[:100]!r}"
    if several:
        return f"{shown} may be any of: {'; '.join(near)}"
    advice = f"did you mean: {'; '.join(near)}?" if near else f"`coopwatch {PLURAL[what]}` lists them"
    return f"no {shown}; {advice}"


def _names(name: str, others: list[str], gazetteer: dict[str, Any]) -> dict[str, Any]:
    """Return how it is called: by the gazetteer where that knows it, else as texts have called it."""
    from scraper.pages.language import written_in

    known = gazetteer.get(name)
    spoken: dict[str, Any] = {"en": None, "zh-Hant": None, "zh-Hans": None}
    for one in (known.name, known.chinese) if known else (name, *others):
        if one:
            spoken[written_in(one, "")] = spoken[written_in(one, "")] or one
    if known and known.simplified:
        spoken["zh-Hans"] = known.simplified
    also = [*(known.abbreviations if known else ()), *others]
    return {**spoken, "also": [one for one in dict.fromkeys(also) if one not in spoken.values()]}


def say_names(asked: Asked) -> None:
    """Say who or what it is, in each language."""
    row, names = asked.row, asked.names
    say(one_line(row["name"]))
    facts = (
        ("kind", row["kind"]),
        ("jurisdiction", row["jurisdiction"]),
        ("zh-Hant", names["zh-Hant"]),
        ("zh-Hans", names["zh-Hans"]),
        ("also", "; ".join(names["also"][:8])),
    )
    for title, value in facts:
        if value:
            say(f"  {title:<14}{one_line(value)}")
