"""alerts held, release, drop, enable, queue, reconcile and status: the operator's answers, on a database of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.config import Config
from scheduler.incidents import IncidentKind, Wrong
from scheduler.observing import opened
from storage import holds, subscribers
from storage.database import Database
from storage.releases import record
from tests.scheduler.verbs.conftest import assessed, release

NOW = datetime.now(UTC) - timedelta(minutes=5)
CONFIG = """
[alerts]
catch_up = 2
[email]
host = "127.0.0.1"
security = "none"
from = "coopwatch@example.org"
[[subscriptions]]
name = "team"
channel = "email"
to = "team@example.org"
[[subscriptions]]
name = "desk"
channel = "email"
to = "desk@example.org"
"""


@pytest.fixture
def held(folder):
    """A database with one open hold of four alerts: three for team, one for desk."""
    (folder / "coopwatch.toml").write_text(CONFIG)
    path = folder / "coopwatch.db"
    with Database.open(path) as db:
        subscribers.meet(db, {"team": ("rule", "address"), "desk": ("rule", "address")}, NOW - timedelta(days=1))
        number = holds.hold_open(db, "hk_gia_en", NOW, "many to be read")
        for key, who in (("1", "team"), ("2", "team"), ("3", "team"), ("4", "desk")):
            one = release(f"h/{key}", f"Visit {key}", f"Text of visit {key}.")
            record(db, one, assessed(True, one.text), NOW, route=lambda _, who=who: (who,), hold=number)
        holds.hold_settle(db, number, "open", NOW, "the brake", "4 alerts in one run")
        evidence = {"hold": number, "alerts": 4, "why": "4 alerts in one run"}
        opened(db, Config(), Wrong(IncidentKind.STORM, "hk_gia_en", evidence), NOW)
    return path


def states(path):
    with Database.open(path, read_only=True) as db:
        rows = db.rows(
            "SELECT subscription, what, state, count(*) AS n FROM delivery GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        )
    return [tuple(row.values()) for row in rows]


def test_what_is_held_is_listed_with_why_and_its_alerts(coopwatch, held):
    done = coopwatch("alerts", "held", "--json")
    assert done.code == 1
    (one,) = done.json
    assert (one["id"], one["source"], one["state"], one["count"]) == (1, "hk_gia_en", "open", 4)
    assert one["why"] == "4 alerts in one run"
    shown = coopwatch("alerts", "held", "1")
    assert shown.code == 1
    assert "Visit 3" in shown.out
    assert "coopwatch alerts release 1" in shown.err
    assert len(coopwatch("alerts", "held", "1", "--json").json["alerts"]) == 4


def test_status_names_the_question(coopwatch, held):
    done = coopwatch("status")
    assert done.code == 1
    assert "hk_gia_en: 4 alerts are held. Is this news?" in done.out
    told = coopwatch("status", "--json").json
    assert [(one["kind"], one["subject"]) for one in told["incidents"]] == [("storm-held", "hk_gia_en")]
    assert told["deliveries"]["held"] == 4


def test_release_makes_a_digest_where_there_is_much_and_single_alerts_where_there_is_little(coopwatch, held):
    done = coopwatch("alerts", "release", "1")
    assert done.code == 0
    assert "hold 1 of hk_gia_en: 4 alerts let out" in done.out
    assert states(held) == [
        ("desk", "alert", "waiting", 1), ("team", "alert", "bundled", 3), ("team", "digest", "waiting", 1),
    ]  # fmt: skip
    assert coopwatch("alerts", "held").err == "nothing is held\n"
    assert coopwatch("status", "--json").json["incidents"] == []
    again = coopwatch("alerts", "release", "1")
    assert (again.code, again.err) == (1, "coopwatch: hold 1 is not open, it is released\n")


def test_drop_keeps_them_quiet_and_says_who_did_it(coopwatch, held):
    done = coopwatch("alerts", "drop", "--all", "--json")
    assert done.code == 0
    assert done.json == {"dropped": [{"id": 1, "source": "hk_gia_en", "deliveries": 4}]}
    assert states(held) == [("desk", "alert", "dropped", 1), ("team", "alert", "dropped", 3)]
    assert "dropped by" in coopwatch("why", "h/1", "team").out
    assert coopwatch("alerts", "held", "--all").out.count("dropped") == 1


@pytest.mark.parametrize("verb", ["release", "drop"])
def test_an_answer_needs_to_know_which_question(coopwatch, held, verb):
    assert coopwatch("alerts", verb).code == 2
    assert coopwatch("alerts", verb, "1", "--all").code == 2
    done = coopwatch("alerts", verb, "9")
    assert (done.code, done.err) == (1, "coopwatch: no hold 9; `coopwatch alerts held` lists them\n")


def test_the_queue_is_summed_up_by_subscription(coopwatch, held):
    coopwatch("alerts", "release", "--all")
    rows = {row["subscription"]: row for row in coopwatch("alerts", "queue", "--json").json}
    assert (rows["team"]["bundled"], rows["team"]["waiting"], rows["desk"]["waiting"]) == (3, 1, 1)
    assert rows["desk"]["age_seconds"] >= 290
    assert "team" in coopwatch("alerts", "queue").out


def test_a_subscription_that_was_switched_off_is_switched_on_again_once(coopwatch, held):
    with Database.open(held) as db:
        subscribers.disable(db, "team", "HTTP 410", NOW)
    assert "switched off: HTTP 410" in coopwatch("alerts", "queue").out
    assert coopwatch("alerts", "enable", "team").out == "team is told again\n"
    assert coopwatch("alerts", "enable", "team").code == 1
    done = coopwatch("alerts", "enable", "teem")
    assert done.code == 2
    assert "did you mean team?" in done.err


def test_reconcile_accounts_for_what_is_held_and_misses_what_was_deleted(coopwatch, held):
    done = coopwatch("reconcile", "--json")
    assert done.code == 1, "desk wants what only team was promised"
    assert {(one["subscription"], one["why"]) for one in done.json["gaps"]} == {
        ("desk", "nothing was ever promised"), ("team", "nothing was ever promised"),
    }  # fmt: skip
    assert done.json["accounted"] == {"told": 0, "waits": 4, "kept": 0, "gap": 4}
    mended = coopwatch("reconcile", "--mend")
    assert mended.code == 0
    assert "4 promised now" in mended.out
    clean = coopwatch("reconcile")
    assert (clean.code, clean.err) == (0, "")
    assert "0 unaccounted for" in clean.out


def test_notices_and_digests_are_among_the_alerts(coopwatch, held):
    coopwatch("alerts", "release", "--all")
    kinds = {(row["what"], row["kind"]) for row in coopwatch("alerts", "--json").json}
    assert kinds == {("alert", "new"), ("digest", "digest")}
    assert len(coopwatch("alerts", "--state", "bundled", "--json").json) == 3
