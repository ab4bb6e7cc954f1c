"""Claiming and gathering must not get dearer with what is settled, and hardly with what waits."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from storage import bundles, outbox
from storage.accounts import queues
from storage.releases import record
from storage.times import stamp

LEASE = timedelta(seconds=60)
SETTLED = 100_000
WAITING = 10_000


def fill(db, now, many, state, subscription="desk"):
    """Put many promises in quickly, each of a change of its own of release 1."""
    first = (db.value("SELECT max(id) FROM change") or 0) + 1
    due = stamp(now) if state == "waiting" else None
    settled = stamp(now) if state in ("sent", "dead") else None
    numbers = "WITH RECURSIVE n (i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    span = (first, first + many - 1)
    with db.transaction():
        db.execute(
            "INSERT INTO change (id, event, kind, release_id, story_id, version, at)"
            f" {numbers} SELECT i, 'e' || i, 'gone', 1, 1, 1, ? FROM n",
            (*span, stamp(now)),
        )
        db.execute(
            "INSERT INTO delivery (change_id, subscription, message_id, state, attempts, next_try, made, settled)"
            f" {numbers} SELECT i, ?, 'm' || i, ?, ?, ?, ?, ? FROM n",
            (*span, subscription, state, int(state != "waiting"), due, stamp(now), settled),
        )


@pytest.fixture
def told(db, make, thought, nobody, now):
    record(db, make(1), thought, now, route=nobody)
    return db


def claims(db, now, **how):
    """Return the milliseconds of CPU that claiming and settling one delivery takes."""
    began = time.process_time()
    for _ in range(60):
        for delivery in outbox.claim(db, now, LEASE, limit=1, **how):
            outbox.sent(db, delivery, now, "200")
        outbox.next_due(db)
    return 1e3 * (time.process_time() - began) / 60


def test_a_claim_costs_the_same_whatever_was_settled(told, now):
    fill(told, now, 500, "waiting")
    before = claims(told, now)
    fill(told, now, SETTLED, "sent")
    after = claims(told, now)
    print(f"claim and settle: {before:.2f} -> {after:.2f} ms with {SETTLED:,} settled")
    assert after < 3 * before


def test_a_claim_costs_the_same_however_many_wait(told, now):
    fill(told, now, 500, "waiting")
    before = claims(told, now)
    fill(told, now, WAITING, "waiting")
    after = claims(told, now)
    print(f"claim and settle: {before:.2f} -> {after:.2f} ms with {WAITING:,} waiting")
    assert after < 3 * before


def test_what_waits_for_a_digest_costs_the_claims_of_others_nothing(told, now):
    fill(told, now, 500, "waiting", "office")
    before = claims(told, now, gathered={"desk"})
    fill(told, now, WAITING, "waiting", "desk")
    after = claims(told, now, gathered={"desk"})
    print(f"claim and settle: {before:.2f} -> {after:.2f} ms with {WAITING:,} waiting for a digest")
    assert after < 3 * before


def test_what_a_receiver_that_is_down_has_put_off_is_passed_quickly(told, now):
    fill(told, now, 100, "waiting", "office")
    before = claims(told, now)
    fill(told, now, WAITING, "waiting")
    with told.transaction():
        told.execute("UPDATE delivery SET next_try = ? WHERE subscription = 'desk'", (stamp(now + timedelta(hours=5)),))
    after = claims(told, now)
    print(f"claim and settle: {before:.2f} -> {after:.2f} ms with {WAITING:,} put off")
    assert after < before + 10


def test_a_digest_of_ten_thousand_is_made_in_one_go_and_without_reading_what_is_settled(told, now):
    fill(told, now, WAITING, "waiting")
    fill(told, now, SETTLED, "sent")
    began = time.process_time()
    first = outbox.gather(told, "desk", now, now, {}, empty=False)
    spent = time.process_time() - began
    print(f"gather: {spent:.2f} s for {WAITING:,}")
    assert len(first.members) == bundles.MOST_MEMBERS
    assert first.body == {"part": 1, "parts": -(-WAITING // bundles.MOST_MEMBERS)}
    assert told.value("SELECT count(*) FROM delivery WHERE state = 'bundled'") == WAITING
    assert spent < 5
    began = time.process_time()
    (digest,) = outbox.claim(told, now, LEASE)
    outbox.sent(told, digest, now, "250")
    spent = time.process_time() - began
    assert told.value("SELECT count(*) FROM delivery WHERE state = 'sent'") == SETTLED + bundles.MOST_MEMBERS + 1
    assert spent < 1


def test_the_queue_is_counted_without_reading_what_is_settled(told, now):
    fill(told, now, 1_000, "waiting")
    fill(told, now, SETTLED, "sent")
    began = time.process_time()
    (queue,) = queues(told)
    assert queue.states == {"waiting": 1_000}
    assert time.process_time() - began < 0.02


@pytest.mark.parametrize(
    ("how", "index"),
    [({}, "delivery_queue"), ({"gathered": {"desk"}}, "delivery_single"), ({"busy": {"desk"}}, "delivery_queue")],
)
def test_every_statement_of_a_claim_uses_an_index_at_a_hundred_thousand_deliveries(told, now, how, index):
    fill(told, now, SETTLED - WAITING, "sent")
    fill(told, now, WAITING, "waiting")
    asked = []
    ask, conn = told._conn.execute, told._conn

    class Listening:
        def __getattr__(self, name):
            return getattr(conn, name)

        def execute(self, sql, params=()):
            asked.append((sql, params))
            return ask(sql, params)

    told._conn = Listening()
    outbox.claim(told, now, LEASE, **how)
    outbox.next_due(told, **how)
    told._conn = conn
    plans = [
        [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", params)]
        for sql, params in asked
        if "delivery" in sql and sql.split()[0] in ("SELECT", "UPDATE", "WITH")
    ]
    steps = [step for plan in plans for step in plan if "delivery" in step]
    assert any(index in step for step in steps)
    assert [step for step in steps if not step.startswith("SEARCH")] == []
