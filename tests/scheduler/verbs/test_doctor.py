"""doctor and incidents: each state a machine can be in is named, with what to do; nothing is changed by looking."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from scraper.cooperation import DETECTOR
from storage import holds, incidents
from storage.database import Database
from tests.scheduler.verbs.conftest import AT

AS_ROOT = os.geteuid() == 0


def ailing(done, grade="fault"):
    return {one["area"]: one for one in done.json["symptoms"] if one["grade"] == grade}


def test_where_nothing_is_wrong_it_ends_with_0_and_says_what_it_looked_at(coopwatch, database):
    with Database.open(database) as db, db.transaction():
        db.execute("UPDATE assessment SET detector = ?", (DETECTOR,))
    done = coopwatch("doctor", "--json")
    assert (done.code, done.json["ok"], ailing(done)) == (0, True, {})
    areas = {one["area"] for one in done.json["symptoms"]}
    assert {"python", "sqlite", "expat", "lxml", "time zones", "configuration", "disk", "database"} <= areas
    assert "detector" not in ailing(done, "warning")
    assert "fine     database: coopwatch.db" in coopwatch("doctor").out


def test_looking_changes_nothing(coopwatch, folder, database):
    def picture():
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}

    coopwatch("doctor")
    before = picture()
    coopwatch("doctor", "--json")
    assert picture() == before


def test_a_database_that_was_never_made_is_a_warning_and_none_is_made(coopwatch, folder):
    done = coopwatch("doctor", "--json")
    assert done.code == 0
    assert "no database there" in ailing(done, "warning")["database"]["said"]
    assert list(folder.iterdir()) == []


def test_a_database_that_was_moved_away_is_a_fault(coopwatch, folder, database):
    (folder / "coopwatch.db.lock").write_text("")
    database.rename(folder / "elsewhere.db")
    done = coopwatch("doctor", "--json")
    assert done.code == 1
    assert "moved or deleted" in ailing(done)["database"]["said"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(b"x" * 9000), "not a SQLite database"),
        (lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]), "cut short"),
        (lambda path: path.write_bytes(path.read_bytes()[:12288] + b"\xff" * 4096 + path.read_bytes()[16384:]), ""),
        (lambda path: (path.unlink(), path.mkdir()), "not a file"),
    ],
    ids=["empty", "foreign", "cut", "damaged page", "a folder"],
)
def test_a_database_that_is_damaged_is_named_and_left_alone(coopwatch, database, spoil, words):
    spoil(database)
    before = None if database.is_dir() else database.read_bytes()
    done = coopwatch("doctor", "--json")
    assert done.code == 1
    told = ailing(done)["database"]
    assert words in told["said"]
    assert told["advice"]
    assert before is None or database.read_bytes() == before


def test_a_database_of_a_newer_coopwatch_is_named(coopwatch, database):
    with Database.open(database) as db, db.transaction():
        db.execute("INSERT INTO _sqlite_migrations VALUES (NULL, 'coopwatch', 'm999_later', '2027-01-01')")
    told = ailing(coopwatch("doctor", "--json"))["database"]
    assert "newer" in told["said"]
    assert "install the newer coopwatch" in told["advice"]


def test_a_database_of_an_older_coopwatch_is_a_warning(coopwatch, database):
    with Database.open(database) as db, db.transaction():
        db.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'views_%'")
    done = coopwatch("doctor", "--json")
    assert "older coopwatch" in ailing(done, "warning")["database"]["said"]


HOLDS_IT = """
import sys, time
from sqlite_utils.utils import sqlite3
conn = sqlite3.connect(sys.argv[1], isolation_level=None)
conn.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""


def test_a_database_that_another_process_holds_is_named_with_the_process(coopwatch, database):
    with subprocess.Popen([sys.executable, "-c", HOLDS_IT, str(database)], stdout=subprocess.PIPE) as other:
        try:
            assert other.stdout.readline() == b"held\n"
            done = coopwatch("doctor", "--json")
            if not Path("/proc/locks").exists():
                pytest.skip("this system does not tell who holds a lock")
            assert done.code == 1
            assert f"locked by process {other.pid}" in ailing(done)["database"]["said"]
        finally:
            other.kill()


@pytest.mark.skipif(AS_ROOT, reason="root may write everything")
def test_a_database_that_may_not_be_written_is_named(coopwatch, database):
    database.chmod(0o444)
    assert "may not be written" in ailing(coopwatch("doctor", "--json"))["database"]["said"]


def test_another_instance_is_named(coopwatch, database):
    from datetime import UTC, datetime

    from scheduler.lock import hold

    with hold(database, "run", datetime.now(UTC)):
        done = coopwatch("doctor", "--json")
    said = {one["said"] for one in done.json["symptoms"] if one["area"] == "instance"}
    assert any(f"process {os.getpid()}" in one for one in said)


def test_an_instance_whose_database_was_replaced_under_it_is_named(coopwatch, folder, database):
    from datetime import UTC, datetime

    from scheduler.lock import hold

    copy = folder / "copy.db"
    copy.write_bytes(database.read_bytes())
    with hold(database, "run", datetime.now(UTC)), Database.open(database):
        copy.replace(database)
        told = ailing(coopwatch("doctor", "--json"))["database"]
    assert "moved or replaced" in told["said"]


def test_a_configuration_that_cannot_be_read_is_named_by_line(coopwatch, folder, database):
    (folder / "coopwatch.toml").write_text('[service]\ntimezone = "Mars"\n')
    done = coopwatch("doctor", "--json")
    assert done.code == 1
    assert "coopwatch.toml:2: service.timezone" in ailing(done)["configuration"]["said"]
    assert "database" in {one["area"] for one in coopwatch("--database", database, "doctor", "--json").json["symptoms"]}


def test_a_secret_that_others_can_read_is_named_and_not_shown(coopwatch, folder):
    (folder / "desk.secret").write_text("whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0")
    (folder / "desk.secret").chmod(0o644)
    (folder / "coopwatch.toml").write_text(
        '[[subscriptions]]\nname = "desk"\nchannel = "webhook"\nurl = "https://example.org/x"\n'
        'secret_file = "desk.secret"\n'
    )
    done = coopwatch("doctor", "--json")
    assert "chmod 600" in ailing(done)["configuration"]["said"]
    assert "c2VjcmV0" not in done.out


def test_what_was_given_up_what_is_held_and_a_detector_behind_are_named(coopwatch, database):
    with Database.open(database) as db:
        with db.transaction():
            db.execute("UPDATE delivery SET state = 'dead', next_try = NULL, settled = '2026-11-21T09:00:00Z'")
        number = holds.hold_open(db, "hk_gia_en", AT, "a storm")
        holds.hold_settle(db, number, "open", AT, "brake")
    done = coopwatch("doctor", "--json")
    said = [one["said"] for one in done.json["symptoms"] if one["area"] == "deliveries"]
    assert said == ["1 delivery to desk given up", "hk_gia_en: 0 alerts are held as a storm"]
    assert "coopwatch reread" in ailing(done, "warning")["detector"]["advice"]


def test_a_clock_that_was_set_back_is_named(coopwatch, database):
    with Database.open(database) as db, db.transaction():
        db.insert("source", {"name": "hk_gia_en", "last_attempt": "2999-01-01T00:00:00.000000Z"})
    assert "set back" in ailing(coopwatch("doctor", "--json"))["clock"]["said"]


def test_portals_are_asked_only_when_told_to_and_a_refusal_is_named_by_its_class(coopwatch, folder):
    from scraper.find import sources

    tables = "".join(
        f'[sources.{name}]\nenabled = {"true" if name == "hk_gia_en" else "false"}\nbase = "http://127.0.0.1:9"\n'
        for name in sources()
    )
    (folder / "coopwatch.toml").write_text(f'[politeness]\ndelay = "0s"\n{tables}')
    assert "hk_gia_en" not in ailing(coopwatch("doctor", "--json"))
    done = coopwatch("doctor", "--live", "--json")
    told = ailing(done)["hk_gia_en"]
    assert done.code == 1
    assert told["advice"]


# --- incidents ------------------------------------------------------------------------------------------------------


@pytest.fixture
def troubled(database):
    with Database.open(database) as db:
        incidents.open_(db, "disk", "/data", {"free": 1_000_000, "least": 200_000_000}, AT)
        incidents.close(db, "disk", "/data", AT + timedelta(hours=1), {})
        evidence = {"failures": 3, "trouble": "dns: no such host", "last_good": "2026-11-21T08:00:00Z"}
        incidents.open_(db, "source-failing", "hk_gia_en", evidence, AT + timedelta(hours=2))
        incidents.open_(db, "later-kind", "x", {}, AT + timedelta(hours=3))
    return database


def test_incidents_lists_what_is_open_with_what_to_do(coopwatch, troubled):
    done = coopwatch("incidents")
    assert done.code == 1
    assert "hk_gia_en failed 3 times in a row" in done.out
    assert "dns: no such host" in done.out
    assert "disk" not in done.out


def test_incidents_all_puts_the_open_ones_first(coopwatch, troubled):
    told = coopwatch("incidents", "--all", "--json").json
    assert [(one["subject"], one["closed"] is None) for one in told] == [
        ("hk_gia_en", True),
        ("x", True),
        ("/data", False),
    ]
    assert told[0]["evidence"]["failures"] == 3
    assert "since" not in coopwatch("incidents", "--all").out.splitlines()[-1]


def test_incidents_without_any_says_so_and_ends_with_0(coopwatch, database, folder):
    done = coopwatch("incidents")
    assert (done.code, done.out, done.err) == (0, "", "no incident is open\n")
    database.unlink()
    assert coopwatch("incidents").code == 0
    assert not (folder / "coopwatch.db").exists()


def test_the_doctor_tells_of_open_incidents_too(coopwatch, troubled):
    done = coopwatch("doctor", "--json")
    said = [one["said"] for one in done.json["symptoms"] if one["area"] == "incidents"]
    assert len(said) == 2
