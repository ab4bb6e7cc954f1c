"""What must hold between the parts of a configuration, and what is merely unlikely to be meant. Pure.

Each rule takes what could be read of the file and yields (path of the key, what is wrong and what to do).
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from scheduler.config.durations import in_words
from scheduler.config.model import Config, Email, Politeness, SourceConfig
from scheduler.config.subscriptions import Subscription
from scheduler.config.toml_lines import Path

Finding = tuple[Path, str]

# The least time between two checks of a real portal, in seconds: its feeds are rebuilt about once a minute.
LEAST_EVERY = 60.0
# The least delay between two requests to a host that is not ours, in seconds.
LEAST_DELAY = 1.0
# `zh` takes in both scripts.
LANGUAGES = ("en", "zh", "zh-Hant", "zh-Hans", "pt")


def is_loopback(host: str | None) -> bool:
    """Return whether a host name or address can only mean this machine."""
    if not host:
        return False
    if host.casefold().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def has_loopback_base(source: SourceConfig) -> bool:
    """Return whether a source is fetched from this machine instead of its portal."""
    return source.base is not None and is_loopback(urlsplit(source.base).hostname)


def source_faults(sources: Mapping[str, SourceConfig]) -> Iterator[Finding]:
    """Check how often portals are asked."""
    for name, source in sources.items():
        if source.every < LEAST_EVERY and not has_loopback_base(source):
            yield (
                ("sources", name, "every"),
                f"{in_words(source.every)} is too often for a portal; use {in_words(LEAST_EVERY)} or more",
            )


def politeness_faults(politeness: Politeness, sources: Mapping[str, SourceConfig]) -> Iterator[Finding]:
    """Check that only servers on this machine are asked without a pause."""
    strangers = [name for name, source in sources.items() if source.enabled and not has_loopback_base(source)]
    if not strangers:
        return
    why = (
        f"while {', '.join(strangers)} {'is' if len(strangers) == 1 else 'are'} fetched from a real portal;"
        " or give every enabled source a base on this machine"
    )
    if politeness.delay < LEAST_DELAY:
        yield (
            ("politeness", "delay"),
            f"{in_words(politeness.delay)} is too short; use {in_words(LEAST_DELAY)} or more {why}",
        )
    if politeness.concurrency > 1:
        yield ("politeness", "concurrency"), f"{politeness.concurrency} is too many; ask one at a time {why}"


def email_faults(email: Email) -> Iterator[Finding]:
    """Check that nothing secret crosses a network in the clear."""
    if email.security == "none" and not is_loopback(email.host):
        yield ("email", "security"), '"none" is for a mail server on this machine only; use "starttls" or "tls"'
    if email.password_env and email.password_file:
        yield ("email", "password_file"), "is given as well as password_env; keep one of them"
    named = email.password_env or email.password_file
    if email.user and not named:
        yield ("email", "user"), "needs a password; name it with password_env or password_file"
    if named and not email.user:
        yield ("email", "password_env" if email.password_env else "password_file"), "needs user"


def subscription_faults(
    subscriptions: Sequence[tuple[int, Subscription]],
    known_sources: Sequence[str],
    known_jurisdictions: Sequence[str],
    has_email: bool,
) -> Iterator[Finding]:
    """Check each subscription, and their names against each other.

    Args:
        subscriptions: with their places in the file, counted from 0.
        known_sources: names of the built-in sources.
        known_jurisdictions: names of jurisdictions and places as the detector gives them.
        has_email: whether the file has a table `[email]`, be it faulty.
    """
    seen: dict[str, int] = {}
    for place, subscription in subscriptions:
        at: Path = ("subscriptions", place)
        if subscription.name in seen:
            first = seen[subscription.name] + 1
            yield (*at, "name"), f'"{subscription.name}" is already the name of subscription {first}; choose another'
        seen.setdefault(subscription.name, place)
        faults = {"webhook": _webhook_faults, "email": _mail_faults}.get(subscription.channel)
        if faults:
            yield from ((at + path, what) for path, what in faults(subscription))
        if subscription.channel == "email" and not has_email:
            yield (*at, "channel"), "email needs a table [email] with host, security and from"
        where = subscription.where
        for key, values, known in (
            ("sources", where.sources, known_sources),
            ("languages", where.languages, LANGUAGES),
            ("jurisdictions", where.jurisdictions, known_jurisdictions),
        ):
            exact = key == "sources"
            names = {name if exact else name.casefold() for name in known}
            strangers = [value for value in values if (value if exact else value.casefold()) not in names]
            if strangers:
                yield (*at, "where", key), _advice(strangers[0], known)


def _advice(value: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(value, known, n=1)
    advice = f'did you mean "{near[0]}"?' if near else f"known are, among others: {', '.join(known[:8])}"
    return f'"{value}" is unknown; {advice}'


def _webhook_faults(subscription: Subscription) -> Iterator[Finding]:
    if subscription.url is None:
        yield ("url",), "is needed: the address that takes the webhook"
    elif urlsplit(subscription.url).scheme != "https" and not is_loopback(urlsplit(subscription.url).hostname):
        yield ("url",), "must be https; http is for a receiver on this machine only"
    if subscription.to is not None:
        yield ("to",), "is for channel email; a webhook has a url"
    if subscription.secret_env and subscription.secret_file:
        yield ("secret_file",), "is given as well as secret_env; keep one of them"
    if not subscription.secret_env and not subscription.secret_file:
        yield ("secret_env",), "a webhook is signed: name its secret with secret_env or secret_file"


def _mail_faults(subscription: Subscription) -> Iterator[Finding]:
    if not subscription.to:
        yield ("to",), "is needed: the address, or a list of addresses, that the mail goes to"
    for key in ("url", "secret_env", "secret_file", "allow_private"):
        if getattr(subscription, key) is not None:
            yield (key,), "is for channel webhook; take it out"


def unlikely(config: Config, languages: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is allowed and probably not meant.

    Args:
        config: a configuration without faults.
        languages: the language of each built-in source, by its name.
    """
    enabled = [name for name, source in config.sources.items() if source.enabled]
    if not enabled:
        yield ("sources",), "no source is enabled: nothing will be watched"
    if not config.subscriptions:
        yield ("subscriptions",), "there is no subscription: releases are kept, nobody is told"
    if config.service.contact is None and any(not has_loopback_base(config.sources[name]) for name in enabled):
        yield ("service", "contact"), "is missing; portals like to know whom to write to"
    for place, subscription in enumerate(config.subscriptions):
        where = subscription.where
        possible = [name for name in enabled if not where.sources or name in where.sources]
        if enabled and not possible:
            yield ("subscriptions", place, "where", "sources"), "none of these sources is enabled: it is never told"
        elif where.languages and not any(_speaks(languages.get(name, ""), where.languages) for name in possible):
            said = ", ".join(sorted({languages[name] for name in possible if name in languages}))
            yield (
                ("subscriptions", place, "where", "languages"),
                f"its sources are in {said or 'no known language'} only: it is never told",
            )


def _speaks(language: str, wanted: Sequence[str]) -> bool:
    """Return whether a language falls under any of the wanted ones: `zh-Hant` under `zh`."""
    tag = language.casefold()
    return any(tag == one.casefold() or tag.startswith(f"{one.casefold()}-") for one in wanted)
