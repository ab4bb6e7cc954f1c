"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count, takewhile

import pytest

from scheduler.alerts.schedule import email_wait, jittered, retry_after_seconds, webhook_wait

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MIDDLE = 0.5  # luck that changes nothing


def ladder(wait, luck=MIDDLE):
    return list(takewhile(lambda seconds: seconds is not None, (wait(attempt, luck) for attempt in count(1))))


def test_a_webhook_is_tried_again_on_the_table_of_standard_webhooks_and_then_given_up():
    assert ladder(webhook_wait) == [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert webhook_wait(10, MIDDLE) is None


def test_a_mail_is_tried_again_for_three_days():
    waits = ladder(email_wait)
    assert waits[:6] == [60, 300, 900, 3600, 3600, 3600]
    assert set(waits[3:]) == {3600}
    assert 3 * 86400 - 3600 < sum(waits) <= 3 * 86400


@pytest.mark.parametrize("wait", [webhook_wait, email_wait])
def test_jitter_moves_each_wait_by_at_most_a_fifth(wait):
    for low, middle, high in zip(ladder(wait, 0.0), ladder(wait), ladder(wait, 1.0), strict=True):
        assert low == pytest.approx(middle * 0.8)
        assert high == pytest.approx(middle * 1.2)
    assert jittered(10, 0.75) == pytest.approx(11)


@pytest.mark.parametrize("wait", [webhook_wait, email_wait])
def test_a_receiver_can_ask_for_a_longer_wait_but_not_for_a_shorter_one(wait):
    assert wait(1, MIDDLE, 3600.0) == 3600
    assert wait(3, 0.0, 0.0) == wait(3, 0.0)
    assert wait(1, MIDDLE, 10 * 365 * 86400.0) == 86400


def test_asking_to_wait_does_not_keep_a_delivery_alive_for_ever():
    assert webhook_wait(10, MIDDLE, 60.0) is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999999999999", 86400),
        ("Sat, 21 Nov 2026 08:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 07:00:00 GMT", 0),
        ("Sat, 21 Nov 2036 08:00:00 GMT", 86400),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("٣", None),
        ("Sat, 99 Nov 2026 08:02:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_junk_is_ignored(header, seconds):
    assert retry_after_seconds(header, NOW) == seconds
