"""What the mail of an alert shows, in the reader's language: cleaned, shortened, links only where they are links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from scheduler.alerts import names
from scheduler.alerts.catalogue import Words, own, spelt
from scheduler.alerts.clocks import moment, stated
from scheduler.alerts.editions import Shown, missing, others, remarks, shown
from scheduler.alerts.figures import headline, number, passage
from scheduler.alerts.firsts import notable, sides
from scheduler.alerts.plain import clean, line, shorten, web_link
from storage.model import Assessment, ChangeKind, Evidence, Mention, Notice, Precision

# What a mail shows at most: quotes, the characters and the reasons of one, pieces of a diff and the characters of one,
# parties, further facts of each kind, the characters of the sentence of a date, pairs seen for the first time.
QUOTES, QUOTE, WHYS, PIECES, PIECE, PARTIES, FACTS, SENTENCE, PAIRS = 8, 400, 3, 80, 600, 20, 4, 120, 3


def alert(notice: Notice, wish: str | None, said: Words, pieces: Sequence[Mapping[str, str]] | None) -> dict[str, Any]:
    """Return what the templates of an alert may show.

    Args:
        notice: what happened, with the story's other editions.
        wish: the language the reader prefers; None where they do not say.
        said: the words of their language.
        pieces: the diff of a revision as payload.py tells it; None for any other kind.
    """
    release, change = notice.release, notice.change
    view = shown(notice, wish)
    editions, copies = others(notice, view, said)
    return {
        "kind": str(change.kind),
        "word": said("change.new" if notice.becomes_news else f"change.{change.kind}"),
        "headline": _headline(notice, said),
        "passage": line(passage(release.text, notice.figure.start, notice.figure.end), QUOTE) if notice.figure else "",
        "earlier": _earlier(notice, said),
        "meaning": _meaning(notice, view.assessment, said),
        "remarks": [line(one, 400) for one in _remarks(notice, view, wish, said)],
        "language": view.language,
        "title": line(view.title, 500),
        "link": web_link(view.url),
        "address": line(view.url, 300),
        "reason": line(names.reason(view.assessment, said), 500),
        "facts": list(_rows(notice, view, said)),
        "quotes": _quotes(view.assessment.evidence, said),
        "diff": _diff(pieces),
        "diff_language": release.language,
        "diff_heading": _diff_heading(notice, view, said),
        "editions": editions,
        "copies": copies,
    }


def _headline(notice: Notice, said: Words) -> str:
    """Return what figure has changed, in one line; empty where none has."""
    if notice.figure is None:
        return ""
    return line(headline(notice.figure, said, names.among(notice.figure.programme, notice.assessment, said)), 300)


def _meaning(notice: Notice, made: Assessment, said: Words) -> str:
    if notice.change.kind is ChangeKind.NEW and not made.cooperation:
        return said("meaning.plain")
    return said("meaning.becomes" if notice.becomes_news else f"meaning.{notice.change.kind}")


def _rows(notice: Notice, view: Shown, said: Words) -> Iterator[tuple[str, str]]:
    """Yield the facts, each a label and a line."""
    release, made = notice.release, view.assessment
    if notice.grade and notice.change.kind is ChangeKind.REVISED:
        yield said("row.change"), said(f"grade.{notice.grade}")
    yield said("row.portal"), line((view.edition or release).portal)
    if release.department:
        yield said("row.department"), line(release.department)
    if notice.first is not None:
        yield said("row.first"), said("brackets", text=line(notice.first.portal), within=line(notice.first.title, 300))
    told = view.edition or release
    yield said("row.published"), moment(said, told.published, told.precision)
    yield said("row.detected"), moment(said, as_told(notice.change.at, release.published))
    if made.kind:
        yield said("row.kind"), said.known("kind", made.kind, line(made.kind).replace("_", " "))
    if made.jurisdictions:
        between = [line(names.place(one, said)) for one in sides(made)[:PARTIES]]
        yield said("row.between"), said("comma").join(between)
    yield from _named(made, said)
    yield from _stated(notice, view, said)
    yield said("row.score"), f"{made.score:.2f}"
    if notice.before and notice.before.title != release.title:
        yield said("row.title_before"), line(notice.before.title, 500)
    if web_link(view.url) is None:
        yield said("row.address"), line(view.url, 300)


def _named(made: Assessment, said: Words) -> Iterator[tuple[str, str]]:
    """Yield the parties, people, programmes and laws, each once."""
    parties = {one.name: one for one in sorted(made.parties, key=lambda one: one.start)[:200]}
    for one in list(parties.values())[:PARTIES]:
        yield said("row.party"), _within(names.mention(one, said), names.place(one.jurisdiction or "", said), said)
    for one in made.people[:FACTS]:
        yield said("row.person"), _within(names.mention(one, said), _office(one, said), said)
    for row, mentions in (("row.programme", made.programmes), ("row.law", made.laws)):
        for one in mentions[:FACTS]:
            yield said(row), line(names.mention(one, said), 300)


def _office(person: Mention, said: Words) -> str:
    """Return a person's office, where it is known in the reader's language."""
    office = person.office or ""
    return "" if office.isascii() and said.language != "en" else spelt(office, said)


def _within(text: str, within: str, said: Words) -> str:
    return said("brackets", text=line(text), within=line(within)) if within else line(text)


def _stated(notice: Notice, view: Shown, said: Words) -> Iterator[tuple[str, str]]:
    """Yield the dates to come and the programmes' figures that the text states, each with the words that state it."""
    made, text = view.assessment, view.edition.text if view.edition else notice.release.text
    if made is notice.assessment:
        text = notice.release.text
    published = f"{notice.release.published:%Y-%m-%d}" if notice.release.published else ""
    coming = [one for one in made.dates if published and one.date[:10] > published[: len(one.date[:10])]]
    for dated in coming[:FACTS]:
        sentence = shorten(passage(text, dated.start, dated.end), SENTENCE)
        yield said("row.date"), _within(stated(said, dated.date), sentence, said)
    for figure in [one for one in made.figures if one.programme and one.counts][:FACTS]:
        value = number(figure.value, figure.qualifier, said)
        counted = said("alert.quantity", value=value, what=own(figure.counts or "", "counts", said))
        yield said("row.figure"), _within(counted, names.among(figure.programme or "", made, said), said)


def _remarks(notice: Notice, view: Shown, wish: str | None, said: Words) -> Iterator[str]:
    yield from remarks(notice, view, said)
    yield from _pairs(notice, said)
    yield from missing(notice, view, wish, said)


def _pairs(notice: Notice, said: Words) -> Iterator[str]:
    for pair in notable(notice)[:PAIRS]:
        one, other = (line(names.among(name, notice.assessment, said), 120) for name in (pair.one, pair.other))
        yield said(f"alert.pair_{pair.what}", one=one, other=other)


def _earlier(notice: Notice, said: Words) -> str:
    """Return where and when a changed figure was told before; the address only where it is a link."""
    figure = notice.figure
    if figure is None:
        return ""
    address = web_link(figure.before_url) or said("alert.earlier_release")
    if figure.before_published is None:
        return said("alert.known_before", address=address)
    day = moment(said, as_told(figure.before_published, notice.release.published), Precision.DAY)
    return said("alert.known_before_of", address=address, day=day)


def _diff(pieces: Sequence[Mapping[str, str]] | None) -> list[tuple[str, str]]:
    return [(one["op"], clean(shorten(one["text"], PIECE))) for one in (pieces or ())[:PIECES]]


def _diff_heading(notice: Notice, view: Shown, said: Words) -> str:
    """Return the heading of a diff; where the title is another edition's, it says whose words these are."""
    if view.edition is None or notice.before is None:
        return said("alert.diff")
    return said("alert.diff_from", language=said.tongue(notice.release.language))


def _quotes(evidence: Sequence[Evidence], said: Words) -> list[tuple[str, list[str]]]:
    """Return the passages that speak most for it, in the order of the text, each once with what it counts for."""
    passages: dict[tuple[int, int], list[Evidence]] = {}
    for one in sorted((one for one in evidence if one.weight > 0), key=lambda one: -one.weight):
        passages.setdefault((one.start, one.end), []).append(one)
    return [
        (line(ones[0].text, QUOTE), [line(own(one.why, "why", said)) for one in ones[:WHYS]])
        for _, ones in sorted(list(passages.items())[:QUOTES])
    ]


def as_told(at: datetime, published: datetime | None) -> datetime:
    """Return a time with the offset that the portal tells its own times in."""
    return at.astimezone(published.tzinfo) if published else at
