"""Questions from people, in their own SQL: read-only by construction, limited in time, memory and rows. Never writes.

Each of these alone would keep a question from writing: the file is opened read-only, the connection refuses to write,
and an authorizer lets nothing pass but reading.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from storage import files, opening
from storage.engine import sqlite3
from storage.errors import StorageError, explain

MOST_BYTES = 10_000_000
"""The longest single value a question may make."""

MOST_MEMORY = 256 << 20
"""Bytes that SQLite may take in this process from the first question on. A limit of the library, for all connections of
the process: SQLite can lower it but not lift it again."""

_STEPS = 10_000
"""Virtual machine steps between two looks at the clock: less than a millisecond."""

# https://sqlite.org/c3ref/c_alter_table.html: the actions that only read.
_PRAGMA, _READ, _SELECT, _FUNCTION, _RECURSIVE = 19, 20, 21, 31, 33
_PRAGMAS = {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"}
_PRAGMAS |= {"data_version"}  # asked by FTS5 itself
_BARRED = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "fsdir"}
_OK, _DENY = 0, 1
_LIMIT_LENGTH = 0


class QueryError(StorageError):
    """The question cannot be answered: not SQL, not a question, or beyond the limits."""

    exit_code = 64


class Result(NamedTuple):
    """The columns' names, the rows, and whether there would have been more of them."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    truncated: bool


def query(path: str | os.PathLike[str], sql: str, *, limit: int = 1000, seconds: float = 5.0) -> Result:
    """Answer one SQL question.

    Args:
        path: of the database.
        sql: one statement that reads; best of the views in storage/README.md.
        limit: the most rows to return; 0 for all.
        seconds: the longest time to take.

    Raises:
        QueryError: not understood, not allowed, or beyond the limits; exit code 64.
        StorageError: the database cannot be read (errors.py).
    """
    place = Path(path).absolute()
    files.inspect(place)
    deadline = time.monotonic() + seconds
    try:
        with contextlib.closing(opening.connect(place, read_only=True)) as conn:
            _confine(conn, deadline)
            return _answer(conn, sql, limit)
    except sqlite3.DatabaseError as error:
        raise _refusal(error, place, time.monotonic() >= deadline, seconds) from error
    except (sqlite3.Error, sqlite3.Warning, ValueError) as error:
        raise QueryError(f"not a question that can be asked: {error}") from error
    except MemoryError as error:
        raise QueryError(f"the question needs more than {MOST_MEMORY >> 20} MB; ask for less at a time") from error


def _confine(conn: sqlite3.Connection, deadline: float) -> None:
    conn.execute("PRAGMA query_only=ON")
    conn.execute(f"PRAGMA hard_heap_limit={MOST_MEMORY}")
    set_limit: Callable[[int, int], int] | None = getattr(conn, "setlimit", None)  # pysqlite3 has none
    if set_limit is not None:
        set_limit(_LIMIT_LENGTH, MOST_BYTES)
    conn.set_authorizer(_allow)
    conn.set_progress_handler(lambda: int(time.monotonic() >= deadline), _STEPS)


def _allow(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action in (_READ, _SELECT, _RECURSIVE):
        return _OK
    if action == _FUNCTION:
        return _DENY if (second or "").lower() in _BARRED else _OK
    if action == _PRAGMA:
        return _OK if (first or "").lower() in _PRAGMAS else _DENY
    return _DENY


def _answer(conn: sqlite3.Connection, sql: str, limit: int) -> Result:
    cursor = conn.execute(sql)
    if cursor.description is None:
        raise QueryError("that is no question: nothing would come back; begin with SELECT")
    columns = tuple(str(column[0]) for column in cursor.description)
    rows: list[tuple[Any, ...]] = []
    for row in cursor:
        if limit and len(rows) == limit:
            return Result(columns, rows, truncated=True)
        if any(isinstance(value, str | bytes) and len(value) > MOST_BYTES for value in row):
            raise QueryError(f"a value of the answer is longer than {MOST_BYTES:,} characters")
        rows.append(row)
    return Result(columns, rows, truncated=False)


def _refusal(error: sqlite3.Error, path: Path, late: bool, seconds: float) -> StorageError:
    said = str(error)
    if "interrupted" in said:
        return QueryError(f"the question took longer than {seconds:g} s" if late else "the question was interrupted")
    if "not authorized" in said or "prohibited" in said or "readonly database" in said:
        return QueryError(f"only questions can be asked here, nothing can be changed: {said}")
    ours = explain(error, str(path))
    return ours if type(ours) is not StorageError else QueryError(f"not understood: {said}")
