"""Real releases of the labelled corpus in the words of every language, where the corpus lies beside the project."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from scheduler.alerts.catalogue import is_han
from scheduler.alerts.message import word
from scheduler.config import Subscription
from scraper.cooperation import assess
from storage.model import Change, ChangeKind, Delivery, Notice, Release

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "releases.jsonl"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LANGUAGES = ("en", "zh-Hant", "zh-Hans")

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the labelled corpus is not beside the project")


@pytest.fixture(scope="module")
def alerts():
    told = []
    for number, line in enumerate(CORPUS.read_text(encoding="utf-8").splitlines()):
        item = json.loads(line)
        made = assess(item["title"], item["text"], language=item["lang"], published=(item["date"] or "")[:10] or None)
        if made.cooperation:
            change = Change(number, f"{number:064}", ChangeKind.NEW, number, number, 1, NOW)
            same = {"url": item["url"], "language": item["lang"], "title": item["title"], "text": item["text"]}
            release = Release(key=item["id"], source="hk_gia_en", portal="www.info.gov.hk", **same)
            told.append(Delivery(number, f"msg_{number}", "office", Notice(change, release, made), 1, NOW, as_of=NOW))
    assert len(told) > 50
    return told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_real_alert_has_valid_words(alerts, language):
    schema = json.loads(files("scheduler.alerts").joinpath("alert-1.schema.json").read_text(encoding="utf-8"))
    valid = Draft202012Validator(schema)
    for alert in alerts:
        message = word(alert, Subscription(name="office", channel="email", language=language))
        assert [fault.message for fault in valid.iter_errors(json.loads(message.body))] == []
        assert len(message.body) < 20_000
        assert len(message.html.encode()) < 60_000
        assert 0 < len(message.subject) <= 200


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_reasons_are_in_the_readers_language(alerts, language):
    """Most of a Chinese reason is Chinese: only names that nobody has in Chinese are not."""
    chinese, latin = 0, 0
    for alert in alerts:
        text = word(alert, Subscription(name="office", channel="email", language=language)).text
        reason = re.search(r"^原因：(.*)$", text, re.MULTILINE)[1]
        assert "涉及" in reason or "：" in reason or reason.endswith("。")
        chinese += sum(map(is_han, reason))
        latin += sum(char.isascii() and char.isalpha() for char in reason)
    assert latin < chinese / 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digest_of_all_of_them_stays_within_its_bounds(alerts, language):
    body = {"since": "2026-11-21T00:00:00.000000Z", "until": "2026-11-22T00:00:00.000000Z"}
    digest = Delivery(1, "msg_all", "office", None, 1, NOW, what="digest", body=body, as_of=NOW, members=tuple(alerts))
    message = word(digest, Subscription(name="office", channel="email", language=language))
    assert len(message.html.encode()) < 102_000
    assert len(message.body) < 20_000
    assert message.data["count"] == len(message.data["stories"]) + len(message.data["more"])
