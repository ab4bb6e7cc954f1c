"""Alerts that wait for another edition, notices in words, and who has a message already: the queue beyond one alert."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import outbox
from storage.database import Database
from storage.errors import StorageError
from storage.releases import record

LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


def in_ten_minutes(now):
    return lambda delivery: delivery.created + 10 * MINUTE if len(delivery.told.editions) == 0 else None


@pytest.fixture
def waiting(db, make, thought, now):
    record(db, make(1), thought, now, route=lambda notice: ["desk"])
    return db


def test_an_alert_that_is_put_off_is_not_attempted(waiting, now):
    assert outbox.claim(waiting, now, LEASE, postpone=in_ten_minutes(now)) == []
    assert outbox.next_due(waiting) == now + 10 * MINUTE
    row = waiting.row("SELECT state, attempts, as_of, next_try FROM deliveries")
    assert (row["state"], row["attempts"], row["as_of"]) == ("waiting", 0, None)
    assert waiting.value("SELECT count(*) FROM attempts") == 0
    (claimed,) = outbox.claim(waiting, now + 10 * MINUTE, LEASE, postpone=in_ten_minutes(now))
    assert (claimed.attempts, claimed.as_of) == (1, now + 10 * MINUTE)


def test_a_time_that_is_past_puts_nothing_off(waiting, now):
    assert outbox.claim(waiting, now, LEASE, postpone=lambda delivery: now)


def test_only_what_was_never_attempted_is_put_off(waiting, now):
    (first,) = outbox.claim(waiting, now, LEASE)
    outbox.again(waiting, first, now, now, "503")
    assert outbox.claim(waiting, now, LEASE, postpone=lambda delivery: now + MINUTE)


def test_another_edition_that_joins_the_story_wakes_what_waits_for_it(waiting, make, thought, nobody, now):
    outbox.claim(waiting, now, LEASE, postpone=in_ten_minutes(now))
    record(waiting, make(1, key="zh.test/1", portal="zh.test"), thought, now + 2 * MINUTE, route=nobody)
    assert outbox.next_due(waiting) == now + 2 * MINUTE
    (claimed,) = outbox.claim(waiting, now + 2 * MINUTE, LEASE, postpone=in_ten_minutes(now))
    assert [one.portal for one in claimed.told.editions] == ["zh.test"]


def test_another_story_wakes_nothing(waiting, make, thought, nobody, now):
    outbox.claim(waiting, now, LEASE, postpone=in_ten_minutes(now))
    record(waiting, make(2), thought, now + 2 * MINUTE, route=nobody)
    assert outbox.next_due(waiting) == now + 10 * MINUTE


def test_one_that_is_put_off_lets_the_next_one_pass_in_the_same_claim(waiting, make, thought, now):
    for number in range(2, 150):
        record(waiting, make(number), thought, now, route=lambda notice: ["desk"])
    last = waiting.value("SELECT max(id) FROM delivery")
    wait = lambda delivery: now + MINUTE if delivery.id < last else None  # noqa: E731
    (claimed,) = outbox.claim(waiting, now, LEASE, postpone=wait)
    assert claimed.id == last


def test_a_fault_of_the_one_who_is_asked_leaves_everything_as_it_was(waiting, now):
    def broken(delivery):
        raise RuntimeError("bug")

    with pytest.raises(RuntimeError, match="bug"):
        outbox.claim(waiting, now, LEASE, postpone=broken)
    assert waiting.row("SELECT state, attempts FROM deliveries") == {"state": "waiting", "attempts": 0}


def test_a_notice_is_told_once_a_key_and_name(db, now):
    assert outbox.notify(db, "operator-1", "incident-1-opened", {"kind": "disk"}, now)
    assert not outbox.notify(db, "operator-1", "incident-1-opened", {"kind": "disk"}, now)
    assert outbox.notify(db, "operator-2", "incident-1-opened", {"kind": "disk"}, now)
    first, second = outbox.claim(db, now, LEASE)
    assert (first.what, first.body, first.notice) == ("notice", {"kind": "disk"}, None)
    assert first.message_id != second.message_id
    outbox.sent(db, first, now, "250")
    assert not outbox.notify(db, "operator-1", "incident-1-opened", {"kind": "disk"}, now + MINUTE)


def test_a_notice_in_words_is_not_put_off_and_not_gathered(db, now):
    outbox.notify(db, "desk", "blind-1", {}, now)
    assert outbox.gather(db, "desk", now, now, {}, empty=False) is None
    (claimed,) = outbox.claim(db, now, LEASE, gathered={"desk"}, postpone=lambda delivery: now + MINUTE)
    assert claimed.what == "notice"


def test_two_processes_cannot_make_one_notice_twice(db, path, now):
    outbox.notify(db, "desk", "k", {}, now)
    with Database.open(path) as other:
        assert not outbox.notify(other, "desk", "k", {}, now)
    row = {"what": "notice", "subscription": "x", "state": "waiting", "made": ""}
    row |= db.row("SELECT message_id FROM delivery")
    with pytest.raises(StorageError, match="UNIQUE"), db.transaction():
        db.insert("delivery", row)


def test_who_has_it_already_is_known_after_a_restart(waiting, path, now):
    (first,) = outbox.claim(waiting, now, LEASE)
    assert first.taken == ()
    outbox.took(waiting, first, ["b", "a"])
    outbox.took(waiting, first, ["c", "a"])
    with Database.open(path) as other:
        outbox.recover(other, now)
        (again,) = outbox.claim(other, now, LEASE)
    assert (again.id, again.taken) == (first.id, ("a", "b", "c"))
