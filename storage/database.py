"""The only connection and the only transaction. Not here: tables (migrations.py) or what is asked of them.

Reading and writing wait for each other on one lock, so threads may share a Database; a transaction holds the lock from
BEGIN IMMEDIATE to COMMIT. Values only: no method hands out a row object or a cursor that outlives the call.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlite_utils import Database as SqliteDatabase

from storage import files
from storage.engine import VERSION, sqlite3, wal_is_safe
from storage.errors import CorruptError, DiskError, LockedError, NewerError, ReadOnlyError, StorageError, explain
from storage.migrations import MIGRATIONS

__all__ = [
    "CorruptError",
    "Database",
    "DiskError",
    "LockedError",
    "NewerError",
    "ReadOnlyError",
    "StorageError",
    "wal_is_safe",
]

Params = Sequence[Any] | dict[str, Any]

# RELIABILITY.md section 4, and why: FULL, because with NORMAL a power cut loses acknowledged commits (1, fact 3).
PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA wal_autocheckpoint=1000",
    "PRAGMA journal_size_limit=67108864",
    "PRAGMA mmap_size=0",
)
BUSY_SECONDS = 10.0
CHECKED_SIZE = 32 << 20
"""Files up to this many bytes are checked whole when opened for writing (about 1 ms a megabyte); `check()` does any size."""


class Database:
    """One open database. Make it with `Database.open`; use it as a context manager, or call `close`."""

    def __init__(self, path: Path, *, read_only: bool) -> None:
        """Connect; `open` is the way in, since it looks at the file first."""
        self.path = path
        self.read_only = read_only
        self.sqlite_version = sqlite3.sqlite_version
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
        if not files.exists(place) and create and not read_only:
            files.create(place, _build)
        files.inspect(place)
        database = cls(place, read_only=read_only)
        try:
            database._settle()
        except BaseException:
            database.close()
            raise
        return database

    def _connect(self) -> sqlite3.Connection:
        try:
            conn = _connect(self.path, "ro" if self.read_only else "rw")
            if self.read_only and not files.can_read(conn) and not files.has_journal(self.path):
                # A WAL database that was closed cleanly in a folder we may not write cannot be opened otherwise.
                conn.close()
                conn = _connect(self.path, "ro&immutable=1")
        except sqlite3.Error as error:
            raise explain(error, str(self.path)) from error
        self._identity = files.identity(self.path)
        return conn

    def _settle(self) -> None:
        """Refuse what is not ours to touch, then migrate and choose the journal."""
        with self._mapped():
            self._refuse()
            if not self.read_only:
                self._migrate()
                _choose_journal(self._conn)
            self.journal_mode = str(self._conn.execute("PRAGMA journal_mode").fetchone()[0])

    def _refuse(self) -> None:
        applied = {row[0] for row in self._conn.execute("SELECT name FROM _sqlite_migrations")}
        unknown = applied - {step.name for step in MIGRATIONS.pending(_EMPTY)}
        if unknown:
            raise NewerError(
                f"{self.path}: the database is newer than this coopwatch (it has {', '.join(sorted(unknown))}); "
                "install the newer coopwatch, or name another file with --database"
            )
        if self.read_only and MIGRATIONS.pending(SqliteDatabase(self._conn, execute_plugins=False)):
            raise ReadOnlyError(
                f"{self.path}: the database is of an older coopwatch and was opened for reading only; "
                "run `coopwatch status` as a user who may write it, once, to bring it up to date"
            )
        if not self.read_only and self.path.stat().st_size <= CHECKED_SIZE:
            self._raise_if_damaged()

    def _raise_if_damaged(self) -> None:
        faults = self.check()
        if faults:
            raise CorruptError(f"{self.path}: {faults[0]}; keep the file aside and put a backup in its place")

    def _migrate(self) -> None:
        tables = SqliteDatabase(self._conn, execute_plugins=False)
        if MIGRATIONS.pending(tables):
            with self.transaction():
                MIGRATIONS.apply(tables)

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Turn SQLite's errors into ours; a connection that met a failing disk is not used again."""
        try:
            yield
        except sqlite3.Error as error:
            ours = explain(error, str(self.path))
            self._broken = self._broken or isinstance(ours, (DiskError, CorruptError))
            raise ours from error

    def _ready(self) -> sqlite3.Connection:
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
            LockedError, ReadOnlyError, DiskError, CorruptError: see errors.py; nothing of the unit is stored.
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
                    self._conn.execute("COMMIT")
                finally:
                    self._inside = False
                    self._leave()

    def _leave(self) -> None:
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
        with self._lock:
            if not self._inside:
                raise RuntimeError("writing needs a transaction: `with db.transaction():`")
            with self._mapped():
                return int(self._conn.execute(sql, params).rowcount)

    def insert(self, table: str, values: dict[str, Any], *, instead: str = "INSERT") -> int:
        """Insert one row inside a transaction and return its id.

        Args:
            table: its name, from our own code only.
            values: by column, the names from our own code only.
            instead: another verb, e.g. `INSERT OR IGNORE` or `INSERT OR REPLACE`.
        """
        sql = f"{instead} INTO {table} ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})"
        with self._lock:
            if not self._inside:
                raise RuntimeError("writing needs a transaction: `with db.transaction():`")
            with self._mapped():
                return int(self._conn.execute(sql, tuple(values.values())).lastrowid or 0)

    def rows(self, sql: str, params: Params = ()) -> list[dict[str, Any]]:
        """Return all rows of a question, each by column name."""
        with self._lock, self._mapped():
            cursor = self._ready().execute(sql, params)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

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
        """Whether the connection has a transaction open; False after each unit of work."""
        return bool(self._conn.in_transaction)

    def check(self) -> list[str]:
        """Return what SQLite's quick check finds wrong with the file, at most ten faults; an empty list is good."""
        try:
            found = [str(row["quick_check"]) for row in self.rows("PRAGMA quick_check(10)")]
        except CorruptError as error:
            return [str(error.__cause__ or error)]
        return [] if found == ["ok"] else found

    def close(self) -> None:
        """Close the connection; closing twice does no harm."""
        with self._lock:
            self._conn.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_EMPTY = SqliteDatabase(memory=True, execute_plugins=False)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    conn = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in PRAGMAS:
            conn.execute(pragma)
    except BaseException:
        conn.close()
        raise
    return conn


def _choose_journal(conn: sqlite3.Connection) -> None:
    """Put the database in WAL mode, or out of it on a SQLite that can damage it there."""
    wanted = "wal" if wal_is_safe(VERSION) else "delete"
    now = conn.execute("PRAGMA journal_mode").fetchone()[0]
    if now != wanted:
        conn.execute(f"PRAGMA journal_mode={wanted}")


def _build(path: Path) -> None:
    """Make a whole new database at `path`, a file nobody else knows of yet."""
    conn = sqlite3.connect(str(path), isolation_level=None)
    try:
        for pragma in PRAGMAS:
            conn.execute(pragma)
        conn.execute(f"PRAGMA application_id={files.APPLICATION_ID}")
        conn.execute("BEGIN IMMEDIATE")
        MIGRATIONS.apply(SqliteDatabase(conn, execute_plugins=False))
        conn.execute("COMMIT")
        _choose_journal(conn)
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error
    finally:
        conn.close()
