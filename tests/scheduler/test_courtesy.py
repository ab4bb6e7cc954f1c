"""Turns at a host, and what Retry-After means."""

import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from scheduler.courtesy import LONGEST_HOLD, USUAL_HOLD, Courtesy, held, hold_seconds
from scheduler.troubles import HeldError

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOST = "portal.example"


def visits(courtesy, count, *, host=HOST, delay=0.0, busy=0.0):
    """Return the spans in which turns were held, from as many threads."""
    spans, lock = [], threading.Lock()

    def visit():
        with courtesy.turn(host, delay):
            began = time.monotonic()
            time.sleep(busy)
            with lock:
                spans.append((began, time.monotonic()))

    threads = [threading.Thread(target=visit) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(spans)


def test_the_first_turn_is_given_at_once():
    before = time.monotonic()
    with Courtesy(5.0).turn(HOST):
        assert time.monotonic() - before < 0.05


def test_one_at_a_time_with_the_delay_between_the_end_of_one_and_the_start_of_the_next():
    spans = visits(Courtesy(0.05), 4, busy=0.02)
    gaps = [later[0] - earlier[1] for earlier, later in pairwise(spans)]
    assert len(gaps) == 3
    assert all(gap >= 0.0499 for gap in gaps)


def test_the_delay_of_robots_txt_counts_where_it_is_longer():
    spans = visits(Courtesy(0.01), 2, delay=0.1)
    assert spans[1][0] - spans[0][1] >= 0.0999


def test_hosts_do_not_wait_for_each_other():
    courtesy = Courtesy(10.0)
    before = time.monotonic()
    for host in ("a.example", "b.example", "127.0.0.1:1", "127.0.0.1:2"):
        with courtesy.turn(host):
            pass
    assert time.monotonic() - before < 0.1


def test_several_at_a_time_still_start_apart():
    spans = visits(Courtesy(0.05, concurrency=3), 3, busy=0.2)
    assert spans[2][0] < spans[0][1]
    assert all(later[0] - earlier[0] >= 0.0499 for earlier, later in pairwise(spans))


def test_a_turn_is_given_back_when_the_request_fails():
    courtesy = Courtesy(0.0)
    with pytest.raises(OSError, match="gone"), courtesy.turn(HOST):
        raise OSError("gone")
    with courtesy.turn(HOST):
        pass


def test_a_held_host_gives_no_turn_until_the_time_is_over():
    now = [100.0]
    courtesy = Courtesy(0.0, clock=lambda: now[0])
    courtesy.hold(HOST, 60, "http 429: asked for patience")
    courtesy.hold(HOST, 30, "a shorter hold does not shorten the longer")
    with pytest.raises(HeldError) as told, courtesy.turn(HOST):
        pytest.fail("a turn was given")
    assert told.value.seconds == 60
    with courtesy.turn("other.example"):
        pass
    now[0] += 61
    with courtesy.turn(HOST):
        pass


def test_whoever_waits_is_let_go_when_the_service_stops():
    courtesy, told = Courtesy(60.0), []
    with courtesy.turn(HOST):
        pass

    def wait():
        try:
            with courtesy.turn(HOST):
                told.append("a turn")
        except HeldError as error:
            told.append(error.trouble)

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.05)
    courtesy.stop()
    waiting.join(1)
    assert told == ["stopped: the service is ending"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("90", 90),
        (" 90 ", 90),
        ("315360000", LONGEST_HOLD),
        ("9" * 400, LONGEST_HOLD),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30),
        (format_datetime(NOW + timedelta(days=3650), usegmt=True), LONGEST_HOLD),
        (format_datetime(NOW - timedelta(seconds=30), usegmt=True), None),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("٣٠", None),
        ("", None),
        (None, None),
        ("Sat, 99 Nov 2026 99:00:00 GMT", None),
        ("Sat, 21 Nov 999999 08:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_as_far_as_it_can_be(header, seconds):
    assert hold_seconds(header, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "7", 7),
        (429, "junk", USUAL_HOLD),
        (429, None, USUAL_HOLD),
        (503, "7", 7),
        (503, None, None),
        (500, "7", None),
    ],
)
def test_a_429_always_holds_and_a_503_where_it_says_how_long(status, header, seconds):
    found = held(status, header, NOW)
    assert (found.seconds if found else None) == seconds
