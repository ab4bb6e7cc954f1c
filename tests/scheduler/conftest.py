"""Notices to tell, and servers on loopback that behave as badly as one likes."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.model import (
    Assessment,
    Change,
    ChangeKind,
    Delivery,
    Evidence,
    Mention,
    Notice,
    Precision,
    Release,
    Version,
)

AT = datetime(2026, 11, 21, 8, 31, 5, 250000, tzinfo=UTC)
TEXT = (
    "The Hospital Board and the Harbour Medical University of Guangzhou signed an agreement on nurse training today.\n"
    "The first 40 nurses will travel in March."
)
RELEASE = Release(
    key="info.gov.hk/P2026112100099",
    source="hk_gia_en",
    portal="www.info.gov.hk",
    url="https://www.info.gov.hk/gia/general/202611/21/P2026112100099.htm",
    language="en",
    title="Hospital Board & Harbour Medical University sign <agreement> (with photos)",
    text=TEXT,
    jurisdiction="Hong Kong",
    published=datetime(2026, 11, 21, 16, 30, tzinfo=timezone(timedelta(hours=8))),
    precision=Precision.MINUTE,
    department="Hospital Board",
)
ASSESSMENT = Assessment(
    cooperation=True,
    score=0.93,
    detector="test-1",
    kind="training",
    reason="Bodies of two jurisdictions sign an agreement.",
    jurisdictions=("Hong Kong", "Mainland", "Guangdong"),
    evidence=(Evidence(0, 62, TEXT[0:62], "two parties of different jurisdictions", 2.0),),
    parties=(
        Mention("Hospital Board", 4, 18, TEXT[4:18], jurisdiction="Hong Kong"),
        Mention("Harbour Medical University", 27, 53, TEXT[27:53], jurisdiction="Guangdong"),
    ),
)


@pytest.fixture
def make_notice():
    """Return a function that makes a notice; keyword arguments change the release, assessment, change or before."""

    def make(*, kind=ChangeKind.NEW, before=None, assessment=None, **release):
        change = Change(id=1, event="e" * 64, kind=kind, release_id=7, story_id=3, version=1, at=AT)
        if before is not None:
            change = replace(change, version=2)
            before = Version(1, "1:00", RELEASE.title, before, AT - timedelta(hours=1))
        return Notice(change, replace(RELEASE, **release), replace(ASSESSMENT, **(assessment or {})), before)

    return make


@pytest.fixture
def make_delivery(make_notice):
    """Return a function that makes a delivery of a notice (see make_notice)."""

    def make(subscription="office", attempts=1, **notice):
        return Delivery(11, "msg_0123456789abcdef0123456789", subscription, make_notice(**notice), attempts, AT)

    return make


class RawServer:
    """Accepts connections on loopback and hands each to a function, in a thread of its own."""

    def __init__(self, behave, context=None):
        self.behave, self.context, self.connections = behave, context, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.over = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections += 1
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError):
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection:
                self.behave(connection)

    def close(self):
        self.over.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


@pytest.fixture
def raw_server():
    """Return a function that opens a RawServer; all are closed at the end."""
    opened = []

    def open_one(behave, context=None):
        opened.append(RawServer(behave, context))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def read_request(connection):
    """Read one HTTP request with a Content-Length and return (head, body)."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data, b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


@pytest.fixture
def answering(raw_server):
    """Return a function that opens an HTTP server with one answer to every request; `requests` holds what came."""

    def open_one(answer, context=None):
        requests = []

        def behave(connection):
            requests.append(read_request(connection))
            connection.sendall(answer)

        server = raw_server(behave, context)
        server.requests = requests
        return server

    return open_one
