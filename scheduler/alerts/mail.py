"""A message as a mail: the headers and parts, as bytes. Pure. Not here: how it is sent (email.py)."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from scheduler.alerts.message import Message
from scheduler.alerts.plain import safe_header


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
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(display_name=name, addr_spec=address)
    made["To"] = Address(addr_spec=recipient)
    made["Subject"] = safe_header(message.subject)
    made["Date"] = format_datetime(date)
    made["Message-ID"] = message_id(message, sender, recipient)
    made["X-Alert-ID"] = message.id
    for list_id in _list_ids(subscription, domain):
        made["List-Id"] = list_id
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.text, cte="base64")
    made.add_alternative(message.html, subtype="html", cte="base64")
    return made


def _list_ids(subscription: str, domain: str) -> list[str]:
    """Return one `List-Id`, or none under a very long domain.

    What does not fit on one line Python would encode, which no mail program reads.
    """
    short = hashlib.sha256(subscription.encode()).hexdigest()[:12]
    forms = (f"<{subscription.lower()}.coopwatch.{domain}>", f"<{short}.{domain}>")
    return [form for form in forms if len(form) <= 66][:1]


def _domain(sender: str) -> str:
    return bare_address(sender).rpartition("@")[2]
