"""Processes killed with SIGKILL while they gather, settle and judge: a digest and its alerts never disagree."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import outbox
from storage.database import Database

WORKER = Path(__file__).with_name("digest_worker.py")
WHOLE = {"waiting": "bundled", "sending": "bundled"}


def lines(path):
    return path.read_text().split() if path.exists() else []


def kill_in_the_middle(path, folder, how, chance):
    """Start the worker, wait until it has recorded up to a dozen releases more, then some milliseconds, and kill it.

    A turn is three releases; by their number and not by the clock, a busy machine gets as far as an idle one.
    """
    wanted, after = len(lines(folder / "recorded")) + chance.randrange(3, 13), chance.uniform(0, 0.02)
    process = subprocess.Popen([sys.executable, str(WORKER), str(path), str(folder), how], stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while len(lines(folder / "recorded")) < wanted and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(after)
    process.kill()
    said = process.communicate()[1].decode()
    assert process.returncode == -signal.SIGKILL, said


def faults(path, folder):
    """Return what is wrong with the database after the kill, in words."""
    received = set(lines(folder / "received"))
    with Database.open(path) as db:
        found = [*db.check(), *(str(row) for row in db.rows("PRAGMA foreign_key_check"))]
        rows = db.rows("SELECT * FROM delivery")
        digests = {row["id"]: row["state"] for row in rows if row["what"] == "digest"}
        holds = {row["id"]: row["state"] for row in db.rows("SELECT id, state FROM hold")}
        kept = {row["key"] for row in db.rows("SELECT key FROM release")}
    found += [f"acknowledged and lost: {key}" for key in set(lines(folder / "recorded")) - kept]
    found += [
        f"hold {number} was said to be {state} and is {holds[int(number)]}"
        for number, state in (line.split(":") for line in lines(folder / "settled"))
        if holds[int(number)] != state
    ]
    bundled = {row["bundle_id"] for row in rows}
    found += [f"digest {number} of nothing" for number in digests if number not in bundled]
    for row in rows:
        name = f"delivery {row['id']} ({row['state']})"
        if (row["next_try"] is not None) != (row["state"] in ("waiting", "sending")):
            found.append(f"{name}: due {row['next_try']}")
        if row["bundle_id"] and WHOLE.get(digests[row["bundle_id"]], digests[row["bundle_id"]]) != row["state"]:
            found.append(f"{name}: its digest is {digests[row['bundle_id']]}")
        if row["state"] == "held" and holds[row["hold_id"]] not in ("judging", "open"):
            found.append(f"{name}: its hold is {holds[row['hold_id']]}")
        if row["state"] == "sent" and row["what"] == "alert" and row["message_id"] not in received:
            found.append(f"{name}: marked sent and never received")
        if row["state"] == "dropped" and row["message_id"] in received:
            found.append(f"{name}: dropped and received")
    found += [f"received and unknown: {name}" for name in received - {row["message_id"] for row in rows}]
    return found


def drain(path):
    """Judge, gather and send what is left; return how many promises were neither kept nor dropped."""
    now = datetime.now(UTC) + timedelta(days=1)
    with Database.open(path) as db:
        outbox.recover(db, now)
        for hold in outbox.holds(db):
            outbox.hold_settle(db, hold.id, "released", now, "test")
        outbox.retry(db, now)
        outbox.gather(db, "a", "end", now, {}, empty=False)
        while claimed := outbox.claim(db, now, timedelta(minutes=1), gathered={"a"}):
            for delivery in claimed:
                outbox.sent(db, delivery, now, "200 OK")
        return db.value("SELECT count(*) FROM delivery WHERE state NOT IN ('sent', 'dropped')")


@pytest.mark.parametrize("kills", [12, pytest.param(500, marks=pytest.mark.drill)])
def test_a_process_killed_while_it_gathers_settles_or_judges_leaves_no_half_digest(tmp_path, kills):
    path, chance = tmp_path / "x.db", random.Random(20261122)
    for _ in range(kills):
        kill_in_the_middle(path, tmp_path, "whole", chance)
        assert faults(path, tmp_path) == []
    with Database.open(path) as db:
        assert db.value("SELECT count(*) FROM delivery WHERE what = 'digest' AND subscription = 'a'") > kills // 2
        assert db.value("SELECT count(*) FROM delivery WHERE slot LIKE 'catch-up%'") > 0
    assert drain(path) == 0


@pytest.mark.drill
def test_the_same_trial_finds_the_fault_of_two_transactions(tmp_path):
    path, chance = tmp_path / "x.db", random.Random(20261122)
    for _ in range(300):
        kill_in_the_middle(path, tmp_path, "torn", chance)
        if any("of nothing" in fault or "its hold" in fault for fault in faults(path, tmp_path)):
            return
    pytest.fail("300 kills found no half digest: the trial is blind")
