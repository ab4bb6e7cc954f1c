"""Notices about the watch itself, in words and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from scheduler import incident_words, notices
from scheduler.alerts.message import word
from scheduler.alerts.notice_words import TO_SUBSCRIBERS
from scheduler.config import Email, Subscription
from scheduler.incidents import IncidentKind
from storage.model import Delivery

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCHEMA = json.loads(files("scheduler.alerts").joinpath("notice-1.schema.json").read_text(encoding="utf-8"))
LANGUAGES = ("en", "zh-Hant", "zh-Hans")
HOSTILE = "<script>alert(1)</script>{{7*7}}{0.__class__}\u202e\x1b"
# What incidents.py gathers, for each kind.
EVIDENCE = {
    IncidentKind.FAILING: ("mo_gcs_zh", {"failures": 4, "trouble": "server: 503", "last_good": "2026-11-20T20:00:00Z"}),
    IncidentKind.BLIND: ("mo_gcs_zh", {"failures": 99, "trouble": "server: 503", "last_good": "2026-11-20T20:00:00Z"}),
    IncidentKind.DELIVERIES: (
        "office",
        {"dead": 1, "waiting": 2, "oldest": "2026-11-20T20:00:00Z", "trouble": "HTTP 500"},
    ),
    IncidentKind.DISK: ("/var/lib", {"free": 100_000_000, "least": 200_000_000}),
    IncidentKind.CLOCK: ("clock", {"seconds": -7200, "at": "2026-11-20T20:00:00Z"}),
    IncidentKind.CANARY: ("office", {"due": "2026-11-20T20:00:00Z", "found": "it was not delivered"}),
    IncidentKind.GAP: (
        "deliveries",
        {"count": 1, "gaps": [{"release_id": 7, "kind": "new", "subscription": "office", "why": "nobody knows"}]},
    ),
    IncidentKind.STORM: ("hk_gia_en", {"hold": 3, "alerts": 112, "why": "more than usual", "titles": ["One", "Two"]}),
    IncidentKind.SILENT: ("mo_gcs_zh", {"newest": "2026-11-20T20:00:00Z", "expected": 9.5, "limit": 7.1}),
    IncidentKind.FEWER: ("mo_gcs_zh", {"links": 3, "usual": 40}),
    IncidentKind.FIELDS: ("mo_gcs_zh", {"fields": ["published"]}),
    IncidentKind.SHAPES: ("mo_gcs_zh", {"usual": "x.example/0", "new": "x.example/a"}),
    IncidentKind.ENCODING: ("mo_gcs_zh", {"count": 3}),
}


def reader(language="en", **more):
    return Subscription(name="operator-1", channel="email", language=language, **more)


def delivery(body):
    return Delivery(5, "msg_notice", "operator-1", None, 1, NOW, what="notice", body=body, as_of=NOW)


def faults(message):
    return [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(json.loads(message.body))]


def opened(kind):
    subject, evidence = EVIDENCE[kind]
    title, lines = incident_words.opened(kind, subject, evidence)
    return delivery(notices.body(kind, "opened", subject, NOW, title, lines, evidence))


def test_the_schema_is_a_schema_and_names_its_version():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA["title"] == "coopwatch.notice/1"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_incident_is_told_in_the_readers_language(kind, language):
    message = word(opened(kind), reader(language))
    assert faults(message) == []
    assert (message.data["kind"], message.data["state"], message.language) == (kind, "opened", language)
    title = message.data["title"]
    assert title.isascii() == (language == "en")
    assert title in message.subject
    assert title in message.html or "&" in message.html
    assert not {"{", "}"} & set(message.text)
    subject, evidence = EVIDENCE[kind]
    closed, lines = incident_words.closed(kind, subject, evidence, NOW - timedelta(hours=5), NOW)
    over = word(delivery(notices.body(kind, "closed", subject, NOW, closed, lines, evidence)), reader(language))
    assert faults(over) == []
    assert over.data["title"].isascii() == (language == "en")
    assert over.data["title"] != title
    assert over.story == message.story  # the end stands beside the beginning in a mailbox


@pytest.mark.parametrize("kind", notices.TOLD)
def test_what_is_told_once_is_told_in_chinese_too(kind):
    values = {"since": "2026-11-20T20:00:00Z", "until": "2026-11-21T20:00:00Z", "reason": "HTTP 410"}
    body = notices.body(kind, "told", "mo_gcs_zh", NOW, "In English", ["A line."], values)
    for language in ("zh-Hant", "zh-Hans"):
        message = word(delivery(body), reader(language))
        assert faults(message) == []
        assert not message.data["title"].isascii()
    if kind not in TO_SUBSCRIBERS:
        assert word(delivery(body), reader()).data["title"] == "In English"


def test_subscribers_are_told_of_a_source_by_its_title_and_by_their_clock():
    values = {"since": "2026-11-20T20:00:00Z", "until": "2026-11-21T20:00:00Z"}
    blind, back = (
        word(delivery(notices.body(kind, "told", "hk_gia_zh", NOW, "hk_gia_zh", ["UTC"], values)), reader())
        for kind in ("watch-blind", "watch-back")
    )
    assert "Cannot be read at present: Hong Kong: press releases (Chinese)" in blind.subject
    assert "since 21 November 2026, 04:00 (UTC+08:00)" in blind.text
    assert "from 21 November 2026, 04:00 (UTC+08:00) to 22 November 2026, 04:00 (UTC+08:00)" in back.text
    assert not {"hk_gia_zh", "UTC."} & set((blind.subject + blind.text + back.subject + back.text).split())
    assert blind.data["subject"] == "hk_gia_zh"


def test_chinese_notices_tell_the_values_beside_the_sentences():
    text = word(opened(IncidentKind.DELIVERIES), reader("zh-Hant")).text
    assert "等待發出：2\n" in text
    assert "最早一則：2026年11月21日 04:00（UTC+08:00）\n" in text
    assert "剩餘空間：100 MB\n" in word(opened(IncidentKind.DISK), reader("zh-Hant")).text


def test_a_storm_is_a_question_with_the_commands_that_answer_it():
    message = word(opened(IncidentKind.STORM), reader())
    assert message.subject.startswith("Question: hk_gia_en: 112 alerts are held")
    assert "`coopwatch alerts release 3`" in message.text
    assert 'monospace;">coopwatch alerts release 3</span>' in message.html
    chinese = word(opened(IncidentKind.STORM), reader("zh-Hans"))
    assert chinese.subject == "请决定：香港 www.info.gov.hk（英文）有 112 条新内容暂缓发送：是否发送？"
    assert "`coopwatch alerts drop 3`" in chinese.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "something-new", "state": "opened", "subject": "x", "values": {"strange_value": 7}},
        {"kind": "clock", "state": "opened"},
        {"kind": "storm-held", "state": "opened", "values": {"hold": None, "titles": None}},
        {"kind": "disk", "state": "upside-down", "at": "yesterday", "values": {"since": "long ago", "free": "much"}},
        {"kind": HOSTILE, "subject": HOSTILE, "title": HOSTILE, "lines": [HOSTILE], "values": {HOSTILE: HOSTILE}},
    ],
    ids=range(6),
)
def test_trouble_is_told_whatever_its_body_lacks(body, language):
    message = word(delivery(body), reader(language))
    assert [fault for fault in faults(message) if "yesterday" not in fault] == []
    assert message.subject
    assert "<script>" not in message.html
    assert "\u202e" not in message.text + message.html
    if "values" in body and body["kind"] == "something-new":
        assert "something-new: x" in message.subject
        assert "strange value" in message.text


def test_a_long_body_is_shortened():
    values = {f"value {n}": "x" * 5000 for n in range(200)} | {"nested": [{"a": ["y" * 900] * 50}] * 50}
    body = {"kind": "disk", "state": "opened", "title": "t" * 9000, "lines": ["l" * 9000] * 90, "values": values}
    message = word(delivery(body), reader())
    assert len(message.body) < 20_000
    assert faults(message) == []
    assert message.data["shortened"]


def test_subscribers_are_told_where_to_write_to_and_operators_are_not():
    email = Email(host="localhost", from_="alerts@watch.example.org", security="none", unsubscribe="stop@example.org")
    said = word(opened(IncidentKind.BLIND), reader(), email=email)
    assert "stop@example.org" in said.text
    assert said.unsubscribe == "stop@example.org"
    assert "stop@example.org" not in word(opened(IncidentKind.BLIND), reader(operator=True), email=email).text
