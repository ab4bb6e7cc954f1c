"""Webhooks against receivers that behave well, badly, and not at all."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import time
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import trustme
from standardwebhooks import Webhook

from scheduler.alerts import webhook
from scheduler.alerts.channels import Context
from scheduler.alerts.errors import AddressError, DeliveryError, SecretError
from scheduler.alerts.message import Message
from scheduler.alerts.secrets import Secret
from scheduler.config import Config, Subscription

KEY = "whsec_" + base64.b64encode(b"k" * 32).decode()
MESSAGE = Message("msg_0123456789", "Subject", "text", "<p>html</p>", {"title": "器官移植", "n": 1})
OK = b"HTTP/1.1 204 No Content\r\n\r\n"


def to(server, path="/hook", scheme="http", host="127.0.0.1", **more):
    return Subscription(name="office", channel="webhook", url=f"{scheme}://{host}:{server.port}{path}", **more)


def post(server, secret=KEY, **more):
    return webhook.send(MESSAGE, to(server, **more), Secret(secret))


def answer(status, *headers, body=b""):
    lines = [f"HTTP/1.1 {status} Reason", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def failure(server, **more):
    with pytest.raises(DeliveryError) as caught:
        post(server, **more)
    return caught.value


def test_a_receiver_gets_a_signed_body_it_can_verify(answering):
    server = answering(OK)
    assert post(server) == "HTTP 204"
    head, body = server.requests[0]
    lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    assert lines[0] == "POST /hook HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "msg_0123456789"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert Webhook(KEY).verify(body, headers) == json.loads(body) == {"title": "器官移植", "n": 1}
    assert "authorization" not in headers
    assert "cookie" not in headers


def test_the_id_stays_and_the_time_is_of_the_attempt(answering, monkeypatch):
    server = answering(OK)
    post(server)
    later = datetime.now(UTC) + timedelta(hours=5)
    monkeypatch.setattr(webhook, "datetime", type("Later", (), {"now": staticmethod(lambda _zone: later)}))
    post(server)
    first, second = (dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:]) for head, _ in server.requests)
    assert first[b"webhook-id"] == second[b"webhook-id"]
    assert int(second[b"webhook-timestamp"]) - int(first[b"webhook-timestamp"]) >= 17_999


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_good(answering, status):
    assert post(answering(answer(status))) == f"HTTP {status}"


@pytest.mark.parametrize("status", [400, 401, 404, 413, 418, 500, 501, 502, 503, 504, 599, 429])
def test_other_answers_are_tried_again(answering, status):
    trouble = failure(answering(answer(status)))
    assert (str(trouble), trouble.permanent, trouble.retry_after) == (f"HTTP {status}", False, None)


def test_gone_is_for_good(answering):
    assert failure(answering(answer(410))).permanent is True


def test_interim_answers_are_passed_over(answering):
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    assert post(answering(b"HTTP/1.1 100 Continue\r\n\r\n" + 3 * hints + OK)) == "HTTP 204"
    assert not failure(answering(50 * hints + OK)).permanent


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
def test_a_redirect_is_a_failure_and_not_followed(answering, status):
    target = answering(OK)
    server = answering(answer(status, f"Location: http://127.0.0.1:{target.port}/other"))
    trouble = failure(server)
    assert "redirects are not followed" in str(trouble)
    assert trouble.permanent is False
    assert target.connections == 0


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_receiver_can_ask_to_wait(answering, status):
    assert failure(answering(answer(status, "Retry-After: 90"))).retry_after == 90
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    assert 590 < failure(answering(answer(status, f"Retry-After: {date}"))).retry_after <= 600
    assert failure(answering(answer(status, "Retry-After: 315360000"))).retry_after == 86400
    assert failure(answering(answer(status, "Retry-After: next week"))).retry_after is None


def test_a_wait_is_heeded_only_where_it_means_something(answering):
    assert failure(answering(answer(500, "Retry-After: 90"))).retry_after is None


def test_a_body_without_end_is_read_to_64_kib_and_no_further(raw_server):
    sent = []

    def endless(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sent.append(connection.send(b"x" * 65536))

    began = time.monotonic()
    assert post(raw_server(endless)) == "HTTP 200"
    assert time.monotonic() - began < 5
    assert sum(sent) < 32 << 20  # what the kernel's buffers took, not what we read


def test_a_compressed_bomb_is_not_unpacked(answering):
    bomb = gzip.compress(b"\0" * (64 << 20))
    began = time.process_time()
    assert post(answering(answer(200, "Content-Encoding: gzip", body=bomb))) == "HTTP 200"
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nshort",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 400,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
    ],
    ids=["empty", "garbage", "short", "short chunk", "many headers", "long header"],
)
def test_an_answer_that_breaks_off_is_tried_again(answering, bad):
    trouble = failure(answering(bad))
    assert trouble.permanent is False
    assert str(trouble)


@pytest.mark.parametrize(
    "drip", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"]
)
def test_a_receiver_that_drips_is_cut_off_at_the_deadline(raw_server, monkeypatch, drip):
    monkeypatch.setattr(webhook, "DEADLINE", 1.0)

    def slow(connection):
        connection.recv(65536)
        connection.sendall(drip)
        while not server.over.wait(0.1):
            connection.sendall(b"x")

    server = raw_server(slow)
    began = time.monotonic()
    assert "no complete answer within 1 s" in str(failure(server))
    assert 0.9 < time.monotonic() - began < 3


def test_a_handshake_that_stalls_is_cut_off_at_the_deadline(raw_server, monkeypatch):
    monkeypatch.setattr(webhook, "DEADLINE", 1.0)
    server = raw_server(lambda _connection: server.over.wait(10))
    began = time.monotonic()
    failure(server, scheme="https")
    assert time.monotonic() - began < 3


def test_nobody_listening_is_said_so(raw_server):
    server = raw_server(lambda _connection: None)
    server.close()
    assert str(failure(server)) == "no connection: Connection refused"


@pytest.fixture
def authority():
    return trustme.CA()


def secure(authority, *names):
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_tls_is_verified(answering, authority, monkeypatch):
    import ssl

    context = ssl.create_default_context()
    authority.configure_trust(context)
    good = answering(OK, secure(authority, "localhost", "127.0.0.1"))
    wrong_name = answering(OK, secure(authority, "evil.example"))
    for host in ("localhost", "127.0.0.1"):
        assert webhook.send(MESSAGE, to(good, scheme="https", host=host), Secret(KEY), context=context) == "HTTP 204"
    assert len(good.requests) == 2
    with pytest.raises(DeliveryError, match="certificate is refused: Hostname mismatch"):
        webhook.send(MESSAGE, to(wrong_name, scheme="https", host="localhost"), Secret(KEY), context=context)
    # An authority that nobody has heard of; the environment cannot talk us into trusting it either.
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/dev/null")
    assert "certificate is refused" in str(failure(good, scheme="https", host="localhost"))
    assert len(good.requests) == 2
    assert wrong_name.requests == []


def test_the_environment_changes_nothing(answering, raw_server, monkeypatch, tmp_path):
    proxy = raw_server(lambda connection: connection.sendall(OK))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("no_proxy", "")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login u password p\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    server = answering(OK)
    post(server)
    assert proxy.connections == 0
    assert b"uthorization" not in server.requests[0][0]


def test_cookies_are_not_kept(answering):
    server = answering(answer(200, "Set-Cookie: a=b; Path=/"))
    post(server)
    post(server)
    assert b"ookie" not in server.requests[1][0]


def test_no_secret_and_no_path_appears_anywhere(answering, raw_server, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    closed = raw_server(lambda _connection: None)
    closed.close()
    # Put together here, since a traceback quotes the source.
    path_token, query_token, plain = (f"token-{4700 + number}" for number in range(3))
    shown = []
    for server in (answering(OK), answering(answer(500)), answering(b"garbage"), closed):
        try:
            post(server, path=f"/hook/{path_token}?key={query_token}")
        except DeliveryError as trouble:
            shown += traceback.format_exception(trouble)
    with pytest.raises(SecretError) as caught:
        post(answering(OK), secret=plain)
    shown += traceback.format_exception(caught.value)
    logged = "".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    everything = "".join(shown) + logged + "".join(capfd.readouterr())
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    for canary in (KEY, KEY.removeprefix("whsec_"), path_token, query_token, plain):
        assert canary not in everything


def test_a_delivery_reads_its_secret_at_the_moment_it_is_sent(answering, monkeypatch):
    server = answering(OK)
    subscription = to(server, secret_env="HOOK_SECRET")
    with pytest.raises(SecretError, match="HOOK_SECRET is not set"):
        webhook.deliver(MESSAGE, subscription, Context(Config()), frozenset())
    assert server.connections == 0
    monkeypatch.setenv("HOOK_SECRET", KEY)
    assert webhook.deliver(MESSAGE, subscription, Context(Config()), frozenset()) == "HTTP 204"


def test_messages_to_one_receiver_share_a_destination():
    one, two, other = (
        Subscription(name="x", channel="webhook", url=url)
        for url in ("https://Example.org/a", "https://example.org/b?c", "https://example.org:8443/a")
    )
    assert webhook.destination(one, Config()) == webhook.destination(two, Config())
    assert webhook.destination(one, Config()) != webhook.destination(other, Config())


def test_a_probe_connects_and_sends_nothing(raw_server, monkeypatch):
    heard = []
    server = raw_server(lambda connection: heard.append(connection.recv(100)))
    monkeypatch.setenv("HOOK_SECRET", KEY)
    assert "answers" in webhook.probe(to(server, secret_env="HOOK_SECRET"), Config())
    time.sleep(0.05)
    assert heard == [b""]
    server.close()
    with pytest.raises(DeliveryError, match="Connection refused"):
        webhook.probe(to(server, secret_env="HOOK_SECRET"), Config())
    monkeypatch.setenv("HOOK_SECRET", "letmein")
    with pytest.raises(SecretError, match="does not begin with whsec_"):
        webhook.probe(to(server, secret_env="HOOK_SECRET"), Config())
    with pytest.raises(AddressError):
        webhook.probe(Subscription(name="x", channel="webhook", url="http://example.org/"), Config())
