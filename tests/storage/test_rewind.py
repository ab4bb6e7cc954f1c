"""Promises that follow a clock which was set back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage import outbox
from storage.database import Database
from storage.model import Assessment, Release
from storage.releases import record
from storage.rewind import rewind

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ELEVEN = NOON - timedelta(hours=1)
LEASE = timedelta(minutes=2)


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "rewind.db") as opened:
        release = Release("k", "import", "example.org", "https://example.org/1", "en", "Title", "Text.")
        assessment = Assessment(cooperation=True, score=0.9, detector="t")
        record(opened, release, assessment, NOON, route=lambda _notice: ["office"])
        yield opened


def test_what_was_never_tried_is_due_at_once(db):
    assert rewind(db, ELEVEN) == 1
    assert outbox.next_due(db) == ELEVEN


def test_a_wait_keeps_its_length(db):
    (delivery,) = outbox.claim(db, NOON, LEASE)
    outbox.again(db, delivery, NOON, NOON + timedelta(minutes=5), "HTTP 500")
    assert rewind(db, ELEVEN) == 1
    assert outbox.next_due(db) == ELEVEN + timedelta(minutes=5)
    assert rewind(db, ELEVEN) == 0


def test_a_claim_keeps_its_length(db):
    outbox.claim(db, NOON, LEASE)
    assert rewind(db, ELEVEN) == 1
    assert outbox.next_due(db) == ELEVEN + LEASE


def test_a_clock_that_did_not_go_back_moves_nothing(db):
    (delivery,) = outbox.claim(db, NOON, LEASE)
    outbox.again(db, delivery, NOON, NOON + timedelta(hours=5), "HTTP 500")
    assert rewind(db, NOON) == 0
    assert rewind(db, NOON + timedelta(hours=1)) == 0
    assert outbox.next_due(db) == NOON + timedelta(hours=5)
