"""The service as a process: what ends it, what does not, and what it costs to have it idle."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from scheduler.demo.invented import stock
from scheduler.demo.portals import Portals
from scheduler.demo.receivers import WebhookReceiver
from scheduler.demo.watching import Watch
from storage.database import Database

BEFORE = [one for one in stock() if one.when == "before"]


@pytest.fixture
def web():
    with Portals(BEFORE) as portals:
        yield portals


@pytest.fixture
def watch(tmp_path, web):
    made = Watch(tmp_path / "watch", web, every="1s")
    yield made
    made.stop()


def wait_for(holds, seconds=30.0):
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.05)


def started(watch):
    """Start the service and wait until each source was checked once."""
    process = watch.start()
    wait_for(lambda: len(watch.rows("SELECT DISTINCT source FROM runs")) == 5)
    return process


def children(process):
    return psutil.Process(process.pid).children(recursive=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_cleanly_within_seconds_and_its_child_with_it(watch, number):
    process = started(watch)
    below = children(process)
    assert below
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(15) == 0
    assert time.monotonic() - began < 10
    assert not psutil.wait_procs(below, timeout=2)[1]
    log = watch.log.read_text()
    assert f"ending: {signal.Signals(number).name}" in log
    assert log.rstrip().endswith("ended")
    with Database.open(watch.database, create=False) as db:
        assert db.check() == []


def test_it_ends_within_seconds_while_a_portal_hangs(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections and never answers
        base = f"http://127.0.0.1:{silent.getsockname()[1]}"
        folder = tmp_path / "watch"
        folder.mkdir()
        with Portals(BEFORE) as web:
            watch = Watch(folder, web)
        watch.config.write_text(re.sub(r"http://127\.0\.0\.1:\d+", base, watch.config.read_text()))
        process = watch.start()
        wait_for(lambda: watch.log.exists() and "watching" in watch.log.read_text())
        time.sleep(1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert time.monotonic() - began < 12


def test_a_child_that_is_killed_is_replaced(watch, web):
    process = started(watch)
    for child in children(process):
        child.kill()
    web.publish(next(one for one in stock() if one.when == "meanwhile"))
    known = len(BEFORE)
    wait_for(lambda: watch.rows("SELECT count(*) AS n FROM releases")[0]["n"] == known + 1)
    assert process.poll() is None


def test_the_child_of_a_killed_service_ends_and_the_lock_is_free(watch):
    process = started(watch)
    below = children(process)
    assert below
    watch.kill()
    assert not psutil.wait_procs(below, timeout=5)[1]
    assert started(watch).poll() is None


@pytest.mark.parametrize("deed", ["deleted", "replaced", "moved"])
def test_a_database_taken_away_under_it_ends_it_and_no_new_one_is_made(watch, deed):
    process = started(watch)
    place = watch.database
    if deed == "replaced":
        shutil.copy(place, place.with_suffix(".copy"))
        place.with_suffix(".copy").replace(place)
    elif deed == "moved":
        place.rename(place.with_suffix(".moved"))
    else:
        place.unlink()
    assert process.wait(20) == 74
    assert "was moved, deleted or replaced" in watch.log.read_text()
    assert place.exists() is (deed == "replaced")


def test_downtime_is_made_up_for_by_one_check_a_source(tmp_path, web):
    watch = Watch(tmp_path / "watch", web, every="1h")
    started(watch)
    watch.stop()
    with Database.open(watch.database) as db, db.transaction():
        db.execute("UPDATE source SET last_attempt = '2026-01-01T00:00:00Z'")
    watch.start()
    try:
        wait_for(lambda: watch.rows("SELECT count(*) AS n FROM runs")[0]["n"] == 10)
        time.sleep(1.5)
        assert watch.rows("SELECT count(*) AS n FROM runs")[0]["n"] == 10
    finally:
        watch.stop()


def test_a_restart_before_a_source_is_due_asks_nobody(tmp_path, web):
    watch = Watch(tmp_path / "watch", web, every="1h")
    started(watch)
    watch.stop()
    asked = len(web.asked)
    watch.start()
    wait_for(lambda: watch.log.read_text().count("watching 5 sources") == 2)
    time.sleep(1.5)
    assert watch.stop() == 0
    assert len(web.asked) == asked


def test_the_log_is_one_line_each_with_its_time_and_without_the_secret(tmp_path, web):
    with WebhookReceiver() as hooks:
        watch = Watch(tmp_path / "watch", web, hooks=hooks)
        started(watch)
        web.publish(next(one for one in stock() if one.when == "meanwhile" and one.cooperation))
        wait_for(lambda: hooks.accepted)
        wait_for(lambda: " sent, " in watch.log.read_text())
        assert watch.stop() == 0
        log = watch.log.read_text()
        assert all(re.match(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+08:00 \S", line) for line in log.splitlines())
        assert hooks.secret not in log
        everything = b"".join(path.read_bytes() for path in watch.folder.iterdir() if path.name != "webhook.secret")
        assert hooks.secret.removeprefix("whsec_").encode() not in everything


def test_idle_it_stays_under_60_megabytes_without_its_child(tmp_path, web):
    """Also after it has told something, with every kind of condition in use."""
    with WebhookReceiver() as hooks:
        where = (
            'where = { jurisdictions = ["Hong Kong", "Macao"], languages = ["en", "zh"], words = ["health", "醫"] }\n'
        )
        watch = Watch(tmp_path / "watch", web, every="4s", hooks=hooks, more=where)
        process = started(watch)
        for one in stock():
            if one.when == "meanwhile":
                web.publish(one)
        wait_for(lambda: hooks.accepted)
        time.sleep(1)
        held = psutil.Process(process.pid).memory_info().rss
        watch.stop()
    assert held < 60e6, f"{held / 1e6:.1f} MB"


LYING_CLOCK = """
import sys, threading, time
from datetime import UTC, datetime
import time_machine
from pathlib import Path
from scheduler import cli

offset = Path(sys.argv.pop(1))
traveller = time_machine.travel(datetime.now(UTC), tick=True).start()

def follow():
    moved = 0.0
    while True:
        time.sleep(0.05)
        wanted = float(offset.read_text() or moved)
        if wanted != moved:
            traveller.shift(wanted - moved)
            moved = wanted

threading.Thread(target=follow, daemon=True).start()
cli.main()
"""


@pytest.mark.parametrize(("jump", "words"), [(-3600, "went back by 1h"), (28800, "went ahead by 8h")])
def test_a_jump_of_the_clock_stalls_no_source_and_brings_one_check_not_many(tmp_path, web, jump, words):
    """The clock is set while the service runs, for this one process, from outside."""
    watch = Watch(tmp_path / "watch", web, every="20s")
    offset = tmp_path / "offset"
    offset.write_text("0")
    arguments = ["--config", str(watch.config), "run"]
    with watch.log.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", LYING_CLOCK, str(offset), *arguments], stdout=log, stderr=log, cwd=watch.folder
        )
    try:
        wait_for(lambda: len(watch.rows("SELECT DISTINCT source FROM runs")) == 5)
        offset.write_text(str(jump))
        wait_for(lambda: words in watch.log.read_text())
        wait_for(lambda: len(watch.rows("SELECT * FROM runs")) >= 10)
        time.sleep(2)
        assert len(watch.rows("SELECT * FROM runs")) == 10
    finally:
        process.terminate()
        assert process.wait(15) == 0
