"""SIGKILL at random instants: nothing is lost, and what repeats has the same id (RELIABILITY.md 7.1).

Single alerts, digests and alerts kept back by holds are mixed (killed_dispatcher.py).
"""

from __future__ import annotations

import base64
import importlib.util
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.config import Config
from scheduler.delivering import Dispatcher
from scheduler.demo.receivers import WebhookReceiver
from storage.database import Database

SCRIPT = Path(__file__).with_name("killed_dispatcher.py")
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()

_spec = importlib.util.spec_from_file_location("killed_dispatcher", SCRIPT)
killed = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(killed)


def kill_again_and_again(path, receiver, kills, seed, *more):
    """Start the process and kill it, `kills` times; then deliver in peace what is left."""
    chance = random.Random(seed)
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, str(SCRIPT), str(path), receiver.url, *more], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.15))
        process.kill()
        process.communicate()
        with Database.open(path) as db:
            assert db.check() == []
    with Database.open(path) as db:
        killed.settle_holds(db)
        now = killed.clock() + timedelta(minutes=2)
        dispatcher = Dispatcher(db, Config(subscriptions=killed.subscriptions(receiver.url)), clock=lambda: now)
        dispatcher.recover()
        dispatcher.once()
        return judge(db, receiver)


def judge(db, receiver):
    """Return what was promised, what became of it, and what was received."""
    alerts = db.rows(
        "SELECT d.*, b.message_id AS told_in FROM delivery AS d LEFT JOIN delivery AS b ON b.id = d.bundle_id"
    )
    return {
        "releases": db.value("SELECT count(*) FROM release"),
        "promised": db.value("SELECT count(*) FROM delivery WHERE what = 'alert'"),
        "unsettled": sum(row["state"] != "sent" for row in alerts),
        "should have come": {row["told_in"] or row["message_id"] for row in alerts},
        "bundled": sum(row["told_in"] is not None for row in alerts),
        "held once": sum(row["hold_id"] is not None for row in alerts),
        "digests": sum(row["what"] == "digest" for row in alerts),
        "received": Counter(one.id for one in receiver.accepted),
        "bodies": {(one.id, str(one.data)) for one in receiver.accepted},
        "told": {
            (one.data["subscription"], alert["release"]) for one in receiver.accepted for alert in alerts_of(one.data)
        },
    }


def alerts_of(data):
    """Return the alerts that a message tells, itself or its members."""
    if data["schema"].startswith("coopwatch.digest"):
        return [alert for story in data["stories"] for alert in story["alerts"]]
    return [data]


@pytest.mark.parametrize("kills", [10, pytest.param(200, marks=pytest.mark.drill)])
def test_a_dispatcher_that_is_killed_again_and_again_loses_nothing(tmp_path, monkeypatch, kills):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with WebhookReceiver(secret=SECRET) as receiver:
        end = kill_again_and_again(tmp_path / "kill.db", receiver, kills, 20261121)
        assert all(one.verified for one in receiver.received)
    received = end["received"]
    repeats = sum(received.values()) - len(received)
    print(
        f"{kills} kills, {end['releases']} releases, {end['promised']} alerts ({end['bundled']} of them in"
        f" {end['digests']} digests, {end['held once']} kept back for a while), {len(received)} messages,"
        f" {repeats} repeats, at most {max(received.values())} of one id"
    )
    assert end["promised"] == 2 * end["releases"] > 0, "each release was promised to both, in its own transaction"
    assert end["unsettled"] == 0
    assert set(received) == end["should have come"], "nothing is lost, nothing is told that was not promised"
    assert end["digests"] > 0
    assert end["held once"] > 0
    assert len(end["bodies"]) == len(received), "what repeats says the same, byte for byte"
    assert {name for name, _ in end["told"]} == {"office", "board"}
    assert repeats <= 2 * kills, "one for each destination that was being served"


@pytest.mark.drill
def test_marking_before_sending_would_lose_alerts_and_this_trial_would_see_it(tmp_path, monkeypatch):
    """The control (RELIABILITY.md C6)."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with WebhookReceiver(secret=SECRET) as receiver:
        end = kill_again_and_again(tmp_path / "kill.db", receiver, 60, 20261122, "early")
    assert end["should have come"] - set(end["received"])
