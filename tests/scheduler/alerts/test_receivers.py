"""Destinations as deliveries find them: left alone after five failures, told of once, back at the first success."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from scheduler.alerts.attempting import Outcome
from scheduler.alerts.receivers import Receivers, Trouble
from storage.model import DeliveryState

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
DOWN = Outcome(DeliveryState.WAITING, "HTTP 500", 5.0, down=True)
REFUSED = Outcome(DeliveryState.WAITING, "HTTP 404", 5.0, down=False)
GOOD = Outcome(DeliveryState.SENT, "HTTP 204", down=False)
HOOK = "https://example.org"


def test_a_destination_is_left_alone_after_five_failures_and_that_is_told(caplog):
    told = []
    receivers = Receivers(lambda *said: told.append(said))
    for _ in range(4):
        receivers.settled(HOOK, DOWN, NOW)
    assert (receivers.waits(HOOK, NOW), receivers.troubles(), told) == (None, {}, [])
    receivers.settled(HOOK, DOWN, NOW)
    trouble = Trouble(NOW, NOW + timedelta(seconds=30), "HTTP 500")
    assert receivers.waits(HOOK, NOW) == trouble.until
    assert receivers.troubles() == {HOOK: trouble}
    assert told == [(HOOK, trouble)]
    assert "https://example.org failed 5 times in a row and is left alone for 30 s: HTTP 500" in caplog.text


def test_the_first_success_ends_it(caplog):
    caplog.set_level(logging.INFO)
    told = []
    receivers = Receivers(lambda *said: told.append(said))
    for _ in range(6):
        receivers.settled(HOOK, DOWN, NOW)
    receivers.settled(HOOK, GOOD, NOW)
    assert receivers.waits(HOOK, NOW) is None
    assert receivers.troubles() == {}
    assert told[-1] == (HOOK, None)
    assert "answers again" in caplog.text


def test_an_answer_that_refuses_a_message_shows_that_the_destination_is_up():
    receivers = Receivers()
    for _ in range(4):
        receivers.settled(HOOK, DOWN, NOW)
    receivers.settled(HOOK, REFUSED, NOW)
    receivers.settled(HOOK, DOWN, NOW)
    assert receivers.troubles() == {}


def test_a_message_that_never_left_says_nothing_of_its_destination():
    receivers = Receivers()
    for _ in range(4):
        receivers.settled(HOOK, DOWN, NOW)
    receivers.settled(HOOK, Outcome(DeliveryState.WAITING, "cannot be put into words", 5.0), NOW)
    receivers.settled(HOOK, DOWN, NOW)
    assert HOOK in receivers.troubles()


def test_who_asks_to_wait_is_left_alone_for_so_long_without_being_in_trouble():
    receivers = Receivers()
    receivers.settled(HOOK, Outcome(DeliveryState.WAITING, "HTTP 429", 3600.0, down=False, patience=3600.0), NOW)
    assert receivers.waits(HOOK, NOW) == NOW + timedelta(hours=1)
    assert receivers.waits(HOOK, NOW + timedelta(hours=1)) is None
    assert receivers.troubles() == {}


def test_each_destination_is_known_by_itself():
    receivers = Receivers()
    for _ in range(5):
        receivers.settled(HOOK, DOWN, NOW)
    assert receivers.waits("https://example.net", NOW) is None
