import hashlib
import time

import pytest

from storage.database import CorruptError, Database, MissingError
from storage.releases import record
from storage.sql import QueryError, query

ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"


@pytest.fixture
def kept(path, make, thought, nobody, now):
    with Database.open(path) as db:
        for number in range(5):
            record(db, make(number), thought, now, route=nobody)
    return path


def test_a_question_is_answered_with_columns_and_rows(kept):
    found = query(kept, "SELECT id, key FROM releases ORDER BY id LIMIT 2")
    assert found.columns == ("id", "key")
    assert found.rows == [(1, "example.test/0"), (2, "example.test/1")]
    assert not found.truncated


def test_more_rows_than_asked_for_are_left_out_and_that_is_said(kept):
    assert query(kept, "SELECT id FROM releases", limit=2).truncated
    assert len(query(kept, "SELECT id FROM releases", limit=2).rows) == 2
    assert not query(kept, "SELECT id FROM releases", limit=5).truncated
    assert len(query(kept, "SELECT id FROM releases", limit=0).rows) == 5


@pytest.mark.parametrize(
    "question",
    [
        "INSERT INTO source (name) VALUES ('x')",
        "DELETE FROM release",
        "UPDATE release SET key = 'x' RETURNING id",
        "DROP TABLE release",
        "CREATE TABLE x (y)",
        "CREATE TEMP TABLE x (y)",
        "ATTACH ':memory:' AS x",
        "VACUUM INTO 'copy.db'",
        "PRAGMA user_version = 3",
        "PRAGMA writable_schema = ON",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = DELETE",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('x')",
        "BEGIN",
        "COMMIT",
        "ANALYZE",
        "REINDEX",
        "SELECT 1; DROP TABLE release",
    ],
)
def test_nothing_but_questions_passes(kept, question):
    before = hashlib.sha256(kept.read_bytes()).digest()
    with pytest.raises(QueryError) as caught:
        query(kept, question)
    assert caught.value.exit_code == 64
    assert hashlib.sha256(kept.read_bytes()).digest() == before


@pytest.mark.parametrize(
    "question", ["", "  ", "-- nothing", "SELEC 1", "SELECT nothing FROM nowhere", "a\x00b", "\ud800", "SELECT ?"]
)
def test_what_is_no_question_is_said_to_be_none(kept, question):
    with pytest.raises(QueryError):
        query(kept, question)


@pytest.mark.parametrize(
    "question",
    [
        ENDLESS,
        "SELECT count(*) FROM sqlite_master a, sqlite_master b, sqlite_master c, sqlite_master d, sqlite_master e",
    ],
)
def test_a_question_without_end_is_stopped_in_time(kept, question):
    started = time.monotonic()
    with pytest.raises(QueryError, match="longer than"):
        query(kept, question, seconds=0.2)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "question",
    [
        "SELECT zeroblob(900000000)",
        "SELECT replace(hex(zeroblob(100000000)), '0', 'aaaa')",
        "SELECT printf('%.*c', 900000000, 'x')",
        "SELECT zeroblob(20000000)",
    ],
)
def test_a_question_for_too_much_memory_is_stopped(kept, question):
    with pytest.raises(QueryError):
        query(kept, question)


@pytest.mark.parametrize(
    "question",
    ["PRAGMA table_info(releases)", "EXPLAIN QUERY PLAN SELECT * FROM releases", "SELECT value FROM json_each('[1]')"],
)
def test_what_only_reads_is_allowed(kept, question):
    assert query(kept, question).rows


def test_it_can_be_asked_while_the_service_writes(kept, make, thought, nobody, now):
    with Database.open(kept) as db, db.transaction():
        record(db, make(9), thought, now, route=nobody)
        assert query(kept, "SELECT count(*) FROM releases").rows == [(5,)]


def test_a_database_that_is_not_there_or_not_one_is_an_error_of_its_own(tmp_path):
    with pytest.raises(MissingError):
        query(tmp_path / "nothing.db", "SELECT 1")
    (tmp_path / "noise.db").write_text("noise")
    with pytest.raises(CorruptError):
        query(tmp_path / "noise.db", "SELECT 1")
