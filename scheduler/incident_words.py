"""How an incident reads, in English, and what to do about it: a title and a few lines. Pure; times come in as text.

Other languages make their words from the same kind, subject and evidence (alerts/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from scheduler.config.durations import in_words
from scheduler.incidents import IncidentKind
from scheduler.trouble_words import advice
from storage.times import from_text

Evidence = Mapping[str, Any]
Words = tuple[str, list[str]]


def opened(kind: str, subject: str, evidence: Evidence) -> Words:
    """Return title and lines of an incident that began.

    Args:
        kind: an IncidentKind; another word, of a later coopwatch, is said as it is.
        subject: as its kind has it.
        evidence: as the rules gathered it; whatever is missing is left out.
    """
    words = _OPENED.get(kind)
    return words(subject, evidence) if words else (f"{kind}: {subject}", [])


def closed(kind: str, subject: str, evidence: Evidence, began: datetime, ended: datetime) -> Words:
    """Return title and lines of an incident that ended; `evidence` is what is known at its end."""
    title, over = _CLOSED.get(kind, ("{subject} is well again", "{kind} ended"))
    lasted = in_words(max(60.0, (ended - began).total_seconds() // 60 * 60))
    lines = [f"{over.format(kind=kind, subject=subject)} after {lasted}."]
    if settled := evidence.get("settled"):
        lines.append(f"{str(settled).capitalize()} by {evidence.get('by') or 'somebody'}.")
    return title.format(kind=kind, subject=subject), lines


def _failing(subject: str, evidence: Evidence) -> Words:
    times = evidence.get("failures") or 0
    said = "once" if times == 1 else f"{times} times in a row"
    lines = [f"The last check said: {evidence.get('trouble')}.", *_last_good(evidence)]
    lines.append(advice(str(evidence.get("trouble") or "")))
    return f"{subject} failed {said}", lines


def _silent(subject: str, evidence: Evidence) -> Words:
    expected, limit = evidence.get("expected"), evidence.get("limit")
    lines = [
        f"Its newest release came at {when(evidence.get('newest'))}.",
        f"By its habits {expected} were to be expected since; up to {limit} missing would be chance.",
        "Every check was answered: the portal may show an old copy, or publish elsewhere. Look at it in a browser.",
    ]
    return f"{subject} is unusually silent", lines


def _fewer(subject: str, evidence: Evidence) -> Words:
    lines = [
        f"It had {evidence.get('links')} links, and {evidence.get('usual')} or more as a rule.",
        "Nothing is taken for gone because of that. Look at the portal in a browser: it may be half rebuilt.",
    ]
    return f"{subject}: the listing is far shorter than usual", lines


def _fields(subject: str, evidence: Evidence) -> Words:
    missing = ", ".join(evidence.get("fields") or ())
    lines = ["The pages may have been rebuilt: `coopwatch read FILE --url URL` shows what is read of a saved one."]
    return f"{subject}: the last releases lack what all had before ({missing})", lines


def _shapes(subject: str, evidence: Evidence) -> Words:
    lines = [
        f"They were like {evidence.get('usual')}, and are now like {evidence.get('new')}.",
        "If old releases come again under new addresses, they are no news: see `coopwatch releases`.",
    ]
    return f"{subject}: the addresses have another pattern", lines


def _encoding(subject: str, evidence: Evidence) -> Words:
    lines = [f"{evidence.get('count')} of the last texts have characters that no encoding should leave behind."]
    return f"{subject}: texts come out broken", lines


def _blind(subject: str, evidence: Evidence) -> Words:
    lines = [*_last_good(evidence), f"The last check said: {evidence.get('trouble')}."]
    lines.append("Releases that appear there meanwhile are caught up on when it can be read again.")
    lines.append("Subscribers of this source are told once, now, and once when it is back.")
    return f"{subject} cannot be read: coopwatch is blind to it", lines


def _deliveries(subject: str, evidence: Evidence) -> Words:
    lines = []
    if dead := evidence.get("dead"):
        lines.append(f"{_count(dead, 'delivery was', 'deliveries were')} given up: {evidence.get('trouble')}.")
        lines.append("See `coopwatch alerts dead`; when the receiver is mended, `coopwatch alerts retry`.")
    if evidence.get("breaker"):
        lines.append(f"It is left alone for a while after several failures: {evidence.get('trouble')}.")
    elif evidence.get("oldest"):
        lines.append(f"{_count(evidence.get('waiting') or 1, 'delivery waits', 'deliveries wait')} to be tried again;")
        lines[-1] += f" the oldest was promised at {when(evidence['oldest'])}."
        if not dead:
            lines.append(f"The last attempt said: {evidence.get('trouble')}.")
    return f"{subject} cannot be told", lines


def _disk(subject: str, evidence: Evidence) -> Words:
    free = evidence.get("free")
    lines = [f"The database said: {evidence['trouble']}."] if evidence.get("trouble") else []
    if free is not None:
        lines.append(f"{free / 1e6:,.0f} MB are free in {subject}, less than {evidence['least'] / 1e6:,.0f}.")
    return "The disk is nearly full", [*lines, "Make room: without it nothing can be recorded, and nobody is told."]


def _clock(_subject: str, evidence: Evidence) -> Words:
    seconds = float(evidence.get("seconds") or 0)
    way = "ahead" if seconds > 0 else "back"
    lines = [f"At {when(evidence.get('at'))}. What is due was worked out afresh; nothing was lost."]
    lines.append("Look whether the machine keeps its time (NTP).")
    return f"The clock went {way} by {in_words(abs(seconds))}", lines


def _canary(subject: str, evidence: Evidence) -> Words:
    lines = [f"Planned for {when(evidence.get('due'))}: {evidence.get('found') or 'it was not delivered'}."]
    lines.append("A real alert may be stuck the same way. See `coopwatch why canary/daily` and `coopwatch status`.")
    return f"The daily canary did not reach {subject}", lines


def _gap(_subject: str, evidence: Evidence) -> Words:
    count = evidence.get("count") or 0
    lines = [
        f"Release {one['release_id']} ({one['kind']}) to {one['subscription']}: {one['why']}"
        for one in evidence.get("gaps") or ()
    ]
    if count > len(lines):
        lines.append(f"And {count - len(lines)} more.")
    lines.append("See `coopwatch reconcile`; `coopwatch reconcile --mend` makes the missing promises.")
    return f"{_count(count, 'alert is', 'alerts are')} unaccounted for", lines


def _storm(subject: str, evidence: Evidence) -> Words:
    hold, count = evidence.get("hold"), evidence.get("alerts") or 0
    lines = [f"{str(evidence.get('why') or 'More than usual').capitalize()}.", *_examples(evidence.get("titles") or ())]
    lines.append(f"`coopwatch alerts held {hold}` lists them.")
    lines.append(f"`coopwatch alerts release {hold}` lets them out; `coopwatch alerts drop {hold}` keeps them quiet.")
    return f"{subject}: {_count(count, 'alert is', 'alerts are')} held. Is this news?", lines


def _examples(titles: Sequence[str]) -> list[str]:
    return [f"For example: {title}" for title in titles]


def _last_good(evidence: Evidence) -> list[str]:
    return [f"It was last read well at {when(evidence['last_good'])}."] if evidence.get("last_good") else []


def when(text: Any) -> str:
    """Return a time of the evidence as people read it, in UTC: no zone is known here."""
    return f"{from_text(str(text)):%Y-%m-%d %H:%M} UTC" if text else "a time unknown"


def _count(number: int, one: str, several: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {several}"


_OPENED: dict[str, Callable[[str, Evidence], Words]] = {
    IncidentKind.FAILING: _failing,
    IncidentKind.BLIND: _blind,
    IncidentKind.DELIVERIES: _deliveries,
    IncidentKind.DISK: _disk,
    IncidentKind.CLOCK: _clock,
    IncidentKind.CANARY: _canary,
    IncidentKind.GAP: _gap,
    IncidentKind.STORM: _storm,
    IncidentKind.SILENT: _silent,
    IncidentKind.FEWER: _fewer,
    IncidentKind.FIELDS: _fields,
    IncidentKind.SHAPES: _shapes,
    IncidentKind.ENCODING: _encoding,
}
_CLOSED: dict[str, tuple[str, str]] = {
    IncidentKind.SILENT: ("{subject} publishes again", "{subject} published something"),
    IncidentKind.FEWER: ("{subject}: the listing is whole again", "A whole listing of {subject} was read"),
    IncidentKind.FIELDS: ("{subject}: releases are whole again", "A whole release of {subject} was read"),
    IncidentKind.SHAPES: ("{subject}: addresses are as usual", "{subject} has addresses of a known pattern"),
    IncidentKind.ENCODING: ("{subject}: texts can be read again", "A text of {subject} was read well"),
    IncidentKind.FAILING: ("{subject} answers again", "{subject} was read well"),
    IncidentKind.BLIND: ("{subject} is back", "{subject} can be read again"),
    IncidentKind.DELIVERIES: ("{subject} is told again", "Deliveries to {subject} arrive again"),
    IncidentKind.DISK: ("There is room on the disk again", "The trouble ended"),
    IncidentKind.CLOCK: ("The clock goes steadily", "The clock goes steadily again"),
    IncidentKind.CANARY: ("The canary arrived", "The canary reached {subject}"),
    IncidentKind.GAP: ("Every alert is accounted for", "Nothing is missing any more"),
    IncidentKind.STORM: ("{subject}: the question is settled", "The question was settled"),
}
