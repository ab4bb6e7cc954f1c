"""Asks everything a configuration names whether it would work: portals, the mail server, webhooks. Records nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduler.alerts.channels import Context, channel
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import word
from scheduler.config import Config, Subscription
from scheduler.courtesy import Courtesy
from scheduler.exchange import Exchange
from scheduler.glance import glance
from scheduler.robots import Robots
from scheduler.troubles import TroubleError
from scraper.agent import agent
from scraper.find import sources
from scraper.mirror import ask_address, host, own_addresses
from scraper.pages.document import Document, ParseError
from scraper.source import Source, listing_addresses
from storage.database import Database
from storage.model import Assessment, Change, ChangeKind, Delivery, Notice, Release


@dataclass(frozen=True, slots=True)
class Result:
    """What asking one of them brought: its name, whether it would work, and a line about it."""

    what: str
    ok: bool
    said: str

    def as_dict(self) -> dict[str, str | bool]:
        """Return the result as JSON shows it."""
        return asdict(self)


def probe(config: Config, *, send: bool) -> Iterator[Result]:
    """Ask each enabled source once (robots.txt and its listing), then each subscription's receiver.

    Args:
        config: without faults.
        send: send each webhook a signed test message instead of only connecting to it.
    """
    with tempfile.TemporaryDirectory() as folder, Database.open(Path(folder) / "probe.db") as db:
        exchange = Exchange(agent(config.service.contact))
        courtesy = Courtesy(config.politeness.delay)
        robots = Robots(db, exchange, courtesy, lambda: datetime.now(UTC))
        try:
            for name, source in sources().items():
                if config.sources[name].enabled:
                    yield _ask_source(source, config.sources[name].base, exchange, courtesy, robots)
        finally:
            exchange.close()
    for subscription in config.subscriptions:
        yield _ask_receiver(subscription, config, send=send)


def _ask_source(source: Source, base: str | None, exchange: Exchange, courtesy: Courtesy, robots: Robots) -> Result:
    now = datetime.now(UTC)
    address = listing_addresses(source.listing, now.astimezone(ZoneInfo("Asia/Hong_Kong")))[0]
    ask = ask_address(address, base)
    try:
        delay = robots.delay(ask)
        with courtesy.turn(host(ask), delay):
            sight = glance(exchange, ask, None, now)
        if sight.body is None:
            return Result(source.name, ok=True, said=f"{host(ask)} answers with a long listing")
        body = own_addresses(sight.body, base, source.portal)
        links = source.listing.links(Document(address, body, sight.content_type))
    except (TroubleError, ParseError) as error:
        return Result(source.name, ok=False, said=str(error))
    return Result(source.name, ok=True, said=f"{host(ask)} lists {len(links)} releases")


def _ask_receiver(subscription: Subscription, config: Config, *, send: bool) -> Result:
    what = f"{subscription.channel} {subscription.name}"
    serving = channel(subscription.channel)
    try:
        if send and subscription.channel == "webhook":
            message = word(_test_delivery(subscription.name, datetime.now(UTC)), subscription)
            return Result(what, ok=True, said=serving.deliver(message, subscription, Context(config), frozenset()))
        return Result(what, ok=True, said=serving.probe(subscription, config))
    except DeliveryError as error:
        return Result(what, ok=False, said=str(error))


def _test_delivery(subscription: str, now: datetime) -> Delivery:
    """Return a delivery that says of itself that it is a test; its id can never be a real one's."""
    release = Release(
        key="test/coopwatch-check",
        source="test",
        portal="coopwatch.invalid",
        url="https://coopwatch.invalid/test",
        language="en",
        title="A test of coopwatch: nothing has happened",
        text="This message was sent by coopwatch check --live --send, to see whether it arrives.",
        published=now,
    )
    change = Change(0, f"test{now:%Y%m%d%H%M%S%f}", ChangeKind.NEW, 0, None, 1, now)
    notice = Notice(change, release, Assessment(cooperation=False, score=0.0, detector="test"))
    return Delivery(0, f"msg_test{now:%Y%m%d%H%M%S%f}", subscription, notice, 1, now)
