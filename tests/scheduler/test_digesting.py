"""Digests at their turn, quiet hours, one message per person, editions that are waited for: through the dispatcher."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import ClassVar
from zlib import crc32

import pytest

from scheduler.alerts.calendars import Calendars, Year
from scheduler.alerts.rules import route
from scheduler.config import Config, Digest, Email, Quiet, Subscription
from scheduler.delivering import Dispatcher, Summary
from scheduler.demo.receivers import MailServer, WebhookReceiver
from storage import holds, outbox, subscribers
from storage.database import Database
from storage.releases import record
from storage.telling import Clue, Telling

SECRET = "whsec_" + base64.b64encode(b"g" * 32).decode()
DAILY = Digest("daily 08:00", "0 8 * * *")
NIGHT = Quiet(time(22), time(7))
# Saturday, 16:00 in Hong Kong.
START = datetime(2026, 11, 21, 8, tzinfo=UTC)


def hk(text):
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@pytest.fixture(autouse=True)
def secret(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "coopwatch.db") as opened:
        yield opened


@pytest.fixture
def receiver():
    with WebhookReceiver(secret=SECRET) as opened:
        yield opened


@pytest.fixture
def tell(db, make_notice):
    """Return a function that records a new release for subscriptions; its number tells it from others."""
    numbers = count(1)

    def make(subscriptions, now, **release):
        number = next(numbers)
        more = {name: release.pop(name, None) for name in ("telling", "hold")}
        text = release.pop("text", f"Text number {number}, of its own kind: {number * 7919}.")
        key = release.pop("key", f"import/{number}")
        told = make_notice(key=key, url=f"https://example.org/{key}", text=text, **release)
        return record(db, told.release, told.assessment, now, **more, route=route(subscriptions))

    return make


@pytest.fixture
def world(db):
    """Return a function that gives a dispatcher with a clock that stands where it is put."""

    class World:
        def __init__(self, *subscriptions, now=START, **more):
            self.now, self.subscriptions = now, subscriptions
            free = {date(2026, 11, 23): "a holiday"}
            self.calendars = Calendars(lambda _name, _year: Year(free))
            self.config = Config(subscriptions=subscriptions, **more)
            self.dispatcher = self.restart()

        def restart(self):
            self.dispatcher = Dispatcher(
                db, self.config, clock=lambda: self.now, luck=lambda: 0.5, calendars=self.calendars
            )
            self.dispatcher.recover()
            self.dispatcher.once()
            return self.dispatcher

        def at(self, when):
            self.now = when
            return self.dispatcher.once()

    return World


def hook(receiver, name="office", path="/hook", **more):
    url = receiver.url.replace("/hook", path)
    return Subscription(name=name, channel="webhook", url=url, secret_env="HOOK_SECRET", **more)


def telling(language):
    """Return what a release tells of one invented event, the same in each language."""
    names = (("party", "hospital"), ("person", "dr"), ("place", "harbour"), ("number", "1320"))
    clues = tuple(Clue(kind, value, 4.0) for kind, value in names)
    marks = tuple(crc32(f"{clue.kind}|{clue.value}".encode()) for clue in clues)
    return Telling("1", language, 739_941, (739_941,), clues, (1320.0,), (), marks)


def rows(db, columns="subscription, what, state"):
    return [tuple(row.values()) for row in db.rows(f"SELECT {columns} FROM delivery ORDER BY id")]


def test_alerts_wait_for_the_turn_of_their_digest_and_go_out_together(db, receiver, world, tell):
    office = hook(receiver, digest=DAILY)
    there = world(office)
    for _ in range(3):
        tell([office], START)
    assert there.at(hk("2026-11-22T07:59")) == Summary()
    assert rows(db) == [("office", "alert", "waiting")] * 3
    assert there.at(hk("2026-11-22T08:00")) == Summary(sent=1)
    assert rows(db) == [*[("office", "alert", "sent")] * 3, ("office", "digest", "sent")]
    [told] = [one.data for one in receiver.accepted]
    assert told["schema"] == "coopwatch.digest/1"
    assert told["alerts"] == 3
    assert there.at(hk("2026-11-22T08:01")) == Summary()


def test_what_comes_after_the_turn_waits_for_the_next(db, receiver, world, tell):
    office = hook(receiver, digest=DAILY)
    there = world(office)
    there.at(hk("2026-11-22T08:00"))
    tell([office], hk("2026-11-22T08:01"))
    assert there.at(hk("2026-11-22T23:00")) == Summary()
    assert there.at(hk("2026-11-23T08:00")) == Summary(sent=1)


def test_a_digest_with_nothing_to_tell_is_sent_only_as_proof(db, receiver, world):
    silent, proof = hook(receiver, "silent", digest=DAILY), hook(receiver, "proof", "/proof", digest=DAILY, proof=True)
    there = world(silent, proof)
    assert there.at(hk("2026-11-22T08:00")) == Summary(sent=1)
    assert rows(db) == [("proof", "digest", "sent")]
    assert receiver.accepted[0].data["alerts"] == 0


def test_turns_missed_while_coopwatch_was_down_are_one_digest(db, receiver, world, tell):
    office = hook(receiver, digest=DAILY, proof=True)
    there = world(office)
    tell([office], START)
    there.now = hk("2026-11-27T12:00")
    there.restart()
    assert rows(db, "what, slot") == [("alert", None), ("digest", "2026-11-27T00:00:00.000000Z")]
    there.restart()
    assert len(receiver.accepted) == 1


def test_a_subscription_that_is_new_gets_no_digest_for_a_turn_before_it_was_known(db, receiver, world):
    there = world(hook(receiver, digest=DAILY, proof=True), now=hk("2026-11-21T12:00"))
    assert there.at(hk("2026-11-22T07:00")) == Summary()
    assert receiver.received == []


def test_a_digest_that_fails_takes_its_alerts_along_through_retry_and_death(db, answering, world, tell, receiver):
    server = answering(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
    office = Subscription(
        name="office", channel="webhook", url=f"http://127.0.0.1:{server.port}/", secret_env="HOOK_SECRET", digest=DAILY
    )
    there = world(office)
    tell([office], START)
    assert there.at(hk("2026-11-22T08:00")) == Summary(again=1)
    assert rows(db) == [("office", "alert", "bundled"), ("office", "digest", "waiting")]
    for _ in range(9):
        there.at(outbox.next_due(db) + timedelta(minutes=16))
    assert rows(db) == [("office", "alert", "dead"), ("office", "digest", "dead")]
    assert outbox.retry(db, there.now) == 1
    there.config = Config(subscriptions=(replace(office, url=receiver.url),))
    there.restart()
    assert rows(db) == [("office", "alert", "sent"), ("office", "digest", "sent")]
    first = json.loads(server.requests[0][1])
    assert all(json.loads(body) == first for _, body in server.requests), "every attempt tells the same"
    assert receiver.accepted[0].id == first["id"]
    assert receiver.accepted[0].data == first


def test_in_quiet_hours_nothing_is_sent_and_then_all_of_it(db, receiver, world, tell):
    office = hook(receiver, quiet=NIGHT)
    there = world(office, now=hk("2026-11-20T21:00"))
    tell([office], hk("2026-11-20T22:30"))
    assert there.at(hk("2026-11-20T22:30")) == Summary()
    assert there.at(hk("2026-11-21T06:59")) == Summary()
    assert there.at(hk("2026-11-21T07:00")) == Summary(sent=1)
    assert rows(db, "attempts") == [(1,)]


def test_on_weekends_and_holidays_nothing_is_sent_and_one_receiver_does_not_rest_for_another(db, receiver, world, tell):
    """Saturday 21 November 2026; the Monday after is a holiday of the made-up calendar."""
    resting = hook(receiver, "resting", "/resting", weekends=True, holidays=("hong-kong",), quiet=NIGHT)
    awake = hook(receiver, "awake", "/awake")
    there = world(resting, awake)
    tell([resting, awake], START)
    assert there.at(START) == Summary(sent=1)
    assert there.at(hk("2026-11-23T12:00")) == Summary()
    assert there.at(hk("2026-11-24T07:00")) == Summary(sent=1)


def test_a_digest_whose_turn_falls_into_quiet_comes_at_its_end_with_all_that_came_meanwhile(db, receiver, world, tell):
    office = hook(receiver, digest=DAILY, weekends=True)
    there = world(office)
    tell([office], START)
    assert there.at(hk("2026-11-22T08:00")) == Summary()
    tell([office], hk("2026-11-22T12:00"))
    assert there.at(hk("2026-11-23T00:00")) == Summary(sent=1)
    assert receiver.accepted[0].data["alerts"] == 2
    tell([office], hk("2026-11-23T00:30"))
    assert there.at(hk("2026-11-23T08:00")) == Summary(sent=1)


def test_a_retry_that_falls_into_quiet_hours_waits_for_their_end(db, receiver, world, tell):
    receiver.answers = lambda number: (500, {}) if number == 0 else (204, {})
    office = hook(receiver, quiet=NIGHT)
    there = world(office, now=hk("2026-11-20T21:59:58"))
    tell([office], there.now)
    assert there.at(there.now) == Summary(again=1)
    assert there.at(hk("2026-11-20T22:00:10")) == Summary()
    assert there.at(hk("2026-11-21T07:00")) == Summary(sent=1)


def test_a_person_whom_two_subscriptions_reach_is_told_an_event_once(db, receiver, world, tell):
    first, second = hook(receiver, "first"), hook(receiver, "second")
    there = world(first, second)
    tell([first, second], START)
    assert there.at(START) == Summary(sent=2)
    assert len(receiver.received) == 1
    lines = [row["detail"] for row in db.rows("SELECT detail FROM attempt ORDER BY id")]
    assert lines == ["HTTP 204", "everyone has it by subscription first"]


def test_of_a_mails_recipients_those_are_left_out_who_have_it(db, world, tell):
    with MailServer() as mails:
        some = Subscription(name="some", channel="email", to=("ann@example.net",))
        more = Subscription(name="more", channel="email", to=("Ann@example.net", "bob@example.net"))
        email = Email(host="127.0.0.1", port=mails.port, security="none", from_="alerts@watch.example.org")
        there = world(some, more, email=email)
        tell([some, more], START)
        assert there.at(START) == Summary(sent=2)
        assert [mail.recipients for mail in mails.received] == [("ann@example.net",), ("bob@example.net",)]


def test_who_is_told_at_once_does_not_wait_for_a_digest_and_has_it_left_out_there(db, receiver, world, tell):
    weekly = hook(receiver, "weekly", digest=Digest("weekly Monday", "0 8 * * mon"), proof=True)
    urgent = hook(receiver, "urgent")
    there = world(weekly, urgent)
    tell([weekly, urgent], START)
    assert there.at(START) == Summary(sent=1)
    assert there.at(hk("2026-11-23T08:00")) == Summary(sent=1)
    assert [one.data["schema"] for one in receiver.accepted] == ["coopwatch.alert/1", "coopwatch.digest/1"]
    assert (receiver.accepted[1].data["alerts"], receiver.accepted[1].data["left_out"]) == (0, 1)
    assert rows(db) == [("weekly", "alert", "sent"), ("urgent", "alert", "sent"), ("weekly", "digest", "sent")]


def test_what_a_hold_lets_out_as_digests_reaches_a_person_once(db, receiver, world, tell):
    first, second = hook(receiver, "first"), hook(receiver, "second")
    there = world(first, second)
    hold = holds.hold_open(db, "import", START, "a storm?")
    for _ in range(3):
        tell([first, second], START, hold=hold)
    for name in ("first", "second"):
        assert outbox.gather(db, name, f"hold {hold}", START, {"catch_up": "import"}, empty=False, hold=hold)
    holds.hold_settle(db, hold, "released", START, "operator")
    assert there.at(START) == Summary(sent=2)
    assert [(one.data["subscription"], one.data["alerts"]) for one in receiver.accepted] == [("first", 3)]
    lines = {row["detail"] for row in db.rows("SELECT detail FROM attempt ORDER BY id")}
    assert lines == {"HTTP 204", "everyone has it by subscription first"}
    assert {row["state"] for row in db.rows("SELECT state FROM delivery")} == {"sent"}


def test_an_alert_given_up_for_one_subscription_is_told_by_the_other(db, receiver, world, tell):
    receiver.answers = lambda number: (410, {}) if number == 0 else (204, {})
    first, second = hook(receiver, "first"), hook(receiver, "second")
    there = world(first, second)
    tell([first, second], START)
    assert there.at(START) == Summary(sent=1, dead=1)
    assert [one.data["subscription"] for one in receiver.accepted] == ["second"]


@pytest.mark.parametrize("status", [401, 500])
def test_a_subscription_that_fails_keeps_no_other_from_telling_the_same_person(db, receiver, world, tell, status):
    receiver.answers = lambda number: (status, {}) if number == 0 else (204, {})
    first, second = hook(receiver, "first"), hook(receiver, "second")
    there = world(first, second)
    tell([first, second], START)
    there.at(START)
    assert [one.data["subscription"] for one in receiver.accepted] == ["second"]
    there.at(START + timedelta(hours=100))
    assert [one.data["subscription"] for one in receiver.accepted] == ["second"]
    assert set(rows(db, "state")) == {("sent",)}
    lines = [row["detail"] for row in db.rows("SELECT detail FROM attempt ORDER BY id")]
    assert lines[-1] == "everyone has it by subscription second"


def test_a_recipient_who_refused_one_mail_gets_the_other(db, world, tell):
    class Hesitating(MailServer):
        asked: ClassVar[list[str]] = []

        async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - aiosmtpd's
            self.asked.append(address)
            if self.asked == ["ann@example.net"]:
                return "451 4.7.1 later"
            envelope.rcpt_tos.append(address)
            return "250 OK"

    with Hesitating() as mails:
        some = Subscription(name="some", channel="email", to=("ann@example.net", "cid@example.net"))
        more = Subscription(name="more", channel="email", to=("ann@example.net", "bob@example.net", "cid@example.net"))
        email = Email(host="127.0.0.1", port=mails.port, security="none", from_="alerts@watch.example.org")
        there = world(some, more, email=email)
        tell([some, more], START)
        there.at(START)
        told = sorted(one for mail in mails.received for one in mail.recipients)
        assert told == ["ann@example.net", "bob@example.net", "cid@example.net"]
        there.at(START + timedelta(hours=9))
        assert len(mails.asked) == 4
    assert rows(db, "state") == [("sent",), ("sent",)]


def test_two_that_were_both_attempted_when_the_process_died_do_not_leave_it_to_each_other(db, receiver, world, tell):
    first, second = hook(receiver, "first"), hook(receiver, "second")
    there = world(first, second)
    tell([first, second], START)
    assert len(outbox.claim(db, START, timedelta(minutes=1))) == 2
    there.restart()
    assert [one.data["subscription"] for one in receiver.accepted] == ["first"]
    assert rows(db, "state") == [("sent",), ("sent",)]


def test_the_edition_in_the_preferred_language_is_waited_for(db, receiver, world, tell):
    chinese = hook(receiver, language="zh-Hant")
    assert chinese.wait == 600
    there = world(chinese)
    tell([chinese], START, language="en")
    assert there.at(START) == Summary()
    assert rows(db, "state, attempts") == [("waiting", 0)]
    assert there.at(START + timedelta(seconds=599)) == Summary()
    assert there.at(START + timedelta(seconds=600)) == Summary(sent=1)


def test_when_the_edition_joins_the_story_the_alert_goes_out_at_once_and_shows_it(db, receiver, world, tell):
    chinese = hook(receiver, language="zh-Hant")
    there = world(chinese)
    tell([chinese], START, key="import/en", source="hk_gia_en", telling=telling("en"))
    assert there.at(START) == Summary()
    later = START + timedelta(minutes=2)
    tell(
        [chinese],
        later,
        key="import/zh",
        source="hk_gia_zh",
        language="zh-Hant",
        title="兩間醫院合作",
        telling=telling("zh"),
    )
    assert there.at(later) == Summary(sent=1)
    [told] = [one.data for one in receiver.accepted]
    assert "兩間醫院合作" in json.dumps(told, ensure_ascii=False)


def test_an_edition_in_the_preferred_language_is_told_at_once(db, receiver, world, tell):
    there = world(hook(receiver, language="zh-Hant"))
    tell(there.subscriptions, START, language="zh-Hant")
    assert there.at(START) == Summary(sent=1)


def test_a_receiver_that_wants_no_more_gets_no_more_until_it_is_enabled_and_the_operator_hears_of_it(
    db, answering, receiver, world, tell
):
    """RELIABILITY.md A3, 410."""
    gone = answering(b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n")
    office = Subscription(
        name="office", channel="webhook", url=f"http://127.0.0.1:{gone.port}/", secret_env="HOOK_SECRET"
    )
    operator = replace(hook(receiver, "operator-1"), operator=True)
    there = world(office, operators=(operator,))
    for _ in range(3):
        tell([office], START)
    assert there.at(START) == Summary(sent=1, dead=1)
    assert there.at(START + timedelta(days=2)) == Summary()
    assert gone.connections == 1
    [told] = [one.data for one in receiver.accepted]
    assert told["schema"] == "coopwatch.notice/1"
    assert "office" in json.dumps(told)
    assert "410" in json.dumps(told)
    there.restart()
    assert gone.connections == 1, "a restart changes nothing"
    assert subscribers.enable(db, "office", there.now)
    there.config = Config(subscriptions=(replace(office, url=receiver.url.replace("/hook", "/new")),))
    there.restart()
    assert set(rows(db, "state")) == {("sent",)}, "also what it answered 410 to"


def test_a_clock_that_was_years_ahead_for_a_while_does_not_silence_digests(db, receiver, world, tell):
    office = hook(receiver, digest=DAILY, proof=True)
    there = world(office)
    there.at(START + timedelta(days=3650))
    assert len(receiver.accepted) == 1
    there.at(START + timedelta(hours=1))
    tell([office], there.now)
    assert there.at(hk("2026-11-22T08:00")) == Summary(sent=1)
    assert there.at(hk("2026-11-22T09:00")) == Summary()


def test_a_subscription_that_changes_from_digest_to_at_once_loses_nothing(db, receiver, world, tell):
    """RELIABILITY.md A11."""
    office = hook(receiver, digest=DAILY)
    there = world(office)
    tell([office], START)
    there.config = Config(subscriptions=(hook(receiver),))
    there.now = START + timedelta(minutes=1)
    there.restart()
    assert rows(db) == [("office", "alert", "sent")]


def test_a_subscription_that_is_added_hears_nothing_of_the_past(db, receiver, world, tell):
    """RELIABILITY.md A11."""
    office, new = hook(receiver), hook(receiver, "new", "/new")
    there = world(office)
    tell([office], START)
    there.config = Config(subscriptions=(office, new))
    there.now = START + timedelta(days=3)
    there.restart()
    assert [one.data["subscription"] for one in receiver.accepted] == ["office"]
