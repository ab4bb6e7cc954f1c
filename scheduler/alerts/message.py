"""Words a delivery for people and for programs. Pure: a delivery and its subscription in, a Message out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from scheduler.alerts import payload, watch
from scheduler.alerts.alert_words import alert
from scheduler.alerts.catalogue import Words, words
from scheduler.alerts.digest_body import digest as digest_body
from scheduler.alerts.digest_words import digest, subject
from scheduler.alerts.notice_words import notice
from scheduler.alerts.notice_words import plain as notice_body
from scheduler.alerts.plain import line, safe_header
from scheduler.config import Email, Service, Subscription
from storage.model import Delivery

if TYPE_CHECKING:
    from storage.ledger import Ledger

TEMPLATES = Path(__file__).with_name("templates")
TYPED = "font-family:Consolas,Menlo,Courier New,monospace;"


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery in all its forms. The same delivery always gives the same message, however often it is sent.

    Args:
        id: stable over every attempt; the receiver's handle for throwing repeats away.
        subject: one line, safe in a mail header.
        text: the mail's plain part.
        html: the mail's HTML part.
        data: the webhook's body as a value, valid by alert-1, digest-1 or notice-1.schema.json.
        language: of the words, as BCP 47 has it; quotes and titles keep their own.
        story: what it belongs together with in a mailbox; None where it stands alone.
        unsubscribe: the address that those write to who want no more; None for the sender's own.
    """

    id: str
    subject: str
    text: str
    html: str
    data: dict[str, Any]
    language: str = "en"
    story: str | None = None
    unsubscribe: str | None = None

    @property
    def body(self) -> bytes:
        """The webhook's body: compact JSON in UTF-8."""
        return payload.encode(self.data)


def word(
    delivery: Delivery,
    subscription: Subscription,
    *,
    email: Email | None = None,
    ledger: Ledger | None = None,
    zone: tzinfo | None = None,
) -> Message:
    """Return the message that keeps a promise to tell: of an alert, a digest or a notice.

    Args:
        delivery: what was promised; all that is "now" in the words is as of `delivery.moment`.
        subscription: whose language, time zone and name the words have.
        email: tells where to write to for no more mail.
        ledger: the checks as of the same time, told in short at the foot of alerts and whole in digests.
        zone: for times that no portal told, where the subscription has none; by default the service's own default.
    """
    said, what = words(subscription.language), delivery.what
    here = ZoneInfo(subscription.timezone) if subscription.timezone else zone or Service().zone
    unsubscribe = email.unsubscribe if email and not subscription.operator else None
    shown, data, headline, story = _told(delivery, subscription.language, said, ledger, here)
    source = delivery.told.release.source if delivery.notice else None
    shown |= {
        "say": said,
        "subject": headline,
        "foot": said(f"foot.{what}", subscription=subscription.name, id=delivery.message_id),
        "watch": watch.short(ledger, source, said, here) if ledger else "",
        "unsubscribe": said("foot.unsubscribe", address=unsubscribe, subscription=subscription.name)
        if unsubscribe
        else "",
    }
    return Message(
        id=delivery.message_id,
        subject=safe_header(headline),
        text=_render(f"{what}.txt.j2", shown),
        html=_render(f"{what}.html.j2", shown),
        data=data,
        language=said.language,
        story=story,
        unsubscribe=unsubscribe,
    )


def _told(
    delivery: Delivery, wish: str | None, said: Words, ledger: Ledger | None, zone: tzinfo
) -> tuple[dict[str, Any], dict[str, Any], str, str | None]:
    """Return what the templates show, the JSON body, the subject and the thread of a delivery."""
    if delivery.what == "digest":
        shown = digest(delivery, wish, said, ledger, zone)
        return shown, digest_body(delivery, wish, ledger), subject(delivery, wish, said), None
    if delivery.what == "notice":
        shown = notice(delivery, said, zone)
        thread = f"notice {delivery.body.get('kind')} {delivery.body.get('subject')}"
        return shown, notice_body(delivery, shown, said), _titled(shown["word"], shown["title"], said), thread
    data = payload.payload(delivery, ledger)
    shown = alert(delivery.told, wish, said, data["diff"])
    headline = _titled(shown["word"], shown["headline"] or shown["title"], said)
    return shown, data, headline, delivery.told.story_key or None


def _titled(word_: str, title: str, said: Words) -> str:
    return f"{word_}{said('colon')}{line(title, 500)}"


def warm() -> None:
    """Compile the templates, so that the first alert need not wait for it."""
    for name in ("alert.txt.j2", "foot.txt.j2", "alert.html.j2", "page.html.j2"):
        _templates().get_template(name)


def _render(name: str, shown: Mapping[str, Any]) -> str:
    return _templates().get_template(name).render(shown)


def _runs(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return rows with the same label as one row, where they stand next to each other."""
    return [(name, [value for _, value in same]) for name, same in groupby(pairs, key=itemgetter(0))]


def _commands(text: str) -> Markup:
    """Return a line as HTML in which what stands in backquotes looks like something to type."""
    return Markup(re.sub(r"`([^`<>]+)`", rf'<span style="{TYPED}">\1</span>', str(escape(text))))  # noqa: S704 - escaped


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {"runs": _runs, "commands": _commands}
    return made
