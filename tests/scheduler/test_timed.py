"""The bell that ends an exchange."""

from __future__ import annotations

import socket
import threading
import time

from scheduler.timed import Bell


def pair():
    return socket.socketpair()


def test_a_reader_is_freed_when_time_is_over():
    near, far = pair()
    with near, far:
        began = time.monotonic()
        with Bell(0.2) as bell:
            bell.watch(near)
            assert near.recv(1) == b""
            assert bell.rang
        assert 0.15 < time.monotonic() - began < 2


def test_a_drip_does_not_keep_it_quiet():
    near, far = pair()
    over = threading.Event()

    def drip():
        while not over.wait(0.02):
            try:
                far.sendall(b"x")
            except OSError:
                return

    with near, far:
        threading.Thread(target=drip, daemon=True).start()
        with Bell(0.3) as bell:
            bell.watch(near)
            while near.recv(1):
                pass
            assert bell.rang
        over.set()


def test_a_socket_that_is_shown_too_late_is_cut_at_once():
    near, far = pair()
    with near, far, Bell(0.05) as bell:
        time.sleep(0.2)
        bell.watch(near)
        assert near.recv(1) == b""


def test_an_exchange_in_time_is_left_alone_and_leaves_nothing_behind():
    near, far = pair()
    before = threading.active_count()
    with near, far:
        with Bell(0.1) as bell:
            bell.watch(near)
            assert 0 < bell.left() <= 0.1
        time.sleep(0.2)
        assert not bell.rang
        far.sendall(b"y")
        assert near.recv(1) == b"y"
    assert threading.active_count() <= before


def test_time_that_is_over_leaves_a_moment_and_not_zero():
    with Bell(0.01) as bell:
        time.sleep(0.05)
        assert bell.left() == 0.001
