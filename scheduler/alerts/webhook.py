"""The webhook channel: one signed POST. No redirects, no proxies, no private addresses, no answer that could hurt."""

from __future__ import annotations

import logging
import socket
import ssl
from datetime import UTC, datetime
from functools import partial
from http.client import BadStatusLine, HTTPResponse, parse_headers
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from scheduler.alerts import guard, schedule, secrets, signing
from scheduler.alerts.channels import Context
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import Message
from scheduler.alerts.secrets import Secret
from scheduler.config import Config, Subscription
from scheduler.timed import Bell
from scheduler.trust import trusted

DEADLINE = 20.0  # seconds for the whole exchange; Standard Webhooks advises 15 to 30
LONGEST_ANSWER = 64 << 10  # bytes that are read of an answer, before they are thrown away
MOST_INTERIM = 20  # answers of the 1xx kind before the real one
GONE = 410
ASKS_TO_WAIT = frozenset({429, 502, 503, 504})  # statuses whose Retry-After is heeded
HEADERS = {"content-type": "application/json", "user-agent": "coopwatch (webhook)", "accept-encoding": "identity"}


def wait(attempts: int, luck: float, retry_after: float | None) -> float | None:
    """Return the seconds until the next attempt, None to give up (see schedule.py)."""
    return schedule.webhook_wait(attempts, luck, retry_after)


def destination(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Return the name of the receiver: messages to one receiver go one after the other."""
    parts = urlsplit(subscription.url or "")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def deliver(message: Message, subscription: Subscription, context: Context, accepted: frozenset[str]) -> str:  # noqa: ARG001
    """Read the secret and send; return what the receiver answered. See `send` for the errors."""
    return send(message, subscription, secrets.read(subscription.secret_env, subscription.secret_file))


def send(message: Message, subscription: Subscription, secret: Secret, *, context: ssl.SSLContext | None = None) -> str:
    """Post a message once and return a line about the answer.

    Args:
        message: its id is the `webhook-id`, its data the body.
        subscription: with `url` and `allow_private`.
        secret: one or several `whsec_` keys.
        context: how TLS is verified; by default against the system's and the bundled authorities.

    Raises:
        DeliveryError: anything but a 2xx answered in full (or its first 64 KiB) within the deadline. 410 is permanent.
        AddressError: the receiver's address is refused; nothing was sent.
        SecretError: the secret is not one that signs.
    """
    url = subscription.url or ""
    own = subscription.allow_private is True
    guard.check_scheme(urlsplit(url).scheme, urlsplit(url).hostname or "", allow_private=own)
    body = message.body
    signed = signing.headers(message.id, int(datetime.now(UTC).timestamp()), body, secret)
    with Bell(DEADLINE) as bell, requests.Session() as http:
        http.trust_env = False
        http.headers.clear()
        adapter = _Guarded(partial(guard.connect, bell=bell, allow_private=own), context or trusted())
        http.mount("https://", adapter)
        http.mount("http://", adapter)
        try:
            with http.post(
                url, data=body, headers=HEADERS | signed, stream=True, timeout=DEADLINE, allow_redirects=False
            ) as answer:
                _drain(answer)
                status, header = answer.status_code, answer.headers.get("Retry-After")
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            # From None: these errors carry the whole address, which may hold a token.
            raise DeliveryError(_late() if bell.rang else _plain(error), down=True) from None
        if bell.rang:
            raise DeliveryError(_late(), down=True)
    return _judge(status, header)


def probe(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Connect to a receiver as a delivery would, secret and TLS included, and send nothing.

    Raises:
        DeliveryError: why a delivery would fail.
    """
    parts = urlsplit(subscription.url or "")
    host, own = parts.hostname or "", subscription.allow_private is True
    guard.check_scheme(parts.scheme, host, allow_private=own)
    signing.keys(secrets.read(subscription.secret_env, subscription.secret_file))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    with Bell(DEADLINE) as bell:
        try:
            sock = guard.connect(host, port, bell, allow_private=own)
            with trusted().wrap_socket(sock, server_hostname=host) if parts.scheme == "https" else sock:
                return f"{host} port {port} answers" + (", its certificate is good" if parts.scheme == "https" else "")
        except (OSError, ValueError) as error:
            raise DeliveryError(_late() if bell.rang else _plain(error)) from None


class _FinalResponse(HTTPResponse):
    """The answer after the interim ones: the standard library passes over 100 alone (RFC 9110, 15.2)."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(MOST_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # not in the type stubs
            if not 100 < status < 200:
                return version, status, reason
            parse_headers(self.fp)
        raise BadStatusLine("interim answers without end")


class _GuardedHTTP(HTTPConnection):
    """A connection whose socket is opened by the guard."""

    response_class = _FinalResponse

    def __init__(self, *args: Any, opener: Any, **options: Any) -> None:
        self._opener = opener
        super().__init__(*args, **options)

    def _new_conn(self) -> socket.socket:
        opened: socket.socket = self._opener(self._dns_host, self.port)
        opened.settimeout(DEADLINE)
        return opened


class _GuardedHTTPS(_GuardedHTTP, HTTPSConnection):
    """The same under TLS; the certificate is checked against the name, whatever the address."""


class _Guarded(HTTPAdapter):
    """Gives each request a connection of its own, opened by the guard and verified by our context."""

    def __init__(self, opener: Any, context: ssl.SSLContext) -> None:
        self._opener, self._context = opener, context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options, ssl_context=self._context)

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        # requests would load its authorities into the context again, 28 ms for each message.
        del conn, url, verify, cert

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **options)
        kind = _GuardedHTTPS if pool.scheme == "https" else _GuardedHTTP
        pool.ConnectionCls = partial(kind, opener=self._opener)
        return pool


def _drain(answer: requests.Response) -> None:
    read = 0
    while read < LONGEST_ANSWER and (chunk := answer.raw.read1(LONGEST_ANSWER - read, decode_content=False)):
        read += len(chunk)


def _judge(status: int, retry_after: str | None) -> str:
    if 200 <= status < 300:
        return f"HTTP {status}"
    if status == GONE:
        raise DeliveryError("HTTP 410: the receiver wants no more messages", permanent=True, unwanted=True)
    if 300 <= status < 400:
        raise DeliveryError(f"HTTP {status}: redirects are not followed; put the final address into the subscription")
    seconds = schedule.retry_after_seconds(retry_after, datetime.now(UTC)) if status in ASKS_TO_WAIT else None
    raise DeliveryError(
        f"HTTP {status}" + ("" if seconds is None else f", asks to wait {seconds:.0f} s"),
        retry_after=seconds,
        down=status >= 500,
    )


def _late() -> str:
    return f"no complete answer within {DEADLINE:.0f} s"


def _plain(error: BaseException) -> str:
    """Say what went wrong with the innermost cause, without the address."""
    seen: list[BaseException] = [error]
    while inner := seen[-1].__cause__ or seen[-1].__context__ or getattr(seen[-1], "reason", None):
        if not isinstance(inner, BaseException) or inner in seen:
            break
        seen.append(inner)
    for one in reversed(seen):
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"the receiver's certificate is refused: {one.verify_message}"
        if isinstance(one, ssl.SSLError):
            return f"TLS failed: {one.reason or type(one).__name__}"
        if isinstance(one, socket.gaierror):
            return "the receiver's name does not resolve"
        if isinstance(one, TimeoutError):
            return "the receiver did not answer in time"
        if isinstance(one, OSError) and one.strerror:
            return f"no connection: {one.strerror}"
    return f"the exchange broke off ({type(seen[-1]).__name__})"


def _hide_paths(record: logging.LogRecord) -> bool:
    """Take the path out of urllib3's debug lines about a POST: it may hold a receiver's token."""
    if isinstance(record.args, tuple) and "POST" in record.args:
        at = record.args.index("POST") + 1
        record.args = (*record.args[:at], "/***", *record.args[at + 1 :])
    return True


logging.getLogger("urllib3.connectionpool").addFilter(_hide_paths)
