"""What a configuration may say and hardly means: rules that can never fire, silence nobody would notice. Pure.

Each yields (path of the key, what is unlikely and why).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scheduler.config.canonical import parts
from scheduler.config.contradictions import contradictions, idle, overlap
from scheduler.config.model import Config
from scheduler.config.reach import Known, unreachable
from scheduler.config.rules import Finding, has_loopback_base
from scheduler.config.subscription_rules import advice
from scheduler.config.subscriptions import Conditions, Subscription


def unlikely(config: Config, known: Mapping[str, Known]) -> Iterator[Finding]:
    """Yield what is allowed and probably not meant.

    Args:
        config: a configuration without faults.
        known: the built-in sources, by name.
    """
    enabled = [name for name, source in config.sources.items() if source.enabled]
    if not enabled:
        yield ("sources",), "no source is enabled: nothing will be watched"
    if not config.subscriptions:
        yield ("subscriptions",), "there is no subscription: releases are kept, nobody is told"
    if config.service.contact is None and any(not has_loopback_base(config.sources[name]) for name in enabled):
        yield ("service", "contact"), "is missing; portals like to know whom to write to"
    yield from _operator(config)
    yield from _canary(config)
    for place, subscription in enumerate(config.subscriptions):
        at = ("subscriptions", place)
        yield from (((*at, *path), what) for path, what in _when(subscription))
        yield from (((*at, "where", *path), what) for path, what in _where(subscription, enabled, known))


def _where(subscription: Subscription, enabled: Sequence[str], known: Mapping[str, Known]) -> Iterator[Finding]:
    where = subscription.where
    found = [*contradictions(where), *(_sources(subscription, enabled, known) if enabled else ())]
    yield from found
    yield from idle(where)
    yield from unreachable(where, enabled, known, found)


def _operator(config: Config) -> Iterator[Finding]:
    if not config.subscriptions:
        return
    if not config.operators:
        yield ("operator",), "is missing: nobody is told when coopwatch itself is blind or cannot deliver"
    elif {one.channel for one in config.operators} == {"email"} and any(
        one.channel == "email" for one in config.subscriptions
    ):
        yield (
            ("operator", 0, "channel"),
            "needs the same mail server as subscriptions: nobody is told when it fails; add one of another channel",
        )


def _canary(config: Config) -> Iterator[Finding]:
    one = config.subscription(config.canary.subscription) if config.canary else None
    if config.canary is None or one is None:
        return
    at, quiet = config.canary.at, one.quiet
    if quiet and (quiet.start <= at < quiet.end if quiet.start < quiet.end else at >= quiet.start or at < quiet.end):
        yield ("canary", "at"), f"lies in the quiet hours of {one.name}: it would be missed every day"
    if one.weekends or one.holidays:
        yield ("canary", "subscription"), f"{one.name} rests on some days: the canary is missed on them"


def _when(subscription: Subscription) -> Iterator[Finding]:
    rests = subscription.quiet or subscription.weekends or subscription.holidays
    if subscription.timezone and not (subscription.digest or rests):
        yield ("timezone",), "does nothing: there is no digest, no quiet hours and no holidays it is for"
    if subscription.channel == "feed" and rests:
        yield (
            ("quiet" if subscription.quiet else "weekends" if subscription.weekends else "holidays",),
            ("holds back a file that wakes nobody; take it out"),
        )


def _sources(subscription: Subscription, enabled: Sequence[str], known: Mapping[str, Known]) -> Iterator[Finding]:
    """Yield conditions that no enabled source can fulfil; of several, the first in the order of the keys."""
    where = subscription.where
    for path, part in parts(where):
        if path and path[0] == "none":
            continue
        end = "it is never told" if not path or path[0] == "all" else "this part never holds"
        whole = (part,) if part is where else (where, part)
        for key, what in _unreached(whole, enabled, known):
            yield (*path, key), f"{what} ({end})" if what.endswith("?") else f"{what}: {end}"
            break


def _unreached(
    whole: Sequence[Conditions], enabled: Sequence[str], known: Mapping[str, Known]
) -> Iterator[tuple[str, str]]:
    part = whole[-1]
    reading = [name for name in enabled if all(not one.sources or name in one.sources for one in whole)]
    if part.sources and not reading:
        yield "sources", "none of these sources is enabled"
    hosts = {known[name].portal.casefold() for name in reading if name in known}
    if part.portals and reading and not hosts & {one.casefold() for one in part.portals}:
        every = sorted({one.portal for one in known.values()})
        unknown = [one for one in part.portals if one.casefold() not in {host.casefold() for host in every}]
        yield "portals", advice(unknown[0], every) if unknown else "no enabled source reads it"
    said = sorted({known[name].language for name in reading if name in known})
    if part.languages and reading and not overlap(part.languages, said):
        yield "languages", f"its sources are in {', '.join(said) or 'no known language'} only"
