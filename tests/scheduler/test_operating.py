"""What the operator lives through, with real portals, a real child and a real receiver on loopback."""

from __future__ import annotations

import base64
import math
from datetime import time, timedelta

import pytest

from scheduler import holding
from scheduler.config import Alerts, Canary
from scheduler.demo.receivers import WebhookReceiver
from storage import holds, incidents
from storage.bundles import MOST_MEMBERS
from storage.model import Assessment
from tests.scheduler.operating import EN, World, co_operation, other

SECRET = "whsec_" + base64.b64encode(b"o" * 32).decode()


class Receiver(WebhookReceiver):
    """Keeps apart what came for whom."""

    def got(self, name):
        return [one.data for one in self.accepted if one.data["subscription"] == name]

    def types(self, name):
        return [one["type"].removeprefix("release.") for one in self.got(name)]


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with Receiver(secret=SECRET) as opened:
        yield opened


@pytest.fixture
def make(tmp_path, receiver):
    """Return a function that makes a world whose one source has been read once."""
    made = []

    def one(subscriptions=None, **more):
        world = World(tmp_path, receiver.url.removesuffix("/hook"), subscriptions or {"team": {}}, **more)
        made.append(world)
        assert world.check().outcome == "moved"
        world.later(minutes=15)
        return world

    yield one
    for world in made:
        world.end()


def flood(world, count, *, first=1):
    for number in range(first, first + count):
        world.portals.publish(co_operation(number), at=world.now - timedelta(minutes=1))
    return world.check()


def open_kinds(world):
    return [(one.kind, one.subject) for one in incidents.open_now(world.db)]


# --- the storm brake ------------------------------------------------------------------------------------------------


def test_five_hundred_new_releases_are_one_question_to_the_operator_and_no_alert(make, receiver):
    world = make()
    run = flood(world, 60)
    assert run.verdicts["new"] == 60
    assert receiver.got("team") == []
    (question,) = receiver.got("operator")
    assert (question["type"], question["kind"], question["subject"]) == ("notice.opened", "storm-held", EN)
    (hold,) = holds.holds(world.db, ("open",))
    assert hold.count == question["values"]["alerts"] > 20
    assert open_kinds(world) == [("storm-held", EN)]


def test_a_second_flood_joins_the_question_and_a_usual_run_meanwhile_is_told_at_once(make, receiver):
    world = make()
    flood(world, 40)
    (asked,) = holds.holds(world.db, ("open",))
    world.later(minutes=15)
    flood(world, 40, first=100)
    (still,) = holds.holds(world.db, ("open",))
    assert still.id == asked.id
    assert still.count > asked.count
    world.later(minutes=15)
    flood(world, 2, first=200)
    assert receiver.types("team") == ["new", "new"]
    assert len(receiver.got("operator")) == 1


def test_release_lets_a_flood_out_as_one_digest_for_each_subscription_and_closes_the_incident(make, receiver):
    world = make({"team": {}, "macao": {"where": _where(jurisdictions=("Macao",), words=("agreement 2",))}})
    flood(world, 40)
    (kept,) = holds.holds(world.db, ("open",))
    holding.let_out(world.db, world.config, kept, world.now, "ann")
    world.dispatcher.once()
    digests = receiver.got("team")
    assert {digest["type"] for digest in digests} == {"digest"}
    assert sum(digest["alerts"] for digest in digests) == kept.count
    assert len(digests) == math.ceil(kept.count / MOST_MEMBERS), "one, in as many parts as name every story"
    assert set(receiver.types("macao")) == {"new"}, "five or fewer come one by one"
    opened, closed = receiver.got("operator")
    assert (opened["state"], closed["state"]) == ("opened", "closed")
    assert closed["values"]["by"] == "ann"
    assert open_kinds(world) == []


def test_drop_keeps_a_flood_quiet_for_good(make, receiver):
    world = make()
    flood(world, 40)
    (kept,) = holds.holds(world.db, ("open",))
    assert holding.drop(world.db, world.config, kept, world.now, "ann") == kept.count
    world.later(minutes=15)
    world.check()
    world.restart()
    assert receiver.got("team") == []
    assert open_kinds(world) == []
    assert holding.let_out(world.db, world.config, kept, world.now, "bob") == 0


def test_a_night_of_a_busy_portal_is_no_storm(make, receiver):
    world = make()
    for number in range(1, 41):
        world.portals.publish(other(number))
    world.portals.publish(co_operation(1))
    run = world.check()
    assert run.fresh == 41
    assert receiver.types("team") == ["new"]
    assert receiver.got("operator") == []
    assert holds.holds(world.db) == []


def test_the_first_sight_of_a_source_with_three_hundred_releases_tells_and_asks_nobody(tmp_path, receiver):
    world = World(tmp_path, receiver.url.removesuffix("/hook"), {"team": {}})
    try:
        for number in range(1, 301):
            world.portals.publish(co_operation(number) if number % 3 == 0 else other(number))
        run = world.check()
        assert run.verdicts["new"] == 301
        assert receiver.received == []
        assert holds.holds(world.db) == []
        assert world.db.value("SELECT DISTINCT silent FROM change") == "first sight"
    finally:
        world.end()


def test_a_hold_of_a_process_that_died_is_gone_on_with_by_the_next_run(make, receiver, monkeypatch):
    world = make()
    monkeypatch.setattr("scheduler.holding.Brake.settle", lambda self: False)  # the process dies before it judges
    flood(world, 30)
    assert [one.state for one in holds.holds(world.db)] == ["judging"]
    monkeypatch.undo()
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    world.restart()
    world.minute()
    assert [one.state for one in holds.holds(world.db)] == ["open"]
    assert receiver.got("team") == []
    assert len(receiver.got("operator")) == 1


def test_an_archive_under_new_numbers_tells_nobody_anything_and_asks_nothing(make, receiver):
    world = make()
    flood(world, 5)
    world.later(minutes=15)
    flood(world, 5)  # the same texts under new addresses
    flood(world, 5)
    assert receiver.types("team") == ["new"] * 5
    assert receiver.got("operator") == []
    assert world.db.value("SELECT count(*) FROM release WHERE duplicate_of IS NOT NULL") == 10


def test_a_portal_that_takes_all_it_has_down_is_one_question_too(make, receiver):
    world = make()
    for first in range(1, 26, 5):
        flood(world, 5, first=first)
        world.later(minutes=1)
    assert len(receiver.got("team")) == 25
    for one in world.portals.all():
        if one.release.cooperation:
            world.portals.withdraw(one.key)
    for hours in (2, 7):
        world.later(hours=hours)
        world.check()
    assert world.db.value("SELECT count(*) FROM release WHERE state = 'gone'") == 25
    assert len(receiver.got("team")) == 25
    assert [one["kind"] for one in receiver.got("operator")] == ["storm-held"]


def test_a_revision_that_first_makes_co_operation_of_a_release_is_told_as_news(make, receiver):
    world = make({"team": {"where": _where(changes=("new",), min_grade="party")}})
    issued = world.portals.publish(other(1))
    world.check()
    assert receiver.got("team") == []
    told = co_operation(1)
    world.later(hours=2)
    world.portals.edit(issued.key, title=told.title, paragraphs=told.paragraphs)
    assert world.check().verdicts["revised"] == 1
    (alert,) = receiver.got("team")
    assert alert["type"] == "release.revised"
    assert alert["title"] == told.title
    world.later(hours=5)
    world.portals.edit(issued.key, paragraphs=(*told.paragraphs, "More is to come."))
    assert world.check().verdicts["revised"] == 1
    assert len(receiver.got("team")) == 1, "from then on it is a revision like any other"


# --- a source that was away -----------------------------------------------------------------------------------------


def test_a_source_down_for_seven_days_and_back_with_sixty_releases_is_one_catch_up_digest(make, receiver):
    world = make()
    world.portals.fail("gia", 503)
    for _ in range(7):
        world.later(days=1)
        assert world.check().outcome in ("failed", "held")
        for number in range(9):
            world.portals.publish(co_operation(100 + len(world.portals.all()) + number))
    world.portals.fail("gia", None)
    world.later(minutes=30)
    published = len(world.portals.all()) - 1
    run = world.check()
    assert run.verdicts["new"] >= 60, "the gap checks find what the feed no longer shows"
    assert published >= 60
    alerts = [one for one in receiver.got("team") if one["type"] != "notice.told"]
    assert {(one["type"], one["catch_up"]) for one in alerts} == {("digest", EN)}
    assert sum(one["alerts"] for one in alerts) == run.verdicts["new"]
    assert len(alerts) == math.ceil(run.verdicts["new"] / MOST_MEMBERS), "one, in as many parts as name every story"
    assert holds.holds(world.db) == []


def test_a_source_back_with_few_releases_tells_them_one_by_one(make, receiver):
    world = make()
    world.portals.fail("gia", 503)
    world.later(days=2)
    world.check()
    world.portals.fail("gia", None)
    world.later(minutes=30)
    flood(world, 3)
    assert [kind for kind in receiver.types("team") if kind != "notice.told"] == ["new"] * 3


def test_a_blind_source_tells_the_operator_at_once_subscribers_once_and_both_when_it_is_back(make, receiver):
    world = make({"team": {}, "chinese": {"where": _where(languages=("zh",))}})
    world.portals.fail("gia", 503)
    for _ in range(30):
        world.later(hours=1)
        world.check()
    kinds = [one["kind"] for one in receiver.got("operator")]
    assert kinds == ["source-failing", "source-blind"]
    (told,) = receiver.got("team")
    assert (told["type"], told["kind"], told["subject"]) == ("notice.told", "watch-blind", EN)
    assert receiver.got("chinese") == [], "no release of this source could be told to it"
    world.portals.fail("gia", None)
    world.later(hours=2)
    assert world.check().outcome in ("moved", "unchanged")
    assert [one["kind"] for one in receiver.got("team")] == ["watch-blind", "watch-back"]
    states = sorted((one["kind"], one["state"]) for one in receiver.got("operator"))
    assert states == [
        ("source-blind", "closed"), ("source-blind", "opened"),
        ("source-failing", "closed"), ("source-failing", "opened"),
    ]  # fmt: skip
    for _ in range(3):
        world.later(hours=1)
        world.check()
        world.minute()
    assert len(receiver.got("team")) == 2


def test_a_portal_that_comes_and_goes_is_told_three_times_a_day_at_most(make, receiver):
    world = make()
    for _ in range(6):
        world.portals.fail("gia", 500)
        for _ in range(3):
            world.later(minutes=15)
            world.check()
        world.portals.fail("gia", None)
        world.later(minutes=15)
        world.check()
    assert [one["state"] for one in receiver.got("operator")].count("opened") == 3
    assert len(incidents.recent(world.db, 20)) == 6


# --- deliveries -----------------------------------------------------------------------------------------------------


def test_a_dead_letter_is_told_to_the_operator_once_and_arrives_under_its_own_id_when_retried(make, receiver):
    from storage import outbox

    world = make()
    refused = set()

    def answers(_number):
        return (204, {})

    def take(body, headers, plain=receiver.take):
        if b'"subscription":"team"' in body and receiver.down:
            refused.add(headers["webhook-id"])
            return 500, {}
        return plain(body, headers)

    receiver.down, receiver.take, receiver.answers = True, take, answers
    flood(world, 1)
    for _ in range(200):
        world.later(hours=1)
        world.dispatcher.once()
        if world.db.value("SELECT count(*) FROM delivery WHERE state = 'dead'"):
            break
        if _ % 10 == 0:
            world.minute()
    else:
        pytest.fail("it never died")
    world.minute()
    world.minute()
    told = [one for one in receiver.got("operator") if one["kind"] == "deliveries-failing"]
    assert [one["state"] for one in told] == ["opened"]
    assert told[0]["subject"] == "team"
    receiver.down = False
    assert outbox.retry(world.db, world.now) == 1
    world.dispatcher.once()
    (alert,) = receiver.got("team")
    assert {alert["id"]} == refused
    world.later(hours=2)
    world.minute()
    told = [one for one in receiver.got("operator") if one["kind"] == "deliveries-failing"]
    assert [one["state"] for one in told] == ["opened", "closed"]


def test_an_operators_own_target_that_fails_is_not_told_of_itself(make, receiver):
    world = make(operators=())
    world.portals.fail("gia", 503)
    for _ in range(4):
        world.later(hours=1)
        world.check()
    assert open_kinds(world) == [("source-failing", EN)]
    assert receiver.received == []


# --- the canary -----------------------------------------------------------------------------------------------------


def test_the_canary_goes_the_real_way_every_day_to_its_own_subscription_alone(make, receiver):
    world = make({"team": {}, "bird": {"canary": True}}, canary=Canary(subscription="bird", at=time(7, 30)))
    for _ in range(3):
        world.minute()
        world.minute()
        world.later(days=1)
    assert receiver.types("bird") == ["new", "revised", "revised"]
    assert receiver.got("team") == []
    assert all("Test item of coopwatch" in one["title"] for one in receiver.got("bird"))
    assert incidents.recent(world.db, 9) == []
    assert world.db.rows("SELECT * FROM releases WHERE source = 'canary'") == []


def test_a_canary_that_does_not_arrive_within_half_an_hour_is_an_incident_until_one_does(make, receiver):
    world = make({"bird": {"canary": True}}, canary=Canary(subscription="bird", at=time(7, 30)))

    def take(body, headers, plain=receiver.take):
        return (500, {}) if b'"subscription":"bird"' in body and receiver.down else plain(body, headers)

    receiver.down, receiver.take = True, take
    world.minute()
    world.later(minutes=29)
    world.minute()
    assert open_kinds(world) == []
    world.later(minutes=2)
    world.minute()
    assert ("canary-missing", "bird") in open_kinds(world)
    (told,) = [one for one in receiver.got("operator") if one["kind"] == "canary-missing"]
    assert "waiting" in told["values"]["found"]
    world.restart()
    world.minute()
    assert ("canary-missing", "bird") in open_kinds(world), "a restart brings no canary home"
    receiver.down = False
    world.later(hours=8)
    world.dispatcher.once()
    world.minute()
    assert ("canary-missing", "bird") not in open_kinds(world)


def test_a_canary_that_the_detector_misses_is_an_incident_though_it_is_delivered(make, receiver, monkeypatch):
    world = make({"bird": {"canary": True}}, canary=Canary(subscription="bird", at=time(7, 30)))
    nothing = Assessment(cooperation=False, score=0.1, detector="blind-1")
    monkeypatch.setattr(world.checker, "understand", lambda release: (nothing, None))
    world.minute()
    world.later(minutes=31)
    world.minute()
    (told,) = [one for one in receiver.got("operator") if one["kind"] == "canary-missing"]
    assert told["values"]["found"] == "the detector did not take it for co-operation"


# --- reconciling ----------------------------------------------------------------------------------------------------


def test_a_delivery_row_deleted_by_hand_is_an_incident_and_mending_sends_it_under_the_same_id(make, receiver):
    from scheduler.reconciling import mend, reconcile
    from scheduler.standings import Standings

    world = make()
    flood(world, 3)
    assert len(receiver.got("team")) == 3
    lost = receiver.got("team")[1]["id"]
    world.later(minutes=20)
    world.watchman.hour()
    assert open_kinds(world) == []
    with world.db.transaction():
        number = world.db.value("SELECT id FROM delivery WHERE message_id = ?", (lost,))
        world.db.execute("DELETE FROM attempt WHERE delivery_id = ?", (number,))
        world.db.execute("DELETE FROM delivery WHERE id = ?", (number,))
    world.watchman.hour()
    world.dispatcher.once()
    assert open_kinds(world) == [("reconcile-gap", "deliveries")]
    assert [one["kind"] for one in receiver.got("operator")] == ["reconcile-gap"]
    found = reconcile(world.db, world.config, world.now, Standings(world.db, world.config, world.now))
    assert [one.account.why for one in found.gaps] == ["nothing was ever promised"]
    assert mend(world.db, found, world.now) == 1
    world.dispatcher.once()
    assert [one["id"] for one in receiver.got("team")].count(lost) == 2, "again, under the id it had"
    world.later(hours=1)
    world.watchman.hour()
    assert open_kinds(world) == []


def test_held_dropped_quiet_and_gathered_alerts_are_accounted_for(make, receiver):
    from scheduler.accounting import Fate
    from scheduler.config import Digest, Quiet
    from scheduler.reconciling import reconcile
    from scheduler.standings import Standings

    night = Quiet(time(9), time(20))
    world = make({"team": {}, "daily": {"digest": Digest("daily 08:00", "0 8 * * *")}, "asleep": {"quiet": night}})
    flood(world, 2)
    flood(world, 30, first=50)
    world.later(hours=1)
    found = reconcile(world.db, world.config, world.now, Standings(world.db, world.config, world.now))
    assert found.gaps == ()
    words = {(one.subscription, one.account.fate.value, one.account.why) for one in found.checked}
    assert ("team", "told", "sent at") in words
    assert ("daily", "waits", "waits for the digest of") in words
    assert ("asleep", "waits", "quiet hours or a free day until") in words
    assert ("team", "waits", "held until the operator decides (hold 1), since") in words
    assert found.count(Fate.GAP) == 0


def test_a_subscription_that_came_later_is_owed_nothing_of_before(make, receiver):
    from dataclasses import replace

    from scheduler.reconciling import reconcile
    from scheduler.standings import Standings

    world = make()
    flood(world, 2)
    world.later(hours=1)
    team = world.config.subscriptions[0]
    world.config = replace(world.config, subscriptions=(team, replace(team, name="late")))
    world.restart()
    found = reconcile(world.db, world.config, world.now, Standings(world.db, world.config, world.now))
    assert {one.subscription for one in found.checked} == {"team"}
    assert found.gaps == ()


def test_the_configured_storm_counts(make, receiver):
    world = make(alerts=Alerts(storm=3))
    flood(world, 4)
    assert receiver.got("team") == []
    assert open_kinds(world) == [("storm-held", EN)]


def _where(**conditions):
    from scheduler.config.subscriptions import Where

    return Where(**conditions)
