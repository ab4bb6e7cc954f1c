"""Turns a release's passages into named signals: what speaks for and against co-operation, each with its best passage.

Not here: how much each counts (weights.json, by way of judging.py).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scraper.cooperation.passages import Passage

# Acts that are co-operation by themselves when two sides do them, and acts that need more beside them.
STRONG = frozenset(
    {"cooperation", "agreement", "exchange", "conference", "emergency", "training", "service", "legislation"}
)
WEAK = frozenset({"meeting", "visit"})
HOMES = ("Hong Kong", "Macao")


@dataclass(frozen=True, slots=True)
class Signal:
    """One named feature of a release: its value between 0 and 1, and the number of the passage that shows it best.

    Passage None stands for the title.
    """

    name: str
    value: float
    passage: int | None


def home(everything: list[Passage], jurisdiction: str | None) -> str | None:
    """Return the publisher's own side: as told, else the home side whose bodies and places the text names most."""
    if jurisdiction:
        return jurisdiction
    count = Counter(
        side for p in everything for e in p.of("body", "person", "place") for side in e.sides if side in HOMES
    )
    return count.most_common(1)[0][0] if count else None


def two_sided(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage puts two jurisdictions together: two named, or one besides the publisher's own."""
    sides = passage.sides
    return len(sides) > 1 or bool(sides - {own} and own) or (bool(sides) and any(passage.of("cross")))


def full(passage: Passage, own: str | None) -> bool:
    """Tell whether a passage is co-operation in health all by itself: two sides, an act of theirs, health."""
    return passage.health and two_sided(passage, own) and bool(passage.acts & STRONG)


def signals(title: Passage, text: list[Passage], jurisdiction: str | None) -> list[Signal]:
    """Return the signals of a release that are not nil."""
    own = home([title, *text], jurisdiction)
    made = [*of_title(title, own), *of_text(text, own), *of_whole(title, text, own)]
    return [signal for signal in made if signal.value > 0]


def of_title(title: Passage, own: str | None) -> list[Signal]:
    """Return what the title alone tells."""
    against = Counter(title.against)
    values = {
        "title names another side": bool(title.sides - {own}),
        "title names a body of another side": bool(title.bodies - {own}),
        "title names two sides together": len(title.sides) > 1 or any(title.of("cross")),
        "title tells an act of co-operation": bool(title.acts & STRONG),
        "title tells a meeting or visit": bool(title.acts & WEAK),
        "title speaks of health": title.health,
        "title tells co-operation of two sides": bool(title.acts) and two_sided(title, own),
        "title tells a case or outbreak": bool(against["case"]),
        "title tells enforcement": bool(against["enforcement"]),
        "title speaks of another field": bool(against["field"]),
        "title is a domestic notice": bool(against["policy"]),
    }
    return [Signal(name, float(value), None) for name, value in values.items()]


def share(name: str, flags: list[bool], cap: float = 1.0) -> Signal:
    """Return the share of passages that are so, as a signal that is full at `cap`."""
    first = flags.index(True) if True in flags else 0
    return Signal(name, min(1.0, sum(flags) / max(1, len(flags)) / cap), first)


def count(name: str, flags: list[bool], cap: int) -> Signal:
    """Return the number of passages that are so, as a signal that is full at `cap`."""
    first = flags.index(True) if True in flags else 0
    return Signal(name, min(1.0, sum(flags) / cap), first)


def of_text(text: list[Passage], own: str | None) -> list[Signal]:
    """Return what the passages tell."""
    whole = [full(p, own) for p in text]
    foreign = [bool(p.bodies - {own}) for p in text]
    met = [bool(p.acts & WEAK) and bool(p.bodies - {own}) and p.health for p in text]
    signed = [w and "agreement" in p.acts for w, p in zip(whole, text, strict=True)]
    both = [two_sided(p, own) and p.health for p in text]
    lead = slice(0, 2)
    made = [
        count("the opening tells co-operation in health of two sides", whole[lead], 1),
        count("passages that tell co-operation in health of two sides", whole, 3),
        share("share of passages that tell co-operation in health of two sides", whole, 0.5),
        count("a body of another side takes part", foreign, 1),
        share("share of passages with a body of another side", foreign, 0.5),
        count("a meeting or visit with a body of another side", met, 1),
        count("an agreement of two sides", signed, 1),
        share("share of passages on two sides and health", both),
        count(
            "an explicit word of co-operation of two sides",
            [w and "cooperation" in p.acts for w, p in zip(whole, text, strict=True)],
            1,
        ),
        count(
            "training or exchange of two sides",
            [w and bool(p.acts & {"training", "exchange"}) for w, p in zip(whole, text, strict=True)],
            1,
        ),
        count(
            "a drill or aid between two sides",
            [w and "emergency" in p.acts for w, p in zip(whole, text, strict=True)],
            1,
        ),
        count("a cross-boundary programme", [any(len(e.sides) > 1 for e in p.of("programme")) for p in text], 2),
        count("words for two places together", [any(p.of("cross", "sides")) for p in text], 2),
    ]
    return made


def of_whole(title: Passage, text: list[Passage], own: str | None) -> list[Signal]:
    """Return what speaks against, and what the release as a whole lacks."""
    everything = [title, *text]
    against = Counter(reason for p in everything for reason in p.against)
    sides = frozenset(side for p in everything for side in p.sides)
    length = max(1, len(text))
    first = {reason: next((i for i, p in enumerate(text) if reason in p.against), 0) for reason in against}
    made = [Signal(f"words of {reason}", min(1.0, against[reason] / length / 2), first[reason]) for reason in against]
    made.append(Signal("only one side is named", float(len(sides | ({own} if own else set())) < 2), 0))
    made.append(Signal("no word of health", float(not any(p.health for p in everything)), 0))
    return made
