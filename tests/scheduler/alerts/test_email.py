"""Mail against real servers on loopback: willing, unwilling, and treacherous."""

# ruff: noqa: N802 - names of aiosmtpd

from __future__ import annotations

import asyncio
import ssl
import threading
import time
import traceback
from email import message_from_bytes, policy

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult

from scheduler.alerts import email as channel
from scheduler.alerts.channels import Context
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import Message
from scheduler.alerts.secrets import Secret
from scheduler.config import Config, Email, Subscription

MESSAGE = Message("msg_0123456789", "New: 器官移植", "text 器官\n", "<p>html</p>\n", {})
PASSWORD = "canary" + "-4711"  # in two pieces, since tracebacks quote the source


class Box:
    """Keeps mails; `answers` says what a recipient or a mail is told instead of 250."""

    def __init__(self):
        self.mails, self.answers, self.said = [], {}, []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        self.said.append(address)
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, _server, _session, envelope, address, _options):
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_DATA(self, _server, session, envelope):
        if "DATA" in self.answers:
            return self.answers["DATA"]
        mail = message_from_bytes(envelope.original_content, policy=policy.default)
        self.mails.append((envelope.mail_from, tuple(envelope.rcpt_tos), mail, session.ssl is not None))
        return "250 kept"


@pytest.fixture(scope="module")
def loop():
    """Run an event loop in a thread, for the servers of this module."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def serve(loop):
    """Return a function that starts an aiosmtpd server for a box and returns its port."""
    servers = []

    async def start(box, implicit, options):
        return await loop.create_server(
            lambda: SMTP(box, loop=loop, hostname="test", **options), "127.0.0.1", 0, ssl=implicit
        )

    def open_one(box, *, implicit=None, **options):
        servers.append(asyncio.run_coroutine_threadsafe(start(box, implicit, options), loop).result(10))
        return servers[-1].sockets[0].getsockname()[1]

    yield open_one
    for server in servers:
        loop.call_soon_threadsafe(server.close)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def trust(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def secure(authority):
    def make(*names):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        return context

    return make


def settings(port, security="none", host="127.0.0.1", **more):
    return Email(host=host, port=port, security=security, from_="Watch <alerts@watch.example.org>", **more)


def office(*to):
    return Subscription(name="office", channel="email", to=to or ("ann@example.net",))


def failure(*args, **more):
    with pytest.raises(DeliveryError) as caught:
        channel.send(*args, **more)
    return caught.value


def test_a_mail_arrives(serve):
    box = Box()
    assert "accepted by 127.0.0.1" in channel.send(MESSAGE, office(), settings(serve(box)), None)
    sender, recipients, mail, _ = box.mails[0]
    assert (sender, recipients) == ("alerts@watch.example.org", ("ann@example.net",))
    assert mail["Subject"] == "New: 器官移植"
    assert mail["X-Alert-ID"] == "msg_0123456789"
    assert "器官" in mail.get_body(("plain",)).get_content()


def test_each_recipient_gets_a_mail_of_their_own(serve):
    box = Box()
    said = channel.send(
        MESSAGE, office("ann@example.net", "bob@example.net", "ann@example.net"), settings(serve(box)), None
    )
    assert "2 recipients" in said
    assert [recipients for _, recipients, _, _ in box.mails] == [("ann@example.net",), ("bob@example.net",)]
    assert [mail["To"] for _, _, mail, _ in box.mails] == ["ann@example.net", "bob@example.net"]
    assert len({mail["Message-ID"] for _, _, mail, _ in box.mails}) == 2


def test_starttls_and_sign_in(serve, secure, trust):
    box, seen = Box(), []

    def check(_server, _session, _envelope, _mechanism, data):
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    port = serve(box, tls_context=secure("localhost"), require_starttls=True, auth_required=True, authenticator=check)
    email = settings(port, "starttls", "localhost", user="watch", password_env="MAIL_PASSWORD")
    channel.send(MESSAGE, office(), email, Secret(PASSWORD), context=trust)
    assert seen == [(b"watch", PASSWORD.encode())]
    assert box.mails[0][3] is True
    trouble = failure(MESSAGE, office(), email, Secret("wrong" + PASSWORD), context=trust)
    assert str(trouble) == "the mail server refuses user and password (535)"
    assert trouble.permanent is False
    assert PASSWORD not in "".join(traceback.format_exception(trouble))


def test_tls_from_the_first_byte(serve, secure, trust):
    box = Box()
    port = serve(box, implicit=secure("localhost"))
    channel.send(MESSAGE, office(), settings(port, "tls", "localhost"), None, context=trust)
    assert len(box.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_of_another_name_or_an_unknown_authority_is_refused(serve, secure, trust, security):
    box = Box()

    def port(*names):
        context = secure(*names)
        return serve(box, implicit=context) if security == "tls" else serve(box, tls_context=context)

    wrong_name = failure(MESSAGE, office(), settings(port("evil.example"), security, "localhost"), None, context=trust)
    unknown = failure(MESSAGE, office(), settings(port("localhost"), security, "localhost"), None)
    for trouble in (wrong_name, unknown):
        assert "certificate is refused" in str(trouble)
        assert trouble.permanent is False
    assert box.mails == []


def test_without_starttls_nothing_is_sent_in_the_clear(serve, trust):
    box = Box()
    email = settings(serve(box), "starttls", "localhost", user="watch", password_env="MAIL_PASSWORD")
    trouble = failure(MESSAGE, office(), email, Secret(PASSWORD), context=trust)
    assert "offers no STARTTLS" in str(trouble)
    assert (box.mails, box.said) == ([], [])


def test_no_security_is_for_this_machine_only():
    assert "this machine only" in str(failure(MESSAGE, office(), settings(25, host="mail.example.org"), None))


@pytest.mark.parametrize(
    ("where", "answer", "permanent"),
    [
        ("ann@example.net", "450 4.2.0 greylisted, come back", False),
        ("ann@example.net", "451 4.7.1 try later", False),
        ("ann@example.net", "421 4.3.2 closing", False),
        ("ann@example.net", "550 5.1.1 no such user", True),
        ("ann@example.net", "552 5.2.2 mailbox full", True),
        ("MAIL", "451 later", False),
        ("MAIL", "553 not from you", True),
        ("DATA", "451 4.3.0 later", False),
        ("DATA", "554 5.7.1 looks like spam", True),
    ],
)
def test_4xx_passes_and_5xx_is_for_good(serve, where, answer, permanent):
    box = Box()
    box.answers[where] = answer
    trouble = failure(MESSAGE, office(), settings(serve(box)), None)
    assert answer in str(trouble)
    assert trouble.permanent is permanent
    assert box.mails == []


def test_who_has_a_copy_is_remembered_and_left_out_the_next_time(serve):
    box = Box()
    box.answers["bob@example.net"] = "451 greylisted"
    email, everybody = settings(serve(box)), office("ann@example.net", "bob@example.net", "cy@example.net")
    trouble = failure(MESSAGE, everybody, email, None)
    assert trouble.accepted == {"ann@example.net", "cy@example.net"}
    assert trouble.permanent is False
    assert "2 of 3 recipients have it" in str(trouble)
    del box.answers["bob@example.net"]
    channel.send(MESSAGE, everybody, email, None, accepted=trouble.accepted)
    assert [recipients[0].partition("@")[0] for _, recipients, _, _ in box.mails] == ["ann", "cy", "bob"]
    assert len({mail["Message-ID"] for _, _, mail, _ in box.mails}) == 3


def test_one_unknown_recipient_among_others_makes_a_dead_letter_that_says_so(serve):
    box = Box()
    box.answers["bob@example.net"] = "550 no such user"
    trouble = failure(MESSAGE, office("ann@example.net", "bob@example.net"), settings(serve(box)), None)
    assert trouble.permanent is True
    assert trouble.accepted == {"ann@example.net"}
    assert "1 of 2 recipients have it" in str(trouble)


def test_a_recipient_that_may_still_come_round_keeps_the_delivery_alive(serve):
    box = Box()
    box.answers |= {"ann@example.net": "550 no", "bob@example.net": "451 later"}
    assert failure(MESSAGE, office("ann@example.net", "bob@example.net"), settings(serve(box)), None).permanent is False


def talk(connection, *lines, after=None):
    """Speak SMTP by the book up to the first command that is not in the book."""
    stream = connection.makefile("rwb")
    stream.write(b"220 here\r\n")
    stream.flush()
    mails = []
    while line := stream.readline():
        verb = line[:4].upper().strip()
        if verb == b"DATA":
            stream.write(b"354 go on\r\n")
            stream.flush()
            if after == "354":
                return mails
            mail = b""
            while (part := stream.readline()) not in (b".\r\n", b""):
                mail += part
            mails.append(mail)
            return mails  # without the 250
        stream.write(b"250 fine\r\n")
        stream.flush()
    return mails


def test_a_server_that_goes_after_the_last_dot_is_tried_again_under_the_same_id(raw_server):
    kept = []
    server = raw_server(lambda connection: kept.extend(talk(connection)))
    for _ in range(2):
        trouble = failure(MESSAGE, office(), settings(server.port), None)
        assert "broke the conversation off" in str(trouble)
        assert trouble.permanent is False
    time.sleep(0.05)
    first, second = (message_from_bytes(mail, policy=policy.default) for mail in kept)
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    "behave",
    [
        lambda connection: talk(connection, after="354"),
        lambda connection: connection.sendall(b"421 busy\r\n"),
        lambda connection: connection.sendall(b"554 go away\r\n"),
        lambda connection: connection.sendall(b"what?\r\n"),
        lambda connection: connection.sendall(b"220 " + b"x" * 100_000),
        lambda connection: None,
    ],
    ids=["gone after 354", "421", "554 at once", "garbage", "long line", "silence and gone"],
)
def test_a_server_that_misbehaves_is_tried_again(raw_server, behave):
    trouble = failure(MESSAGE, office(), settings(raw_server(behave).port), None)
    assert trouble.permanent is False
    assert str(trouble)


@pytest.mark.parametrize("greeting", [b"", b"220-"])
def test_a_server_that_drips_is_cut_off_at_the_deadline(raw_server, monkeypatch, greeting):
    monkeypatch.setattr(channel, "DEADLINE", 1.0)

    def slow(connection):
        connection.sendall(greeting)
        while not server.over.wait(0.1):
            connection.sendall(b"x")

    server = raw_server(slow)
    began = time.monotonic()
    assert failure(MESSAGE, office(), settings(server.port), None).permanent is False
    assert 0.9 < time.monotonic() - began < 3


def test_nobody_listening_is_said_so(raw_server):
    server = raw_server(lambda _connection: None)
    server.close()
    assert str(failure(MESSAGE, office(), settings(server.port), None)).endswith("Connection refused")


def test_a_delivery_reads_its_password_at_the_moment_it_is_sent(serve, monkeypatch):
    config = Config(email=settings(serve(Box()), user="watch", password_env="MAIL_PASSWORD"))
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    with pytest.raises(DeliveryError, match="MAIL_PASSWORD is not set"):
        channel.deliver(MESSAGE, office(), Context(config), frozenset())
    with pytest.raises(DeliveryError, match=r"no \[email\]"):
        channel.deliver(MESSAGE, office(), Context(Config()), frozenset())


def test_a_probe_signs_in_and_sends_nothing(serve, secure):
    box = Box()
    port = serve(box)
    assert f"port {port} takes mail" in channel.probe(office(), Config(email=settings(port)))
    assert box.said == []
    tls = settings(serve(box, tls_context=secure("localhost")), "starttls", "localhost")
    with pytest.raises(DeliveryError, match="certificate is refused"):
        channel.probe(office(), Config(email=tls))


def test_mails_share_a_destination(serve):
    config = Config(email=settings(2525))
    assert channel.destination(office(), config) == channel.destination(office("bob@example.net"), config)
