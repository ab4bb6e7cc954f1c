"""SIGKILL at random instants: nothing is lost, and what repeats has the same id (RELIABILITY.md 7.1)."""

from __future__ import annotations

import base64
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from scheduler.config import Config, Subscription
from scheduler.delivering import Dispatcher
from scheduler.demo.receivers import WebhookReceiver
from storage.database import Database

SCRIPT = Path(__file__).with_name("killed_dispatcher.py")
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


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
        office = Subscription(name="office", channel="webhook", url=receiver.url, secret_env="HOOK_SECRET")
        dispatcher = Dispatcher(db, Config(subscriptions=(office,)))
        dispatcher.recover()
        dispatcher.once()
        return {
            "releases": db.value("SELECT count(*) FROM release"),
            "without a promise": db.value(
                "SELECT count(*) FROM release WHERE id NOT IN (SELECT release_id FROM change JOIN delivery"
                " ON change_id = change.id)"
            ),
            "open": db.value("SELECT count(*) FROM delivery WHERE state <> 'sent'"),
            "promised": {row["message_id"] for row in db.rows("SELECT message_id FROM delivery")},
            "received": Counter(one.id for one in receiver.accepted),
        }


@pytest.mark.parametrize("kills", [6, pytest.param(500, marks=pytest.mark.drill)])
def test_a_dispatcher_that_is_killed_again_and_again_loses_nothing(tmp_path, monkeypatch, kills):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with WebhookReceiver(secret=SECRET) as receiver:
        end = kill_again_and_again(tmp_path / "kill.db", receiver, kills, 20261121)
        assert all(one.verified for one in receiver.received)
    received = end["received"]
    repeats = sum(received.values()) - len(received)
    print(f"{kills} kills, {end['releases']} releases, {repeats} repeats, at most {max(received.values())} of one id")
    assert end["without a promise"] == 0
    assert end["open"] == 0
    assert set(received) == end["promised"]
    assert len(end["promised"]) == end["releases"] > 0
    assert repeats <= kills


@pytest.mark.drill
def test_marking_before_sending_would_lose_alerts_and_this_trial_would_see_it(tmp_path, monkeypatch):
    """The control (RELIABILITY.md C6)."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with WebhookReceiver(secret=SECRET) as receiver:
        end = kill_again_and_again(tmp_path / "kill.db", receiver, 60, 20261122, "early")
    assert end["promised"] - set(end["received"])
