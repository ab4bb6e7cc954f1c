"""Real processes killed with SIGKILL at random moments: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import links, outbox
from storage.database import Database

WORKER = Path(__file__).with_name("crash_worker.py")


def lines(path):
    return path.read_text().split() if path.exists() else []


def kill_in_the_middle(path, folder, how, after):
    """Start the worker, wait until it works, then so many seconds more, and kill it."""
    before = len(lines(folder / "recorded"))
    process = subprocess.Popen(
        [sys.executable, str(WORKER), str(path), str(folder), how, "1000000"], stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 30
    while len(lines(folder / "recorded")) == before and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(after)
    process.kill()
    said = process.communicate()[1].decode()
    assert process.returncode == -signal.SIGKILL, said


def faults(path, folder, kills):
    """Return what is wrong with the database after the kills, in words."""
    found = []
    recorded, received = lines(folder / "recorded"), Counter(lines(folder / "received"))
    with Database.open(path) as db:
        found += db.check()
        found += [str(row) for row in db.rows("PRAGMA foreign_key_check")]
        kept = {row["key"] for row in db.rows("SELECT key FROM releases")}
        found += [f"acknowledged and lost: {key}" for key in set(recorded) - kept]
        found += [
            f"{row['key']}: {row['n']} promises"
            for row in db.rows(
                "SELECT r.key, count(d.id) AS n FROM release AS r LEFT JOIN change AS c ON c.release_id = r.id"
                " LEFT JOIN delivery AS d ON d.change_id = c.id GROUP BY r.id HAVING n <> 2"
            )
        ]
        found += [
            f"{row['key']}: kept, but its link is {row['state']}"
            for row in db.rows(
                "SELECT l.key, l.state FROM link AS l JOIN release AS r USING (key) WHERE l.state <> 'read'"
            )
        ]
        found += [
            f"half a release: {row}"
            for row in db.rows("SELECT id FROM release WHERE id NOT IN (SELECT id FROM releases)")
        ]
        known = {row["message_id"]: row["state"] for row in db.rows("SELECT message_id, state FROM deliveries")}
    found += [f"received and unknown: {name}" for name in set(received) - set(known)]
    found += [
        f"marked sent and never received: {n}" for n, state in known.items() if state == "sent" and n not in received
    ]
    extra = sum(received.values()) - len(received)
    if extra > 2 * kills:
        found.append(f"{extra} repeats in {kills} kills")
    return found


def drain(path, folder):
    """Send what still waits, and return how many promises were never kept."""
    now = datetime.now(UTC) + timedelta(days=1)
    with Database.open(path) as db:
        outbox.recover(db, now)
        while claimed := outbox.claim(db, now, timedelta(minutes=1)):
            for delivery in claimed:
                outbox.sent(db, delivery, now, "200 OK")
        assert links.pending(db, "s", now)[1:] == []  # at most the one link whose release the last kill prevented
        return db.value("SELECT count(*) FROM delivery WHERE state <> 'sent'")


@pytest.mark.parametrize("kills", [12, pytest.param(500, marks=pytest.mark.drill)])
def test_a_process_killed_at_any_moment_loses_nothing_it_acknowledged(tmp_path, kills):
    path, chance = tmp_path / "x.db", random.Random(20261121)
    for _ in range(kills):
        kill_in_the_middle(path, tmp_path, "whole", chance.uniform(0, 0.08))
        assert faults(path, tmp_path, kills) == []
    assert drain(path, tmp_path) == 0
    assert len(lines(tmp_path / "recorded")) > kills


@pytest.mark.drill
def test_the_same_trial_finds_the_fault_of_two_transactions(tmp_path):
    path, chance = tmp_path / "x.db", random.Random(20261121)
    for kills in range(1, 300):
        kill_in_the_middle(path, tmp_path, "torn", chance.uniform(0, 0.08))
        if any("0 promises" in fault for fault in faults(path, tmp_path, kills)):
            return
    pytest.fail("300 kills found no release without its promises: the trial is blind")


@pytest.mark.drill
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("harm", ["signal=SIGKILL", "error=EIO", "error=ENOSPC"])
@pytest.mark.parametrize("call", ["pwrite64", "fsync,fdatasync", "ftruncate", "write"])
def test_a_process_stopped_at_each_of_its_writes_loses_nothing_it_acknowledged(tmp_path, call, harm):
    for at in range(1, 1000):
        folder = tmp_path / str(at)
        folder.mkdir()
        Database.open(folder / "x.db").close()
        inject = ["-e", f"trace={call}", "-e", f"inject={call}:{harm}:when={at}"]
        worker = [sys.executable, str(WORKER), str(folder / "x.db"), str(folder), "whole", "4"]
        subprocess.run(
            ["strace", "-f", "-qq", "-o", str(folder / "trace"), *inject, *worker], capture_output=True, check=False
        )
        assert faults(folder / "x.db", folder, 1) == [], f"stopped at {call} number {at}"
        trace = (folder / "trace").read_text()
        if "INJECTED" not in trace and "SIGKILL" not in trace:
            assert len(lines(folder / "recorded")) == 4
            assert at > 1, f"no {call} was ever stopped: the trial is blind"
            return
    pytest.fail("the worker never came to its end")
