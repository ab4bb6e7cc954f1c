"""One bounded GET, and the glance made of it, against portals that behave and portals that do not."""

import gzip
import ssl
import threading
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
import trustme

from scheduler.exchange import Exchange
from scheduler.glance import CAP, glance
from scheduler.troubles import HeldError, TroubleError
from scheduler.trust import trusted
from storage.model import Validators
from tests import web

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
BODY = web.feed(range(1, 61), size=30_000)


@pytest.fixture
def portal():
    portal = web.Web()
    yield portal
    portal.end()


@pytest.fixture
def exchange():
    exchange = Exchange("coopwatch-test/0", deadline=1.0, connect=0.8)
    yield exchange
    exchange.close()


def look(exchange, portal, known=None):
    return glance(exchange, portal.base + web.FEED, known, NOW)


def trouble(exchange, portal, answer):
    portal.pages[web.FEED] = answer
    with pytest.raises(TroubleError) as told:
        look(exchange, portal)
    return told.value.trouble


# --- a portal that behaves ----------------------------------------------------------------------------------------


def test_a_listing_comes_with_what_the_next_glance_asks_with(exchange, portal):
    portal.pages[web.FEED] = BODY
    sight = look(exchange, portal)
    assert (sight.moved, sight.body) == (True, BODY)
    assert sight.validators.etag
    assert sight.validators.digest
    sent = portal.hits[0][2]
    assert sent["User-Agent"] == "coopwatch-test/0"
    assert sent["Cache-Control"] == "max-age=0"
    assert "If-None-Match" not in sent


def test_the_second_glance_asks_conditionally_and_sees_that_nothing_moved(exchange, portal):
    portal.pages[web.FEED] = BODY
    known = look(exchange, portal).validators
    assert not look(exchange, portal, known).moved
    assert portal.hits[-1][2]["If-None-Match"] == known.etag


def test_the_same_bytes_are_the_same_listing_where_the_portal_knows_no_validators(exchange, portal):
    portal.pages[web.FEED], portal.validators = BODY, False
    known = look(exchange, portal).validators
    assert (known.etag, known.last_modified) == (None, None)
    assert not look(exchange, portal, known).moved
    portal.pages[web.FEED] = web.feed(range(1, 62))
    assert look(exchange, portal, known).moved


def test_a_304_that_nobody_asked_for_is_no_listing(exchange, portal):
    portal.pages[web.FEED] = web.status(304)
    with pytest.raises(TroubleError, match="http 304"):
        look(exchange, portal, Validators())


def test_a_connection_is_kept_and_used_again_also_after_a_long_pause(exchange, portal):
    portal.pages[web.FEED] = BODY
    ports = set()
    portal.pages["/port"] = lambda handler: (ports.add(handler.client_address[1]), handler.answer(200, b"x"))
    for _ in range(3):
        look(exchange, portal)
    exchange.get(portal.base + "/port", {}, 10)
    look(exchange, portal)  # the portal hung up meanwhile
    assert len(portal.hits) == 5


def test_gzip_is_read(exchange, portal):
    portal.pages[web.FEED] = lambda handler: handler.answer(200, gzip.compress(BODY), Content_Encoding="gzip")
    assert look(exchange, portal).body == BODY


def test_a_listing_over_the_cap_is_left_to_the_child(exchange, portal):
    portal.pages[web.FEED] = web.feed([1], size=CAP + 1)
    sight = look(exchange, portal)
    assert (sight.moved, sight.body, sight.ask) == (True, None, portal.base + web.FEED)
    assert sight.validators is None


def test_a_redirect_at_home_is_left_to_the_child(exchange, portal):
    portal.pages[web.FEED] = web.redirect("/new.xml")
    sight = look(exchange, portal)
    assert (sight.body, sight.ask) == (None, portal.base + "/new.xml")
    assert not portal.asked("/new.xml")


def test_several_threads_share_an_exchange(exchange, portal):
    portal.pages[web.FEED] = BODY
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(look(exchange, portal).body)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [BODY] * 8


# --- a portal that does not ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 403, 404, 412, 500, 502, 503])
def test_an_error_is_named_by_its_status(exchange, portal, status):
    assert trouble(exchange, portal, web.status(status)) == f"http {status}"


@pytest.mark.parametrize("status", [429, 503])
def test_a_portal_that_asks_for_patience_gets_it(exchange, portal, status):
    portal.pages[web.FEED] = web.status(status, Retry_After="90")
    with pytest.raises(HeldError, match=f"http {status}") as told:
        look(exchange, portal)
    assert told.value.seconds == 90


@pytest.mark.parametrize("target", ["http://127.0.0.2:1/x", "file:///etc/passwd", "//localhost/x"])
def test_a_redirect_elsewhere_is_refused_and_says_where_it_leads(exchange, portal, target):
    told = trouble(exchange, portal, web.redirect(target))
    assert told.startswith("redirect: ")
    assert target.lstrip("/") in told


@pytest.mark.parametrize(
    "answer",
    [
        web.sent(HEAD + b"Content-Length: 99999\r\n\r\n" + BODY),
        web.sent(HEAD + b"Transfer-Encoding: chunked\r\n\r\n400\r\n" + BODY[:1024] + b"\r\n"),
        web.sent(HEAD + b"Connection: close\r\n\r\n" + BODY[:-20]),
        web.sent(HEAD),
        web.sent(b"HTTP/1.1 200 OK\r\nContent-Ty"),
    ],
    ids=["length not reached", "chunks without end", "no length", "cut after a header", "cut inside a header"],
)
def test_a_200_cut_short_is_never_read_as_news(exchange, portal, answer):
    assert trouble(exchange, portal, answer).startswith("truncated: ")


def test_a_listing_without_a_length_is_read_where_it_closes_its_tags_and_asked_for_whole_again(exchange, portal):
    portal.pages[web.FEED] = web.sent(HEAD + b'ETag: "1"\r\nConnection: close\r\n\r\n' + BODY)
    seen = look(exchange, portal)
    assert seen.body == BODY
    assert seen.validators is not None
    assert (seen.validators.etag, seen.validators.last_modified) == (None, None)


@pytest.mark.parametrize("answer", [web.sent(b""), web.sent(b"garbage\r\n\r\n")])
def test_an_answer_that_is_none_is_a_failed_connection(exchange, portal, answer):
    assert trouble(exchange, portal, answer).startswith("connect: ")


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_listing_is_an_error(exchange, portal, body):
    assert trouble(exchange, portal, body).startswith("empty: ")


@pytest.mark.parametrize(
    "answer",
    [
        web.stalled(),
        web.sent(*[b"H"] * 100, every=0.05),
        web.sent(b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 90, every=0.05),
        web.sent(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 100, every=0.05),
        web.sent(HEAD + b"Content-Length: 1000\r\n\r\n", *[b"<"] * 100, every=0.05),
        web.sent(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\n<\r\n"] * 100, every=0.05),
    ],
    ids=["silence", "dripping status", "dripping headers", "continue for ever", "dripping body", "dripping chunks"],
)
def test_a_slow_portal_ends_at_the_deadline(exchange, portal, answer):
    before = time.monotonic()
    assert trouble(exchange, portal, answer).startswith("timeout: ")
    assert time.monotonic() - before < 1.8


def test_a_kept_connection_that_the_portal_closes_is_no_failure(exchange, portal):
    def closing_late(handler):
        handler.answer(200, BODY)
        handler.rfile.readline()  # the next request is on its way when the connection ends

    portal.pages[web.FEED] = closing_late
    look(exchange, portal)
    portal.pages[web.FEED] = BODY
    assert look(exchange, portal).body == BODY
    assert len(portal.hits) == 2


def test_a_deadline_of_one_exchange_does_not_end_the_next_on_a_kept_connection(portal):
    exchange = Exchange("x", deadline=0.3)
    portal.pages[web.FEED] = BODY
    known = look(exchange, portal).validators
    for _ in range(5):
        time.sleep(0.15)
        assert not look(exchange, portal, known).moved
    portal.pages[web.FEED] = web.stalled()
    with pytest.raises(TroubleError, match="timeout"):
        look(exchange, portal)
    exchange.close()


@pytest.mark.parametrize(
    ("coding", "pack"), [("gzip", gzip.compress), ("br", lambda raw: brotli.compress(raw, quality=1))]
)
def test_a_bomb_ends_at_the_cap(exchange, portal, coding, pack):
    packed = pack(bytes(100 << 20))
    portal.pages[web.FEED] = lambda handler: handler.answer(200, packed, Content_Encoding=coding)
    assert look(exchange, portal).body is None


@pytest.mark.parametrize(
    "answer",
    [
        web.endless(b"HTTP/1.1 200 OK\r\n", b"X-Bomb: " + b"x" * 190 + b"\r\n"),
        web.endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536),
        web.endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    ],
    ids=["headers without end", "one header without end", "early hints without end"],
)
def test_headers_without_end_are_not_read(exchange, portal, answer):
    assert trouble(exchange, portal, answer).startswith(("connect: ", "http 103", "timeout: ", "truncated: "))


def test_a_closed_port_and_an_unknown_name_are_told_apart(exchange):
    for url, name in (("http://127.0.0.1:9/x", "connect: "), ("http://portal.invalid/x", "dns: ")):
        with pytest.raises(TroubleError) as told:
            exchange.get(url, {}, CAP)
        assert told.value.trouble.startswith(name), told.value.trouble


def test_cookies_are_not_kept_and_no_proxy_or_password_of_the_environment_is_used(portal, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    exchange = Exchange("x")
    portal.pages[web.FEED] = lambda handler: handler.answer(200, BODY, Set_Cookie="a=b")
    look(exchange, portal)
    look(exchange, portal)
    assert not portal.hits[-1][2].keys() & {"Cookie", "Authorization"}
    exchange.close()


# --- TLS ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def served(authority, name="127.0.0.1", **more):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name, **more).configure_cert(context)
    portal = web.Web(context)
    portal.pages[web.FEED] = BODY
    return portal


@pytest.fixture
def trusting(authority, monkeypatch, tmp_path):
    """Return an Exchange that trusts the tests' authority as it would the system's."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    trusted.cache_clear()
    exchange = Exchange("x", deadline=2.0)
    yield exchange
    exchange.close()
    trusted.cache_clear()


def test_a_portal_with_a_good_certificate_is_read_over_a_kept_connection(authority, trusting):
    portal = served(authority)
    known = look(trusting, portal).validators
    assert not look(trusting, portal, known).moved
    portal.end()


@pytest.mark.parametrize("fault", ["another authority", "another host", "expired", "an old protocol"])
def test_a_portal_with_a_bad_certificate_is_not_read(authority, trusting, fault):
    portal = {
        "another authority": lambda: served(trustme.CA()),
        "another host": lambda: served(authority, "portal.example"),
        "expired": lambda: served(authority, not_after=datetime(2020, 1, 1, tzinfo=UTC)),
        "an old protocol": lambda: served(authority),
    }[fault]()
    if fault == "an old protocol":
        context = portal.socket.context
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore"):
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(TroubleError) as told:
        look(trusting, portal)
    assert told.value.trouble.startswith("tls: "), told.value.trouble
    assert not portal.hits
    portal.end()


def test_a_handshake_that_stalls_ends_at_the_deadline():
    exchange, portal = Exchange("x", deadline=0.5), web.Web()
    portal.finish_request = lambda request, _: request.settimeout(5) or (request.recv(10_000) and time.sleep(3))
    before = time.monotonic()
    with pytest.raises(TroubleError) as told:
        exchange.get(f"https://127.0.0.1:{portal.server_port}/", {}, CAP)
    assert told.value.trouble.startswith("timeout: ")
    assert time.monotonic() - before < 1.5
    exchange.close()
    portal.end()


def test_nothing_is_left_open(portal):
    exchange = Exchange("x", deadline=0.3)
    portal.pages[web.FEED] = BODY
    look(exchange, portal)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for answer in (BODY, web.sent(HEAD), web.status(500), web.stalled(), web.sent(b"")) * 3:
        portal.pages[web.FEED] = answer
        try:
            look(exchange, portal)
        except TroubleError:
            continue
    exchange.close()
    time.sleep(0.2)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
