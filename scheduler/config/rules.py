"""What must hold for sources, politeness and mail. Pure; subscriptions: subscription_rules.py.

Each rule takes what could be read of the file and yields (path of the key, what is wrong and what to do).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from scheduler.config.durations import in_words
from scheduler.config.model import Email, Politeness, Service, SourceConfig
from scheduler.config.own import OwnConfig
from scheduler.config.toml_lines import Path

Finding = tuple[Path, str]

# The least time between two checks of a real portal, in seconds: its feeds are rebuilt about once a minute.
LEAST_EVERY = 60.0
# The least delay between two requests to a host that is not ours, in seconds.
LEAST_DELAY = 1.0


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
    asked = source.base or (source.url if isinstance(source, OwnConfig) else None)
    return asked is not None and is_loopback(urlsplit(asked).hostname)


def service_faults(service: Service) -> Iterator[Finding]:
    """Check that one thing is said once."""
    if service.ping and service.ping_env:
        yield ("service", "ping_env"), "is given as well as ping; keep one of them"


def source_faults(sources: Mapping[str, SourceConfig], blocked: Mapping[str, str]) -> Iterator[Finding]:
    """Check how often portals are asked, and that none is that cannot be; `blocked` says why, by name."""
    for name, source in sources.items():
        if source.enabled and name in blocked:
            yield ("sources", name, "enabled"), f"must be false: it cannot be watched from here, {blocked[name]}"
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
