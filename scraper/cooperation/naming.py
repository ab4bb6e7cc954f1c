"""Names what takes part: parties, places and programmes of a text, each once, by canonical name and first passage.

Not here: people (people.py), and whether it is co-operation at all (signals.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, islice

from scraper.cooperation.authorities import authorities
from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon
from scraper.cooperation.passages import Hit, Passage
from scraper.cooperation.units import cut
from scraper.cooperation.unlisted import HEADS, PARTS
from scraper.cooperation.unlisted import found as unlisted_latin
from scraper.cooperation.unlisted_han import found as unlisted_han
from storage.model import Mention

# Who "the Government" is, by the publisher's side.
GOVERNMENTS = {"Hong Kong": "HKSAR Government", "Macao": "Macao SAR Government"}
# Jurisdictions and regions, rather than places where something happens.
NO_PLACES = frozenset(
    {"Mainland", "China", "Greater Bay Area", "Portuguese-speaking Countries", "ASEAN", "European Union"}
)
# Bodies whose names tell where something happens: those of cities. A province's commission may be anywhere in it.
CITIES = frozenset({"GBA city", "city", "municipality"})

# No listed name is longer, in characters.
LONGEST = 120
# How many names told by their form are looked at: more than any release holds, and a bound on what a list costs.
MOST = 1000
# How many mentions of one thing are looked at for other spellings of its name.
SPELLINGS = 50
# A listed name that is at least this share of what its form tells is the better of the two.
SAME = 0.6

# "the Hong Kong Academy of Medicine (HKAM)", "（下稱中心）": what a text will call it from here on.
SHORT = re.compile(
    r" ?[(（](?:the |以?下[稱称簡简]+|[簡简][稱称])?[\"“「]?"
    r"([A-Z][A-Za-z&-]{1,14}(?: Centre| Scheme)?|[一-龥]{2,8})[\"”」]?[)）]"
)

# What SHORT can begin with.
OPENS = frozenset(" (（")

# What names something, as against acts and words of health.
NAMES = frozenset({"place", "body", "person", "programme", "sides"})

Found = tuple[int, int, Entry]
Named = Sequence[tuple[Hit, Entry]]


def every(body: Sequence[Passage]) -> Named:
    """Return each hit that names something, with each thing it stands for, in order."""
    return [(h, e) for passage in body for h in passage.hits for e in h.entries if e.what in NAMES]


def stands(named: Named, *what: str) -> list[tuple[int, int]]:
    """Return where things of some kinds are named, as (start, end), in order."""
    return [(h.start, h.end) for h, e in named if e.what in what]


def officials(text: str, named: Named) -> tuple[Mention, ...]:
    """Return the office holders that the list of officials knows."""
    return gathered(text, ((h.start, h.end, e) for h, e in named if e.what == "person"))


def unlisted(text: str, folded: str, body: Sequence[Passage], named: Named, words: Lexicon) -> list[Found]:
    """Return the bodies and programmes that only their form tells, without those that the lists know by a name as long.

    A body takes the place its name holds; where that is none, none.
    """
    known = stands(named, "body", "programme")
    kept: list[Found] = list(authorities(folded, named, words))
    for start, end, what in islice(
        chain(unlisted_han(folded, body), unlisted_latin(text, folded, frozenset(known))), MOST
    ):
        first = bisect_left(known, (start - LONGEST, 0))
        inside = [(s, e) for s, e in known[first : bisect_left(known, (end, 0), first)] if start < e]
        if any(e - s >= SAME * (end - start) or s < start or e > end for s, e in inside):
            continue
        if inside and led_to(text[start : inside[0][0]]):
            continue
        place = next((found[2] for found in within(text[start:end], words, None)), None)
        sides = place.sides if place else frozenset()
        kept.append((start, end, Entry(what, text[start:end], sides, place=place.name if place else "")))
    return kept


def led_to(before: str) -> bool:
    """Tell whether what stands before a listed body in a longer name is no name: people and offices of it, a part."""
    words = before.split()
    joined = words[-2:] if words[-1:] == ["the"] else words[-1:]
    people = joined[:1] == ["of"] and HEADS.isdisjoint(words)
    return people or joined[:1] == ["and"] or before.endswith("政府") or not PARTS.isdisjoint(words)


def programmes(text: str, named: Named, more: Sequence[Found]) -> tuple[Mention, ...]:
    """Return the programmes that `text` names; a policy (Healthy China) is none.

    Args:
        text: the release's text.
        named: what the lists know of it (see `every`).
        more: what `unlisted` found.
    """
    kept = [(h.start, h.end, e) for h, e in named if e.what == "programme" and e.kind != "policy"]
    return gathered(text, sorted([*kept, *(f for f in more if f[2].what == "programme")], key=lambda f: f[0]))


def parties(text: str, opening: int, named: Named, own: str | None, more: Sequence[Found]) -> tuple[Mention, ...]:
    """Return the bodies that `text` names; what is a programme too (a training centre) is left to the programmes.

    Args:
        text: the release's text.
        opening: where its opening ends.
        named: what the lists know of it (see `every`).
        own: the publisher's side, which tells whose government "the Government" of the opening is.
        more: what `unlisted` found.
    """
    kept: list[Found] = [f for f in more if f[2].what == "body"]
    longer = {at for start, end, _ in kept for at in range(start, end)}
    starts = {hit.start for hit, entry in named if entry.what == "body"}
    for hit, entry in named:
        if entry.what != "body" or hit.start in longer or (hit.end in starts and entry.name in GOVERNMENTS.values()):
            continue  # 香港特區政府衞生署 is one body
        if entry.kind == "own government":
            if own in GOVERNMENTS and hit.end <= opening and not text[hit.start : hit.end].endswith("government"):
                kept.append((hit.start, hit.end, Entry("body", GOVERNMENTS[own], place=own, kind="government")))
        elif all(other.what != "programme" for other in hit.entries):
            kept.append((hit.start, hit.end, entry))
    return gathered(text, sorted(kept, key=lambda f: f[0]))


def places(text: str, named: Named, words: Lexicon, more: Sequence[Found]) -> tuple[Mention, ...]:
    """Return the places that `text` names: by themselves, in compounds (滬港), or in the names of city bodies.

    Args:
        text: the release's text.
        named: what the lists know of it (see `every`).
        words: the lists.
        more: what `unlisted` found; a place in the name of one that is no city's is the name's alone.
    """
    kept: list[Found] = []
    others = [
        (start, end) for start, end, e in more if e.place in words.places and words.places[e.place].kind not in CITIES
    ]
    theirs = {at for start, end in others for at in range(start, end)}
    for hit, entry in named:
        if hit.start in theirs:
            continue
        if entry.what == "place" and text[hit.end : hit.end + 1] != "$":  # HK$ is money
            kept.append((hit.start, hit.end, entry))
        elif entry.what == "body" or (entry.what == "sides" and all(other.what != "place" for other in hit.entries)):
            inside = within(text[hit.start : hit.end], words, None if entry.what == "sides" else CITIES)
            kept += [(hit.start + start, hit.start + end, place) for start, end, place in inside]
    return gathered(text, sorted((k for k in kept if k[2].name not in NO_PLACES), key=lambda k: k[0]))


@lru_cache(maxsize=4096)
def within(name: str, words: Lexicon, kinds: frozenset[str] | None) -> tuple[Found, ...]:
    """Return the places inside a name, of the given kinds only where some are given."""
    units = cut(fold(name))
    starts, ends = units.starts, units.ends
    found = ((starts[first], ends[after - 1], each[0]) for first, after, each in words.inside.find(units.words))
    return tuple(place for place in found if kinds is None or place[2].kind in kinds)


def gathered(text: str, items: Iterable[Found]) -> tuple[Mention, ...]:
    """Return one mention for each name, where it stands first; the text's other spellings are its aliases."""
    spans: dict[str, list[tuple[int, int]]] = {}
    entries: dict[str, Entry] = {}
    for start, end, entry in items:
        if len(stands := spans.setdefault(entry.name, [])) < SPELLINGS:
            stands.append((start, end))
        entries.setdefault(entry.name, entry)
    return tuple(mention(text, entries[name], found) for name, found in spans.items())


@lru_cache(maxsize=4096)
def scripts(chinese: str) -> tuple[str, str]:
    """Return a canonical Chinese name in Traditional and in Simplified characters."""
    return chinese, fold(chinese)


def mention(text: str, entry: Entry, spans: list[tuple[int, int]]) -> Mention:
    """Return the mention of an entry that stands at `spans`."""
    said = (text[start:end] for start, end in spans)
    short = (match[1] for _, end in spans if text[end : end + 1] in OPENS and (match := SHORT.match(text, end)))
    spellings = dict.fromkeys([*scripts(entry.chinese), *said, *short])
    start, end = spans[0]
    return Mention(
        entry.name,
        start,
        end,
        text[start:end],
        jurisdiction=entry.place or (min(entry.sides) if entry.sides else None),
        kind=entry.kind or None,
        office=entry.office or None,
        aliases=tuple(name for name in spellings if name and name != entry.name),
    )
