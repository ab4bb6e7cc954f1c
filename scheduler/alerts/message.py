"""Words a change for people and for programs. Pure: a delivery and its subscription in, a Message out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from scheduler.alerts import payload
from scheduler.alerts.figures import headline
from scheduler.alerts.plain import clean, safe_header, shorten, web_link
from scheduler.config import Subscription
from storage.model import ChangeKind, Delivery, Evidence, Notice, Precision

TEMPLATES = Path(__file__).with_name("templates")
TEXT, HTML = "alert.txt.j2", "alert.html.j2"
# What a change is called in a subject, and what it means.
WORDS = {
    ChangeKind.NEW: ("New", "A new release about health co-operation."),
    ChangeKind.REVISED: ("Revised", "The portal has changed the wording of this release."),
    ChangeKind.GONE: ("Withdrawn", "The portal no longer shows this release; its last wording is kept."),
    ChangeKind.RETURNED: ("Published again", "The portal shows this release again after it had been withdrawn."),
    ChangeKind.FIGURE: (
        "Changed figure",
        "This release states a figure of a programme otherwise than was known before.",
    ),
}
# What a mail shows at most: quotes, the characters and the reasons of one, pieces of a diff and the characters of one,
# parties.
QUOTES, QUOTE, WHYS, PIECES, PIECE, PARTIES = 8, 400, 3, 80, 600, 20


@dataclass(frozen=True, slots=True)
class Message:
    """One alert in all its forms. The same delivery always gives the same message, however often it is sent.

    Args:
        id: stable over every attempt; the receiver's handle for throwing repeats away.
        subject: one line, safe in a mail header.
        text: the mail's plain part.
        html: the mail's HTML part.
        data: the webhook's body as a value, valid by alert-1.schema.json.
    """

    id: str
    subject: str
    text: str
    html: str
    data: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The webhook's body: compact JSON in UTF-8."""
        return payload.encode(self.data)


def word(delivery: Delivery, subscription: Subscription) -> Message:
    """Return the message that keeps a promise to tell."""
    data = payload.payload(delivery)
    shown = _shown(delivery.notice, data) | {"subscription": subscription.name, "message_id": delivery.message_id}
    templates = _templates()
    return Message(
        id=delivery.message_id,
        subject=safe_header(f"{shown['word']}: {shown['headline'] or delivery.notice.release.title}"),
        text=templates.get_template(TEXT).render(shown),
        html=templates.get_template(HTML).render(shown),
        data=data,
    )


def warm() -> None:
    """Compile the templates, so that the first alert need not wait for it."""
    for name in (TEXT, HTML):
        _templates().get_template(name)


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _shown(notice: Notice, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the templates may show: cleaned, shortened, and links only where they are links."""
    release, assessment, change = notice.release, notice.assessment, notice.change
    name, meaning = WORDS[change.kind]
    if change.kind is ChangeKind.NEW and not assessment.cooperation:
        meaning = "A new release."
    parties = data["cooperation"]["parties"][:PARTIES]
    return {
        "word": name,
        "headline": _line(headline(notice.figure), 300) if notice.figure else "",
        "passage": _line(data["figure"]["text"], QUOTE) if notice.figure else "",
        "earlier": _earlier(notice),
        "meaning": meaning,
        "language": release.language,
        "title": _line(release.title, 500),
        "old_title": _line(notice.before.title, 500) if notice.before and notice.before.title != release.title else "",
        "link": web_link(release.url),
        "address": _line(release.url, 300),
        "portal": _line(release.portal),
        "department": _line(release.department or ""),
        "published": _time(release.published, release.precision),
        "detected": _time(_as_told(change.at, release.published), Precision.SECOND),
        "kind": _line(assessment.kind or "").replace("_", " "),
        "score": f"{assessment.score:.2f}",
        "reason": _line(assessment.reason, 500),
        "jurisdictions": [_line(one) for one in assessment.jurisdictions[:PARTIES]],
        "parties": [(_line(one["name"]), _line(one["jurisdiction"] or "")) for one in parties],
        "quotes": _quotes(assessment.evidence),
        "diff": [(one["op"], clean(shorten(one["text"], PIECE))) for one in (data["diff"] or ())[:PIECES]],
        "version": change.version,
    }


def _earlier(notice: Notice) -> tuple[str, str] | None:
    """Return when and where a changed figure was told before; the address only where it is a link."""
    figure = notice.figure
    if figure is None:
        return None
    at = figure.before_published
    day = _time(_as_told(at, notice.release.published), Precision.DAY) if at else ""
    return day, web_link(figure.before_url) or ""


def _quotes(evidence: Sequence[Evidence]) -> list[tuple[str, list[str]]]:
    """Return the passages that speak most for it, in the order of the text, each once with what it counts for."""
    passages: dict[tuple[int, int], list[Evidence]] = {}
    for one in sorted((one for one in evidence if one.weight > 0), key=lambda one: -one.weight):
        passages.setdefault((one.start, one.end), []).append(one)
    return [
        (_line(ones[0].text, QUOTE), [_line(one.why) for one in ones[:WHYS]])
        for _, ones in sorted(list(passages.items())[:QUOTES])
    ]


def _line(text: str, longest: int = 200) -> str:
    # Cut before cleaning as well: cleaning looks at every character, and some texts have millions.
    return shorten(" ".join(clean(text[: 4 * longest]).split()), longest)


def _as_told(at: datetime, published: datetime | None) -> datetime:
    """Return a time with the offset that the portal tells its own times in."""
    return at.astimezone(published.tzinfo) if published else at


def _time(at: datetime | None, precision: Precision | None) -> str:
    """Return a time as people write it, with the offset it was told in: `21 November 2026, 16:30 (UTC+08:00)`."""
    if at is None:
        return "at a time the portal does not tell"
    day = f"{at.day} {at:%B %Y}"
    offset = f"{at:%z}"
    return day if precision == Precision.DAY else f"{day}, {at:%H:%M} (UTC{offset[:3]}:{offset[3:5]})"
