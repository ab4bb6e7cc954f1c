"""Thousands of alerts at once to a good receiver, a dead one and one that hangs (RELIABILITY.md A5, A9)."""

from __future__ import annotations

import base64
import gc
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.alerts.rules import route
from scheduler.config import Config, Subscription
from scheduler.delivering import Dispatcher
from scheduler.demo.receivers import WebhookReceiver
from storage.accounts import queues
from storage.database import Database
from storage.releases import record

SECRET = "whsec_" + base64.b64encode(b"f" * 32).decode()


def resident():
    """Return the memory of this process, in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def hook(name, url):
    return Subscription(name=name, channel="webhook", url=url, secret_env="HOOK_SECRET")


class Counting(WebhookReceiver):
    """Keeps the ids of what came and was verified, and no bodies: the memory of this process is to be the sender's."""

    def take(self, body, headers):
        answer = super().take(body, headers)
        came = self.received.pop()
        assert came.verified
        self.ids.append(came.id)
        return answer

    def __enter__(self):
        self.ids = []
        return super().__enter__()


def flood(db, make_notice, number, subscriptions):
    now = datetime.now(UTC)
    wanted = route(subscriptions)
    with db.transaction():
        for each in range(number):
            told = make_notice(
                key=f"import/{each}",
                source="import",
                url=f"https://example.org/{each}",
                title=f"Release {each}",
                text=f"Two hospitals agree on matter {each}, and on nothing but {each * 7919}.",
            )
            record(db, told.release, told.assessment, now, route=wanted)


def deliver(db, config, receiver, number):
    """Deliver until the good receiver has it all; return seconds, the processor's too, and memory by tenths."""
    dispatcher, memory = Dispatcher(db, config), []
    began, worked = time.monotonic(), time.process_time()
    dispatcher.start()
    try:
        while (got := len(receiver.ids)) < number:
            assert time.monotonic() - began < 60 + number / 20, f"{got} of {number} after a long time"
            if got >= len(memory) * number / 10:
                gc.collect()
                memory.append(resident())
            time.sleep(0.005)
        took, cost = time.monotonic() - began, time.process_time() - worked
        troubles = dispatcher.breakers()
    finally:
        dispatcher.stop(1)
    return took, cost, memory, troubles


@pytest.mark.parametrize("number", [400, pytest.param(10_000, marks=pytest.mark.drill)])
def test_a_flood_reaches_the_good_receiver_as_fast_as_if_there_were_no_dead_one(
    tmp_path, monkeypatch, make_notice, raw_server, number
):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    hanging = raw_server(lambda connection: hanging.over.wait(60))
    took, cost = {}, {}
    for case in ("alone", "beside a dead one and one that hangs"):
        with Counting(secret=SECRET) as receiver, Database.open(tmp_path / f"{len(took)}.db") as db:
            others = [hook("dead", "http://127.0.0.1:9/hook"), hook("hanging", f"http://127.0.0.1:{hanging.port}/hook")]
            everybody = [hook("good", receiver.url), *(others if took else [])]
            flood(db, make_notice, number, everybody)
            waiting = {one.subscription: one for one in queues(db)}
            assert all(waiting[one.name].states == {"waiting": number} for one in everybody), "the queue is visible"
            assert all(waiting[one.name].oldest is not None for one in everybody)
            took[case], cost[case], memory, troubles = deliver(
                db, Config(subscriptions=tuple(everybody)), receiver, number
            )
            assert len(set(receiver.ids)) == len(receiver.ids) == number
            if others := everybody[1:]:
                assert "http://127.0.0.1:9" in troubles
                left = {one.subscription: sum(one.states.values()) for one in queues(db)}
                assert all(left[one.name] == number for one in others), "nothing is lost, and nothing given up"
                tried = db.value(
                    "SELECT count(*) FROM attempt AS a JOIN delivery AS d ON d.id = a.delivery_id"
                    " WHERE d.subscription = 'dead'"
                )
                assert tried <= 15, "its breaker is open"
            print(
                f"{number} alerts, good receiver {case}: {took[case]:.1f} s, {number / took[case]:.0f} a second,"
                f" {cost[case] / number * 1000:.1f} ms of processor time each;"
                f" memory {memory[0]:.0f} MB at first, {memory[1]:.0f} after a tenth, {memory[-1]:.0f} at the end"
            )
            assert memory[-1] - memory[1] < 12, "memory is flat"
    # Of processor time, which neighbours on this machine do not change as they do the time on the wall.
    alone, beside = cost.values()
    assert beside < alone * 1.3 + 1
