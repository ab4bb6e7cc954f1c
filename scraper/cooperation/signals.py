"""Turns a release's passages into named signals: what speaks for and against co-operation, each with its best passage.

Not here: how much each counts (data/weights.json, by way of judging.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scraper.cooperation.passages import Passage, merged

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
    }
)
WEAK = frozenset({"meeting", "visit", "delegation"})
# Acts that no report of cases contains by the way: a patient may be on an exchange tour or be referred to a hospital.
REPORTED_BY_NO_CASE = frozenset({"cooperation", "agreement", "paper", "conference", "emergency"})
HOMES = ("Hong Kong", "Macao")
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
AT_ONCE = "the opening tells co-operation in health of two sides"
MET_AT_ONCE = "the opening tells a meeting or visit across the boundary in health"
MORE = "more is said of another field than of health"
ALONE = "no side but the publisher's is named"
NO_HEALTH = "little is said of health"


@dataclass(frozen=True, slots=True)
class Signal:
    """One named feature of a release: its value between 0 and 1, and where in the text it shows first (start, end).

    A place of None stands for the title.
    """

    name: str
    value: float
    place: tuple[int, int] | None


Test = Callable[[Passage, str | None], bool]


def others(sides: frozenset[str], own: str | None) -> bool:
    """Tell whether a side other than the publisher's own is among `sides`."""
    return bool(sides - {own})


def two_sided(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage puts two jurisdictions together: two named, or one besides the publisher's own."""
    return len(passage.sides) > 1 or (own is not None and others(passage.sides, own)) or joined(passage, own)


def joined(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage names two bodies' places in one breath: as 滬港 does, or `the two places`."""
    return any(len(e.sides) > 1 for e in passage.of("sides")) or (
        others(passage.sides, own) and any(passage.of("cross"))
    )


def shared_programme(passage: Passage, _own: str | None) -> bool:
    """Tell whether a passage names a programme of health that two sides share."""
    return any(len(entry.sides) > 1 and entry.health for entry in passage.of("programme"))


def tells_a_case(passage: Passage) -> bool:
    """Tell whether a passage is about patients or an outbreak, and names no act that such a report does not know."""
    return passage.against.count("case") > 1 and not passage.acts & REPORTED_BY_NO_CASE


def acts_together(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage is co-operation in health all by itself: two sides, an act of theirs, health."""
    if not passage.health or not two_sided(passage, own) or tells_a_case(passage):
        return False
    return bool(passage.acts & STRONG) or shared_programme(passage, own)


def health_bodies(passage: Passage, _own: str | None) -> bool:
    """Tell whether bodies of health of two sides stand together."""
    sides = [entry.sides for entry in passage.of("body", "person") if entry.health or entry.what == "person"]
    return len(frozenset(side for each in sides for side in each)) > 1


def receives(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage tells a meeting or visit with a body of another side, in health."""
    return bool(passage.acts & WEAK) and others(passage.bodies, own) and passage.health


def travels(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage tells a meeting or visit that another place has to do with, in health."""
    return bool(passage.acts & WEAK) and two_sided(passage, own) and passage.health and not tells_a_case(passage)


def side_by_side(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage speaks of health and two sides, and of nothing that explains it otherwise."""
    return passage.health and two_sided(passage, own) and not OTHER_MATTERS.intersection(passage.against)


def together(*acts: str) -> Test:
    """Return the test for a passage that is co-operation by one of `acts`."""
    return lambda passage, own: bool(passage.acts & frozenset(acts)) and acts_together(passage, own)


# Name, test, and how many passages make the signal full. What the title tells is in TITLE, the rest counts passages.
COUNTED: tuple[tuple[str, Test, int], ...] = (
    ("one passage tells co-operation in health of two sides", acts_together, 1),
    ("several passages tell co-operation in health of two sides", acts_together, 4),
    ("a body of another side is named", lambda p, own: others(p.bodies, own), 1),
    ("health bodies of two sides stand together", health_bodies, 1),
    ("a meeting or visit with a body of another side", receives, 1),
    ("a meeting or visit across the boundary", travels, 1),
    ("an agreement of two sides", together("agreement", "paper"), 1),
    ("a word of co-operation of two sides", together("cooperation"), 1),
    ("training or exchange of two sides", together("training", "exchange"), 1),
    ("a drill or aid between two sides", together("emergency", "help"), 1),
    ("a conference of two sides", together("conference"), 1),
    ("a programme that two sides share", shared_programme, 1),
    ("words for two places together", joined, 2),
)
# What the title and the opening tell when they are read as one, since terse releases part who, what and where.
LEAD: tuple[tuple[str, Test], ...] = (
    ("title and opening together tell co-operation in health of two sides", acts_together),
    ("title and opening together tell a meeting or visit across the boundary in health", travels),
    ("title and opening together speak of health and two sides, and of nothing else", side_by_side),
    ("title and opening together name health bodies of two sides", health_bodies),
    ("title and opening together name two sides", two_sided),
)
SHARED: tuple[tuple[str, Test], ...] = (
    ("share of passages that tell co-operation in health of two sides", acts_together),
    ("share of passages that name a body of another side", lambda p, own: others(p.bodies, own)),
    ("share of passages on health and two sides", lambda p, own: p.health and two_sided(p, own)),
    ("share of passages on health and two sides and nothing else", side_by_side),
)
TITLE: tuple[tuple[str, Test], ...] = (
    ("title names another side", lambda p, own: others(p.sides, own)),
    ("title names a body of another side", lambda p, own: others(p.bodies, own)),
    ("title names two sides together", lambda p, _own: len(p.sides) > 1 or any(p.of("cross"))),
    ("title tells an act of co-operation", lambda p, _own: bool(p.acts & STRONG)),
    ("title tells co-operation of two sides", lambda p, own: bool(p.acts) and two_sided(p, own)),
    ("title tells co-operation in health of two sides", acts_together),
    ("title tells a meeting or visit across the boundary in health", travels),
    ("title names a programme that two sides share", shared_programme),
    ("title speaks of health", lambda p, _own: p.health),
)


def home(everything: Sequence[Passage], jurisdiction: str | None) -> str | None:
    """Return the publisher's own side: as told, else Hong Kong or Macao, else whichever is named most."""
    if jurisdiction:
        return jurisdiction
    sides = Counter(side for p in everything for e in p.of("body", "person", "place", "sides") for side in e.sides)
    homes = [side for side in HOMES if side in sides] or sides
    return max(homes, key=lambda side: sides[side], default=None)


def signals(title: Passage, text: Sequence[Passage], own: str | None) -> list[Signal]:
    """Return the signals of a release that are not nil; `own` is the publisher's side (see `home`)."""
    opening = [acts_together(p, own) or receives(p, own) for p in text[:OPENING]]
    places = [(p.start, p.end) for p in text]
    made = [Signal(name, float(test(title, own)), None) for name, test in TITLE]
    lead = merged([title, *text[:OPENING]])
    made += [Signal(name, float(test(lead, own)), places[0] if places else None) for name, test in LEAD]
    made.append(counted(AT_ONCE, opening, places, 1))
    made.append(counted(MET_AT_ONCE, [travels(p, own) for p in text[:OPENING]], places, 1))
    made += [counted(name, [test(p, own) for p in text], places, cap) for name, test, cap in COUNTED]
    made += [shared(name, [test(p, own) for p in text], places) for name, test in SHARED]
    made += against(title, text, own)
    return [signal for signal in made if signal.value > 0]


def first_of(flags: Sequence[bool], places: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the place of the first passage that is so."""
    return next((place for flag, place in zip(flags, places, strict=False) if flag), None)


def counted(name: str, flags: list[bool], places: Sequence[tuple[int, int]], full: int) -> Signal:
    """Return how many passages are so, full at `full`, with the first of them."""
    return Signal(name, min(1.0, sum(flags) / full), first_of(flags, places))


def shared(name: str, flags: list[bool], places: Sequence[tuple[int, int]]) -> Signal:
    """Return the share of passages that are so, with the first of them."""
    return Signal(name, sum(flags) / max(1, len(flags)), first_of(flags, places))


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
    health = sum(1 for p in everything for e in p.entries if e.health)
    made.append(Signal(MORE, field / (field + health) if field else 0.0, None))
    made.append(Signal(NO_HEALTH, 1 - sum(p.health for p in everything) / len(everything), None))
    return made


def names_for() -> tuple[str, ...]:
    """Return the names of the signals that speak for co-operation (their weights may not be negative)."""
    return (
        *(t[0] for t in TITLE),
        *(t[0] for t in LEAD),
        AT_ONCE,
        MET_AT_ONCE,
        *(c[0] for c in COUNTED),
        *(s[0] for s in SHARED),
    )


def names_against() -> tuple[str, ...]:
    """Return the names of the signals that speak against co-operation (their weights may not be positive)."""
    plain = REASONS.values()
    return (*(f"title speaks of {r}" for r in plain), *(f"speaks of {r}" for r in plain), MORE, ALONE, NO_HEALTH)
