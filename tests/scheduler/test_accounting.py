"""Where a promise stands, to a reason or a gap: the judgement by itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.accounting import Fate, Standing, account
from storage.accounts import Promised
from storage.model import DeliveryState

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WAITING = Promised(7, 3, "team", "msg_x", DeliveryState.WAITING, 0, NOW, NOW - MINUTE, None, None)


def judged(standing=None, hold=None, **changes):
    found = account(replace(WAITING, **changes), standing or Standing(), NOW, hold)
    return found.fate, found.why


@pytest.mark.parametrize(("changes", "fate", "words"), [
    ({"state": DeliveryState.SENT, "settled": NOW}, Fate.TOLD, "sent at"),
    ({"state": DeliveryState.SENT, "settled": NOW, "bundle_id": 9}, Fate.TOLD, "sent with digest 9 at"),
    ({"state": DeliveryState.DEAD, "attempts": 10, "trouble": "HTTP 500"}, Fate.KEPT,
     "given up after 10 attempts: HTTP 500"),
    ({"state": DeliveryState.DROPPED, "trouble": "dropped by ann"}, Fate.KEPT, "dropped by ann"),
    ({"next_try": NOW - 14 * MINUTE}, Fate.WAITS, "due since"),
    ({"next_try": NOW - 16 * MINUTE}, Fate.GAP, "due, and nobody has sent it, since"),
    ({"next_try": None}, Fate.GAP, "due, and nobody has sent it, since"),
    ({"next_try": NOW + HOUR, "attempts": 2}, Fate.WAITS, "tried twice, again at"),
    ({"next_try": NOW + MINUTE}, Fate.WAITS, "waits for the edition it is wanted in, at the longest until"),
    ({"state": DeliveryState.SENDING, "attempts": 1, "next_try": NOW + MINUTE}, Fate.WAITS, "being sent, attempt 1"),
    ({"state": DeliveryState.SENDING, "attempts": 1, "next_try": NOW - HOUR}, Fate.GAP,
     "being sent by a process that is gone"),
    ({"state": DeliveryState.BUNDLED, "bundle_id": 9, "bundle_state": DeliveryState.WAITING, "next_try": None},
     Fate.WAITS, "in digest 9, which is being sent"),
    ({"state": DeliveryState.BUNDLED, "bundle_id": 9, "bundle_state": None}, Fate.GAP,
     "in digest 9, which is not there"),
])  # fmt: skip
def test_each_state_is_a_reason_or_a_gap(changes, fate, words):
    assert judged(**changes) == (fate, words)


@pytest.mark.parametrize(("state", "age", "fate"), [
    ("open", 90 * HOUR, Fate.WAITS), ("judging", HOUR, Fate.WAITS), ("judging", 3 * HOUR, Fate.GAP),
    ("released", HOUR, Fate.GAP), (None, HOUR, Fate.GAP),
])  # fmt: skip
def test_a_hold_is_a_reason_while_somebody_is_to_judge_it(state, age, fate):
    assert judged(hold=state, state=DeliveryState.HELD, hold_id=2, made=NOW - age)[0] is fate


OLD = {"next_try": NOW - 9 * HOUR, "made": NOW - 9 * HOUR}


@pytest.mark.parametrize(("standing", "fate", "words"), [
    (Standing(quiet_until=NOW + HOUR), Fate.WAITS, "quiet hours or a free day until"),
    (Standing(turn=NOW + HOUR, last_turn=NOW - 23 * HOUR), Fate.WAITS, "waits for the digest of"),
    (Standing(turn=NOW + HOUR, last_turn=NOW - 2 * HOUR), Fate.GAP, "its digest was not made, due at"),
    (Standing(turn=NOW + HOUR, last_turn=NOW - 30 * MINUTE), Fate.WAITS, "waits for the digest of"),
    (Standing(turn=NOW + HOUR, last_turn=NOW - 2 * HOUR, quiet_until=NOW + HOUR), Fate.WAITS,
     "waits for the digest of"),
    (Standing(disabled="HTTP 410"), Fate.KEPT, "its subscription is switched off (HTTP 410); promised at"),
    (Standing(breaker="HTTP 500"), Fate.WAITS, "its receiver is left alone for a while: HTTP 500"),
    (Standing(configured=False), Fate.WAITS, "the configuration has no such subscription any more; promised at"),
    (Standing(), Fate.GAP, "due, and nobody has sent it, since"),
])  # fmt: skip
def test_what_holds_a_subscription_back_is_a_reason_for_an_old_promise(standing, fate, words):
    assert judged(standing, **OLD) == (fate, words)


def test_a_gathered_alert_that_was_tried_before_is_judged_by_its_own_time():
    standing = Standing(turn=NOW + HOUR, last_turn=NOW - 2 * HOUR)
    assert judged(standing, attempts=1, next_try=NOW + MINUTE) == (Fate.WAITS, "tried once, again at")
