"""What the mail of a digest shows, in the reader's language: stories in sections, and the whole ledger. Pure."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from scheduler.alerts import names, watch
from scheduler.alerts.alert_words import as_told
from scheduler.alerts.bundles import Bundle, bundles
from scheduler.alerts.catalogue import Words
from scheduler.alerts.clocks import moment
from scheduler.alerts.editions import Shown, others, remarks, shown
from scheduler.alerts.figures import headline
from scheduler.alerts.plain import line, web_link
from storage.model import ChangeKind, Delivery, Notice
from storage.times import from_text

if TYPE_CHECKING:
    from storage.ledger import Ledger

# What a mail shows at most: stories in full, stories by their title alone, and the characters of a quote.
FULL, TITLES, QUOTE = 40, 160, 240
# Gmail cuts off mails over 102 kB: bytes for stories in full and for titles; what the page adds to each of either.
ROOM, ROOM_FOR_TITLES, AROUND, AROUND_A_TITLE = 56_000, 36_000, 900, 140


def digest(delivery: Delivery, wish: str | None, said: Words, ledger: Ledger | None, zone: tzinfo) -> dict[str, Any]:
    """Return what the templates of a digest may show.

    Args:
        delivery: the digest with its members.
        wish: the language the reader prefers; None where they do not say.
        said: the words of their language.
        ledger: the checks as of its time; None where nobody knows.
        zone: the reader's.
    """
    gathered = bundles(delivery.members)
    full = _fitting((_story(one, wish, said, zone) for one in gathered[:FULL]), ROOM, AROUND)
    rest = gathered[len(full) : len(full) + TITLES]
    titled = _fitting((_titled(one, wish, said) for one in rest), ROOM_FOR_TITLES, AROUND_A_TITLE)
    more = len(gathered) - len(full) - len(titled)
    body = delivery.body
    catch_up = body.get("catch_up")
    return {
        "headed": heading(delivery, gathered, said),
        "window": window(delivery, said, zone),
        "catch_up": line(said("digest.catch_up", source=watch.source_name(str(catch_up), said))) if catch_up else "",
        "quiet": "" if gathered else _quiet(ledger, said),
        "sections": [
            {"word": word, "stories": list(stories)} for word, stories in groupby(full, key=itemgetter("word"))
        ],
        "titles": titled,
        "remarks": [
            said.count(f"digest.{name}", number)
            for name, number in (
                ("more", more),
                ("left_out", int(body.get("left_out") or 0)),
                ("held", int(body.get("held") or 0)),
            )
            if number
        ],
        "checks": _checks_heading(ledger, said, zone),
        "ledger": watch.rows(ledger, said, zone) if ledger else [],
    }


def heading(delivery: Delivery, gathered: Sequence[Bundle], said: Words) -> str:
    """Return how many stories there are, or that there is nothing new; and which part it is of a digest in parts."""
    what = said.count("digest.stories", len(gathered)) if gathered else said("digest.nothing")
    part, parts = delivery.body.get("part"), delivery.body.get("parts")
    return said("digest.part", what=what, part=str(part), parts=str(parts)) if part and parts else what


def subject(delivery: Delivery, wish: str | None, said: Words) -> str:
    """Return the subject: how many stories, and the first one's title."""
    gathered = bundles(delivery.members)
    what = heading(delivery, gathered, said)
    if gathered:
        key = "digest.with_first" if len(gathered) == 1 else "digest.first_of"
        what = said(key, what=what, title=line(shown(gathered[0].lead.told, wish).title, 120))
    return said("digest.subject_catch_up" if delivery.body.get("catch_up") else "digest.subject", what=what)


def window(delivery: Delivery, said: Words, zone: tzinfo) -> str:
    """Return the time a digest covers."""
    ends = [moment(said, from_text(str(at)).astimezone(zone)) if at else "" for at in map(delivery.body.get, _ENDS)]
    until = ends[1] or moment(said, delivery.moment.astimezone(zone))
    return said("digest.window", since=ends[0], until=until) if ends[0] else said("digest.until", until=until)


_ENDS = ("since", "until")


def _fitting(stories: Iterable[dict[str, Any]], room: int, around: int) -> list[dict[str, Any]]:
    """Return the first stories that a mail has room for, in bytes; `around`: what the page adds to each."""
    kept = []
    for one in stories:
        room -= _size(one) + around
        if room < 0:
            break
        kept.append(one)
    return kept


def _size(shown: Any) -> int:
    """Return how many bytes the texts among what is shown take in HTML."""
    if isinstance(shown, str):
        return len(html.escape(shown).encode("utf-8", "replace"))
    if isinstance(shown, dict):
        return sum(map(_size, shown.values()))
    return sum(map(_size, shown)) if isinstance(shown, list) else 0


def _story(bundle: Bundle, wish: str | None, said: Words, zone: tzinfo) -> dict[str, Any]:
    notice = bundle.lead.told
    view = shown(notice, wish)
    editions, copies = others(notice, view, said)
    return _titled(bundle, wish, said) | {
        "facts": list(_facts(notice, view, said, zone)),
        "reason": line(names.reason(view.assessment, said), 300),
        "quote": _quote(view) if notice.change.kind is ChangeKind.NEW else "",
        "remarks": [*_changes(bundle, said, zone), *(line(one, 300) for one in remarks(notice, view, said))],
        "editions": (editions + copies)[:6],
    }


def _titled(bundle: Bundle, wish: str | None, said: Words) -> dict[str, Any]:
    view = shown(bundle.lead.told, wish)
    return {
        "title": line(view.title, 300),
        "link": web_link(view.url),
        "address": line(view.url, 300),
        "language": view.language,
        "word": said(f"change.{bundle.kind}"),
    }


def _facts(notice: Notice, view: Shown, said: Words, zone: tzinfo) -> Iterator[str]:
    """Yield what stands under a title: portal, time, kind."""
    told = view.edition or notice.release
    yield line(told.portal)
    yield moment(said, told.published, told.precision, zone)
    kind = view.assessment.kind
    if kind and kind != "other":
        yield said.known("kind", kind, line(kind).replace("_", " "))


def _changes(bundle: Bundle, said: Words, zone: tzinfo) -> Iterator[str]:
    """Yield what else happened to a story, and how far a revision goes."""
    for one in bundle.members:
        told = one.told
        parts = [said(f"change.{told.change.kind}")]
        if told.figure is not None:
            programme = names.among(told.figure.programme, told.assessment, said)
            parts.append(line(headline(told.figure, said, programme), 300))
        if told.grade and told.change.kind is ChangeKind.REVISED:
            parts.append(said(f"grade.{told.grade}"))
        at = moment(said, as_told(told.change.at, told.release.published), home=zone)
        if one is not bundle.lead or len(parts) > 1:
            yield f"{said('colon').join(parts)} · {at}"


def _quote(view: Shown) -> str:
    best = max((one for one in view.assessment.evidence if one.weight > 0), key=lambda one: one.weight, default=None)
    return line(best.text, QUOTE) if best else ""


def _quiet(ledger: Ledger | None, said: Words) -> str:
    if ledger is None:
        return said("digest.quiet")
    return (
        said("digest.quiet") + _space(said) + said("digest.quiet_all" if watch.whole(ledger) else "digest.quiet_some")
    )


def _space(said: Words) -> str:
    return " " if said.language == "en" else ""


def _checks_heading(ledger: Ledger | None, said: Words, zone: tzinfo) -> str:
    return said("digest.checks_since", since=moment(said, ledger.since.astimezone(zone))) if ledger else ""
