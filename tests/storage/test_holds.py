from datetime import timedelta

import pytest

from storage import outbox
from storage.holds import hold
from storage.releases import record

LEASE = timedelta(seconds=60)


@pytest.fixture
def kept_back(db, make, thought, everybody, now):
    """A hold that keeps three releases from two subscriptions; and one release outside of it."""
    record(db, make(9), thought, now, route=everybody)
    number = outbox.hold_open(db, "hk_gia_en", now, "30 new releases in one run")
    for each in (1, 2, 3):
        record(db, make(each), thought, now, hold=number, route=everybody)
    return number


def states(db):
    return [row["state"] for row in db.rows("SELECT state FROM delivery WHERE hold_id IS NOT NULL ORDER BY id")]


def test_what_is_kept_back_is_neither_claimed_nor_gathered(db, kept_back, now):
    assert states(db) == ["held"] * 6
    claimed = outbox.claim(db, now, LEASE)
    assert {one.told.release.key for one in claimed} == {"example.test/9"}
    for one in claimed:
        outbox.sent(db, one, now, "200")
    assert outbox.claim(db, now + timedelta(days=9), LEASE) == []
    assert outbox.next_due(db) is None
    assert outbox.gather(db, "desk", now, now, {}, empty=False) is None


def test_a_hold_that_is_released_lets_everything_go_at_once(db, kept_back, now):
    later = now + timedelta(minutes=2)
    assert outbox.hold_settle(db, kept_back, "released", later, "brake") == 6
    assert states(db) == ["waiting"] * 6
    assert outbox.claim(db, later, LEASE, busy={"archive"})
    settled = hold(db, kept_back)
    assert (settled.state, settled.count, settled.settled, settled.by) == ("released", 3, later, "brake")
    assert outbox.holds(db) == []


def test_a_storm_stays_one_question_until_somebody_answers(db, kept_back, now):
    (judging,) = outbox.holds(db)
    assert (judging.state, judging.count, judging.source, judging.why) == (
        "judging",
        3,
        "hk_gia_en",
        "30 new releases in one run",
    )
    assert outbox.hold_settle(db, kept_back, "open", now, "brake") == 6
    assert [one.state for one in outbox.holds(db, ("open",))] == ["open"]
    assert states(db) == ["held"] * 6
    assert outbox.hold_settle(db, kept_back, "dropped", now, "operator") == 6
    assert states(db) == ["dropped"] * 6
    assert db.value("SELECT trouble FROM deliveries WHERE state = 'dropped'") == "dropped by operator"
    assert outbox.retry(db, now) == 0


def test_a_hold_is_settled_once(db, kept_back, now):
    outbox.hold_settle(db, kept_back, "released", now, "brake")
    assert outbox.hold_settle(db, kept_back, "dropped", now, "operator") == 0
    assert states(db) == ["waiting"] * 6
    assert hold(db, kept_back).state == "released"


def test_there_is_no_settling_of_no_hold_or_in_no_state(db, kept_back, now):
    with pytest.raises(KeyError, match="no hold 99"):
        outbox.hold_settle(db, 99, "open", now, "x")
    with pytest.raises(ValueError, match="judging"):
        outbox.hold_settle(db, kept_back, "judging", now, "x")


def test_a_hold_may_be_gathered_into_one_catch_up_digest(db, kept_back, now):
    with db.transaction():
        digest = outbox.gather(db, "desk", f"catch-up {kept_back}", now, {}, empty=False, hold=kept_back)
        outbox.hold_settle(db, kept_back, "released", now, "catch-up")
    assert len(digest.members) == 3
    assert sorted(states(db)) == ["bundled"] * 3 + ["waiting"] * 3
    (claimed,) = outbox.claim(db, now + LEASE, LEASE, busy={"archive"}, gathered={"desk"})
    outbox.sent(db, claimed, now, "250")
    assert sorted(states(db)) == ["sent"] * 3 + ["waiting"] * 3


def test_a_figure_and_a_withdrawal_of_the_run_are_kept_back_too(db, make, thought, everybody, now):
    number = outbox.hold_open(db, "hk_gia_en", now, "30 at once")
    record(db, make(1), thought, now, hold=number, route=everybody)
    done = record(db, make(1, text="Other words."), thought, now, hold=number, route=everybody)
    assert done.promised == ("desk", "archive")
    assert states(db) == ["held"] * 4


def test_an_edition_of_a_story_that_was_dropped_tells_nobody_anew(db, make, thought, everybody, kept_back, now):
    outbox.hold_settle(db, kept_back, "dropped", now, "operator")
    twin = make(1, key="other.test/1", language="en")
    assert record(db, twin, thought, now, route=everybody).promised == ()
