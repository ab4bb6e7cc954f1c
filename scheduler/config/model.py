"""What may stand in coopwatch.toml: one frozen model a table. Unknown keys are refused.

Not here: what must hold between tables (rules.py). Durations are seconds once read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from scheduler.config.durations import seconds_of

# Which port a mail server listens on, by how the connection is secured (RFC 6409, RFC 8314; 25 for a local relay).
MAIL_PORTS = {"starttls": 587, "tls": 465, "none": 25}
# One address, as plain as an address can be: quoting and comments are legal in RFC 5322 and dangerous in practice.
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_NAMED_ADDRESS = re.compile(r"[^<>@,;:\"()\[\]\\\x00-\x1f\x7f]{0,80}<([^<>]+)>")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def _mail_address(value: str) -> str:
    if not _MAIL_ADDRESS.fullmatch(value):
        raise ValueError("is no mail address; write it like name@example.org")
    return value


def _sender(value: str) -> str:
    named = _NAMED_ADDRESS.fullmatch(value)
    _mail_address(named.group(1) if named else value)
    return value


def _name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("is no name; use letters, digits, . _ and -, at most 64, and begin with a letter or digit")
    return value


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError("names an environment variable: letters, digits and _; the secret itself does not stand here")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError("is no time zone; write it like Asia/Hong_Kong or UTC") from None
    return value


def _contact(value: str) -> str:
    if not re.fullmatch(r"(?:mailto:[^\s@()]+@[^\s@()]+|https?://[^\s()]+)", value) or not value.isascii():
        raise ValueError("is no contact; write mailto:name@example.org or https://example.org/about")
    return value


def _base(value: str) -> str:
    if not is_web_address(value) or urlsplit(value).query or urlsplit(value).fragment:
        raise ValueError("is no address to fetch from; write it like http://127.0.0.1:8000")
    return value.rstrip("/")


def _web_address(value: str) -> str:
    if not is_web_address(value):
        raise ValueError("is no web address; write it like https://example.org/hook, without user or password in it")
    return value


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


def is_web_address(value: str) -> bool:
    """Return whether `value` is an http(s) address with a host, without user, password, spaces or backslashes."""
    if not re.fullmatch(r"[!-\[\]-~]{1,2000}", value):
        return False
    try:
        parts = urlsplit(value)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and parts.username is None
            and parts.password is None
        )
    except ValueError:
        return False


Duration = Annotated[float, BeforeValidator(seconds_of)]
Words = Annotated[tuple[str, ...], BeforeValidator(_several)]
MailAddresses = Annotated[tuple[Annotated[str, AfterValidator(_mail_address)], ...], BeforeValidator(_several)]
Name = Annotated[str, AfterValidator(_name)]
Variable = Annotated[str, AfterValidator(_variable)]


class Strict(BaseModel):
    """A table of the file: frozen, and without keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Service(Strict):
    """`[service]`: the process itself and the child it starts for crawling.

    `contact` goes into the User-Agent. `linger`: how long the child waits for more work, 0 for never. The child is
    recycled by `child_age` and `child_crawls`, and killed beyond `child_memory` (MiB), `child_cpu` or `child_wall`.
    """

    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Hong_Kong"
    contact: Annotated[str, AfterValidator(_contact)] | None = None
    database: Annotated[str, Field(min_length=1)] = "coopwatch.db"
    linger: Duration = 600.0
    child_memory: Annotated[int, Field(ge=200, le=16384)] = 600
    child_cpu: Annotated[Duration, Field(ge=5)] = 300.0
    child_wall: Annotated[Duration, Field(ge=5)] = 1800.0
    child_age: Annotated[Duration, Field(gt=0)] = 21600.0
    child_crawls: Annotated[int, Field(ge=1)] = 200

    @property
    def zone(self) -> ZoneInfo:
        """The time zone for people."""
        return ZoneInfo(self.timezone)


class Politeness(Strict):
    """`[politeness]`: `delay` between two requests to one host, `concurrency`: requests to one host at a time."""

    delay: Annotated[Duration, Field(le=300)] = 2.0
    concurrency: Annotated[int, Field(ge=1, le=16)] = 1


class SourceConfig(Strict):
    """`[sources.NAME]`: whether and how often to check; `base`: fetch from there instead of the portal."""

    enabled: bool = True
    every: Annotated[Duration, Field(gt=0, le=86400 * 7)] = 900.0
    base: Annotated[str, AfterValidator(_base)] | None = None


class Email(Strict):
    """`[email]`: the mail server that takes our messages, and the address they come from."""

    host: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:-]+$")]
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Annotated[str, Field(min_length=1)] | None = None
    password_env: Variable | None = None
    password_file: Annotated[str, Field(min_length=1)] | None = None
    from_: Annotated[str, AfterValidator(_sender), Field(alias="from")]

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and "port" not in raw:
            security = raw.get("security", "starttls")
            return {**raw, "port": MAIL_PORTS.get(security if isinstance(security, str) else "", 587)}
        return raw


class Where(Strict):
    """`where` of a subscription: every condition given must hold; an empty one always does.

    `min_score` replaces the detector's own bar; any one of `words` in title or text is enough.
    """

    sources: Words = ()
    languages: Words = ()
    jurisdictions: Words = ()
    min_score: Annotated[float, Field(ge=0, le=1)] | None = None
    words: Words = ()


class Subscription(Strict):
    """`[[subscriptions]]`: who wants what, by which channel."""

    name: Name
    channel: Literal["webhook", "email"]
    url: Annotated[str, AfterValidator(_web_address)] | None = None
    to: MailAddresses | None = None
    secret_env: Variable | None = None
    secret_file: Annotated[str, Field(min_length=1)] | None = None
    allow_private: bool | None = None
    where: Where = Where()


class Config(Strict):
    """The whole configuration. `sources` holds every built-in source, by name."""

    service: Service = Service()
    politeness: Politeness = Politeness()
    sources: Mapping[str, SourceConfig] = MappingProxyType({})
    email: Email | None = None
    subscriptions: tuple[Subscription, ...] = ()

    @model_validator(mode="after")
    def _freeze(self) -> Self:
        # The models are frozen, a dict inside them would not be.
        object.__setattr__(self, "sources", MappingProxyType(dict(self.sources)))
        return self

    def subscription(self, name: str) -> Subscription | None:
        """Return the subscription of this name, or None."""
        return next((item for item in self.subscriptions if item.name == name), None)
