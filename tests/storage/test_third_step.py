"""A database of the second step, with rows in every table, becomes one of the third: nothing lost, all of it in use."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from storage import opening, outbox
from storage.database import Database
from storage.engine import sqlite3
from storage.history import history
from storage.knowledge import catalogue
from storage.migrations import MIGRATIONS
from storage.model import ChangeKind, DeliveryState, Grade
from storage.notices import notice
from storage.releases import record

PLACES = [
    {"name": "Harbour City", "start": 4, "end": 16, "text": "Harbour City", "kind": "city", "jurisdiction": "Mainland"},
    {"name": "Bay Town", "start": 20, "end": 28, "text": "Baytown", "kind": "town", "jurisdiction": "Macao"},
    {"name": "Harbour City", "start": 40, "end": 44, "text": "city"},
]
FACTS = json.dumps({"places": PLACES, "parties": [{"name": "Health Bureau", "start": 0, "end": 3, "text": "The"}]})
THERE = "'2026-01-01T00:00:00.000000Z'"

ROWS = f"""
INSERT INTO source (name, first_sight, seeded, last_good) VALUES ('s', {THERE}, {THERE}, {THERE});
INSERT INTO link (source, key, url, state, first_listed, last_listed)
  VALUES ('s', 'k/1', 'u', 'read', {THERE}, {THERE});
INSERT INTO release (id, key, source, portal, url, language, published, first_seen, last_read, version, assessment_id,
                     cooperation, detector)
  VALUES (1, 'k/1', 's', 'p', 'u/1', 'en', '2026-01-01T00:00:00Z', {THERE}, {THERE}, 1, 1, 1, 'd'),
         (2, 'k/2', 's', 'p', 'u/2', 'en', '2026-01-02T00:00:00Z', {THERE}, {THERE}, 2, 3, 0, 'd');
INSERT INTO version (id, release_id, number, fingerprint, title, text, seen)
  VALUES (1, 1, 1, '1:a', 'T', 'The Harbour City and Baytown ...', {THERE}), (2, 2, 1, '1:b', 'U', 'V', {THERE}),
         (3, 2, 2, '1:c', 'U', 'W', {THERE});
INSERT INTO assessment (id, version_id, detector, cooperation, score, jurisdictions, facts, made)
  VALUES (1, 1, 'd', 1, 0.9, '["Mainland","Macao","Hong Kong"]', '{FACTS}', {THERE}),
         (2, 2, 'd', 0, 0.1, '["Nowhere","Elsewhere"]', '{FACTS.replace("Bay Town", "Not Told")}', {THERE}),
         (3, 3, 'd', 0, 0.1, '[]', '{{}}', {THERE});
INSERT INTO story (id, made) VALUES (1, {THERE}), (2, {THERE});
INSERT INTO story_member (release_id, story_id, why) VALUES (1, 1, 'first'), (2, 2, 'first');
INSERT INTO story_hand (release_id, from_story, to_story, what, at) VALUES (2, 1, 2, 'split by hand', {THERE});
INSERT INTO telling (release_id, rule, language, days, clues, numbers, words, shelf, marks)
  VALUES (1, 'r', 'en', '[]', '[]', '[]', x'', 0, x'');
INSERT INTO telling_mark (day, mark, release_id) VALUES (0, 1, 1);
INSERT INTO named (id, what, name, kind, jurisdiction)
  VALUES (5, 'party', 'Health Bureau', 'authority', 'Macao'), (6, 'party', 'Bureau of Health', NULL, NULL),
         (7, 'programme', 'Harbour Scheme', NULL, NULL);
INSERT INTO named_as (named_id, name) VALUES (5, 'HB');
INSERT INTO mention (release_id, named_id, start, "end", text) VALUES (1, 5, 0, 3, 'The'), (1, 6, 0, 3, 'The'),
  (1, 7, 0, 3, 'The');
INSERT INTO lifeline (id, programme_id, counts) VALUES (1, 7, 'points');
INSERT INTO figure (release_id, value, unit, what, start, "end", text, programme_id, lifeline_id)
  VALUES (1, 7, 'points', 'points', 0, 3, 'The', 7, 1);
INSERT INTO change (id, event, kind, release_id, story_id, version, at, silent)
  VALUES (1, 'e1', 'new', 1, 1, 1, {THERE}, NULL), (2, 'e2', 'gone', 2, 2, 2, {THERE}, NULL),
         (3, 'e3', 'figure', 1, 1, 1, {THERE}, NULL), (4, 'e4', 'revised', 2, 2, 2, {THERE}, 'import');
INSERT INTO figure_change (change_id, lifeline_id, before, before_release_id, after, start, "end")
  VALUES (3, 1, 6, 1, 7, 0, 3);
INSERT INTO delivery (id, change_id, subscription, message_id, state, attempts, next_try, made, settled, trouble)
  VALUES (11, 1, 'desk', 'msg_1', 'sent', 1, NULL, {THERE}, {THERE}, NULL),
         (12, 2, 'desk', 'msg_2', 'waiting', 0, {THERE}, {THERE}, NULL, NULL),
         (13, 3, 'desk', 'msg_3', 'dead', 9, NULL, {THERE}, {THERE}, '410'),
         (14, 3, 'office', 'msg_4', 'sending', 2, {THERE}, {THERE}, NULL, '503');
INSERT INTO attempt (delivery_id, number, started, ended, outcome)
  VALUES (11, 1, {THERE}, {THERE}, 'sent'), (14, 1, {THERE}, {THERE}, 'again'), (14, 2, {THERE}, NULL, NULL);
INSERT INTO run (source, started, ended, outcome, "trigger") VALUES ('s', {THERE}, {THERE}, 'moved', 'schedule');
INSERT INTO child (pid, started) VALUES (1, {THERE});
INSERT INTO page (digest, content, size, content_type, first_fetched) VALUES ('d', x'00', 1, 'text/html', {THERE});
INSERT INTO validator (url, saved) VALUES ('u', {THERE});
INSERT INTO robots (origin, fetched) VALUES ('https://p', {THERE});
"""


def of_the_second_step(path):
    """Make a database as the second step left it, with rows in every table."""

    def build(draft):
        conn = sqlite3.connect(draft, isolation_level=None)
        conn.execute(f"PRAGMA application_id={opening.files.APPLICATION_ID}")
        conn.execute("PRAGMA foreign_keys=ON")
        MIGRATIONS.apply(opening.SqliteDatabase(conn), stop_before="m003_alerts")
        for statement in ROWS.split(";\n"):
            conn.execute(statement)
        conn.close()

    opening.files.create(path, build)


@pytest.fixture
def old(path):
    of_the_second_step(path)
    return path


def counted(conn):
    names = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: conn.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names if name[0] != "_"}


def test_the_made_up_database_has_rows_in_every_table_of_the_second_step(old):
    with sqlite3.connect(old) as conn:
        before = counted(conn)
    conn.close()
    assert len(before) == 24
    assert [name for name, rows in before.items() if not rows] == []


def test_every_row_is_there_afterwards_and_points_at_what_it_pointed_at(old):
    with sqlite3.connect(old) as conn:
        before = counted(conn)
    conn.close()
    with Database.open(old) as db:
        assert db.rows("PRAGMA foreign_key_check") == []
        assert db.check() == []
        assert db.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        after = counted(db._conn)
        grown = {"named": 2, "named_as": 2, "mention": 2}  # the places
        assert {name: after[name] for name in before} == {n: rows + grown.get(n, 0) for n, rows in before.items()}
        assert db.value("SELECT count(*) FROM sqlite_master WHERE name LIKE '%as_it_was'") == 0
        assert db.rows("SELECT id, change_id, message_id, state, attempts, what FROM delivery ORDER BY id") == [
            {"id": 11, "change_id": 1, "message_id": "msg_1", "state": "sent", "attempts": 1, "what": "alert"},
            {"id": 12, "change_id": 2, "message_id": "msg_2", "state": "waiting", "attempts": 0, "what": "alert"},
            {"id": 13, "change_id": 3, "message_id": "msg_3", "state": "dead", "attempts": 9, "what": "alert"},
            {"id": 14, "change_id": 3, "message_id": "msg_4", "state": "sending", "attempts": 2, "what": "alert"},
        ]


def test_what_was_attempted_keeps_the_time_it_spoke_of(old):
    with Database.open(old) as db:
        rows = db.rows("SELECT id, as_of IS NOT NULL AS known FROM delivery ORDER BY id")
    assert [row["known"] for row in rows] == [1, 0, 0, 1]


def test_a_withdrawal_has_its_grade_and_other_changes_none(old):
    with Database.open(old) as db:
        assert {row["kind"]: row["grade"] for row in db.rows("SELECT kind, grade FROM changes")} == {
            "new": None,
            "gone": "withdrawn",
            "figure": None,
            "revised": None,
        }
        assert notice(db, 2).grade is Grade.WITHDRAWN


def test_places_come_out_of_the_assessments_of_cooperation_items(old):
    with Database.open(old) as db:
        rows = db.rows('SELECT name, kind, jurisdiction, release_id, text, start, "end" FROM places ORDER BY name')
        assert [tuple(row.values()) for row in rows] == [
            ("Bay Town", "town", "Macao", 1, "Baytown", 20, 28),
            ("Harbour City", "city", "Mainland", 1, "Harbour City", 4, 16),
        ]
        assert [row["name"] for row in catalogue(db, "party")] == ["Bureau of Health", "Health Bureau"]


def test_who_was_named_together_is_known(old):
    with Database.open(old) as db:
        rows = db.rows("SELECT what, one, other, release_id FROM pair ORDER BY what, one, other")
    assert [tuple(row.values()) for row in rows] == [
        ("jurisdiction", "Hong Kong", "Macao", 1),
        ("jurisdiction", "Hong Kong", "Mainland", 1),
        ("jurisdiction", "Macao", "Mainland", 1),
        ("party", "Bureau of Health", "Health Bureau", 1),
        ("place", "Bay Town", "Harbour City", 1),
    ]


def test_the_migrated_database_goes_on_working(old, make, thought, now):
    with Database.open(old) as db:
        assert outbox.recover(db, now) == 1
        claimed = outbox.claim(db, now, timedelta(minutes=1))
        assert [(one.subscription, one.told.change.kind) for one in claimed] == [
            ("desk", ChangeKind.GONE),
            ("office", ChangeKind.FIGURE),
        ]
        for one in claimed:
            outbox.sent(db, one, now, "200")
        assert outbox.retry(db, now) == 1
        done = record(db, make(), thought, now, route=lambda notice: ["desk"])
        assert done.promised == ("desk",)
        assert outbox.gather(db, "desk", now, now, {}, empty=False) is not None
        found = history(db, 1)
        assert [event.deliveries[0].promised.state for event in found.changes] == [
            DeliveryState.SENT,
            DeliveryState.BUNDLED,
        ]
        assert db.rows("PRAGMA foreign_key_check") == []


def test_a_change_of_another_kind_is_refused_still(old):
    with Database.open(old) as db, pytest.raises(Exception, match="CHECK"), db.transaction():
        db.insert("change", {"event": "x", "kind": "else", "release_id": 1, "version": 1, "at": ""})


def test_an_alert_without_a_change_is_refused(old):
    with Database.open(old) as db, pytest.raises(Exception, match="CHECK"), db.transaction():
        db.insert("delivery", {"subscription": "desk", "message_id": "m", "state": "waiting", "made": ""})


def migrating(path, many):
    """Return the seconds of CPU that bringing so many deliveries and attempts to the third step takes."""
    of_the_second_step(path)
    numbers = f"WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < {many + 100})"
    with sqlite3.connect(path) as conn:
        conn.execute(
            "INSERT INTO change (id, event, kind, release_id, story_id, version, at)"
            f" {numbers} SELECT i, 'x' || i, 'new', 1, 1, 1, {THERE} FROM n"
        )
        conn.execute(
            "INSERT INTO delivery (id, change_id, subscription, message_id, state, made)"
            f" {numbers} SELECT i, i, 'desk', 'x' || i, 'sent', {THERE} FROM n"
        )
        conn.execute(
            f"INSERT INTO attempt (delivery_id, number, started) {numbers} SELECT i, 1, {THERE} FROM n",
        )
    conn.close()
    began = time.process_time()
    with Database.open(path) as db:
        assert db.value("SELECT count(*) FROM delivery") == many + 5
    return time.process_time() - began


def test_four_times_the_deliveries_take_some_four_times_as_long(tmp_path):
    few, many = migrating(tmp_path / "few.db", 4_000), migrating(tmp_path / "many.db", 16_000)
    assert many < 9 * few, f"{few:.2f} s -> {many:.2f} s"


def test_every_column_that_points_at_deliveries_changes_or_names_is_indexed(old):
    with Database.open(old) as db:
        tables = [row["name"] for row in db.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
        pointing = [
            (table, row["from"])
            for table in tables
            for row in db.rows("SELECT * FROM pragma_foreign_key_list(?)", (table,))
            if row["table"] in ("delivery", "change", "named")
        ]
        assert ("delivery", "bundle_id") in pointing
        for table, column in pointing:
            (step,) = db.rows(f"EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = 7")
            assert step["detail"].startswith("SEARCH"), (table, column)
