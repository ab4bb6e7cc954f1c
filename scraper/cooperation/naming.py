"""Names what takes part: parties, places and programmes of a text, each once, by canonical name and first passage.

Not here: people (people.py), and whether it is co-operation at all (signals.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon
from scraper.cooperation.passages import Hit, Passage
from scraper.cooperation.signals import OPENING
from scraper.cooperation.units import cut
from storage.model import Mention

# Who "the Government" is, by the publisher's side.
GOVERNMENTS = {"Hong Kong": "HKSAR Government", "Macao": "Macao SAR Government"}
# Jurisdictions and regions, rather than places where something happens.
NO_PLACES = frozenset({"Mainland", "China", "Greater Bay Area"})
# Bodies whose names tell where something happens: those of cities. A province's commission may be anywhere in it.
CITIES = frozenset({"GBA city", "city", "municipality"})

Found = tuple[int, int, Entry]


def every(body: Sequence[Passage]) -> Iterator[tuple[Hit, Entry]]:
    """Yield each hit with each thing it stands for, in order."""
    return ((hit, entry) for passage in body for hit in passage.hits for entry in hit.entries)


def officials(text: str, body: Sequence[Passage]) -> tuple[Mention, ...]:
    """Return the office holders that the list of officials knows."""
    return gathered(text, ((h.start, h.end, e) for h, e in every(body) if e.what == "person"))


def programmes(text: str, body: Sequence[Passage]) -> tuple[Mention, ...]:
    """Return the programmes that `text` names; a policy (Healthy China) is none."""
    return gathered(text, ((h.start, h.end, e) for h, e in every(body) if e.what == "programme" and e.kind != "policy"))


def parties(text: str, body: Sequence[Passage], own: str | None) -> tuple[Mention, ...]:
    """Return the bodies that `text` names; what is a programme too (a training centre) is left to the programmes.

    Args:
        text: the release's text.
        body: its passages.
        own: the publisher's side, which tells whose government "the Government" of the opening is.
    """
    kept: list[Found] = []
    opening = body[min(OPENING, len(body)) - 1].end if body else 0
    for hit, entry in every(body):
        if entry.what != "body":
            continue
        if entry.kind == "own government":
            if own in GOVERNMENTS and hit.end <= opening and not text[hit.start : hit.end].endswith("government"):
                kept.append((hit.start, hit.end, Entry("body", GOVERNMENTS[own], place=own, kind="government")))
        elif all(other.what != "programme" for other in hit.entries):
            kept.append((hit.start, hit.end, entry))
    return gathered(text, kept)


def places(text: str, body: Sequence[Passage], words: Lexicon) -> tuple[Mention, ...]:
    """Return the places that `text` names: by themselves, in compounds (滬港), or in the names of city bodies."""
    kept: list[Found] = []
    known: dict[str, list[Found]] = {}
    for hit, entry in every(body):
        if entry.what == "place":
            kept.append((hit.start, hit.end, entry))
        elif entry.what in ("sides", "body"):
            name = text[hit.start : hit.end]
            if name not in known:
                known[name] = list(within(name, words, None if entry.what == "sides" else CITIES))
            kept += [(hit.start + start, hit.start + end, place) for start, end, place in known[name]]
    return gathered(text, sorted((k for k in kept if k[2].name not in NO_PLACES), key=lambda k: k[0]))


def within(name: str, words: Lexicon, kinds: frozenset[str] | None) -> Iterator[Found]:
    """Yield the places inside a name, of the given kinds only where some are given."""
    units = cut(fold(name))
    for first, after, (place, *_) in words.inside.find(units.words):
        if kinds is None or place.kind in kinds:
            yield units.starts[first], units.ends[after - 1], place


def gathered(text: str, items: Iterable[Found]) -> tuple[Mention, ...]:
    """Return one mention for each name, where it stands first; the text's other spellings are its aliases."""
    spans: dict[str, list[tuple[int, int]]] = {}
    entries: dict[str, Entry] = {}
    for start, end, entry in items:
        spans.setdefault(entry.name, []).append((start, end))
        entries.setdefault(entry.name, entry)
    return tuple(mention(text, entries[name], stands) for name, stands in spans.items())


def mention(text: str, entry: Entry, spans: list[tuple[int, int]]) -> Mention:
    """Return the mention of an entry that stands at `spans`."""
    spellings = dict.fromkeys([entry.chinese, *(text[start:end] for start, end in spans)])
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
