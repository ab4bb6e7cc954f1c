from datetime import timedelta
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from storage import bundles, outbox
from storage.database import Database
from storage.model import Assessment, Release
from storage.releases import record

LEASE = timedelta(seconds=60)
MINUTE = timedelta(minutes=1)
GATHERED = {"desk"}


@pytest.fixture
def waiting(db, make, thought, everybody, now):
    """Three releases, each promised to two subscriptions, `desk` and `archive`."""
    for number in (1, 2, 3):
        record(db, make(number), thought, now, route=everybody)
    return db


def states(db, subscription="desk"):
    rows = db.rows("SELECT state FROM delivery WHERE subscription = ? AND what = 'alert' ORDER BY id", (subscription,))
    return [row["state"] for row in rows]


def digest_of(db, now, at=0):
    (digest,) = outbox.claim(db, now + at * MINUTE, LEASE, busy={"archive"}, gathered=GATHERED)
    assert digest.what == "digest"
    return digest


def test_alerts_of_a_subscription_that_gathers_are_never_claimed_singly(waiting, now):
    claimed = outbox.claim(waiting, now, LEASE, gathered=GATHERED)
    assert [one.subscription for one in claimed] == ["archive"]
    assert outbox.next_due(waiting, busy={"archive"}, gathered=GATHERED) is None
    assert outbox.next_due(waiting, busy={"archive"}) == now


def test_a_digest_takes_all_that_wait_in_one_delivery(waiting, now):
    made = outbox.gather(waiting, "desk", now, now, {"window": "a day"}, empty=False)
    assert [one.told.release.key for one in made.members] == ["example.test/1", "example.test/2", "example.test/3"]
    assert (made.what, made.body, made.attempts, made.notice) == ("digest", {"window": "a day"}, 0, None)
    assert states(waiting) == ["bundled"] * 3
    assert states(waiting, "archive") == ["waiting"] * 3
    digest = digest_of(waiting, now)
    assert digest.message_id == made.message_id
    assert [one.id for one in digest.members] == [one.id for one in made.members]
    with pytest.raises(ValueError, match="digest"):
        _ = digest.told


def test_a_turn_comes_once(waiting, make, thought, everybody, now):
    assert outbox.gather(waiting, "desk", now, now, {}, empty=False)
    record(waiting, make(4), thought, now, route=everybody)
    assert outbox.gather(waiting, "desk", now, now, {}, empty=True) is None
    assert states(waiting)[3:] == ["waiting"]
    assert outbox.gather(waiting, "desk", now + MINUTE, now, {}, empty=True).members[0].told.release.key.endswith("4")
    assert outbox.gather(waiting, "archive", now, now, {}, empty=False)  # another subscription's turn is its own


def test_an_empty_digest_is_made_only_where_it_is_asked_for(db, now):
    assert outbox.gather(db, "desk", now, now, {}, empty=False) is None
    assert db.value("SELECT count(*) FROM delivery") == 0
    assert outbox.gather(db, "desk", now, now, {}, empty=True).members == ()
    assert outbox.gather(db, "desk", now, now, {}, empty=True) is None
    assert digest_of(db, now).members == ()


def test_what_was_sent_as_a_digest_is_sent_with_every_member(waiting, now):
    outbox.gather(waiting, "desk", now, now, {}, empty=False)
    outbox.sent(waiting, digest_of(waiting, now), now, "250 OK")
    assert states(waiting) == ["sent"] * 3
    assert waiting.value("SELECT count(*) FROM delivery WHERE settled IS NULL AND subscription = 'desk'") == 0
    assert outbox.claim(waiting, now + 9 * MINUTE, LEASE, busy={"archive"}) == []


def test_a_digest_that_is_put_off_keeps_its_members(waiting, now):
    outbox.gather(waiting, "desk", now, now, {}, empty=False)
    first = digest_of(waiting, now)
    outbox.again(waiting, first, now, now + 5 * MINUTE, "451")
    assert states(waiting) == ["bundled"] * 3
    second = digest_of(waiting, now, at=5)
    assert (second.message_id, len(second.members), second.attempts) == (first.message_id, 3, 2)
    assert second.as_of == first.as_of == now


def test_a_digest_that_dies_takes_its_members_along_and_comes_back_with_them(waiting, now):
    outbox.gather(waiting, "desk", now, now, {}, empty=False)
    outbox.dead(waiting, digest_of(waiting, now), now, "550")
    assert states(waiting) == ["dead"] * 3
    assert outbox.retry(waiting, now) == 1
    assert states(waiting) == ["bundled"] * 3
    assert len(digest_of(waiting, now).members) == 3


def test_all_of_a_dead_digest_may_be_named_to_retry_it(waiting, now):
    outbox.gather(waiting, "desk", now, now, {}, empty=False)
    outbox.dead(waiting, digest_of(waiting, now), now, "550")
    ids = [row["id"] for row in waiting.rows("SELECT id FROM delivery WHERE state = 'dead'")]
    assert outbox.retry(waiting, now, ids) == len(ids) == 4
    assert states(waiting) == ["bundled"] * 3


def test_a_member_that_is_retried_by_itself_goes_out_alone_and_once(waiting, now):
    outbox.gather(waiting, "desk", now, now, {}, empty=False)
    dead = digest_of(waiting, now)
    outbox.dead(waiting, dead, now, "550")
    assert outbox.retry(waiting, now, [dead.members[1].id]) == 1
    assert states(waiting) == ["dead", "waiting", "dead"]
    (alone,) = outbox.claim(waiting, now, LEASE, busy={"archive"})
    assert alone.message_id == dead.members[1].message_id
    outbox.sent(waiting, alone, now, "250")
    assert outbox.retry(waiting, now, [dead.id]) == 1
    assert states(waiting) == ["bundled", "sent", "bundled"]
    assert [one.id for one in digest_of(waiting, now).members] == [dead.members[0].id, dead.members[2].id]


def test_what_was_attempted_singly_goes_on_singly_where_a_digest_was_chosen_meanwhile(waiting, now):
    (first,) = outbox.claim(waiting, now, LEASE, busy={"archive"})
    outbox.again(waiting, first, now, now + MINUTE, "503")
    digest = outbox.gather(waiting, "desk", now, now, {}, empty=False)
    assert [one.told.release.key for one in digest.members] == ["example.test/2", "example.test/3"]
    (again,) = outbox.claim(waiting, now + MINUTE, LEASE, busy={"archive"}, gathered=GATHERED)
    assert again.id == first.id


def test_more_than_one_digest_can_hold_come_in_parts(waiting, now, monkeypatch):
    monkeypatch.setattr(bundles, "MOST_MEMBERS", 2)
    made = outbox.gather(waiting, "desk", "catch-up 1", now, {"n": 1}, empty=False)
    assert (len(made.members), made.body) == (2, {"n": 1, "part": 1, "parts": 2})
    outbox.sent(waiting, digest_of(waiting, now), now, "250")
    second = digest_of(waiting, now)
    assert (len(second.members), second.body, second.slot) == (1, {"n": 1, "part": 2, "parts": 2}, "catch-up 1 part 2")
    assert second.message_id != made.message_id
    assert outbox.gather(waiting, "desk", "catch-up 1", now, {}, empty=True) is None


def test_what_a_digest_was_made_of_is_not_moved_by_a_process_that_died(waiting, now):
    outbox.gather(waiting, "desk", now, now, {}, empty=False)
    first = digest_of(waiting, now)
    assert outbox.recover(waiting, now) == 1
    assert states(waiting) == ["bundled"] * 3
    assert digest_of(waiting, now).message_id == first.message_id


class Digests(RuleBasedStateMachine):
    """A subscription that gathers, one that does not, answers of every kind, crashes: each promise is told once."""

    start, where = None, None  # set by the test

    def __init__(self):
        super().__init__()
        self.now = self.start
        self.db = Database.open(f"{mkdtemp(dir=self.where)}/x.db")
        self.made = self.turns = 0
        self.held = []
        self.told = {}

    @rule()
    def something_happens(self):
        self.made += 1
        release = Release(f"e/{self.made}", "s", "p", f"https://e.test/{self.made}", "en", "T", f"Text {self.made}")
        record(self.db, release, Assessment(True, 1.0, "1"), self.now, route=lambda notice: ["desk", "archive"])

    @rule(empty=st.booleans())
    def a_turn_comes(self, empty):
        self.turns += 1
        outbox.gather(self.db, "desk", f"turn {self.turns}", self.now, {}, empty=empty)

    @rule()
    def claim(self):
        self.held += outbox.claim(self.db, self.now, LEASE, gathered=GATHERED)

    @precondition(lambda self: self.held)
    @rule(at=st.integers(0, 9), how=st.sampled_from(["sent", "again", "dead", "crash"]))
    def settle(self, at, how):
        delivery = self.held.pop(at % len(self.held))
        if how == "sent":
            outbox.sent(self.db, delivery, self.now, "200")
            for one in delivery.members or (delivery,):
                self.told.setdefault(one.message_id, set()).add(delivery.message_id)
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

    @rule(at=st.integers(0, 20))
    def somebody_retries_one(self, at):
        outbox.retry(self.db, self.now, [at])

    @rule()
    def the_process_starts_anew(self):
        self.held.clear()
        outbox.recover(self.db, self.now)

    @invariant()
    def the_states_agree(self):
        rows = self.db.rows("SELECT * FROM delivery")
        assert sum(row["what"] == "alert" for row in rows) == 2 * self.made
        assert all((row["next_try"] is not None) == (row["state"] in ("waiting", "sending")) for row in rows)
        assert all((row["settled"] is not None) == (row["state"] in ("sent", "dead")) for row in rows)
        digests = {row["id"]: row["state"] for row in rows if row["what"] == "digest"}
        for row in rows:
            if row["bundle_id"] is not None:
                whole = digests[row["bundle_id"]]
                assert row["state"] == {"waiting": "bundled", "sending": "bundled"}.get(whole, whole)
            else:
                assert row["state"] != "bundled"
        assert not self.db.in_transaction

    def teardown(self):
        """When all receivers are well again, everything is told in the end, each alert under one id."""
        self.held.clear()
        for turn in range(4 * self.made + self.turns + 8):
            self.now += timedelta(hours=1)
            outbox.retry(self.db, self.now)
            outbox.gather(self.db, "desk", f"end {turn}", self.now, {}, empty=False)
            for delivery in outbox.claim(self.db, self.now, LEASE, gathered=GATHERED):
                outbox.sent(self.db, delivery, self.now, "200")
                for one in delivery.members or (delivery,):
                    self.told.setdefault(one.message_id, set()).add(delivery.message_id)
        assert self.db.value("SELECT count(*) FROM delivery WHERE state <> 'sent'") == 0
        alerts = {row["message_id"] for row in self.db.rows("SELECT message_id FROM delivery WHERE what = 'alert'")}
        assert alerts <= set(self.told)
        self.db.close()


def test_any_order_of_turns_claims_answers_and_crashes_keeps_every_promise(tmp_path, monkeypatch, now):
    monkeypatch.setattr(Digests, "start", now)
    monkeypatch.setattr(Digests, "where", tmp_path)
    quick = settings(max_examples=20, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Digests, settings=quick)
