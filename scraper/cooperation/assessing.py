"""Puts the parts together: a release's title and text in, an Assessment out. Pure, offline, raises on no text."""

from __future__ import annotations

from datetime import date

from scraper.cooperation.dates import FIRSTS as DATES
from scraper.cooperation.dates import dates, matches, of_the_day
from scraper.cooperation.days import known
from scraper.cooperation.figures import FIRSTS as FIGURES
from scraper.cooperation.figures import figures
from scraper.cooperation.folding import fold_text
from scraper.cooperation.homonyms import settled
from scraper.cooperation.judging import Weights, score, weights
from scraper.cooperation.kinds import kind_of
from scraper.cooperation.laws import laws
from scraper.cooperation.lexicon import Lexicon, lexicon
from scraper.cooperation.naming import every, officials, parties, places, programmes, stands, unlisted
from scraper.cooperation.nearby import placed
from scraper.cooperation.passages import READ, Passage, hits, passage, passages
from scraper.cooperation.people import TRIGGERS, people
from scraper.cooperation.signals import OPENING, Signal, home, signals
from scraper.cooperation.speaking import speaking, titled
from scraper.cooperation.units import cut, worth
from storage.model import Assessment, Evidence, Mention

# The words that a date, a figure or a person's name with an office can begin with.
FIRSTS = DATES | FIGURES | TRIGGERS
# The length of an ISO date that tells a day.
DAY = 10
# A signal that moved the sum by less is not worth a reader's while.
LEAST = 0.05
# As many sides, and as many parties, are named in the one sentence of the reason.
NAMED = 3
# How a reason begins, by the kind of co-operation.
KINDS = {
    "meeting": "Meeting on health",
    "visit": "Health visit",
    "agreement": "Agreement in health",
    "training": "Training in health",
    "exchange": "Exchange in health",
    "service": "Health service across a border",
    "conference": "Health conference",
    "legislation": "Rules on health",
    "emergency": "Help or drill in a health emergency",
}


def assess(
    title: str,
    text: str,
    *,
    language: str,  # noqa: ARG001 - callers know it; both languages are read in one go, since releases mix them
    published: date | str | None = None,
    jurisdiction: str | None = None,
) -> Assessment:
    """Return what a release is about: co-operation in health between jurisdictions or not, and why.

    Args:
        title: the release's title, as published.
        text: its paragraphs joined by line feeds; evidence counts its characters.
        language: BCP 47 tag; English, Traditional and Simplified Chinese are read alike, whatever it says.
        published: the day it was published, to resolve dates such as "today"; `2026-11` or `2026` where no more is
            known; None where nothing is.
        jurisdiction: the publisher's own side (`Hong Kong`, `Macao`, `Mainland`); None lets the text tell.

    Returns:
        An Assessment whose every evidence is a quote: `text[e.start:e.end] == e.text`.
    """
    words, model = lexicon(), weights()
    folded = fold_text(text[:READ])
    units = cut(folded)
    tried = worth(folded, units, FIRSTS)
    dated = matches(folded, tried)
    head = passage(0, len(title), hits(title[:2000], words))
    body = passages(text, words, units)
    head, *body = placed(settled([head, *body], jurisdiction, words), words)
    own = home([head, *body], jurisdiction)
    found = signals(head, body, own)
    points = score(found, model)
    named = every(body)
    more = unlisted(text, folded, body, named, words)
    opening = body[min(OPENING, len(body)) - 1].end if body else 0
    cooperation = points >= model.threshold
    when = known(published)
    stated = dates(text, dated, body, when)
    if cooperation and when and body and not any(len(d.date) == DAY for d in stated):
        stated = (of_the_day(when, text, body[0]), *stated)
    kind = kind_of(head, body) if cooperation else None
    sides, bodies = jurisdictions(head, body, words), parties(text, opening, named, own, more)
    headline, schemes = every([head]), programmes(text, named, more)
    bodies += tuple(titled(headline, "body", bodies))
    bodies += tuple(speaking(text, named, bodies, own, words))
    return Assessment(
        cooperation=cooperation,
        score=round(points, 4),
        detector=detector(),
        kind=kind,
        reason=reason(kind, exact(sides, words), bodies) if kind else reason_against(found, model),
        jurisdictions=sides,
        evidence=evidence(text, found, body, model),
        parties=bodies,
        people=people(text, folded, tried, officials(text, named), stands(named, "body")),
        places=places(text, named, words, more),
        programmes=(*schemes, *titled(headline, "programme", schemes)),
        dates=stated,
        figures=figures(text, folded, tried, body, dated),
        laws=laws(text, folded),
    )


def detector() -> str:
    """Return name and version of the detector, with the marks of the user's own files of names that it knows."""
    return "+".join([f"cooperation-{weights().version}", *lexicon().marks])


def evidence(text: str, found: list[Signal], body: list[Passage], model: Weights) -> tuple[Evidence, ...]:
    """Return a quote for each signal that counted; what the title or the whole tells stands with the opening."""
    if not body:
        return ()
    made = []
    for signal in found:
        weight = model.weights.get(signal.name, 0.0) * signal.value
        start, end = signal.place or (body[0].start, body[0].end)
        if abs(weight) >= LEAST:
            made.append(Evidence(start, end, text[start:end], signal.name, round(weight, 3)))
    return tuple(sorted(made, key=lambda e: (e.start, -abs(e.weight))))


def reason(kind: str, sides: tuple[str, ...], bodies: tuple[Mention, ...]) -> str:
    """Return one English sentence: who does what with whom."""
    what = KINDS.get(kind, "Co-operation in health")
    between = f" between {_listed(list(sides[:NAMED]))}" if len(sides) > 1 else ""
    names = list(dict.fromkeys(body.name for body in bodies))
    parties = f": {'; '.join(names[:NAMED])}" if names else ""
    return f"{what}{between}{parties}."


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def reason_against(found: list[Signal], model: Weights) -> str:
    """Return one English sentence: what speaks most against co-operation."""
    weighed = sorted(
        ((-model.weights.get(signal.name, 0.0) * signal.value, signal.name) for signal in found), reverse=True
    )
    best = [name for weight, name in weighed if weight > 0][:3]
    return f"Not co-operation in health between jurisdictions: {'; '.join(best) or 'nothing in it tells of any'}."


def jurisdictions(head: Passage, body: list[Passage], words: Lexicon) -> tuple[str, ...]:
    """Return the sides whose bodies or places are named, and the Mainland places their bodies belong to."""
    named: dict[str, None] = {}
    for each in (head, *body):
        for entry in each.of("body", "person", "sides", "place", "demonym"):
            for side in sorted(entry.sides):
                named.setdefault(side)
            place = entry.name if entry.what == "place" else entry.place
            while (
                place in words.places
                and words.places[place].sides == {"Mainland"}
                and place not in ("China", "Mainland")
            ):
                named.setdefault(place)
                place = words.places[place].place
    return tuple(named)


def exact(sides: tuple[str, ...], words: Lexicon) -> tuple[str, ...]:
    """Return the sides but for those that another of them lies in: a city says its province already."""
    holding: set[str] = set()
    todo = [words.places[side] for side in sides if side in words.places]
    while todo:
        place = todo.pop()
        further = {place.place, *place.sides} - {place.name, ""} - holding
        holding |= further
        todo += [words.places[one] for one in further if one in words.places]
    return tuple(side for side in sides if side not in holding)
