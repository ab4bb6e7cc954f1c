"""Whom a subscription reaches, as marks that can be compared and kept without keeping an address. Pure."""

from __future__ import annotations

import hashlib

from scheduler.config.subscriptions import Subscription


def people(subscription: Subscription) -> frozenset[str]:
    """Return the marks of all that a subscription reaches: one mark is one mailbox, receiver, program or file."""
    return frozenset(person(subscription.channel, address) for address in addresses(subscription))


def person(channel: str, address: str) -> str:
    """Return the mark of one address of a channel; mail addresses are one whatever their case."""
    said = f"{channel}:{address.casefold() if channel == 'email' else address}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def addresses(subscription: Subscription) -> tuple[str, ...]:
    """Return where a subscription's messages go: mail addresses, else one.

    Of Apprise it is the name of the environment variable, since its addresses are secrets; of a command its words; of
    a feed its own files in the folder.
    """
    if subscription.channel == "email":
        return subscription.to or ()
    one = {
        "webhook": subscription.url,
        "apprise": subscription.url_env,
        "command": "\0".join(subscription.command or ()),
        "feed": f"{subscription.folder}/{subscription.name}",
    }[subscription.channel]
    return (one,) if one else ()
