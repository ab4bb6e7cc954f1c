"""One bounded GET: the only way the service itself asks a portal for anything. No redirects, no cookies, no proxies.

Bounded in time as a whole (timed.py), in bytes after decoding, and in trust: TLS is verified, with one context.
Everything that can go wrong comes out as a TroubleError that begins with its name.
"""

from __future__ import annotations

import socket
import ssl
import threading
from dataclasses import dataclass, field
from functools import lru_cache
from http.client import RemoteDisconnected
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError
from urllib3.exceptions import SSLError as PoolSSLError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from scheduler.timed import Bell
from scheduler.troubles import TroubleError
from scheduler.trust import trusted
from scraper.pages.ending import ENDLESS

CHUNK = 64 << 10
_HERE = threading.local()
"""Of the exchange that this thread is in: its bell, and whether its connection is a kept one (made inside requests)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back.

    Args:
        status: of HTTP.
        headers: case-insensitive.
        body: decoded; empty unless the status is 200, and cut at the cap.
        whole: False where the body was longer than the cap.
        told: False where HTTP did not tell where the answer ends (no length, no chunks): it may have been cut, and its
            validators must not be kept.
    """

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes = field(default=b"", repr=False)
    whole: bool = True
    told: bool = True


class Exchange:
    """Asks for pages, from any thread; connections are kept and shared.

    Args:
        agent: the User-Agent.
        deadline: seconds for one whole exchange; only a name look-up may take longer, as long as the system's resolver.
        connect: seconds for a connection to be made; also the longest silence while reading.
    """

    def __init__(self, agent: str, *, deadline: float = 20.0, connect: float = 5.0) -> None:
        self.deadline = deadline
        self.connect = connect
        self._http = requests.Session()
        self._http.trust_env = False  # no proxy and no netrc of the environment
        self._http.headers["User-Agent"] = agent
        self._http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(trusted())
        self._http.mount("https://", adapter)
        self._http.mount("http://", adapter)

    def get(self, url: str, headers: dict[str, str], cap: int) -> Reply:
        """Ask once.

        Args:
            url: absolute, http or https.
            headers: sent with the request.
            cap: bytes of the decoded body to read at most.

        Raises:
            TroubleError: `dns`, `connect`, `tls`, `timeout` or `truncated`.
        """
        with Bell(self.deadline) as bell:
            _HERE.bell = bell
            try:
                return self._get_once_more(url, headers, cap)
            except (TroubleError, requests.RequestException, HTTPError, OSError, ValueError) as error:
                if bell.rang:  # whatever it looked like from here: the connection was cut
                    raise TroubleError(f"timeout: no whole answer within {self.deadline:g} s") from error
                if isinstance(error, TroubleError):
                    raise
                raise TroubleError(_named(error)) from error
            finally:
                _HERE.bell = None

    def _get_once_more(self, url: str, headers: dict[str, str], cap: int) -> Reply:
        """Ask; and again where a kept connection turned out to be closed, which is no word of the portal's."""
        _HERE.kept = False
        try:
            return self._get(url, headers, cap)
        except requests.ConnectionError as error:
            if not _HERE.kept or not any(
                isinstance(each, RemoteDisconnected | ConnectionResetError | BrokenPipeError) for each in _causes(error)
            ):
                raise
            return self._get(url, headers, cap)

    def _get(self, url: str, headers: dict[str, str], cap: int) -> Reply:
        timeout = (self.connect, max(self.connect, self.deadline / 2))
        asked = _prepared(url, tuple(sorted({**self._http.headers, **headers}.items())))
        with self._http.send(asked, stream=True, timeout=timeout, allow_redirects=False, proxies={}) as response:
            if response.status_code != 200:
                return Reply(response.status_code, response.headers)
            raw = response.raw
            told = raw.chunked or "Content-Length" in response.headers
            body = bytearray()
            while chunk := raw.read1(CHUNK, decode_content=True):
                body += chunk
                if len(body) > cap:
                    return Reply(200, response.headers, bytes(body[:cap]), whole=False, told=told)
            if not told and not body:  # also what a connection looks like that was cut inside the headers
                raise TroubleError(f"truncated: {ENDLESS}")
            return Reply(200, response.headers, bytes(body), told=told)

    def close(self) -> None:
        """Close all kept connections."""
        self._http.close()


@lru_cache(maxsize=64)
def _prepared(url: str, headers: tuple[tuple[str, str], ...]) -> requests.PreparedRequest:
    """Return a request made ready; the same listing is asked for in the same words until it moves."""
    return requests.Request("GET", url, headers=dict(headers)).prepare()


NAMES: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("tls", (ssl.SSLError, PoolSSLError, requests.exceptions.SSLError)),
    ("dns", (NameResolutionError, socket.gaierror)),
    ("connect", (NewConnectionError,)),  # before the timeouts, whose subclass urllib3 has made it
    ("timeout", (requests.Timeout, PoolTimeoutError, TimeoutError)),
    ("truncated", (urllib3.exceptions.IncompleteRead, urllib3.exceptions.DecodeError)),
)
"""What each trouble is called, the first that fits."""


def _named(error: Exception) -> str:
    """Return the name and the words for what went wrong below us."""
    causes = list(_causes(error))
    text = " ".join(str(causes[-1]).split())[:200]
    for name, kinds in NAMES:
        if any(isinstance(cause, kinds) for cause in causes):
            return f"{name}: {text}"
    # requests wraps what happens before the body; what comes bare from urllib3 happened while the body was read.
    while_reading = isinstance(error, urllib3.exceptions.ProtocolError)
    return f"{'truncated' if while_reading else 'connect'}: {text}"


def _causes(error: BaseException) -> Any:
    """Yield an error and what it wraps: requests and urllib3 put the reason in `args`, `reason` or `__context__`."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [*one.args, getattr(one, "reason", None), one.__cause__]


class _Watched(HTTPConnection):
    """A connection that shows itself to the bell of the exchange it is used for."""

    _plain: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        made = super()._new_conn()
        self._plain = made.dup()  # TLS wraps the first handle, and a wrapped one must not be cut from another thread
        _HERE.bell.watch(self._plain)
        return made

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is not None and self._plain is not None:
            _HERE.kept = True
            _HERE.bell.watch(self._plain)
        super().request(*args, **kwargs)

    def close(self) -> None:
        if self._plain is not None:
            self._plain.close()
            self._plain = None
        super().close()


class _WatchedTLS(_Watched, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class _Adapter(HTTPAdapter):
    """Watched connections, and one TLS context instead of one per connection.

    Args:
        context: verifies certificates and host names.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002 - as requests calls it
        """Leave verification to the context; the adapter's own way would load certifi's file for each connection."""
        conn.cert_reqs = "CERT_REQUIRED"
