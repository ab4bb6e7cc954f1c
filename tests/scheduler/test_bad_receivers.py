"""What a receiver can do to a delivery, and what follows (RELIABILITY.md A1 to A5), with real ones on loopback."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from scheduler.alerts import webhook
from scheduler.alerts.rules import route
from scheduler.config import Config, Subscription
from scheduler.delivering import Dispatcher, Summary
from scheduler.demo.receivers import WebhookReceiver
from storage import outbox, subscribers
from storage.database import Database
from storage.releases import record

SECRET = "whsec_" + base64.b64encode(b"b" * 32).decode()
START = datetime(2026, 11, 21, 8, tzinfo=UTC)
DEADLINE = 0.4
SENT, AGAIN, DEAD = Summary(sent=1), Summary(again=1), Summary(dead=1)


@pytest.fixture(autouse=True)
def setting(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setattr(webhook, "DEADLINE", DEADLINE)


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "coopwatch.db") as opened:
        yield opened


@pytest.fixture
def tell(db, make_notice):
    numbers = count(1)

    def make(subscriptions, now=START):
        number = next(numbers)
        told = make_notice(key=f"import/{number}", url=f"https://example.org/{number}", text=f"Matter {number * 7919}.")
        return record(db, told.release, told.assessment, now, route=route(subscriptions))

    return make


def hook(port, name="office"):
    url = f"http://127.0.0.1:{port}/hook"
    return Subscription(name=name, channel="webhook", url=url, secret_env="HOOK_SECRET")


def plain(status, *headers):
    return "\r\n".join((f"HTTP/1.1 {status} X", *headers, "Content-Length: 0", "", "")).encode()


def trouble(db):
    return db.value("SELECT trouble FROM delivery ORDER BY id LIMIT 1")


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, SENT), (201, SENT), (202, SENT), (204, SENT), (299, SENT)]
    + [(status, AGAIN) for status in (300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 408, 413, 422, 429)]
    + [(status, AGAIN) for status in (500, 501, 502, 503, 504, 599)]
    + [(410, DEAD)],
)
def test_each_status_has_its_outcome(db, tell, answering, status, outcome):
    """RELIABILITY.md A3."""
    server = answering(plain(status))
    office = hook(server.port)
    tell([office])
    assert Dispatcher(db, Config(subscriptions=(office,)), clock=lambda: START).once() == outcome
    assert server.connections == 1
    if outcome == AGAIN:
        assert trouble(db).startswith(f"HTTP {status}")
        assert 4 <= (outbox.next_due(db) - START).total_seconds() <= 6
    assert bool({one.name for one in subscribers.subscribers(db) if one.disabled}) == (status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere(db, tell, answering, status):
    elsewhere = answering(plain(204))
    server = answering(plain(status, f"Location: http://127.0.0.1:{elsewhere.port}/"))
    office = hook(server.port)
    tell([office])
    assert Dispatcher(db, Config(subscriptions=(office,))).once() == AGAIN
    assert elsewhere.connections == 0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("Sat, 21 Nov 2026 08:10:00 GMT", 600),
        ("999999999", 86400),
        ("-5", 5),
        ("soon", 5),
        ("Fri, 01 Jan 1999 00:00:00 GMT", 5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_to_wait_is_left_alone_with_everything_that_goes_there(
    db, tell, answering, monkeypatch, status, header, seconds
):
    monkeypatch.setattr(webhook, "datetime", type("Clock", (datetime,), {"now": classmethod(lambda *_: START)}))
    server = answering(plain(status, f"Retry-After: {header}"))
    office = hook(server.port)
    now = START
    dispatcher = Dispatcher(db, Config(subscriptions=(office,)), clock=lambda: now, luck=lambda: 0.5)
    tell([office])
    assert dispatcher.once() == AGAIN
    if seconds > 5:
        tell([office])
        now = START + timedelta(seconds=seconds - 1)
        assert dispatcher.once() == Summary(), "the second alert waits too"
        assert server.connections == 1
    now = START + timedelta(seconds=seconds + 1)
    assert dispatcher.once().again >= 1


def take(connection):
    """Read one request to its end, so that hanging up does not cut it off."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)


def hang(connection, over):
    over.wait(10)


def header_then_stall(connection, over):
    take(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    over.wait(10)


def drip(connection, over):
    take(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not over.wait(0.02):
        connection.sendall(b"1\r\nx\r\n")


def drip_headers(connection, over):
    take(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.02):
        connection.sendall(b"X-More: x\r\n")


def close(connection, over):
    take(connection)


def nonsense(connection, over):
    take(connection)
    connection.sendall(b"\x00\xff nothing like HTTP\r\n\r\n")


def only_100(connection, over):
    take(connection)
    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    over.wait(10)


def late(connection, over):
    take(connection)
    over.wait(DEADLINE * 2)
    connection.sendall(plain(204))


@pytest.mark.parametrize(
    "behave",
    [hang, header_then_stall, drip, drip_headers, close, nonsense, only_100, late],
    ids=lambda one: one.__name__,
)
def test_an_answer_that_does_not_come_in_time_or_is_none_is_a_failure_and_the_next_attempt_has_the_same_id(
    db, tell, raw_server, behave
):
    """RELIABILITY.md A2 and A6."""
    server = raw_server(lambda connection: behave(connection, server.over))
    office = hook(server.port)
    tell([office])
    began = time.monotonic()
    assert Dispatcher(db, Config(subscriptions=(office,)), clock=lambda: START).once() == AGAIN
    assert time.monotonic() - began < 5 * DEADLINE + 1
    with WebhookReceiver(secret=SECRET) as good:
        later = hook(int(good.url.split(":")[2].split("/")[0]))
        now = START + timedelta(seconds=7)
        assert Dispatcher(db, Config(subscriptions=(later,)), clock=lambda: now).once() == SENT
        assert [one.id for one in good.accepted] == [db.value("SELECT message_id FROM delivery")]


def flood(connection, over):
    take(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"x" * 65536)
        flood.sent += 65536


def test_of_an_answer_without_end_64_kib_are_read_and_its_status_counts(db, tell, raw_server):
    """RELIABILITY.md A6."""
    flood.sent = 0
    server = raw_server(lambda connection: flood(connection, server.over))
    office = hook(server.port)
    tell([office])
    assert Dispatcher(db, Config(subscriptions=(office,))).once() == SENT
    assert flood.sent < 20_000_000, "the sender hung up"


def test_a_receiver_that_is_down_for_four_days_loses_nothing_and_each_alert_keeps_its_id(db, tell, raw_server):
    """RELIABILITY.md A4: what was given up can be asked for again; what was spared by the breaker comes by itself."""
    office = hook(9)  # the port that nobody listens on
    now = START
    for _ in range(12):
        tell([office], now)
    dispatcher = Dispatcher(db, Config(subscriptions=(office,)), clock=lambda: now, luck=lambda: 0.5)
    told = []
    while now < START + timedelta(days=4):
        dispatcher.once()
        told.append(bool(dispatcher.breakers()))
        now += timedelta(minutes=16)
    states = {row["state"] for row in db.rows("SELECT state FROM delivery")}
    assert states <= {"dead", "waiting"}
    assert all(told[1:]), "the destination is shown as failing all the while"
    given_up = db.value("SELECT count(*) FROM delivery WHERE state = 'dead'")
    assert given_up > 0
    ends = db.rows("SELECT delivery_id, count(*) AS ends FROM attempt WHERE outcome = 'dead' GROUP BY 1")
    assert {row["ends"] for row in ends} == {1}, "each is given up once"
    with WebhookReceiver(secret=SECRET) as good:
        back = hook(int(good.url.split(":")[2].split("/")[0]))
        assert outbox.retry(db, now) == given_up
        now += timedelta(days=2)
        Dispatcher(db, Config(subscriptions=(back,)), clock=lambda: now).once()
        assert {one.id for one in good.accepted} == {row["message_id"] for row in db.rows("SELECT * FROM delivery")}
        assert len(good.received) == 12
