"""A message as a mail, read again by a parser."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from scheduler.alerts.mail import bare_address, mail, message_id
from scheduler.alerts.message import Message

AT = datetime(2026, 11, 21, 8, 32, tzinfo=UTC)
SENDER = "Co-op Watch <alerts@watch.example.org>"
HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "X-Alert-ID", "List-Id", "Auto-Submitted"),
    *("List-Unsubscribe", "Content-Language", "MIME-Version", "Content-Type"),
}
SEEDS = [
    "=?utf-8?q?a=0ABcc:_v@x?=",
    "=?utf-8?b?QQpCY2M6IHZAeA==?=",
    "a =?utf-8?q?x=0D=0A?= =?utf-8?q?Bcc:_v?= b",
    "=\u200b?utf-8?q?a=0ABcc:_v@x?=",
    "=\u00ad\u2060?utf-8?b?QQo=?=",
    "line\r\nBcc: victim@example.org",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "NUL \x00 here",
    "\u202eright to left\u202c",
    "=?",
    "?=",
    "器" * 3000,
    "x" * 3000,
    "\ud800 lone",
    "(comment) <angle@brackets> \"quoted\" 'single', ; :",
    "",
]
ALPHABET = "=?utf-8qb_ :@\r\n\t\x0b\x85\u2028\u200b\u202e器官移植，。!\"'()<>,;.\\=0AaBc"


def message(subject="New: a release", text="Plain.\n", html="<p>Plain.</p>\n"):
    return Message("msg_0123456789abcdef0123456789", subject, text, html, {})


def sent(made, to="ann@example.net", subscription="office"):
    return mail(made, SENDER, to, subscription, AT).as_bytes()


def parsed(raw):
    return message_from_bytes(raw, policy=policy.default)


def fault(raw):
    """Return what is wrong with the head of a mail, or None."""
    head = raw.partition(b"\r\n\r\n")[0]
    again = parsed(raw)
    if sorted(again.keys()) != sorted(HEADERS):
        return f"headers {sorted(again.keys())}"
    if b"\n" in raw.replace(b"\r\n", b""):
        return "a bare line feed"
    if max(map(len, raw.split(b"\r\n"))) > 998:
        return "a long line"
    if not head.isascii():
        return "a header that is not ASCII"
    return None


def test_a_mail_says_the_same_in_text_and_html():
    made = parsed(sent(message(subject="New: 器官移植 agreement", text="Plain 器官.\n", html="<p>HTML 器官</p>\n")))
    assert set(made.keys()) == HEADERS
    assert made["Subject"] == "New: 器官移植 agreement"
    assert made["From"].addresses[0].addr_spec == "alerts@watch.example.org"
    assert made["From"].addresses[0].display_name == "Co-op Watch"
    assert made["To"] == "ann@example.net"
    assert made["Date"].datetime == AT
    assert made["X-Alert-ID"] == "msg_0123456789abcdef0123456789"
    assert made["Auto-Submitted"] == "auto-generated"
    assert made["List-Id"] == "<office.coopwatch.watch.example.org>"
    assert made.get_content_type() == "multipart/alternative"
    parts = list(made.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content().replace("\r\n", "\n") for part in parts] == ["Plain 器官.\n", "<p>HTML 器官</p>\n"]
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"base64"}


def test_a_copy_keeps_its_id_over_attempts_and_each_recipient_has_their_own():
    one, two = (message_id(message(), SENDER, to) for to in ("ann@example.net", "bob@example.net"))
    assert one == message_id(message(), SENDER, "Ann@example.net") == parsed(sent(message()))["Message-ID"]
    assert one != two
    assert one.startswith("<msg_0123456789abcdef0123456789.")
    assert one.endswith("@watch.example.org>")


def test_whoever_wants_no_more_finds_where_to_write_to():
    assert parsed(sent(message()))["List-Unsubscribe"] == (
        "<mailto:alerts@watch.example.org?subject=unsubscribe%20office>"
    )
    desk = replace(message(), unsubscribe="stop+mail@example.net")
    name = "s" * 64
    raw = sent(desk, subscription=name)
    # One line and plain: folded or encoded, mail programs and DKIM signers stumble over it.
    assert f"\r\nList-Unsubscribe: <mailto:stop%2Bmail@example.net?subject=unsubscribe%20{name}>\r\n".encode() in raw


def test_mails_of_one_story_belong_together_in_each_mailbox():
    first = replace(message(), story="info.gov.hk/P1")
    later = replace(message("Revised: a release"), id="msg_later", story="info.gov.hk/P1")
    other = replace(message(), story="info.gov.hk/P2")
    roots = [parsed(sent(one))["References"] for one in (first, later, other)]
    assert roots[0] == roots[1] != roots[2]
    assert roots[0] == parsed(sent(first))["In-Reply-To"]
    assert roots[0] == parsed(sent(first, to="Ann@example.net"))["References"]
    assert roots[0] != parsed(sent(first, to="bob@example.net"))["References"]
    assert roots[0] not in {parsed(sent(one))["Message-ID"] for one in (first, later)}
    assert parsed(sent(message()))["References"] is None


@pytest.mark.parametrize(
    "subject", ["New: " + "long words in English " * 8, "新：" + "器官移植與長者醫療 " * 9, "x" * 190]
)
def test_a_long_subject_begins_where_it_should(subject):
    raw = sent(message(subject=subject))
    assert b"\r\nSubject:\r\n" not in raw
    assert parsed(raw)["Subject"] == subject.strip()


def test_a_mail_names_its_language():
    assert parsed(sent(replace(message(), language="zh-Hant")))["Content-Language"] == "zh-Hant"


def test_a_long_domain_does_not_break_the_message_id():
    sender = "alerts@" + ".".join(["department-of-long-names"] * 4) + ".example.org"
    made = mail(replace(message(), story="info.gov.hk/P1"), sender, "ann@example.net", "s" * 64, AT)
    raw = made.as_bytes()
    assert b"=?" not in raw.partition(b"\r\n\r\n")[0].partition(b"boundary=")[0]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert parsed(raw)["Message-ID"].strip() == message_id(message(), sender, "ann@example.net")


def test_a_long_name_of_a_subscription_gives_a_short_list_id():
    made = parsed(sent(message(), subscription="s" * 64))
    assert made["List-Id"].endswith(".watch.example.org>")
    assert len(made["List-Id"]) < 66


@pytest.mark.parametrize("sender", ["alerts@watch.example.org", "Watch <alerts@watch.example.org>"])
def test_a_sender_may_have_a_name(sender):
    assert bare_address(sender) == "alerts@watch.example.org"


@pytest.mark.parametrize("subject", SEEDS, ids=range(len(SEEDS)))
def test_a_hostile_title_adds_no_header(subject):
    assert fault(sent(message(subject=subject))) is None


@pytest.mark.parametrize("number", [500, pytest.param(20_000, marks=pytest.mark.drill)])
def test_thousands_of_hostile_titles_add_no_header(number):
    chance = random.Random(20261121)
    for _ in range(number):
        subject = "".join(chance.choices(ALPHABET, k=chance.randint(1, 119)))
        assert fault(sent(message(subject=subject))) is None, ascii(subject)


def test_the_parser_would_have_caught_an_added_header():
    assert fault(sent(message()).replace(b"To: ", b"Bcc: v@x\r\nTo: ", 1)) is not None
    assert fault(sent(message()) + b"\n") is not None
