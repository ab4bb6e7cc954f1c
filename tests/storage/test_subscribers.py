from datetime import timedelta

import pytest

from storage import outbox
from storage.outbox import notify
from storage.subscribers import disable, enable, meet, subscribers, through

DAY = timedelta(days=1)


def test_a_subscription_is_known_from_the_first_run_with_it(db, now):
    first = meet(db, {"desk": ("r1", "a1"), "office": ("r2", "a2")}, now)
    assert set(first) == {"desk", "office"}
    assert first["desk"].known_since == first["desk"].rule_since == now
    later = meet(db, {"desk": ("r1", "a1")}, now + DAY)
    assert later == {"desk": first["desk"]}
    assert [one.name for one in subscribers(db)] == ["desk", "office"]


def test_other_conditions_hold_from_when_they_were_first_met(db, now):
    meet(db, {"desk": ("r1", "a1")}, now)
    met = meet(db, {"desk": ("r2", "a1")}, now + DAY)["desk"]
    assert (met.rule, met.known_since, met.rule_since) == ("r2", now, now + DAY)


def test_a_subscription_that_is_off_stays_so_until_it_goes_elsewhere_or_somebody_says_so(db, now):
    meet(db, {"desk": ("r1", "a1")}, now)
    assert disable(db, "desk", "410 Gone", now)
    assert not disable(db, "desk", "410 Gone again", now + DAY)
    met = meet(db, {"desk": ("r2", "a1")}, now + DAY)["desk"]
    assert (met.disabled, met.why) == (now, "410 Gone")
    met = meet(db, {"desk": ("r2", "a2")}, now + DAY)["desk"]
    assert (met.disabled, met.why, met.address) == (None, None, "a2")
    disable(db, "desk", "again", now)
    assert enable(db, "desk", now)
    assert not enable(db, "desk", now)
    assert not disable(db, "nobody", "x", now)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_what_was_refused_for_good_is_told_when_the_subscription_is_on_again(db, now, elsewhere):
    meet(db, {"desk": ("r1", "a1")}, now)
    for number, moment in enumerate([now, now + DAY]):
        notify(db, "desk", f"notice {number}", {}, moment)
        (one,) = outbox.claim(db, moment, timedelta(minutes=1))
        outbox.dead(db, one, moment, "HTTP 410" if number else "HTTP 400")
    disable(db, "desk", "HTTP 410", now + DAY)
    if elsewhere:
        meet(db, {"desk": ("r1", "a2")}, now + 2 * DAY)
    else:
        enable(db, "desk", now + 2 * DAY)
    states = [(row["state"], row["attempts"]) for row in db.rows("SELECT state, attempts FROM delivery ORDER BY id")]
    assert states == [("dead", 1), ("waiting", 0)], "what was given up before has nothing to do with it"


def test_the_last_turn_never_goes_back(db, now):
    meet(db, {"desk": ("r1", "a1")}, now)
    assert subscribers(db)[0].digest_through is None
    through(db, "desk", now)
    through(db, "desk", now - DAY)
    assert subscribers(db)[0].digest_through == now
    through(db, "desk", now + DAY)
    assert subscribers(db)[0].digest_through == now + DAY
