"""Jumps of the wall clock."""

from __future__ import annotations

import pytest

from scheduler.clockwatch import ClockWatch


@pytest.mark.parametrize("jump", [-86400.0, -3600.0, 61.0, 3600.0, 315360000.0])
def test_a_jump_is_noticed_once_with_its_size(jump):
    watch = ClockWatch(1000.0, 50.0)
    assert watch.jump(1005.0 + jump, 55.0) == jump
    assert watch.jump(1010.0 + jump, 60.0) == 0.0


def test_corrections_and_late_looks_are_no_jump():
    watch = ClockWatch(1000.0, 50.0)
    assert watch.jump(1005.4, 55.0) == 0.0
    assert watch.jump(5005.0, 4055.0) == 0.0
