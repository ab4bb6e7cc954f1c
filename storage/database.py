"""The only connection and the only transaction. Not here: tables (migrations.py) or what is asked of them.

Reading and writing wait for each other on one lock, so threads may share a Database; a transaction holds the lock from
BEGIN IMMEDIATE to COMMIT. Values only: no method hands out a row object or a cursor that outlives the call.
The errors stand as a picture at the top of errors.py.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from storage import files, opening
from storage.engine import sqlite3
from storage.errors import (
    CorruptError,
    DiskError,
    LockedError,
    MissingError,
    NewerError,
    OlderError,
    ReadOnlyError,
    RefusedError,
    StorageError,
    explain,
)

__all__ = [
    "CorruptError",
    "Database",
    "DiskError",
    "LockedError",
    "MissingError",
    "NewerError",
    "ReadOnlyError",
    "RefusedError",
    "StorageError",
]

Params = Sequence[Any] | dict[str, Any]


class Database:
    """One open database. Make it with `Database.open`; use it as a context manager, or call `close`.

    `path` is absolute; `journal_mode` is `wal` or, on a SQLite that could damage a file in that mode, `delete`;
    `sqlite_version` is that of the library in use.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        """Connect; `open` is the way in, since it looks at the file first."""
        self.path = path
        self.read_only = read_only
        self.sqlite_version: str = sqlite3.sqlite_version
        self.journal_mode = ""
        self._lock = threading.RLock()
        self._inside = False
        self._doomed = False
        self._broken = False
        self._conn = self._connect()

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, create: bool = True, read_only: bool = False) -> Database:
        """Open the database at `path`, bringing its schema up to date.

        Args:
            path: of the file; its folder must exist.
            create: make the database where there is none (whole, or not at all).
            read_only: never write, not even the schema.

        Raises:
            StorageError: the member of the tree in errors.py that fits; the file is left as it was.
        """
        place = Path(path).absolute()
        if create and not read_only and not files.exists(place):
            files.create(place, opening.build)
        files.inspect(place)
        if not read_only and files.has_journal(place):
            opening.look(place)
        database = cls(place, read_only=read_only)
        try:
            database._settle()
        except BaseException:
            database.close()
            raise
        return database

    def _connect(self) -> sqlite3.Connection:
        self._identity = files.identity(self.path)
        with self._mapped():
            return opening.connect(self.path, read_only=self.read_only)

    def _settle(self) -> None:
        """Refuse what is not ours to touch; then bring the schema up to date and choose the journal."""
        with self._mapped():
            opening.refuse_newer(self._conn, self.path)
            behind = opening.is_behind(self._conn)
            if self.read_only and behind:
                raise OlderError(
                    f"{self.path}: the database is of an older coopwatch and was opened for reading only; "
                    "run `coopwatch status` once as a user who may write it"
                )
            if not self.read_only:
                opening.refuse_damaged(self._conn, self.path)
                if behind:
                    with self.transaction():
                        opening.migrate(self._conn)
                opening.choose_journal(self._conn)
            self.journal_mode = opening.journal_mode(self._conn)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Turn SQLite's errors into ours; a connection that met a failing disk is not used again."""
        try:
            yield
        except sqlite3.Error as error:
            ours = explain(error, str(self.path))
            self._broken = self._broken or isinstance(ours, DiskError | CorruptError)
            raise ours from error
        except UnicodeEncodeError as error:
            raise RefusedError(f"{self.path}: a text with half a character cannot be stored or asked for") from error
        except OverflowError as error:
            raise RefusedError(f"{self.path}: a number too large to be stored or asked for") from error

    def _ready(self) -> sqlite3.Connection:
        """Return the connection; a new one where the last met a failing disk."""
        if self._broken and not self._inside:
            self._conn.close()
            files.inspect(self.path)
            self._conn = self._connect()
            self._broken = False
        return self._conn

    @contextmanager
    def transaction(self) -> Iterator[Self]:
        """Hold the database for one unit of work: BEGIN IMMEDIATE, then COMMIT, or ROLLBACK where anything was raised.

        A transaction within one is part of it; where the inner one fails, the outer one cannot be committed either.

        Raises:
            StorageError: locked, not writable, disk full or the file gone (errors.py); nothing of the unit is stored.
        """
        with self._lock:
            if self._inside:
                try:
                    yield self
                except BaseException:
                    self._doomed = True
                    raise
                return
            if self._identity != files.identity(self.path):
                raise DiskError(f"{self.path}: the file was moved, deleted or replaced while open; restart coopwatch")
            with self._mapped():
                self._ready().execute("BEGIN IMMEDIATE")
            self._inside, self._doomed = True, False
            try:
                yield self
                if self._doomed:
                    raise StorageError(f"{self.path}: a part of this unit of work failed; nothing of it was stored")
                with self._mapped():
                    self._conn.execute("COMMIT")
            finally:
                self._inside = False
                self._roll_back()

    def _roll_back(self) -> None:
        """Undo what was not committed; some errors have made SQLite do so already."""
        if self._conn.in_transaction:
            try:
                self._conn.execute("ROLLBACK")
            except sqlite3.Error:
                self._broken = True

    def execute(self, sql: str, params: Params = ()) -> int:
        """Run one statement inside a transaction and return how many rows it changed.

        Raises:
            RuntimeError: called outside `transaction()`.
            StorageError: see errors.py.
        """
        return int(self._write(sql, params).rowcount)

    def insert(self, table: str, values: dict[str, Any], *, verb: str = "INSERT") -> int:
        """Insert one row inside a transaction and return its id.

        Args:
            table: its name; like the columns' names, from our own code only.
            values: by column.
            verb: another one, e.g. `INSERT OR IGNORE` or `INSERT OR REPLACE`.
        """
        sql = f"{verb} INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
        return int(self._write(sql, tuple(values.values())).lastrowid or 0)

    def _write(self, sql: str, params: Params) -> sqlite3.Cursor:
        with self._lock:
            if not self._inside:
                raise RuntimeError("writing needs a transaction: `with db.transaction():`")
            with self._mapped():
                return self._conn.execute(sql, params)

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """Return all rows of a question, each by column name."""
        with self._lock, self._mapped():
            cursor = self._ready().execute(sql, params)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def tuples(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a question as they come: where there are thousands, names would cost most of the time."""
        with self._lock, self._mapped():
            return self._ready().execute(sql, params).fetchall()

    def row(self, sql: str, params: Params = ()) -> dict[str, Any] | None:
        """Return the first row of a question, or None."""
        with self._lock, self._mapped():
            cursor = self._ready().execute(sql, params)
            row = cursor.fetchone()
            names = [column[0] for column in cursor.description or ()]
            cursor.close()
            return None if row is None else dict(zip(names, row, strict=True))

    def value(self, sql: str, params: Params = ()) -> Any:
        """Return the first column of the first row, or None."""
        row = self.row(sql, params)
        return None if row is None else next(iter(row.values()))

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open; False after each unit of work."""
        return bool(self._conn.in_transaction)

    def check(self) -> list[str]:
        """Return what SQLite's quick check finds wrong with the file, at most ten faults; an empty list is good."""
        with self._lock, self._mapped():
            return opening.faults(self._ready())

    def close(self) -> None:
        """Close the connection; closing twice does no harm."""
        with self._lock:
            self._conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
