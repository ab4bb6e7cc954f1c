"""Whatever happens in whatever order, each promise is kept, and never otherwise than it was made (RELIABILITY.md A12).

A machine of Hypothesis records, edits, withdraws, sends, fails, crashes, restarts, moves the clock, lets digests' turns
come, holds and releases; the receiver is a real one. What must hold is checked after every step, and at the end of each
course everything is settled in peace.
"""

from __future__ import annotations

import base64
import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from scheduler.alerts.rules import route
from scheduler.config import Config, Digest, Quiet, Subscription
from scheduler.delivering import Dispatcher
from scheduler.demo.receivers import WebhookReceiver
from storage import holds, outbox
from storage.database import Database
from storage.errors import LockedError
from storage.model import Assessment, Release
from storage.releases import record, record_missing
from storage.rewind import rewind

SECRET = "whsec_" + base64.b64encode(b"m" * 32).decode()
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
START = datetime(2026, 11, 21, 3, tzinfo=UTC)  # 11:00 in Hong Kong
NIGHT = Quiet(time(22), time(7))
ASSESSMENT = Assessment(cooperation=True, score=0.9, detector="machine")
NAMES = ("office", "twin", "board", "sleeper")


class Promises(RuleBasedStateMachine):
    """One database, one receiver, a clock of our own, and a process that dies now and then."""

    steps = 0  # of all courses together

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.db = Database.open(self.folder / "machine.db")
        self.receiver = WebhookReceiver(secret=SECRET, answers=self.answer)
        self.receiver.__enter__()
        url = self.receiver.url
        hook = {"channel": "webhook", "secret_env": "HOOK_SECRET"}
        self.subscriptions = (
            Subscription(name="office", url=url, **hook),
            Subscription(name="twin", url=url, **hook),  # the same people as office
            Subscription(name="board", url=f"{url}/board", digest=Digest("hourly", "0 * * * *"), **hook),
            Subscription(name="sleeper", url=f"{url}/sleeper", quiet=NIGHT, **hook),
        )
        self.now, self.mode, self.releases, self.hold = START, "takes", 0, None
        self.came: list[tuple[datetime, str, bool]] = []  # when, in which mode, and whether we were told 2xx
        self.excuses = 0  # times that a message may have come without our knowing
        self.promised: set[tuple[str, str]] = set()
        self.start()

    def answer(self, _number):
        self.came.append((self.now, self.mode, self.mode == "takes"))
        return {"takes": (204, {}), "refuses": (404, {}), "fails": (500, {}), "loses": (500, {})}[self.mode]

    def start(self):
        self.dispatcher = Dispatcher(
            self.db, Config(subscriptions=self.subscriptions), clock=lambda: self.now, luck=lambda: 0.5
        )
        self.dispatcher.recover()
        rewind(self.db, self.now)

    # -- what may happen ------------------------------------------------------------------------------------------

    def tell(self, number, version=1):
        release = Release(
            key=f"import/{number}",
            source="import",
            portal="example.org",
            url=f"https://example.org/{number}",
            language="en",
            title=f"Release {number}",
            text=f"Two hospitals agree on matter {number * 7919}, in words of kind {version}.",
        )
        done = record(self.db, release, ASSESSMENT, self.now, hold=self.hold, route=route(self.subscriptions))
        if done.change:
            assert done.promised == NAMES
            self.promised |= {(done.change.event, name) for name in done.promised}

    @rule()
    def record_one(self):
        self.releases += 1
        self.tell(self.releases)

    @precondition(lambda self: self.releases)
    @rule(data=st.data(), version=st.integers(2, 4))
    def edit(self, data, version):
        self.tell(data.draw(st.integers(1, self.releases)), version)

    @precondition(lambda self: self.releases)
    @rule(data=st.data())
    def withdraw(self, data):
        number = data.draw(st.integers(1, self.releases))
        done = record_missing(
            self.db, f"import/{number}", self.now, by_hand=True, hold=self.hold, route=route(self.subscriptions)
        )
        if done and done.change:
            self.promised |= {(done.change.event, name) for name in done.promised}

    @rule(mode=st.sampled_from(("takes", "takes", "refuses", "fails", "loses")))
    def behave(self, mode):
        self.mode = mode

    @rule()
    def send(self):
        self.dispatcher.once()

    @rule()
    def crash_before_sending(self):
        """A process that claimed and died: the claim is left to the next one."""
        outbox.claim(self.db, self.now, timedelta(minutes=1), gathered={"board"}, busy=self.quiet(), limit=3)
        self.start()

    @rule()
    def crash_after_sending(self):
        """A process that died before it could note what it had sent."""
        before = len(self.receiver.received)

        def die(*_):
            raise LockedError("killed")

        self.dispatcher._settling.settle = die
        with suppress(LockedError):
            self.dispatcher.once()
        self.excuses += len(self.receiver.received) - before
        self.start()

    @rule()
    def restart(self):
        self.start()

    @rule(minutes=st.sampled_from((1, 5, 31, 60, 8 * 60, 26 * 60)))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule(hours=st.sampled_from((-30, -2, 240)))
    def clock_jumps(self, hours):
        self.now += timedelta(hours=hours)
        rewind(self.db, self.now)

    @rule()
    def digest_turn(self):
        self.now = self.now.replace(minute=0, second=0) + timedelta(hours=1)
        self.dispatcher.once()

    @precondition(lambda self: self.hold is None)
    @rule()
    def hold_back(self):
        self.hold = holds.hold_open(self.db, "import", self.now, "a storm?")

    @precondition(lambda self: self.hold is not None)
    @rule(judgement=st.sampled_from(("released", "catch up", "dropped", "open")))
    def judge(self, judgement):
        if judgement == "catch up":
            judgement = "released"
            for name in ("office", "twin", "sleeper"):
                outbox.gather(self.db, name, f"hold {self.hold}", self.now, {}, empty=False, hold=self.hold)
        holds.hold_settle(self.db, self.hold, judgement, self.now, "machine")
        if judgement != "open":
            self.hold = None

    @rule()
    def retry(self):
        outbox.retry(self.db, self.now)

    # -- what must hold -------------------------------------------------------------------------------------------

    def quiet(self):
        local = self.now.astimezone(HONG_KONG).time()
        return {"sleeper"} if local >= NIGHT.start or local < NIGHT.end else set()

    def rows(self):
        return self.db.rows(
            "SELECT d.*, c.event, b.message_id AS told_in, b.state AS bundle_state,"
            " b.attempts AS bundle_attempts FROM delivery AS d"
            " LEFT JOIN change AS c ON c.id = d.change_id LEFT JOIN delivery AS b ON b.id = d.bundle_id"
        )

    @invariant()
    def each_promise_stands_once(self):
        Promises.steps += 1
        alerts = [(row["event"], row["subscription"]) for row in self.rows() if row["what"] == "alert"]
        assert len(alerts) == len(set(alerts))
        assert set(alerts) == self.promised

    @invariant()
    def what_is_sent_came(self):
        """Itself, with its digest, or for the same people by another subscription."""
        taken = {one.id for one in self.receiver.accepted}
        rows = self.rows()
        came = {(row["event"], row["subscription"]) for row in rows if {row["told_in"], row["message_id"]} & taken}
        bundles = {row["bundle_id"] for row in rows}
        for row in rows:
            if row["what"] == "digest" and row["id"] not in bundles:
                continue  # all that it would have told was known already, and the alerts themselves are looked at here
            if row["state"] == "sent":
                other = {"office": "twin", "twin": "office"}.get(row["subscription"], "")
                assert {row["told_in"], row["message_id"]} & taken or (row["event"], other) in came

    @invariant()
    def what_came_was_promised_and_says_the_same_each_time(self):
        promised = {row["message_id"]: row for row in self.rows()}
        bodies = {}
        for one in self.receiver.received:
            assert one.verified
            row = promised[one.id]
            assert row["attempts"] > 0 or row["state"] == "dead" or row["state"] == "waiting"
            assert one.data["subscription"] == row["subscription"]
            assert bodies.setdefault(one.id, one.data) == one.data

    @invariant()
    def nothing_repeats_but_what_was_lost(self):
        taken = Counter(one.id for one in self.receiver.accepted)
        assert sum(taken.values()) - len(taken) <= self.excuses

    @invariant()
    def what_is_kept_back_does_not_go_out(self):
        came = {one.id for one in self.receiver.received}
        for row in self.rows():
            if row["state"] in ("held", "dropped"):
                assert row["message_id"] not in came
                assert row["bundle_id"] is None

    @invariant()
    def nobody_is_woken(self):
        for one, (at, _, _) in zip(self.receiver.received, self.came, strict=True):
            if one.data["subscription"] == "sleeper":
                local = at.astimezone(HONG_KONG).time()
                assert NIGHT.end <= local < NIGHT.start

    @invariant()
    def digests_and_their_members_go_together(self):
        slots = Counter()
        for row in self.rows():
            if row["subscription"] == "board" and row["what"] == "digest":
                slots[row["slot"]] += 1
            if row["state"] == "bundled":
                assert row["bundle_state"] in ("waiting", "sending")
            if row["bundle_state"] in ("sent", "dead"):
                assert row["state"] == row["bundle_state"]
        assert set(slots.values()) <= {1}
        assert all(
            one.data["schema"] == "coopwatch.digest/1"
            for one in self.receiver.received
            if one.data["subscription"] == "board"
        )

    @invariant()
    def a_person_hears_of_an_event_once(self):
        """Of office and twin one is told, unless how an attempt of the other ended is not known."""
        taken = {one.id for one in self.receiver.accepted}
        told = {}
        for row in self.rows():
            again = row["bundle_attempts"] is not None and row["bundle_attempts"] > 1
            if row["event"] is None or row["subscription"] not in ("office", "twin") or again:
                continue
            if {row["message_id"], row["told_in"]} & taken:
                # A digest is thinned before its first attempt; one that a dead process had claimed goes out as it is.
                told.setdefault(row["event"], []).append(row["id"])
        for ids in told.values():
            if len(ids) > 1:
                cut_off = (
                    "SELECT count(*) FROM attempt AS a JOIN delivery AS d ON d.id = a.delivery_id WHERE a.ended IS NULL"
                    f" AND (d.id IN {tuple(ids)} OR d.id IN (SELECT bundle_id FROM delivery WHERE id IN {tuple(ids)}))"
                )
                assert self.db.value(cut_off)

    @invariant()
    def the_database_is_sound(self):
        assert not self.db.in_transaction

    # -- the end in peace -----------------------------------------------------------------------------------------

    def teardown(self):
        try:
            self.settle_in_peace()
        finally:
            self.receiver.__exit__(None, None, None)
            self.db.close()
            shutil.rmtree(self.folder)

    def settle_in_peace(self):
        self.mode = "takes"
        if self.hold is not None:
            holds.hold_settle(self.db, self.hold, "released", self.now, "machine")
        outbox.retry(self.db, self.now)
        self.start()
        for _ in range(12):
            self.now += timedelta(hours=13)
            self.dispatcher.once()
        assert {row["state"] for row in self.rows()} <= {"sent", "dropped"}
        self.what_is_sent_came()
        self.nobody_is_woken()
        self.nothing_repeats_but_what_was_lost()
        self.what_came_was_promised_and_says_the_same_each_time()
        taken = {one.id for one in self.receiver.accepted}
        rows = [row for row in self.rows() if row["what"] == "alert"]
        by_event = {}
        for row in rows:
            if {row["told_in"], row["message_id"]} & taken:
                by_event.setdefault(row["event"], set()).add(row["subscription"])
        for row in rows:
            if row["state"] == "sent":
                told = by_event.get(row["event"], set())
                same = {"office", "twin"} if row["subscription"] in ("office", "twin") else {row["subscription"]}
                assert told & same, f"{row['subscription']} never heard of {row['event']}"


@pytest.mark.parametrize(
    ("courses", "steps"), [(12, 30), pytest.param(300, 60, marks=pytest.mark.drill)], ids=["short", "10,000 steps"]
)
def test_whatever_happens_each_promise_is_kept(monkeypatch, courses, steps):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    chosen = settings(
        max_examples=courses,
        stateful_step_count=steps,
        deadline=None,
        derandomize=courses < 100,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    Promises.steps = 0
    run_state_machine_as_test(Promises, settings=chosen)
    print(f"{Promises.steps} steps")
    assert Promises.steps > courses * steps / 4
