"""Loads the data files (places, bodies, programmes, officials, terms) into one trie. Not here: what a find means.

The data is read on first use and kept; nothing here touches the network or anything but the files beside it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from scraper.cooperation.folding import DATA, fold
from scraper.cooperation.units import Trie, cut, forms

# Kinds of body that are in health by what they are; of the others the name decides.
HEALTH_KINDS = frozenset(
    {
        "health authority",
        "hospital",
        "hospital body",
        "disease control",
        "professional body",
        "medical school",
        "statutory council",
    }
)
# What kind of thing a programme is, by a word of its English name; the first that fits.
KIND_WORDS = {
    "policy": ("healthy ", "greater health industry", "northern metropolis", "belt and road", "outline development"),
    "agreement": ("agreement", "memorandum", "pact", "arrangement"),
    "conference": ("meeting", "conference", "convention", "forum", "summit", "assembly"),
    "training": ("training centre", "specialist training", "practice base"),
    "exchange": ("visiting", "exchange"),
    "emergency": ("exercise", "support team", "medical team", "emergency hospital", "reconstruction", "lightsaver"),
    "service": ("voucher", "ambulance", "pilot scheme", "health record", "accreditation standards", "organ sharing"),
}
# What a pattern may not be made for: the two regions are no provinces, and China is the Mainland's own side.
HOME_COUNTRIES = frozenset({"China"})


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What a phrase stands for.

    Args:
        what: `place`, `demonym`, `body`, `nearby` (see nearby.py), `person` or `programme`; of terms `act`, `health`,
            `cross`, `home`, `sides`, `not` or `ignore`.
        name: the canonical English name; for a term, the list it stands in (`agreement`, `compliance`).
        sides: the jurisdictions it speaks for; empty for terms.
        kind: kind of place or body.
        place: the place a body or place lies in, by its English name.
        health: whether it speaks of health or medicine by itself.
        chinese: the canonical Traditional Chinese name.
        upper: whether it counts in capitals only (WHO is a body, who is not).
        office: of a person.
    """

    what: str
    name: str
    sides: frozenset[str] = frozenset()
    kind: str = ""
    place: str = ""
    health: bool = False
    chinese: str = ""
    upper: bool = False
    office: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """All that the data files hold, and what was added to them (see extra.py).

    Args:
        trie: all phrases.
        places: the places by English name.
        inside: the places alone, to look inside the names of bodies.
        health: the words of health alone, to look inside names.
        marks: of the user's own files of names that were added, in order.
        nearby: the bodies that are told by their level alone (see nearby.py).
    """

    trie: Trie
    places: dict[str, Entry]
    inside: Trie
    health: Trie
    marks: list[str]
    nearby: frozenset[Entry]


def read(name: str) -> dict[str, Any]:
    """Return one data file, parsed; `name` ends in .json or .toml."""
    with (DATA / name).open("rb") as file:
        return tomllib.load(file) if name.endswith(".toml") else dict(json.load(file))


def is_abbreviation(name: str) -> bool:
    """Tell whether a name is an abbreviation that counts in capitals only."""
    return name.isascii() and name.isupper() and len(name) <= 8 and " " not in name


def named(trie: Trie, names: list[str], entry: Entry) -> None:
    """Add every name of one thing; its abbreviations count in capitals only."""
    for name in names:
        trie.add(fold(name), replace(entry, upper=True) if is_abbreviation(name) else entry)


def add_places(trie: Trie, rows: list[list[Any]]) -> dict[str, Entry]:
    """Add the places; return them by English name."""
    places: dict[str, Entry] = {}
    for en, zh, side, kind, within, also in rows:
        places[en] = Entry("place", en, frozenset({side} if side else ()), kind, within, chinese=zh)
        named(trie, [en, zh, *also], places[en])
    return places


def add_place(words: Lexicon, names: list[str], entry: Entry) -> None:
    """Add one more place to what is loaded."""
    words.places[entry.name] = entry
    named(words.trie, names, entry)
    named(words.inside, names, entry)


def made(
    patterns: list[dict[str, Any]], places: dict[str, Entry], demonyms: dict[str, list[str]]
) -> Iterator[list[Any]]:
    """Yield the bodies the patterns stand for, in the form of the file's own rows.

    A pattern's names hold `{en}` or `{zh}` for the place's name, or `{dem}` for each of its demonyms.
    """
    for pattern in patterns:
        for place in places.values():
            if place.kind not in pattern["each"] or place.name in HOME_COUNTRIES:
                continue
            if pattern.get("mainland") and place.sides != {"Mainland"}:
                continue
            people = [word for word in demonyms.get(place.name, ()) if word.isascii()]
            en = [
                name.format(en=place.name, dem=dem)
                for name in pattern["en"]
                for dem in (people if "{dem}" in name else [""])
            ]
            zh = [name.format(zh=place.chinese) for name in pattern["zh"]]
            if place.kind in ("municipality", "GBA city", "city"):
                en, zh = [n for n in en if "Provinc" not in n], [n for n in zh if "省" not in n]
            elif place.kind == "province":
                en, zh = [n for n in en if "Municipal" not in n], [n for n in zh if "市" not in n]
            yield [en[0], zh[0], place.name, pattern["kind"], en[1:] + zh[1:]]


def side_of(place: str, places: dict[str, Entry]) -> frozenset[str]:
    """Return the side a place belongs to; a name that is no listed place is a side of its own."""
    if place in places:
        return places[place].sides
    return frozenset({place} if place else ())


def add_bodies(trie: Trie, rows: list[list[Any]], places: dict[str, Entry], health: Trie) -> None:
    """Add bodies; a body is of health by its kind or by its name."""
    for en, zh, place, kind, also in rows:
        of_health = kind in HEALTH_KINDS or speaks(health, en)
        named(trie, [en, zh, *also], Entry("body", en, side_of(place, places), kind, place, of_health, zh))


def add_nearby(trie: Trie, rows: list[list[Any]]) -> Iterator[Entry]:
    """Add bodies of the Mainland told by their level alone, their names with `{en}` for a place; yield them."""
    for name, level, also in rows:
        entry = Entry("nearby", name, frozenset({"Mainland"}), level, "", True, also[0])
        named(trie, also, entry)
        yield entry


def set_apart(trie: Trie, name: str) -> None:
    """Let a body's name stand for an entry of its own, so that it can be told from the body's other names."""
    for entry in trie.forget(fold(name), lambda entry: entry.what == "body"):
        trie.add(fold(name), replace(entry))


def speaks(health: Trie, name: str) -> bool:
    """Tell whether a name contains a word of health."""
    return next(health.find(cut(fold(name)).words), None) is not None


@cache
def lexicon() -> Lexicon:
    """Return everything the data files hold, loaded once."""
    terms, trie, health = read("terms.toml"), Trie(), Trie()
    of_health = Entry("health", "health", health=True)
    for form in (form for term in terms["health"]["strong"] for form in forms(term)):
        health.add(fold(form), of_health)
        trie.add(fold(form), of_health)
    table, inside = read("places.json"), Trie()
    places = add_places(trie, table["rows"])
    add_places(inside, table["rows"])
    hidden = hiding(terms, places)
    for short, name in table["shorts"].items():
        inside.add(fold(short), places[name])
    for name, words in table["demonyms"].items():
        named(trie, words, Entry("demonym", name, places[name].sides))
    bodies = read("bodies.json")
    add_bodies(trie, [*made(bodies["patterns"], places, table["demonyms"]), *bodies["rows"]], places, health)
    nearby = frozenset(add_nearby(trie, bodies["nearby"]))
    for name in (*bodies["abroad"], *(row[0] for row in bodies["homonyms"])):
        set_apart(trie, name)
    for en, zh, sides, also in read("programmes.json")["rows"]:
        healthy = speaks(health, en) or speaks(health, zh)
        kind = next((kind for kind, words in KIND_WORDS.items() if any(w in en.casefold() for w in words)), "")
        named(trie, [en, zh, *also], Entry("programme", en, frozenset(sides), kind, health=healthy, chinese=zh))
    for en, zh, side, office, also in read("officials.json")["rows"]:
        named(trie, [en, zh, *also], Entry("person", en, frozenset({side}), chinese=zh, office=office))
    for what in ("act", "not"):
        for name, words in terms[what].items():
            add_terms(trie, words, Entry(what, name), health, hidden)
    add_terms(trie, terms["cross"]["term"], Entry("cross", "cross-boundary"), health)
    add_terms(trie, terms["home"]["term"], Entry("home", "home"), health)
    add_terms(trie, terms["ignore"]["term"], Entry("ignore", "ignore"), health)
    for sides, words in terms["sides"].items():
        add_terms(trie, words, Entry("sides", sides, frozenset(sides.split("+"))), health)
    return Lexicon(trie, places, inside, health, [], nearby)


def hiding(terms: dict[str, Any], places: dict[str, Entry]) -> Trie:
    """Return the words that count inside longer terms too: a "cross-boundary ambulance" crosses the boundary."""
    made = Trie()
    for what in ("cross", "home"):
        for word in terms[what]["term"]:
            made.add(fold(word), Entry(what, what))
    for place in places.values():
        named(made, [place.name, place.chinese], Entry("sides", "+".join(place.sides), place.sides))
    return made


def add_terms(trie: Trie, words: list[str], entry: Entry, health: Trie, hidden: Trie | None = None) -> None:
    """Add the forms of a list of terms; a term that holds a word of health speaks of health too.

    Args:
        trie: where to.
        words: the terms.
        entry: what they stand for.
        health: the words of health.
        hidden: words that stand for themselves in a longer act too: the act's phrase stands for both then.
    """
    entries = {
        (of_health, upper): replace(entry, health=of_health, upper=upper)
        for of_health in (False, True)
        for upper in (False, True)
    }
    for word in words:
        of_health = entry.what in ("act", "cross") and speaks(health, word.replace("~", ""))
        for form in forms(word):
            overlaps = len(entry.sides) == 1 and len(form) == 2 and not form.isascii()
            trie.add(fold(form), entries[of_health, is_abbreviation(form)], overlaps=overlaps)
            if hidden and entry.what == "act":
                for _, _, found in hidden.find(cut(fold(form)).words):
                    for inner in found:
                        trie.add(fold(form), inner)
