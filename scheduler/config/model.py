"""What may stand in coopwatch.toml: one frozen value a table, each field with the reader of what is written there.

Not here: how the file is read (reading.py), what must hold between tables (rules.py). Durations are seconds once read.
Plain dataclasses, not models of a validation library: the service keeps them, and the library would stay in its memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.config import values
from scheduler.config.values import Reader
from storage.model import ChangeKind

# Which port a mail server listens on, by how the connection is secured (RFC 6409, RFC 8314; 25 for a local relay).
MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
DAY = 86400.0
# The kinds of change that can be told, and those that are where a subscription does not say; figures must be asked for.
CHANGES = tuple(kind.value for kind in ChangeKind)
DEFAULT_CHANGES = tuple(kind for kind in CHANGES if kind != ChangeKind.FIGURE)


def written(reader: Reader, key: str = "") -> dict[str, Any]:
    """Return the metadata of a field: who reads it, and under which key it stands where that is not its name."""
    return {"reader": reader, "key": key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`[service]`: the process itself and the child it starts for crawling.

    `contact` goes into the User-Agent; `gazetteer` is a file of the user's own names. `linger`: how long the child
    waits for more work, 0 for never. The child is recycled by `child_age` and `child_crawls`, and killed beyond
    `child_memory` (MiB), `child_cpu` or `child_wall`.
    """

    timezone: str = field(default="Asia/Hong_Kong", metadata=written(values.time_zone))
    contact: str | None = field(default=None, metadata=written(values.contact))
    database: str = field(default="coopwatch.db", metadata=written(values.text))
    gazetteer: str | None = field(default=None, metadata=written(values.text))
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

    `port` is the usual one for the `security` where none is given.
    """

    host: str = field(metadata=written(values.host))
    from_: str = field(metadata=written(values.sender, key="from"))
    port: int = field(default=0, metadata=written(values.whole(1, 65535)))
    security: str = field(default="starttls", metadata=written(values.choice(*MAIL_PORTS)))
    user: str | None = field(default=None, metadata=written(values.text))
    password_env: str | None = field(default=None, metadata=written(values.variable))
    password_file: str | None = field(default=None, metadata=written(values.text))

    def __post_init__(self) -> None:
        if not self.port:
            object.__setattr__(self, "port", MAIL_PORTS[self.security])


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """`where` of a subscription: every condition given must hold; an empty one always does.

    `min_score` replaces the detector's own bar; any one of `words` in title or text is enough. `changes`: the kinds of
    change to be told; where none is given, those of releases themselves (`DEFAULT_CHANGES`).
    """

    sources: tuple[str, ...] = field(default=(), metadata=written(values.several(values.text)))
    languages: tuple[str, ...] = field(default=(), metadata=written(values.several(values.text)))
    jurisdictions: tuple[str, ...] = field(default=(), metadata=written(values.several(values.text)))
    min_score: float | None = field(default=None, metadata=written(values.number(0, 1)))
    words: tuple[str, ...] = field(default=(), metadata=written(values.several(values.text)))
    changes: tuple[str, ...] = field(default=(), metadata=written(values.several(values.choice(*CHANGES))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`[[subscriptions]]`: who wants what, by which channel."""

    name: str = field(metadata=written(values.name))
    channel: str = field(metadata=written(values.choice("webhook", "email")))
    url: str | None = field(default=None, metadata=written(values.web_address))
    to: tuple[str, ...] | None = field(default=None, metadata=written(values.several(values.mail_address)))
    secret_env: str | None = field(default=None, metadata=written(values.variable))
    secret_file: str | None = field(default=None, metadata=written(values.text))
    allow_private: bool | None = field(default=None, metadata=written(values.switch))
    where: Where = field(default=Where(), metadata={"table": Where})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The whole configuration. `sources` holds every built-in source, by name."""

    service: Service = Service()
    politeness: Politeness = Politeness()
    sources: Mapping[str, SourceConfig] = field(default_factory=dict)
    email: Email | None = None
    subscriptions: tuple[Subscription, ...] = ()

    def __post_init__(self) -> None:
        # The values are frozen, a dict inside them would not be.
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))

    def subscription(self, name: str) -> Subscription | None:
        """Return the subscription of this name, or None."""
        return next((item for item in self.subscriptions if item.name == name), None)
