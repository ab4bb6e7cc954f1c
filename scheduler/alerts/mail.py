"""A message as a mail: the headers and parts, as bytes. Pure. Not here: how it is sent (email.py)."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import Any, cast
from urllib.parse import quote

from scheduler.alerts.message import Message
from scheduler.alerts.plain import safe_header

LONGEST_ID = 900
"""Characters of a header that must stay on one line, of the 998 that a line may have (RFC 5322)."""


class _Whole(UnstructuredHeader):
    """A header that stays on one line where it is plain ASCII.

    Python would encode what is longer than 78 characters and has no blank, and begin an ASCII subject on a line of its
    own, which mail programs show with a blank before it.
    """

    name: str

    def fold(self, *, policy: EmailPolicy[Any]) -> str:
        if str(self).isascii():
            return f"{self.name}: {self}{policy.linesep}"
        return super().fold(policy=policy)  # type: ignore[misc,no-any-return]


def _policy() -> EmailPolicy[EmailMessage]:
    registry = HeaderRegistry()
    for name in ("subject", "in-reply-to", "references", "list-unsubscribe"):
        registry.map_to_type(name, cast("type[BaseHeader]", _Whole))
    return SMTP.clone(header_factory=registry)


POLICY = _policy()


def bare_address(sender: str) -> str:
    """Return the address in `Name <name@example.org>` or `name@example.org`, as the configuration has checked it."""
    named = re.fullmatch(r"[^<>]*<([^<>]+)>", sender)
    return named.group(1) if named else sender


def message_id(message: Message, sender: str, recipient: str) -> str:
    """Return the `Message-ID` of one recipient's copy: the same in every attempt, another for another recipient."""
    copy = hashlib.sha256(recipient.lower().encode()).hexdigest()[:8]
    return f"<{message.id}.{copy}@{_domain(sender)}>"


def mail(message: Message, sender: str, recipient: str, subscription: str, date: datetime) -> EmailMessage:
    """Return the mail for one recipient.

    Args:
        message: what to say.
        sender: `from` of the configuration, with or without a name.
        recipient: one bare address.
        subscription: its name, for `List-Id`: mail programs sort by it.
        date: of this attempt, aware.
    """
    address, domain = bare_address(sender), _domain(sender)
    name = safe_header(sender.removesuffix(f"<{address}>")) if address != sender else "coopwatch"
    made = EmailMessage(policy=POLICY)
    made["From"] = Address(display_name=name, addr_spec=address)
    made["To"] = Address(addr_spec=recipient)
    made["Subject"] = safe_header(message.subject)
    made["Date"] = format_datetime(date)
    made["Message-ID"] = message_id(message, sender, recipient)
    made["X-Alert-ID"] = message.id
    for root in _roots(message, sender, recipient):
        made["In-Reply-To"] = made["References"] = root
    for list_id in _list_ids(subscription, domain):
        made["List-Id"] = list_id
    for way_out in _ways_out(message.unsubscribe or address, subscription):
        made["List-Unsubscribe"] = way_out
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.text, cte="base64")
    made.add_alternative(message.html, subtype="html", cte="base64")
    made["Content-Language"] = message.language  # after the parts: setting those drops what begins with Content-
    return made


def _roots(message: Message, sender: str, recipient: str) -> list[str]:
    """Return what a mail replies to: one id for each story and recipient, or none where a mail stands alone.

    No mail ever has this id. Mail programs gather what refers to the same one, whichever comes first, so no mail needs
    to know which others were sent before.
    """
    if message.story is None:
        return []
    root = hashlib.sha256(f"{message.story}\n{recipient.lower()}".encode("utf-8", "replace")).hexdigest()[:24]
    return [form for form in (f"<story.{root}@{_domain(sender)}>",) if len(form) <= LONGEST_ID]


def _ways_out(address: str, subscription: str) -> list[str]:
    """Return the form of RFC 2369 that writes a mail; none where it does not fit on a line."""
    form = f"<mailto:{quote(address, safe='@')}?subject={quote(f'unsubscribe {subscription}')}>"
    return [form] if len(form) <= LONGEST_ID else []


def _list_ids(subscription: str, domain: str) -> list[str]:
    """Return one `List-Id`, or none under a very long domain.

    What does not fit on one line Python would encode, which no mail program reads.
    """
    short = hashlib.sha256(subscription.encode()).hexdigest()[:12]
    forms = (f"<{subscription.lower()}.coopwatch.{domain}>", f"<{short}.{domain}>")
    return [form for form in forms if len(form) <= 66][:1]


def _domain(sender: str) -> str:
    return bare_address(sender).rpartition("@")[2]
