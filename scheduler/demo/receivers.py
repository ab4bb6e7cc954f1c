"""Real receivers on loopback: a webhook receiver that verifies with somebody else's library, and a mail server.

Both keep what they got in memory, in order, and can be told to refuse. They need the extra `demo`.
"""

from __future__ import annotations

import base64
import json
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class MissingExtraError(RuntimeError):
    """The libraries of the extra `demo` are not installed."""

    exit_code = 69

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the demo needs {name}, which is not installed; install coopwatch with its extra `demo` "
            "(pip install 'coopwatch[demo]'), or type `make demo` in a work tree"
        )


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook as it came in: its id, its body, and whether its signature was right."""

    at: datetime
    id: str
    data: dict[str, Any]
    verified: bool
    status: int


@dataclass
class WebhookReceiver:
    """A receiver of signed webhooks on a loopback port of its own; `with` opens and closes it.

    `answers` chooses the status and headers of each answer by the number of posts so far (from 0); by default 204.
    """

    secret: str = field(default_factory=lambda: "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode())
    answers: Callable[[int], tuple[int, dict[str, str]]] = lambda _number: (204, {})
    received: list[Hook] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Open the port and answer from a thread."""
        try:
            from standardwebhooks import Webhook
        except ImportError as error:
            raise MissingExtraError("standardwebhooks") from error
        self._webhook = Webhook(self.secret)
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _hook_handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="webhook receiver", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Return the address to post to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    @property
    def accepted(self) -> list[Hook]:
        """Return what was verified and taken, in order."""
        return [one for one in list(self.received) if one.verified and 200 <= one.status < 300]

    def take(self, body: bytes, headers: dict[str, str]) -> tuple[int, dict[str, str]]:
        """Verify one post, keep it, and return the answer."""
        from standardwebhooks import WebhookVerificationError

        try:
            self._webhook.verify(body, headers)
            verified = True
        except WebhookVerificationError:
            verified = False
        with self._lock:
            status, extra = self.answers(len(self.received)) if verified else (401, {})
            data = json.loads(body) if verified else {}
            self.received.append(Hook(datetime.now(UTC), headers.get("webhook-id", ""), data, verified, status))
        return status, extra


def _hook_handler(receiver: WebhookReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Hands each post to the receiver."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, extra = receiver.take(body, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            for name, value in {"Content-Length": "0", **extra}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            """Say nothing; `received` tells it."""

    return Handler


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came in."""

    at: datetime
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Return the mail, parsed."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def text(self) -> str:
        """Return its plain text, decoded."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part else ""


class MailServer:
    """An SMTP server on a loopback port of its own that keeps what it gets; `with` opens and closes it."""

    def __init__(self) -> None:
        self.received: list[Mail] = []

    def __enter__(self) -> Self:
        """Open the port."""
        try:
            from aiosmtpd.controller import Controller
        except ImportError as error:
            raise MissingExtraError("aiosmtpd") from error
        with socket.socket() as free:  # the controller has to know its port beforehand
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=True)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the port."""
        self._controller.stop()

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        """Keep a mail."""
        self.received.append(Mail(datetime.now(UTC), tuple(envelope.rcpt_tos), bytes(envelope.original_content)))
        return "250 kept"
