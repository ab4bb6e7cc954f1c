from datetime import timedelta
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from storage import outbox
from storage.database import Database
from storage.errors import StorageError
from storage.model import Assessment, Release
from storage.releases import record

LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def waiting(db, make, thought, everybody, now):
    """Two releases, each promised to two subscriptions."""
    for number in (1, 2):
        record(db, make(number), thought, now, route=everybody)
    return db


def names(deliveries):
    return sorted((delivery.subscription, delivery.notice.release.key) for delivery in deliveries)


def test_a_promise_is_made_once_a_subscription(db, make, thought, now):
    done = record(db, make(), thought, now, route=lambda notice: ["desk", "desk"])
    assert done.promised == ("desk",)
    with pytest.raises(StorageError, match="UNIQUE"), db.transaction():
        outbox.promise(db, outbox.claim(db, now, LEASE)[0].notice, ["desk"], now)


def test_the_message_id_depends_on_event_and_subscription_alone():
    first = outbox.message_id("event", "desk")
    assert first == outbox.message_id("event", "desk") != outbox.message_id("event", "archive")
    assert first.startswith("msg_")
    assert len(first) == 30
    assert "." not in first


def test_the_oldest_is_claimed_one_a_subscription(waiting, now):
    assert names(outbox.claim(waiting, now, LEASE)) == [("archive", "example.test/1"), ("desk", "example.test/1")]
    assert outbox.claim(waiting, now, LEASE) == []


def test_a_busy_subscription_is_left_out_and_the_limit_kept(waiting, now):
    assert names(outbox.claim(waiting, now, LEASE, busy={"desk"})) == [("archive", "example.test/1")]
    assert len(outbox.claim(waiting, now, LEASE, limit=1)) == 1


def test_the_attempt_is_committed_before_anything_is_sent(waiting, now, path):
    claimed = outbox.claim(waiting, now, LEASE)
    with Database.open(path, read_only=True) as other:
        rows = other.rows("SELECT delivery_id, number, started, ended FROM attempt ORDER BY delivery_id")
    assert [row["delivery_id"] for row in rows] == sorted(delivery.id for delivery in claimed)
    assert {row["ended"] for row in rows} == {None}
    assert [delivery.attempts for delivery in claimed] == [1, 1]


def test_what_was_sent_is_never_claimed_again(waiting, now):
    for number in (1, 2):
        for delivery in outbox.claim(waiting, now + number * MINUTE, LEASE):
            outbox.sent(waiting, delivery, now + number * MINUTE, "200 OK")
    assert outbox.claim(waiting, now + timedelta(days=9), LEASE) == []
    assert outbox.next_due(waiting) is None
    assert {row["state"] for row in waiting.rows("SELECT state FROM deliveries")} == {"sent"}


def test_a_claim_of_a_dead_process_lapses_and_keeps_its_message_id(waiting, now):
    first = outbox.claim(waiting, now, LEASE)
    second = outbox.claim(waiting, now + LEASE, LEASE)
    assert [delivery.message_id for delivery in first] == [delivery.message_id for delivery in second]
    assert [delivery.attempts for delivery in second] == [2, 2]


def test_claims_can_be_taken_back_at_once_when_the_dispatcher_starts(waiting, now):
    first = outbox.claim(waiting, now, LEASE)
    assert outbox.recover(waiting, now) == 2
    assert [delivery.id for delivery in outbox.claim(waiting, now, LEASE)] == [delivery.id for delivery in first]


def test_what_a_crash_cut_off_is_no_failure(waiting, now):
    for _ in range(3):
        outbox.claim(waiting, now, LEASE, limit=1)
        outbox.recover(waiting, now)
    (one,) = outbox.claim(waiting, now, LEASE, limit=1)
    assert (one.attempts, one.cut_off, one.ended) == (4, 3, 1)
    outbox.again(waiting, one, now, now, "HTTP 500")
    (one,) = outbox.claim(waiting, now, LEASE, limit=1)
    assert (one.attempts, one.cut_off, one.ended) == (5, 3, 2)
    outbox.dead(waiting, one, now, "HTTP 404")
    outbox.retry(waiting, now)
    (one,) = outbox.claim(waiting, now, LEASE, limit=1)
    assert (one.attempts, one.cut_off, one.ended) == (1, 0, 1)


def test_a_delivery_put_off_lets_the_next_one_pass(waiting, now):
    for delivery in outbox.claim(waiting, now, LEASE):
        outbox.again(waiting, delivery, now, now + 5 * MINUTE, "503")
    assert names(outbox.claim(waiting, now, LEASE)) == [("archive", "example.test/2"), ("desk", "example.test/2")]
    assert outbox.next_due(waiting) == now + LEASE


def test_a_dead_letter_stays_until_somebody_retries_it(waiting, now):
    claimed = {delivery.subscription: delivery for delivery in outbox.claim(waiting, now, LEASE)}
    for delivery in claimed.values():
        outbox.dead(waiting, delivery, now, "410 Gone")
    row = waiting.row("SELECT state, trouble, next_try FROM deliveries WHERE id = ?", (claimed["desk"].id,))
    assert row == {"state": "dead", "trouble": "410 Gone", "next_try": None}
    assert outbox.retry(waiting, now, subscription="nobody") == 0
    assert outbox.retry(waiting, now, ids=[claimed["desk"].id], subscription="archive") == 0
    assert outbox.retry(waiting, now, subscription="desk") == 1
    assert outbox.retry(waiting, now, ids=[claimed["archive"].id]) == 1
    again = {delivery.subscription: delivery for delivery in outbox.claim(waiting, now, LEASE)}
    assert again["desk"].message_id == claimed["desk"].message_id
    assert again["desk"].attempts == 1
    numbers = waiting.rows("SELECT number FROM attempt WHERE delivery_id = ? ORDER BY id", (again["desk"].id,))
    assert [row["number"] for row in numbers] == [1, 2]


def test_an_answer_that_comes_after_the_claim_lapsed_counts_if_it_is_good_and_not_if_it_is_bad(waiting, now):
    late = outbox.claim(waiting, now, LEASE)[0]
    outbox.claim(waiting, now + LEASE, LEASE)
    outbox.dead(waiting, late, now + LEASE, "timeout")
    state = "SELECT state FROM deliveries WHERE id = ?"
    assert waiting.value(state, (late.id,)) == "sending"
    outbox.sent(waiting, late, now + LEASE, "200 OK")
    assert waiting.value(state, (late.id,)) == "sent"


def test_a_trouble_with_odd_characters_can_be_noted(waiting, now):
    delivery = outbox.claim(waiting, now, LEASE)[0]
    outbox.dead(waiting, delivery, now, "\ud800\x00" + "x" * 10_000)
    assert len(waiting.value("SELECT trouble FROM deliveries WHERE id = ?", (delivery.id,))) == 2000


class Outbox(RuleBasedStateMachine):
    """Any order of claims, answers, crashes and retries: nothing is lost, and nothing sent is sent again on purpose."""

    where = None
    start = None

    def __init__(self):
        super().__init__()
        self.now = self.start
        self.db = Database.open(f"{mkdtemp(dir=self.where)}/x.db")
        self.made = 0
        self.held = []
        self.sent = set()

    @rule()
    def something_happens(self):
        self.made += 1
        key = f"e/{self.made}"
        release = Release(key, "s", "p", f"https://e.test/{self.made}", "en", "T", f"Text {self.made}")
        record(self.db, release, Assessment(True, 1.0, "1"), self.now, route=lambda notice: ["a", "b"])

    @rule()
    def claim(self):
        claimed = outbox.claim(self.db, self.now, LEASE)
        assert len({delivery.subscription for delivery in claimed}) == len(claimed)
        assert not {delivery.message_id for delivery in claimed} & self.sent
        self.held += claimed

    @precondition(lambda self: self.held)
    @rule(at=st.integers(0, 9), how=st.sampled_from(["sent", "again", "dead", "crash"]))
    def settle(self, at, how):
        delivery = self.held.pop(at % len(self.held))
        if how == "sent":
            outbox.sent(self.db, delivery, self.now, "200")
            self.sent.add(delivery.message_id)
        elif how == "again":
            outbox.again(self.db, delivery, self.now, self.now + MINUTE, "503")
        elif how == "dead":
            outbox.dead(self.db, delivery, self.now, "410")

    @rule(minutes=st.integers(1, 5))
    def time_passes(self, minutes):
        self.now += minutes * MINUTE

    @rule()
    def somebody_retries(self):
        outbox.retry(self.db, self.now)

    @rule()
    def the_process_starts_anew(self):
        self.held.clear()
        path = self.db.path
        self.db.close()
        self.db = Database.open(path)
        outbox.recover(self.db, self.now)

    @invariant()
    def every_promise_is_in_one_state_and_what_was_sent_stays_sent(self):
        rows = self.db.rows("SELECT message_id, state, next_try FROM deliveries")
        assert len(rows) == 2 * self.made
        assert {row["message_id"] for row in rows if row["state"] == "sent"} == self.sent
        assert all((row["next_try"] is None) == (row["state"] in ("sent", "dead")) for row in rows)
        assert not self.db.in_transaction

    def teardown(self):
        """When all receivers are well again, everything is told in the end."""
        self.held.clear()
        for _ in range(4 * self.made + 4):
            self.now += timedelta(hours=1)
            outbox.retry(self.db, self.now)
            for delivery in outbox.claim(self.db, self.now, LEASE):
                outbox.sent(self.db, delivery, self.now, "200")
        assert self.db.value("SELECT count(*) FROM delivery WHERE state <> 'sent'") == 0
        self.db.close()


def test_any_order_of_claims_answers_and_crashes_keeps_every_promise(tmp_path, monkeypatch, now):
    monkeypatch.setattr(Outbox, "start", now)
    monkeypatch.setattr(Outbox, "where", tmp_path)
    quick = settings(max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Outbox, settings=quick)
