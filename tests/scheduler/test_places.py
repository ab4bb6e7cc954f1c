"""Who is served at the same time."""

from __future__ import annotations

from scheduler.places import MOST, QUICK, SOON, Places


def test_a_destination_that_takes_long_leaves_its_place_to_another():
    now = [100.0]
    places = Places(lambda: now[0])
    for number in range(QUICK):
        assert places.wait() == 0
        places.take(str(number))
        now[0] += 0.1
    assert 0 < places.wait() <= SOON
    now[0] += places.wait()
    assert places.wait() == 0
    assert len(places.taken) == QUICK


def test_who_leaves_makes_room_at_once():
    places = Places(lambda: 1.0)
    for number in range(QUICK):
        places.take(str(number))
    assert places.wait() == SOON
    places.leave("3")
    assert places.wait() == 0


def test_there_is_an_end_to_it_however_slow_they_are():
    now = [0.0]
    places = Places(lambda: now[0])
    for number in range(MOST):
        places.take(str(number))
        now[0] += SOON
    assert places.wait() is None
