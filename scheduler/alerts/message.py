"""Words a change for people and for programs. Pure: a delivery and its subscription in, a Message out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from scheduler.alerts import payload
from scheduler.alerts.plain import clean, safe_header, shorten, web_link
from scheduler.config import Subscription
from storage.model import ChangeKind, Delivery, Notice, Precision

TEMPLATES = Path(__file__).with_name("templates")
# What a change is called in a subject, and what it means.
WORDS = {
    ChangeKind.NEW: ("New", "A new release about health co-operation."),
    ChangeKind.REVISED: ("Revised", "The portal has changed the wording of this release."),
    ChangeKind.GONE: ("Withdrawn", "The portal no longer shows this release; its last wording is kept."),
    ChangeKind.RETURNED: ("Published again", "The portal shows this release again after it had been withdrawn."),
}
QUOTES, QUOTE, PIECE = 8, 400, 600  # how many quotes a mail shows, and characters of a quote and of a piece of a diff


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
        subject=safe_header(f"{shown['word']}: {delivery.notice.release.title}"),
        text=templates.get_template("alert.txt.j2").render(shown),
        html=templates.get_template("alert.html.j2").render(shown),
        data=data,
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _shown(notice: Notice, data: dict[str, Any]) -> dict[str, Any]:
    """Return what the templates may show: cleaned, shortened, and links only where they are links."""
    release, assessment = notice.release, notice.assessment
    name, meaning = WORDS[notice.change.kind]
    heaviest = sorted(assessment.evidence, key=lambda one: -one.weight)[:QUOTES]
    return {
        "word": name,
        "meaning": meaning if notice.change.kind != ChangeKind.NEW or assessment.cooperation else "A new release.",
        "language": release.language,
        "title": shorten(_line(release.title), 500),
        "old_title": _old_title(notice),
        "link": web_link(release.url),
        "address": shorten(_line(release.url), 300),
        "portal": _line(release.portal),
        "department": _line(release.department or ""),
        "published": _time(release.published, release.precision),
        "detected": _time(notice.change.at, Precision.SECOND),
        "kind": _line(assessment.kind or "").replace("_", " "),
        "score": f"{assessment.score:.2f}",
        "reason": shorten(_line(assessment.reason), 500),
        "jurisdictions": [_line(one) for one in assessment.jurisdictions],
        "parties": [(_line(one["name"]), _line(one["jurisdiction"] or "")) for one in data["cooperation"]["parties"]],
        "quotes": [
            (shorten(_line(one.text), QUOTE), shorten(_line(one.why), 200))
            for one in sorted(heaviest, key=lambda one: one.start)
        ],
        "diff": [(one["op"], shorten(clean(one["text"]), PIECE)) for one in data["diff"] or ()],
        "version": notice.change.version,
    }


def _old_title(notice: Notice) -> str:
    before = notice.before.title if notice.before else notice.release.title
    return "" if before == notice.release.title else shorten(_line(before), 500)


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def _time(at: datetime | None, precision: Precision | None) -> str:
    """Return a time as people write it, with the offset it was told in: `21 November 2026, 16:30 (UTC+08:00)`."""
    if at is None:
        return "at a time the portal does not tell"
    day = f"{at.day} {at:%B %Y}"
    offset = f"{at:%z}"
    return day if precision == Precision.DAY else f"{day}, {at:%H:%M} (UTC{offset[:3]}:{offset[3:5]})"
