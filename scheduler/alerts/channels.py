"""The channels, found by their name. What each must offer stands in `Channel`; nothing here sends."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

from scheduler.alerts.message import Message
from scheduler.config import Config, Subscription
from storage.database import Database

# Where the module of a channel is not called as the channel is: `apprise` would hide the library of that name.
MODULES = {"apprise": "chat"}


@dataclass(frozen=True, slots=True)
class Context:
    """What a channel may need besides the message: the configuration, and the database to read (feeds)."""

    config: Config
    db: Database | None = None


class Channel(Protocol):
    """What a module `scheduler/alerts/NAME.py` offers to be the channel NAME of a subscription."""

    DEADLINE: float

    def wait(self, attempts: int, luck: float, retry_after: float | None) -> float | None:
        """Return the seconds until the next attempt after `attempts` failed ones, or None to give up."""

    def destination(self, subscription: Subscription, config: Config) -> str:
        """Return the name of whoever takes the message; each destination gets one message at a time."""

    def deliver(self, message: Message, subscription: Subscription, context: Context, accepted: frozenset[str]) -> str:
        """Send once and return a line about how it went, or raise DeliveryError; reads secrets itself."""

    def probe(self, subscription: Subscription, config: Config) -> str:
        """Find out, without sending anything, whether a delivery would succeed; raise DeliveryError if not."""


def channel(name: str) -> Channel:
    """Return the channel of a name that the configuration has checked (`Subscription.channel`)."""
    return cast("Channel", import_module(f"scheduler.alerts.{MODULES.get(name, name)}"))
