"""What must hold in subscriptions and operator targets, each by itself and between them. Pure.

Not here: the names they ask for (canonical.py), conditions that contradict each other (contradictions.py).
Each rule takes what could be read of the file and yields (path of the key, what is wrong and what to do).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from scheduler.alerts.guard import is_strange
from scheduler.config.canonical import parts
from scheduler.config.model import Canary
from scheduler.config.rules import Finding, is_loopback
from scheduler.config.subscriptions import DIGEST, Conditions, Subscription
from scheduler.config.toml_lines import Path

# `zh` takes in both scripts.
LANGUAGES = ("en", "zh", "zh-Hant", "zh-Hans", "pt")
# The kinds of co-operation that the detector tells (scraper/cooperation/kinds.py; a test compares).
KINDS = (
    "agreement",
    "conference",
    "emergency",
    "exchange",
    "legislation",
    "meeting",
    "other",
    "service",
    "training",
    "visit",
)
# What each channel needs, and what that is; which channels each key is for.
NEEDED = {
    "webhook": ("url", "the address that takes the webhook"),
    "email": ("to", "the address, or a list of addresses, that the mail goes to"),
    "apprise": ("url_env", "the environment variable that holds the Apprise addresses"),
    "command": ("command", 'the program and its arguments: ["/usr/local/bin/tell", "--quiet"]'),
    "feed": ("folder", "where the files of the feed are written"),
}
CHANNELS_OF = {
    "url": ("webhook",),
    "to": ("email",),
    "secret_env": ("webhook",),
    "secret_file": ("webhook",),
    "allow_private": ("webhook",),
    "url_env": ("apprise",),
    "command": ("command",),
    "timeout": ("command", "apprise"),
    "folder": ("feed",),
}
Placed = Sequence[tuple[int, Subscription]]


def subscription_faults(subscriptions: Placed, known_sources: Sequence[str], has_email: bool) -> Iterator[Finding]:
    """Check each subscription, and their names against each other.

    Args:
        subscriptions: with their places in the file, counted from 0.
        known_sources: names of the built-in sources.
        has_email: whether the file has a table `[email]`, be it faulty.
    """
    seen: dict[str, int] = {}
    for place, subscription in subscriptions:
        at: Path = ("subscriptions", place)
        if subscription.name in seen:
            first = seen[subscription.name] + 1
            yield (*at, "name"), f'"{subscription.name}" is already the name of subscription {first}; choose another'
        seen.setdefault(subscription.name, place)
        yield from ((at + path, what) for path, what in _target_faults(subscription, has_email))
        yield from ((at + path, what) for path, what in _mode_faults(subscription))
        for path, part in parts(subscription.where):
            inside = (*at, "where", *path)
            yield from ((inside + key, what) for key, what in _condition_faults(part, known_sources))
            if path:
                yield from ((inside + key, what) for key, what in _part_faults(part, str(path[0])))


def operator_faults(operators: Placed, subscriptions: Placed, has_email: bool) -> Iterator[Finding]:
    """Check the operator's targets, and their names against those of subscriptions."""
    taken = {subscription.name: "a subscription" for _, subscription in subscriptions}
    for place, target in operators:
        at: Path = ("operator", place)
        if target.name in taken:
            yield (*at, "name"), f'"{target.name}" is already the name of {taken[target.name]}; choose another'
        taken.setdefault(target.name, "another target")
        yield from ((at + path, what) for path, what in _target_faults(target, has_email))


def canary_faults(canary: Canary, subscriptions: Placed) -> Iterator[Finding]:
    """Check that the canary's subscription is there and tells at once."""
    found = next((one for _, one in subscriptions if one.name == canary.subscription), None)
    if found is None:
        yield ("canary", "subscription"), advice(canary.subscription, [one.name for _, one in subscriptions])
    elif found.gathered:
        yield ("canary", "subscription"), "gathers digests; the canary needs a subscription that tells at once"


def advice(value: str, known: Sequence[str]) -> str:
    """Return what to say of a name that is not among the known ones."""
    near = difflib.get_close_matches(value, known, n=1)
    if near:
        return f'"{value}" is unknown; did you mean "{near[0]}"?'
    if not known:
        return f'"{value}" is unknown; there are none'
    return f'"{value}" is unknown; known are{", among others" * (len(known) > 8)}: {", ".join(known[:8])}'


def _target_faults(target: Subscription, has_email: bool) -> Iterator[Finding]:
    """Check where something is sent to: what its channel needs is there, and nothing of another one's."""
    channel = target.channel
    key, what = NEEDED[channel]
    if not getattr(target, key):
        yield (key,), f"is needed: {what}"
    for key, owners in CHANNELS_OF.items():
        if channel not in owners and getattr(target, key) is not None:
            yield (key,), f"is for channel {' or '.join(owners)}; take it out"
    if channel == "email" and not has_email:
        yield ("channel",), "email needs a table [email] with host, security and from"
    if channel == "webhook":
        yield from _webhook_faults(target)


def _webhook_faults(target: Subscription) -> Iterator[Finding]:
    if target.url and urlsplit(target.url).scheme != "https" and not is_loopback(urlsplit(target.url).hostname):
        yield ("url",), "must be https; http is for a receiver on this machine only"
    elif target.url and not target.allow_private and is_strange(urlsplit(target.url).hostname or ""):
        yield ("url",), "is no public address, so nothing is ever sent there; set allow_private if the network is yours"
    if target.secret_env and target.secret_file:
        yield ("secret_file",), "is given as well as secret_env; keep one of them"
    if not target.secret_env and not target.secret_file:
        yield ("secret_env",), "a webhook is signed: name its secret with secret_env or secret_file"


def _mode_faults(subscription: Subscription) -> Iterator[Finding]:
    """Check when a subscription sends."""
    if subscription.gathered and subscription.digest is None:
        yield ("digest",), 'is needed for mode "digest": when it is due, like daily 08:00 or weekly Monday'
    if subscription.digest and subscription.mode != DIGEST:
        yield ("mode",), f'"{subscription.mode}" needs no digest; take one of them out'
    if subscription.proof and not subscription.gathered:
        yield ("proof",), "is for digests: it sends one when there is nothing to tell; give digest too"
    if subscription.wait and not subscription.language:
        yield ("wait",), "is how long the edition in your language is waited for; give language too"


def _condition_faults(part: Conditions, known_sources: Sequence[str]) -> Iterator[Finding]:
    """Check names that are few: exactly as written for sources, in any case for the others."""
    for key, values, known in (
        ("sources", part.sources, known_sources),
        ("languages", [value.casefold() for value in part.languages], LANGUAGES),
        ("kinds", part.kinds, KINDS),
    ):
        names = {name.casefold() for name in known} if key == "languages" else set(known)
        strangers = [place for place, value in enumerate(values) if value not in names]
        if strangers:
            yield (key,), advice(getattr(part, key)[strangers[0]], known)


def _part_faults(part: Conditions, key: str) -> Iterator[Finding]:
    """Check what only the parts of `all`, `any` and `none` can have wrong."""
    if not part.given():
        yield (), "is empty: it always holds; say what it asks for, or take it out"
    if key == "none" and part.min_grade is not None:
        yield ("min_grade",), "in `none` would keep out all that is new too; give a higher min_grade outside instead"
