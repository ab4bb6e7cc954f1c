"""What may stand in coopwatch.toml: one frozen value a table, each field with the reader of what is written there.

Subscriptions and their conditions stand in subscriptions.py. Not here: how the file is read (reading.py), what must
hold between tables (rules.py). Durations are seconds once read.
Plain dataclasses, not models of a validation library: the service keeps them, and the library would stay in its memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from email.utils import parseaddr
from types import MappingProxyType
from zoneinfo import ZoneInfo

from scheduler.config import times, values
from scheduler.config.subscriptions import Subscription
from scheduler.config.values import written

# Which port a mail server listens on, by how the connection is secured (RFC 6409, RFC 8314; 25 for a local relay).
MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
DAY = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`[service]`: the process itself and the child it starts for crawling.

    `contact` goes into the User-Agent; `gazetteer` is a file of the user's own names; `ping` is asked after each cycle
    (`ping_env` names a variable that holds it); `metrics`: `host:port` on loopback, for figures. `linger`: how long the
    child waits for more work, 0 for never. The child is recycled by `child_age` and `child_crawls`, and killed beyond
    `child_memory` (MiB), `child_cpu` or `child_wall`.
    """

    timezone: str = field(default="Asia/Hong_Kong", metadata=written(values.time_zone))
    contact: str | None = field(default=None, metadata=written(values.contact))
    database: str = field(default="coopwatch.db", metadata=written(values.text))
    gazetteer: str | None = field(default=None, metadata=written(values.text))
    ping: str | None = field(default=None, metadata=written(values.web_address))
    ping_env: str | None = field(default=None, metadata=written(values.variable))
    metrics: str | None = field(default=None, metadata=written(values.listening))
    linger: float = field(default=600.0, metadata=written(values.duration(0, 7 * DAY)))
    child_memory: int = field(default=600, metadata=written(values.whole(200, 16384)))
    child_cpu: float = field(default=300.0, metadata=written(values.duration(5, DAY)))
    child_wall: float = field(default=1800.0, metadata=written(values.duration(5, DAY)))
    child_age: float = field(default=21600.0, metadata=written(values.duration(1, 7 * DAY)))
    child_crawls: int = field(default=200, metadata=written(values.whole(1, 1_000_000)))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone for people."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    """`[politeness]`: `delay` between two requests to one host, `concurrency`: requests to one host at a time."""

    delay: float = field(default=2.0, metadata=written(values.duration(0, 300)))
    concurrency: int = field(default=1, metadata=written(values.whole(1, 16)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """`[sources.NAME]`: whether and how often to check; `base`: fetch from there instead of the portal."""

    enabled: bool = field(default=True, metadata=written(values.switch))
    every: float = field(default=900.0, metadata=written(values.duration(0.1, 7 * DAY)))
    base: str | None = field(default=None, metadata=written(values.base))


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """`[email]`: the mail server that takes our messages, and the address they come from.

    `port` is the usual one for the `security` where none is given; `unsubscribe` is where those who want no more mail
    write to, by default the address the mails come from.
    """

    host: str = field(metadata=written(values.host))
    from_: str = field(metadata=written(values.sender, key="from"))
    port: int = field(default=0, metadata=written(values.whole(1, 65535)))
    security: str = field(default="starttls", metadata=written(values.choice(*MAIL_PORTS)))
    user: str | None = field(default=None, metadata=written(values.text))
    password_env: str | None = field(default=None, metadata=written(values.variable))
    password_file: str | None = field(default=None, metadata=written(values.text))
    unsubscribe: str = field(default="", metadata=written(values.mail_address))

    def __post_init__(self) -> None:
        if not self.port:
            object.__setattr__(self, "port", MAIL_PORTS[self.security])
        if not self.unsubscribe:
            object.__setattr__(self, "unsubscribe", parseaddr(self.from_)[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """`[canary]`: the subscription that an invented item is told to every day, and when it is made."""

    subscription: str = field(metadata=written(values.name))
    at: time = field(default=time(7, 30), metadata=written(times.time_of_day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """`[alerts]`: what keeps alerts from flooding anyone, and silence from going unnoticed.

    Args:
        storm: more new items of one source than this in one run are held and asked about first.
        blind_after: seconds a source may fail until its subscribers are told.
        many: more alerts a day than this and a subscription needs `allow_many`.
        catch_up: a source that was blind for a day and finds more than this sends one digest instead of alerts.
    """

    storm: int = field(default=20, metadata=written(values.whole(1, 10_000)))
    blind_after: float = field(default=DAY, metadata=written(values.duration(3600, 30 * DAY)))
    many: int = field(default=30, metadata=written(values.whole(1, 10_000)))
    catch_up: int = field(default=5, metadata=written(values.whole(0, 10_000)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration. `sources` holds every built-in source, by name.

    `operators` are the targets of `[[operator]]` as subscriptions without conditions (`operator` is true).
    """

    service: Service = Service()
    politeness: Politeness = Politeness()
    sources: Mapping[str, SourceConfig] = field(default_factory=dict)
    email: Email | None = None
    subscriptions: tuple[Subscription, ...] = ()
    operators: tuple[Subscription, ...] = ()
    alerts: Alerts = Alerts()
    canary: Canary | None = None

    def __post_init__(self) -> None:
        # The values are frozen, a dict inside them would not be.
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))

    def subscription(self, name: str) -> Subscription | None:
        """Return the subscription or operator target of this name, or None."""
        return next((item for item in self.everyone if item.name == name), None)

    @property
    def everyone(self) -> tuple[Subscription, ...]:
        """All that deliveries can be for: subscriptions, then operator targets."""
        return (*self.subscriptions, *self.operators)

    def zone_of(self, subscription: Subscription) -> ZoneInfo:
        """Return the time zone that a subscription's digest, quiet hours and holidays are told in."""
        return ZoneInfo(subscription.timezone or self.service.timezone)
