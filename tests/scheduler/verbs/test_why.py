"""`coopwatch why` on releases of every fate, for people on wide and narrow terminals, and for programs."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from scheduler import cli, holding, output
from scheduler.config import Alerts, Canary, Digest, Quiet
from scheduler.config.subscriptions import Where
from scheduler.demo.invented import stock
from scheduler.demo.receivers import WebhookReceiver
from storage import holds, outbox, releases, subscribers
from storage.model import Assessment, Release
from tests.scheduler.operating import EN, World, co_operation

SECRET = "whsec_" + base64.b64encode(b"w" * 32).decode()
STOCK = {one.name: one for one in stock()}
CONFIG = """
[service]
database = "coopwatch.db"
[alerts]
storm = 5
[canary]
subscription = "bird"
at = "00:00"
[sources.mo_gcs_zh]
enabled = false
{subscriptions}
"""
SUBSCRIPTIONS = {
    "team": "",
    "macao": 'where = { jurisdictions = ["Macao"] }',
    "daily": 'digest = "daily 08:00"',
    "asleep": 'quiet = "QUIET"',
    "broken": "",
    "gone": "",
    "bird": 'where = { words = ["nothing of the kind"] }',
    "late": 'where = { jurisdictions = ["Shanghai"] }',
}


def hours_around(now):
    """Quiet hours that now lies in, whenever the test runs."""
    local = now + timedelta(hours=8)
    return (local - timedelta(hours=2)).replace(minute=0).time(), (local + timedelta(hours=3)).replace(minute=0).time()


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """A folder with a configuration and a database in which releases met every fate; keys by their fate."""
    folder = tmp_path_factory.mktemp("why")
    os.environ["HOOK_SECRET"] = SECRET
    begin, end = hours_around(datetime.now(UTC))
    with WebhookReceiver(secret=SECRET) as receiver:
        base = receiver.url.removesuffix("/hook")
        made = {
            "team": {},
            "macao": {"where": Where(jurisdictions=("Macao",))},
            "daily": {"digest": Digest("daily 08:00", "0 8 * * *")},
            "asleep": {"quiet": Quiet(time(begin.hour), time(end.hour))},
            "broken": {},
            "gone": {},
            "bird": {"canary": True, "where": Where(words=("nothing of the kind",))},
        }
        world = World(folder, base, made, alerts=Alerts(storm=5), canary=Canary(subscription="bird", at=time(0, 0)))
        try:
            keys = lived(world, receiver)
        finally:
            world.end()
    quiet = f"{begin.hour:02}:00-{end.hour:02}:00"
    tables = "".join(
        f'[[subscriptions]]\nname = "{name}"\nchannel = "webhook"\nurl = "{base}/{name}"\nsecret_env = "HOOK_SECRET"\n'
        f"allow_private = true\n{more.replace('QUIET', quiet)}\n"
        for name, more in SUBSCRIPTIONS.items()
    )
    (folder / "coopwatch.toml").write_text(CONFIG.format(subscriptions=tables))
    yield folder, keys
    del os.environ["HOOK_SECRET"]


def lived(world, receiver):
    """Let releases meet their fates; return their keys."""
    now = datetime.now(UTC)
    world.now = now - timedelta(minutes=90)
    keys = {"first sight": world.portals.all()[0].key}
    world.portals.publish(replace(STOCK["renal-nursing"]), at=world.now - timedelta(minutes=200))
    keys["first sight of co-operation"] = world.portals.all()[1].key
    world.portals.publish(STOCK["heat-zh"], at=world.now - timedelta(minutes=200))
    world.check()
    world.check("hk_gia_zh")
    world.minute()
    world.later(minutes=10)
    plain = receiver.take

    def take(body, headers):
        return (503, {}) if b'"subscription":"broken"' in body else plain(body, headers)

    receiver.take = take
    for name in ("marrow-registry", "investigation"):
        keys[name] = world.portals.publish(STOCK[name]).key
    world.check()
    world.later(minutes=5)
    keys["duplicate"] = world.portals.publish(STOCK["marrow-registry-again"]).key
    keys["told already"] = world.portals.publish(STOCK["marrow-registry-zh"]).key
    world.check()
    world.check("hk_gia_zh")
    give_up(world, "broken")
    subscribers.disable(world.db, "gone", "HTTP 410", world.now)
    world.later(minutes=5)
    keys["edited"] = world.portals.publish(co_operation(3)).key
    world.check()
    world.portals.edit(keys["edited"], paragraphs=(*co_operation(3).paragraphs, "It takes effect in 2031."))
    world.later(minutes=61)
    world.check()
    flood = [world.portals.publish(co_operation(number)).key for number in range(20, 30)]
    world.later(minutes=1)
    world.check()
    (dropped,) = holds.holds(world.db, ("open",))
    holding.drop(world.db, world.config, dropped, world.now, "ann")
    keys["dropped"] = flood[0]
    more = [world.portals.publish(co_operation(number)).key for number in range(40, 50)]
    keys["held"] = more[0]
    world.later(minutes=1)
    world.check()
    world.watchman.minute()
    world.dispatcher.once()
    text = "The Health Bureau and Macao signed an agreement."
    imported = Release("import/1", "import", "example.org", "https://example.org/1", "en", "An old agreement", text)
    assessment = Assessment(cooperation=True, score=0.9, detector="test-1", jurisdictions=("Macao", "Hong Kong"))
    releases.record(world.db, imported, assessment, world.now, silent="import", route=lambda _: ("team",))
    keys["imported"] = "import/1"
    with world.db.transaction():  # listed, and never readable
        world.db.insert(
            "link",
            {
                "source": EN,
                "key": "info.gov.hk/P2026112199999",
                "state": "pending",
                "attempts": 3,
                "trouble": "http 500",
            }
            | {"url": "https://www.info.gov.hk/gia/general/202611/21/P2026112199999.htm", "trouble": "http 500"}
            | dict.fromkeys(("first_listed", "last_listed", "next_try"), "2026-11-21T08:30:00.000000Z"),
        )
    return keys


def give_up(world, name):
    """Give up what waits for a subscription, as its ladder would in four days."""
    others = [one.name for one in world.config.everyone if one.name != name]
    for delivery in outbox.claim(world.db, world.now + timedelta(hours=1), timedelta(minutes=1), busy=others):
        outbox.dead(world.db, delivery, world.now, "HTTP 503")


@pytest.fixture
def why(stage, monkeypatch, capsys):
    """Ask about a release by its fate."""
    folder, keys = stage
    monkeypatch.chdir(folder)

    def ask(fate, *more, columns=100):
        monkeypatch.setattr(output, "terminal_columns", lambda: columns)
        for module in ("scheduler.verbs.why", "scheduler.verbs.why_page"):
            monkeypatch.setattr(f"{module}.terminal_columns", lambda: columns)
        capsys.readouterr()
        code = cli.run(["why", keys.get(fate, fate), *more])
        captured = capsys.readouterr()
        return code, captured.out if not captured.err else captured.out + captured.err

    return ask


def told(text):
    """The text with its line breaks taken out: where a line ends is a terminal's business."""
    return " ".join(text.split())


def test_one_that_was_told_shows_its_whole_way_and_each_attempt(why):
    code, out = why("marrow-registry")
    said = told(out)
    assert code == 0
    assert out.startswith("Hong Kong and Shanghai link marrow donor registries")
    for words in ("listed", "by hk_gia_en", "co-operation: score", "above the bar of", "which it began", "told"):
        assert words in said
    assert "team told: sent at 20" in said
    assert "attempt 1," in said
    assert "HTTP 204" in said


@pytest.mark.parametrize(("subscription", "words"), [
    ("macao", "not wanted: jurisdictions: wanted Macao; saw"),
    ("daily", "will be told: waits for the digest of"),
    ("asleep", "will be told: quiet hours or a free day until"),
    ("broken", "not told: given up after 3 attempts: HTTP 503 (20"),
    ("gone", "told: sent at 20"),
    ("bird", "not wanted"),
    ("late", "not asked then: it fits, but coopwatch has not run with this subscription yet"),
])  # fmt: skip
def test_each_subscription_has_its_own_answer(why, subscription, words):
    assert words in told(why("marrow-registry", subscription)[1])


def test_with_a_subscription_every_condition_is_shown_that_held_or_failed(why):
    said = told(why("marrow-registry", "macao")[1])
    assert "holds changes: wanted new, revised, gone, returned; saw new" in said
    assert "holds cooperation: wanted a co-operation item; saw score" in said
    assert "FAILS jurisdictions: wanted Macao; saw" in said


def test_one_told_already_names_the_release_that_told_it(why):
    code, out = why("told already")
    assert code == 0
    assert "Nobody was told: everybody who wants it had heard of the story by another release" in told(out)
    assert "told also by release" in told(out)


def test_a_duplicate_names_what_it_repeats(why):
    code, out = why("duplicate")
    assert code == 0
    assert "it repeats the text of release" in told(out)
    assert "joined: same text" in told(out)


def test_a_first_sight_says_that_first_looks_are_silent(why):
    said = told(why("first sight of co-operation")[1])
    assert "as part of a first sight" in said
    assert "Nobody was told: it was there already when coopwatch first looked at the source" in said
    assert "team nobody was told: it fits, but this was kept silent" in said


def test_a_near_miss_shows_how_far_below_the_bar_it_is_and_what_counted(why):
    said = told(why("investigation")[1])
    assert "not co-operation: score" in said
    assert "below the bar of" in said
    assert "not wanted: cooperation: wanted a co-operation item; saw score" in said


def test_one_that_is_held_says_by_which_hold_and_that_it_will_be_told(why):
    said = told(why("held", "team")[1])
    assert "will be told: held until the operator decides (hold 2), since 20" in said
    assert "hold 2: 10 alerts in one run, open" in said


def test_one_that_was_dropped_says_by_whom(why):
    said = told(why("dropped", "team")[1])
    assert "not told: dropped by ann" in said
    assert "dropped" in said.split("hold 1:")[1]


def test_one_whose_receiver_wants_no_more_says_so(why):
    assert "not told: its subscription is switched off (HTTP 410); promised at 20" in told(why("edited", "gone")[1])


def test_an_edit_shows_both_changes_with_the_grade(why):
    said = told(why("edited")[1])
    assert "2 versions" in said
    assert "revised, date" in said


def test_an_import_says_that_imports_are_silent(why):
    said = told(why("imported")[1])
    assert "by no listing: it was imported" in said
    assert "imports are silent" in said


def test_the_canary_concerns_its_own_subscription_alone(why):
    code, out = why("canary/daily")
    assert code == 0
    assert "bird told: sent at 20" in told(out)
    assert "team" not in out


def test_one_that_was_listed_and_never_readable_says_why(why):
    code, out = why("https://www.info.gov.hk/gia/general/202611/21/P2026112199999.htm")
    assert code == 1
    assert "It was listed by hk_gia_en at 2026-11-21 16:30, and could not be read so far." in told(out)
    assert "The last of 3 attempts said: http 500." in told(out)


@pytest.mark.parametrize(("item", "words"), [
    ("https://www.info.gov.hk/gia/general/202001/01/P2020010100001.htm", "whose listings never showed it"),
    ("https://www.gcs.gov.mo/detail/zh-hant/N26KUabcde", "which is not watched"),
    ("https://example.org/", "No source that coopwatch knows has such an address"),
    ("nothing", "No source that coopwatch knows has such an address"),
    ("\x1b[31m", "no such release is kept"),
])  # fmt: skip
def test_one_that_is_not_known_says_what_is_known(why, item, words):
    code, out = why(item)
    assert code == 1
    assert words in told(out)
    assert "\x1b" not in out


def test_a_subscription_that_is_not_there_is_refused_with_the_nearest_name(why):
    code, out = why("marrow-registry", "teem")
    assert code == 2
    assert "did you mean team?" in out


@pytest.mark.parametrize("columns", [40, 60, 80, 160])
@pytest.mark.parametrize("fate", ["marrow-registry", "told already", "held", "edited", "investigation"])
def test_no_line_is_wider_than_the_terminal_but_addresses(why, fate, columns):
    for line in why(fate, columns=columns)[1].splitlines():
        assert output.width(line) <= columns or " " not in line.strip(), line


def test_a_promise_that_is_gone_is_missing_and_ends_with_1(why, stage):
    from storage.database import Database

    folder, keys = stage
    with Database.open(folder / "coopwatch.db") as db:
        kept = db.rows(
            "SELECT d.* FROM delivery AS d JOIN change AS c ON c.id = d.change_id JOIN release AS r ON"
            " r.id = c.release_id WHERE r.key = ? AND d.subscription = 'team'",
            (keys["marrow-registry"],),
        )
        tries = db.rows("SELECT * FROM attempt WHERE delivery_id = ?", (kept[0]["id"],))
        with db.transaction():
            db.execute("DELETE FROM attempt WHERE delivery_id = ?", (kept[0]["id"],))
            db.execute("DELETE FROM delivery WHERE id = ?", (kept[0]["id"],))
        try:
            code, out = why("marrow-registry")
            assert code == 1
            assert "MISSING team" in told(out)
            assert "team MISSING: nothing was ever promised" in told(out)
            assert cli.run(["reconcile"]) == 1
            assert cli.run(["reconcile", "--mend"]) == 0
            assert cli.run(["reconcile"]) == 0
        finally:
            with db.transaction():
                db.execute("DELETE FROM delivery WHERE message_id = ?", (kept[0]["message_id"],))
                for table, row in (("delivery", kept[0]), *(("attempt", one) for one in tries)):
                    db.insert(table, row)


def test_as_json_it_is_complete(why):
    import json

    code, out = why("marrow-registry", "--json")
    found = json.loads(out)
    assert code == 0
    assert set(found) == {
        "release", "listed", "read", "versions", "assessment", "duplicate_of", "story", "conclusion", "changes",
    }  # fmt: skip
    (change,) = found["changes"]
    team = next(one for one in change["subscriptions"] if one["subscription"] == "team")
    assert (team["outcome"], team["wanted"], team["delivery"]["state"]) == ("told", True, "sent")
    assert team["attempts"][0]["detail"] == "HTTP 204"
    assert all(set(one) == {"name", "wanted", "held", "saw"} for one in team["conditions"])
    assert found["conclusion"]["told"] == ["team", "gone"]
    unknown = json.loads(why("nothing", "--json")[1])
    assert unknown["known"] is False
