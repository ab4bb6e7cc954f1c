"""Turns a release's passages into named signals: what speaks for and against co-operation, each with its best passage.

Not here: how much each counts (data/weights.json, by way of judging.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

from scraper.cooperation.passages import Passage, merged, passage

# Acts that are co-operation by themselves when two sides do them, and acts that need more beside them.
STRONG = frozenset(
    {
        "cooperation",
        "agreement",
        "paper",
        "exchange",
        "conference",
        "emergency",
        "training",
        "service",
        "legislation",
        "help",
        "charity",
    }
)
WEAK = frozenset({"meeting", "visit", "delegation"})
TEACHING, HELPING = frozenset({"training", "exchange"}), frozenset({"emergency", "help", "charity"})
# Acts that no report of cases contains by the way: a patient may be on an exchange tour or be referred to a hospital.
REPORTED_BY_NO_CASE = frozenset({"cooperation", "agreement", "paper", "conference", "emergency"})
HOMES = ("Hong Kong", "Macao")
# A side is not the publisher's where another is named more than this many times as often.
FAR_MORE = 4
# What tells whose release it is, by being named most.
NAMING = frozenset({"body", "person", "place", "sides"})
# What the lists of terms.toml that speak against are called where people read them.
REASONS = {
    "case": "cases or an outbreak",
    "enforcement": "enforcement",
    "travel": "advice to travellers or on hygiene",
    "field": "another field",
    "policy": "a domestic notice, bill or appointment",
    "local": "local matters",
    "compliance": "co-operating in another sense",
}
# Local matters are left out: a visiting doctor sees patients in a local clinic.
OTHER_MATTERS = frozenset(REASONS) - {"local"}
# Passages that make the opening: where a release says what it is about.
OPENING = 2
MORE = "more is said of another field than of health"
ALONE = "no side but the publisher's is named"
NO_HEALTH = "little is said of health"


class Signal(NamedTuple):
    """One named feature of a release: its value between 0 and 1, and where in the text it shows first (start, end).

    A place of None stands for the title.
    """

    name: str
    value: float
    place: tuple[int, int] | None


class Seen(NamedTuple):
    """A passage as the publisher's side reads it; everything that the signals ask, found in one go.

    Args:
        acts: the acts it tells.
        health: whether it speaks of health.
        other: whether it names a side other than the publisher's own; `other_body` a body of one.
        cross: whether it says that two places have to do with each other (`the two places`, `cross-boundary`).
        joined: whether it names two bodies' places in one breath, as 滬港 does, or says `the two places` of another's.
        two: whether it puts two jurisdictions together: two named, or one besides the publisher's own.
        several: whether it names two sides.
        shared: whether it names a programme of health that two sides share.
        health_bodies: whether bodies of health of two sides stand together.
        weak: whether it tells a meeting or visit.
        alone: whether it speaks of nothing that explains it otherwise.
        together: whether it is co-operation in health all by itself: two sides, an act of theirs, health.
        receives: whether it tells a meeting or visit with a body of another side, in health.
        travels: whether it tells a meeting or visit that another place has to do with, in health.
        taught: whether it is such co-operation by training or exchange; `helped` by a drill or aid, `conferred` by a
            conference.
        both: whether it speaks of health and two sides; `plain` of nothing else besides.
    """

    acts: frozenset[str]
    health: bool
    other: bool
    other_body: bool
    cross: bool
    joined: bool
    two: bool
    several: bool
    shared: bool
    health_bodies: bool
    weak: bool
    alone: bool
    together: bool
    receives: bool
    travels: bool
    taught: bool
    helped: bool
    conferred: bool
    both: bool
    plain: bool


def others(sides: frozenset[str], own: str | None) -> bool:
    """Tell whether a side other than the publisher's own is among `sides`."""
    return bool(sides - {own})


def seen(passage: Passage, own: str | None) -> Seen:
    """Return a passage as the publisher's side `own` reads it."""
    return _seen(passage, own) if passage.entries else SILENT


def _seen(passage: Passage, own: str | None) -> Seen:
    acts, health, other = passage.acts, passage.health, others(passage.sides, own)
    joined = passage.compound or (other and passage.cross)
    several, weak, other_body = len(passage.sides) > 1, not acts.isdisjoint(WEAK), others(passage.bodies, own)
    two = several or (own is not None and other) or joined
    # A report of patients or an outbreak, which names no act that such a report does not know.
    case = passage.against.count("case") > 1 and acts.isdisjoint(REPORTED_BY_NO_CASE)
    both, alone = health and two, not passage.against or OTHER_MATTERS.isdisjoint(passage.against)
    together = both and not case and (passage.shared or not acts.isdisjoint(STRONG))
    return Seen(
        acts,
        health,
        other,
        other_body,
        passage.cross,
        joined,
        two,
        several,
        passage.shared,
        health_bodies=len(passage.speaking) > 1,
        weak=weak,
        alone=alone,
        together=together,
        receives=weak and other_body and health,
        travels=weak and both and not case,
        taught=together and not acts.isdisjoint(TEACHING),
        helped=together and not acts.isdisjoint(HELPING),
        conferred=together and "conference" in acts,
        both=both,
        plain=both and alone,
    )


# A passage in which nothing was found.
SILENT = _seen(passage(0, 0, ()), None)
Test = Callable[[Seen], bool]


# What the first passages tell, each by itself.
OPENINGS: tuple[tuple[str, Test], ...] = (
    ("the opening tells co-operation in health of two sides", lambda p: p.together or p.receives),
    ("the opening tells a meeting or visit across the boundary in health", attrgetter("travels")),
)
# Name, field of Seen, and how many passages make the signal full. What the title tells is in TITLE.
COUNTED: tuple[tuple[str, str, int], ...] = (
    ("one passage tells co-operation in health of two sides", "together", 1),
    ("several passages tell co-operation in health of two sides", "together", 4),
    ("health bodies of two sides stand together", "health_bodies", 1),
    ("a meeting or visit with a body of another side", "receives", 1),
    ("a meeting or visit across the boundary", "travels", 1),
    ("training or exchange of two sides", "taught", 1),
    ("a drill or aid between two sides", "helped", 1),
    ("a conference of two sides", "conferred", 1),
    ("a programme that two sides share", "shared", 1),
    ("words for two places together", "joined", 2),
)
# What the title and the opening tell when they are read as one, since terse releases part who, what and where.
LEAD: tuple[tuple[str, Test], ...] = (
    ("title and opening together tell co-operation in health of two sides", attrgetter("together")),
    ("title and opening together tell a meeting or visit across the boundary in health", attrgetter("travels")),
    ("title and opening together speak of health and two sides, and of nothing else", attrgetter("plain")),
)
SHARED: tuple[tuple[str, str], ...] = (
    ("share of passages that tell co-operation in health of two sides", "together"),
    ("share of passages that name a body of another side", "other_body"),
    ("share of passages on health and two sides", "both"),
    ("share of passages on health and two sides and nothing else", "plain"),
)
TITLE: tuple[tuple[str, Test], ...] = (
    ("title names another side", attrgetter("other")),
    ("title names two sides together", lambda p: p.several or p.cross),
    ("title tells an act of co-operation", lambda p: not p.acts.isdisjoint(STRONG)),
    ("title tells co-operation of two sides", lambda p: bool(p.acts) and p.two),
    ("title tells co-operation in health of two sides", attrgetter("together")),
    ("title tells a meeting or visit across the boundary in health", attrgetter("travels")),
    ("title names a programme that two sides share", attrgetter("shared")),
    ("title speaks of health", attrgetter("health")),
)


def home(everything: Sequence[Passage], jurisdiction: str | None) -> str | None:
    """Return the publisher's own side: as told, else Hong Kong or Macao, else whichever is named most.

    Who says `the Mainland`, 特區 or 赴粵 without naming either is in one of the two; that it be the other side is what
    counts. Without such a word, a side that is named far more often than the two is the publisher's.
    """
    if jurisdiction:
        return jurisdiction
    sides: dict[str, int] = defaultdict(int)
    for p in everything:
        for entry in p.entries:
            if entry.sides and entry.what in NAMING:
                for side in entry.sides:
                    sides[side] += 1
    most = max(sides, key=lambda side: sides[side], default=None)
    from_home = any(e.what == "home" for p in everything for e in p.entries)
    homes = [side for side in HOMES if side in sides and (from_home or sides[side] * FAR_MORE >= sides[most or side])]
    if homes:
        return max(homes, key=lambda side: sides[side])
    return HOMES[0] if from_home else most


def signals(title: Passage, text: Sequence[Passage], own: str | None) -> list[Signal]:
    """Return the signals of a release that are not nil; `own` is the publisher's side (see `home`)."""
    places = [(p.start, p.end) for p in text]
    headline, lead = seen(title, own), seen(merged([title, *text[:OPENING]]), own)
    made = [Signal(name, float(test(headline)), None) for name, test in TITLE]
    made += [Signal(name, float(test(lead)), places[0] if places else None) for name, test in LEAD]
    if text:
        body = [seen(p, own) for p in text]
        flags = dict(zip(Seen._fields, zip(*body, strict=True), strict=True))
        made += [counted(name, [test(p) for p in body[:OPENING]], places, 1) for name, test in OPENINGS]
        made += [counted(name, flags[field], places, full) for name, field, full in COUNTED]
        made += [counted(name, flags[field], places, len(text)) for name, field in SHARED]
    made += against(title, text, own)
    return [signal for signal in made if signal.value > 0]


def counted(name: str, flags: Sequence[bool], places: Sequence[tuple[int, int]], full: int) -> Signal:
    """Return how many passages are so, full at `full`, with the first of them."""
    number = flags.count(True)
    return Signal(name, min(1.0, number / full), places[flags.index(True)] if number else None)


def against(title: Passage, text: Sequence[Passage], own: str | None) -> list[Signal]:
    """Return what speaks against: other matters by name (full at two words a passage), and what the release lacks."""
    everything = [title, *text]
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for each in (p.hits for p in text if p.against):
        for hit in each:
            for entry in hit.entries:
                if entry.what == "not":
                    found[entry.name].append((hit.start, hit.end))
    made = []
    for reason, plain in REASONS.items():
        made.append(Signal(f"title speaks of {plain}", float(reason in title.against), None))
        if places := found[reason]:
            made.append(Signal(f"speaks of {plain}", min(1.0, len(places) / len(text) / 2), places[0]))
    sides = frozenset(side for p in everything for side in p.sides)
    made.append(Signal(ALONE, float(not others(sides, own)), None))
    field = sum(p.against.count("field") for p in everything)
    health = sum(1 for p in everything for e in p.entries if e.health) if field else 0
    made.append(Signal(MORE, field / (field + health) if field else 0.0, None))
    made.append(Signal(NO_HEALTH, 1 - sum(p.health for p in everything) / len(everything), None))
    return made


def names_for() -> tuple[str, ...]:
    """Return the names of the signals that speak for co-operation (their weights may not be negative)."""
    plain = (*TITLE, *LEAD, *OPENINGS, *SHARED)
    return (*(name for name, _ in plain), *(name for name, _, _ in COUNTED))


def names_against() -> tuple[str, ...]:
    """Return the names of the signals that speak against co-operation (their weights may not be positive)."""
    plain = REASONS.values()
    return (*(f"title speaks of {r}" for r in plain), *(f"speaks of {r}" for r in plain), MORE, ALONE, NO_HEALTH)
