"""The outbox worked off: quickly, in the right order, past dead receivers, and across clocks that jump."""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from scheduler.alerts import attempting, webhook
from scheduler.alerts.rules import route
from scheduler.alerts.schedule import WEBHOOK_WAITS
from scheduler.config import Config, Email, Subscription
from scheduler.delivering import Dispatcher, Summary, probe
from scheduler.demo.receivers import MailServer, WebhookReceiver
from storage import outbox
from storage.database import Database
from storage.releases import record
from storage.rewind import rewind

SECRET = "whsec_" + base64.b64encode(b"d" * 32).decode()
OK = b"HTTP/1.1 204 No Content\r\n\r\n"
FAIL = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "coopwatch.db") as opened:
        yield opened


@pytest.fixture
def promise(db, make_notice):
    """Return a function that records a new release and promises to tell it; returns the names promised."""
    numbers = count(1)

    def make(subscriptions, now=None, **release):
        number = next(numbers)
        told = make_notice(
            key=f"import/{number}", url=f"https://example.org/{number}", text=f"Text number {number}.", **release
        )
        return record(db, told.release, told.assessment, now or datetime.now(UTC), route=route(subscriptions)).promised

    return make


def hook(name, port, path="/hook", **more):
    return Subscription(
        name=name, channel="webhook", url=f"http://127.0.0.1:{port}{path}", secret_env="HOOK_SECRET", **more
    )


def config(*subscriptions, **more):
    return Config(subscriptions=subscriptions, **more)


def states(db):
    return [row["state"] for row in db.rows("SELECT state FROM delivery ORDER BY id")]


def until(true, seconds=20.0):
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.002)


@pytest.fixture
def running():
    """Return a function that starts a dispatcher; all are stopped at the end."""
    started = []

    def start(db, settings, **more):
        started.append(Dispatcher(db, settings, **more))
        started[-1].start()
        return started[-1]

    yield start
    for one in started:
        one.stop(2)


def test_a_promise_is_kept_once_and_verifies(db, promise):
    with WebhookReceiver(secret=SECRET) as receiver:
        office = hook("office", int(receiver.url.split(":")[2].split("/")[0]))
        assert promise([office]) == ("office",)
        dispatcher = Dispatcher(db, config(office))
        assert dispatcher.once() == Summary(sent=1)
        assert dispatcher.once() == Summary()
        assert [one.id for one in receiver.accepted] == [row["message_id"] for row in db.rows("SELECT * FROM delivery")]
        assert receiver.accepted[0].data["subscription"] == "office"
    assert states(db) == ["sent"]


def test_a_webhook_and_a_mail_go_out_together(db, promise, answering):
    hooks = answering(OK)
    with MailServer() as mails:
        office = hook("office", hooks.port)
        post = Subscription(name="post", channel="email", to=("ann@example.net",))
        promise([office, post])
        email = Email(host="127.0.0.1", port=mails.port, security="none", from_="alerts@watch.example.org")
        assert Dispatcher(db, config(office, post, email=email)).once() == Summary(sent=2)
        assert mails.received[0].recipients == ("ann@example.net",)
        assert mails.received[0].message["X-Alert-ID"].startswith("msg_")
    assert len(hooks.requests) == 1


def test_a_failure_is_tried_again_on_the_table_and_then_given_up(db, promise, answering):
    """RELIABILITY.md A1, with a clock of our own."""
    server = answering(FAIL)
    office = hook("office", server.port)
    now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    promise([office], now)
    dispatcher = Dispatcher(db, config(office), clock=lambda: now, luck=lambda: 0.5)
    waits = []
    while (summary := dispatcher.once()).again:
        due = outbox.next_due(db)
        waits.append((due - now).total_seconds())
        assert dispatcher.once(due - timedelta(seconds=0.1)) == Summary()
        now = due
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert summary == Summary(dead=1)
    row = db.row("SELECT * FROM delivery")
    assert (row["state"], row["trouble"]) == ("dead", "given up after 10 attempts: HTTP 500")
    assert len(server.requests) == 10
    assert len({head.split(b"webhook-id: ")[1].split(b"\r\n")[0] for head, _ in server.requests}) == 1


def test_three_crashes_and_one_failure_wait_as_one_failure_does(db, promise, answering):
    server = answering(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    office, now = hook("office", server.port), datetime(2026, 11, 21, 8, tzinfo=UTC)
    promise([office], now)
    for _ in range(3):
        outbox.claim(db, now, timedelta(minutes=1))
        outbox.recover(db, now)
    assert Dispatcher(db, config(office), luck=lambda: 0.5).once(now) == Summary(again=1)
    assert outbox.next_due(db) == now + timedelta(seconds=WEBHOOK_WAITS[0])


def test_a_dead_letter_can_be_asked_for_again_under_the_same_id(db, promise, answering):
    gone, good = answering(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"), answering(OK)
    office = hook("office", gone.port)
    promise([office])
    assert Dispatcher(db, config(office)).once() == Summary(dead=1)
    assert outbox.retry(db, datetime.now(UTC), subscription="office") == 1
    assert Dispatcher(db, config(hook("office", good.port))).once() == Summary(sent=1)
    first, second = (json.loads(server.requests[0][1]) for server in (gone, good))
    assert first == second


def test_a_receiver_that_asks_to_wait_is_not_tried_before(db, promise, answering):
    server = answering(b"HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")
    office, now = hook("office", server.port), datetime(2026, 11, 21, 8, tzinfo=UTC)
    promise([office], now)
    assert Dispatcher(db, config(office)).once(now) == Summary(again=1)
    assert outbox.next_due(db) == now + timedelta(hours=1)


def test_one_receiver_that_hangs_delays_nobody_else(db, promise, raw_server, answering, running, caplog):
    """RELIABILITY.md A5."""
    caplog.set_level(logging.INFO)
    hanging = raw_server(lambda connection: hanging.over.wait(30))
    good = [answering(OK) for _ in range(3)]
    everybody = [hook("hanging", hanging.port), *(hook(f"good{n}", one.port) for n, one in enumerate(good))]
    dispatcher = running(db, config(*everybody))
    latencies = []
    for round_ in range(1, 11):
        began = time.monotonic()
        promise(everybody)
        dispatcher.wake()
        until(lambda wanted=round_: all(len(one.requests) == wanted for one in good))
        latencies.append(time.monotonic() - began)
    assert sorted(latencies)[5] < 0.5
    assert hanging.connections == 1


def test_forty_receivers_that_hang_delay_others_by_seconds_once(db, promise, raw_server, answering, running):
    hanging = [raw_server(lambda connection: over.wait(30)) for _ in range(40)]
    over = hanging[0].over
    good = [answering(OK) for _ in range(3)]
    everybody = [hook(f"a{n}", one.port) for n, one in enumerate(hanging)]
    everybody += [hook(f"good{n}", one.port) for n, one in enumerate(good)]
    dispatcher = running(db, config(*everybody))
    began = time.monotonic()
    promise(everybody)
    dispatcher.wake()
    until(lambda: all(len(one.requests) == 1 for one in good))
    assert time.monotonic() - began < 15
    began = time.monotonic()
    promise(everybody)
    dispatcher.wake()
    until(lambda: all(len(one.requests) == 2 for one in good))
    assert time.monotonic() - began < 5


def test_messages_to_one_destination_go_one_after_the_other(db, promise, raw_server):
    inside, most = [], []

    def slow(connection):
        connection.recv(65536)
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.02)
        inside.pop()
        connection.sendall(OK)

    server = raw_server(slow)
    subscriptions = [hook(f"s{n}", server.port, path=f"/{n}") for n in range(4)]
    for _ in range(3):
        promise(subscriptions)
    assert Dispatcher(db, config(*subscriptions)).once() == Summary(sent=12)
    assert len(most) == 12
    assert max(most) == 1


def test_a_change_reaches_the_webhook_within_milliseconds_of_being_recorded(db, promise, answering, running):
    server = answering(OK)
    office = hook("office", server.port)
    dispatcher = running(db, config(office))
    latencies = []
    for number in range(1, 21):
        promise([office])
        began = time.monotonic()
        dispatcher.wake()
        until(lambda wanted=number: len(server.requests) == wanted)
        latencies.append(time.monotonic() - began)
        until(lambda wanted=number: states(db) == ["sent"] * wanted)
    # The aim is 50 ms; the test machine may be busy with other things.
    assert sorted(latencies)[5] < 0.05, latencies
    assert sorted(latencies)[10] < 0.5, latencies


def test_an_idle_dispatcher_does_nothing_at_all(db, promise, answering, running, monkeypatch):
    server = answering(FAIL)
    office = hook("office", server.port)
    promise([office])
    dispatcher = running(db, config(office), luck=lambda: 0.5)
    until(lambda: server.requests and states(db) == ["waiting"] and not dispatcher._places)
    asked = []
    monkeypatch.setattr(outbox, "claim", lambda *args, **_more: asked.append(args) or [])
    dispatcher.wake()
    until(lambda: asked)
    time.sleep(0.2)  # whatever the attempt that has just ended still woke
    asked.clear()
    time.sleep(0.5)
    assert asked == []
    dispatcher.wake()
    until(lambda: len(asked) >= 2)
    time.sleep(0.2)
    assert len(asked) == 2  # those that answered when last tried, then the others


def test_a_retry_that_becomes_due_is_made_without_being_woken(db, promise, raw_server, running, monkeypatch):
    answers = iter([FAIL, OK])

    def behave(connection):
        connection.recv(65536)
        connection.sendall(next(answers))

    office = hook("office", raw_server(behave).port)
    monkeypatch.setattr("scheduler.alerts.schedule.WEBHOOK_WAITS", (0.2,))
    promise([office])
    running(db, config(office))
    until(lambda: states(db) == ["sent"])


def test_stopping_takes_seconds_even_where_a_receiver_hangs(db, promise, raw_server, answering, caplog):
    hanging = raw_server(lambda connection: hanging.over.wait(30))
    office = hook("office", hanging.port)
    promise([office])
    dispatcher = Dispatcher(db, config(office))
    dispatcher.start()
    until(lambda: hanging.connections)
    began = time.monotonic()
    assert dispatcher.stop(0.3) is False
    assert time.monotonic() - began < 2
    assert states(db) == ["sending"]
    # The next start takes it over at once and does not wait until the claim has lapsed.
    good = answering(OK)
    next_one = Dispatcher(db, config(hook("office", good.port)))
    next_one.start()
    until(lambda: states(db) == ["sent"])
    assert next_one.stop(2) is True
    assert len(good.requests) == 1


def test_stopping_an_idle_dispatcher_is_immediate(db):
    dispatcher = Dispatcher(db, config())
    dispatcher.start()
    began = time.monotonic()
    assert dispatcher.stop(5) is True
    assert time.monotonic() - began < 0.5
    assert not [one for one in threading.enumerate() if one.name == "deliveries"]


def test_a_message_that_cannot_be_worded_is_given_up_and_blocks_nobody(db, promise, answering, monkeypatch):
    server, now = answering(OK), datetime(2026, 11, 21, 8, tzinfo=UTC)
    office = hook("office", server.port)
    word = attempting.word

    def stumble(delivery, subscription, **more):
        if "poison" in delivery.notice.release.title:
            raise ValueError("the poison itself")
        return word(delivery, subscription, **more)

    monkeypatch.setattr(attempting, "word", stumble)
    promise([office], now, title="poison")
    promise([office], now, title="good")
    dispatcher = Dispatcher(db, config(office), clock=lambda: now)
    assert dispatcher.once() == Summary(sent=1, again=1)
    for _ in range(2):
        now = outbox.next_due(db)
        summary = dispatcher.once()
    assert summary == Summary(dead=1)
    trouble = db.row("SELECT trouble FROM delivery WHERE state = 'dead'")["trouble"]
    assert trouble.startswith("cannot be put into words: ValueError in stumble")
    assert "the poison itself" not in trouble


def test_a_stored_change_that_cannot_be_read_is_given_up_and_blocks_nobody(db, promise, answering):
    office = hook("office", answering(OK).port)
    promise([office])
    promise([office])
    with db.transaction():
        db.execute("UPDATE assessment SET evidence = 'no JSON' WHERE id = (SELECT min(id) FROM assessment)")
    assert Dispatcher(db, config(office)).once() == Summary(sent=1)
    assert states(db) == ["dead", "sent"]
    assert "cannot be read" in db.row("SELECT trouble FROM delivery WHERE state = 'dead'")["trouble"]


def test_a_fault_of_a_channel_is_one_failed_attempt_and_its_words_are_not_stored(db, promise, answering, monkeypatch):
    office = hook("office", answering(OK).port)
    promise([office])
    monkeypatch.setattr(webhook, "send", lambda *_args: {}[SECRET])
    assert Dispatcher(db, config(office)).once() == Summary(again=1)
    trouble = db.row("SELECT trouble FROM delivery")["trouble"]
    assert trouble.startswith("a fault of coopwatch: KeyError")
    assert SECRET not in trouble


def test_a_subscription_that_is_gone_is_settled_with_the_reason(db, promise, answering):
    server = answering(OK)
    old, new = hook("old", server.port), hook("new", server.port)
    promise([old, new])
    assert Dispatcher(db, config(new)).once() == Summary(sent=1, dead=1)
    row = db.row("SELECT * FROM delivery WHERE subscription = 'old'")
    assert row["state"] == "dead"
    assert row["trouble"].startswith("the configuration has no subscription old any more; under that name again")
    assert server.connections == 1


def test_a_missing_secret_is_mended_without_losing_anything(db, promise, answering, monkeypatch):
    server, now = answering(OK), datetime(2026, 11, 21, 8, tzinfo=UTC)
    office = hook("office", server.port)
    promise([office], now)
    monkeypatch.delenv("HOOK_SECRET")
    dispatcher = Dispatcher(db, config(office), clock=lambda: now)
    assert dispatcher.once() == Summary(again=1)
    assert db.row("SELECT trouble FROM delivery")["trouble"] == "the environment variable HOOK_SECRET is not set"
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    now += timedelta(seconds=10)
    assert dispatcher.once() == Summary(sent=1)


def test_recipients_who_have_their_mail_do_not_get_it_again_with_the_retry(db, promise):
    class Choosy(MailServer):
        refuse = True

        async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's
            if self.refuse and address == "bob@example.net":
                return "451 greylisted"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    with Choosy() as mails:
        post = Subscription(name="post", channel="email", to=("ann@example.net", "bob@example.net"))
        email = Email(host="127.0.0.1", port=mails.port, security="none", from_="alerts@watch.example.org")
        promise([post], now)
        dispatcher = Dispatcher(db, config(post, email=email), clock=lambda: now)
        assert dispatcher.once() == Summary(again=1)
        mails.refuse = False
        now += timedelta(minutes=2)
        assert dispatcher.once() == Summary(sent=1)
        assert [one.recipients for one in mails.received] == [("ann@example.net",), ("bob@example.net",)]


def test_a_clock_that_goes_back_delays_by_no_more_than_the_wait_itself(db, promise, answering):
    """RELIABILITY.md T1, after a restart."""
    server, noon = answering(FAIL), datetime(2026, 11, 21, 12, tzinfo=UTC)
    office = hook("office", server.port)
    promise([office], noon)
    Dispatcher(db, config(office), clock=lambda: noon, luck=lambda: 0.5).once()
    promise([office], noon)
    eleven = noon - timedelta(hours=1)
    assert rewind(db, eleven) == 2
    due = [row["next_try"] for row in db.rows("SELECT next_try FROM delivery ORDER BY id")]
    assert due == ["2026-11-21T11:00:05.000000Z", "2026-11-21T11:00:00.000000Z"]
    assert rewind(db, eleven) == 0
    assert rewind(db, noon) == 0


def test_a_running_dispatcher_follows_a_clock_that_goes_back(db, promise, raw_server, running, monkeypatch):
    """RELIABILITY.md T1, while it waits for a retry."""
    answers = iter([FAIL, OK])

    def behave(connection):
        connection.recv(65536)
        connection.sendall(next(answers))

    monkeypatch.setattr("scheduler.alerts.schedule.WEBHOOK_WAITS", (0.3,))
    ahead = timedelta(hours=1)
    office = hook("office", raw_server(behave).port)
    promise([office], datetime.now(UTC) + ahead)
    running(db, config(office), clock=lambda: datetime.now(UTC) + ahead)
    until(lambda: states(db) == ["waiting"])
    ahead = timedelta(0)
    until(lambda: states(db) == ["sent"])


def test_a_clock_that_goes_forward_makes_one_attempt_and_no_storm(db, promise, answering):
    """RELIABILITY.md T2."""
    server, now = answering(FAIL), datetime(2026, 11, 21, 8, tzinfo=UTC)
    office = hook("office", server.port)
    for _ in range(5):
        promise([office], now)
    dispatcher = Dispatcher(db, config(office), clock=lambda: now)
    dispatcher.once()
    now += timedelta(days=3650)
    assert dispatcher.once() == Summary(again=1), "its breaker lets one through"
    assert len(server.requests) == 6


def test_a_database_that_fails_is_waited_for(db, promise, answering, running, monkeypatch, caplog):
    from storage.errors import LockedError

    monkeypatch.setattr("scheduler.delivering.PATIENCE", 0.05)
    claim, failures = outbox.claim, iter(range(3))

    def locked(*args, **more):
        if next(failures, None) is not None:
            raise LockedError("locked")
        return claim(*args, **more)

    monkeypatch.setattr(outbox, "claim", locked)
    server = answering(OK)
    office = hook("office", server.port)
    promise([office])
    running(db, config(office))
    until(lambda: states(db) == ["sent"])
    assert "deliveries wait, the database fails: locked" in caplog.text


def test_no_secret_reaches_log_or_database(db, promise, answering, raw_server, monkeypatch, caplog, tmp_path):
    """RELIABILITY.md S18."""
    caplog.set_level(logging.DEBUG)
    canaries = [SECRET, SECRET.removeprefix("whsec_"), "canary-mail-4711", "canary-path-4712"]
    monkeypatch.setenv("MAIL_PASSWORD", canaries[2])
    closed = raw_server(lambda _connection: None)
    closed.close()
    subscriptions = [
        *(hook(f"h{n}", one.port) for n, one in enumerate((answering(OK), answering(FAIL), answering(b"x"), closed))),
        Subscription(name="post", channel="email", to=("ann@example.net",)),
        Subscription(
            name="path",
            channel="webhook",
            url=f"http://127.0.0.1:{closed.port}/{canaries[3]}",
            secret_env="HOOK_SECRET",
        ),
    ]
    with MailServer() as mails:
        email = Email(
            host="127.0.0.1",
            port=mails.port,
            security="none",
            user="watch",
            password_env="MAIL_PASSWORD",
            from_="alerts@watch.example.org",
        )
        promise(subscriptions)
        Dispatcher(db, config(*subscriptions, email=email)).once()
    assert len(states(db)) == 6
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    logged = "".join(f"{one.getMessage()} {one.args} {one.exc_text}" for one in caplog.records)
    for canary in canaries:
        assert canary not in logged
        assert canary.encode() not in stored


def test_a_probe_is_asked_of_the_right_channel(answering):
    office = hook("office", answering(OK).port)
    assert "answers" in probe(office, config(office))


def test_a_thousand_deliveries_are_worked_off_in_seconds(db, make_notice, answering):
    server = answering(OK)
    office = hook("office", server.port)
    notice = make_notice()
    now = datetime.now(UTC)
    from dataclasses import replace

    for number in range(300):
        release = replace(notice.release, key=f"k/{number}", url=f"https://example.org/{number}", text=f"T {number}")
        record(db, release, notice.assessment, now, route=route([office]))
    began = time.monotonic()
    assert Dispatcher(db, config(office)).once() == Summary(sent=300)
    assert time.monotonic() - began < 30
    assert len({json.loads(body)["id"] for _, body in server.requests}) == 300
