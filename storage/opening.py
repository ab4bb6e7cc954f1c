"""How a database file becomes a connection with the right settings, journal and schema. Raises SQLite's own errors.

Not here: the file seen from outside (files.py), transactions and our errors (database.py).
"""

from __future__ import annotations

import secrets
from pathlib import Path

from sqlite_utils import Database as SqliteDatabase

from storage import files
from storage.engine import VERSION, sqlite3, wal_is_safe
from storage.errors import CorruptError, NewerError, ReadOnlyError, explain
from storage.migrations import MIGRATIONS

PRAGMAS = (
    "PRAGMA synchronous=FULL",  # with NORMAL a power cut loses acknowledged commits, 772 of 2,802 simulated ones
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",  # a schema somebody slipped in may not call functions with side effects
    "PRAGMA cell_size_check=ON",  # damage is noticed where it is, not pages later
    "PRAGMA wal_autocheckpoint=1000",
    "PRAGMA journal_size_limit=67108864",  # bytes: a log grown behind a long reader shrinks again
    "PRAGMA mmap_size=0",  # a failing disk is an error, not a signal
)
"""RELIABILITY.md, section 4."""

BUSY_SECONDS = 10.0
"""How long to wait for another process before giving up."""

CHECKED_SIZE = 32 << 20
"""Files of up to so many bytes are checked whole when opened for writing, which takes 1 ms a megabyte."""


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a connection to a file that is there; each statement commits by itself until BEGIN says otherwise.

    Args:
        path: of the file, absolute.
        read_only: never write to it.
    """
    try:
        return _connect(path, "ro" if read_only else "rw")
    except sqlite3.OperationalError as error:
        barred = isinstance(explain(error, str(path)), ReadOnlyError)
        if not (read_only and barred) or files.has_journal(path):
            raise
    # A database in WAL mode that was closed cleanly, in a folder we may not write: there is no other way in.
    return _connect(path, "ro&immutable=1")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    conn = sqlite3.connect(
        f"{path.as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        for pragma in PRAGMAS:
            conn.execute(pragma)
        conn.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()  # SQLite opens the file no sooner
    except BaseException:
        conn.close()
        raise
    return conn


def refuse_newer(conn: sqlite3.Connection, path: Path) -> None:
    """Refuse a database with a step in its schema that this coopwatch does not know.

    Other views are no reason: ours are made in their place, and what they show has a step of its own.

    Raises:
        NewerError: names the steps.
    """
    ours = {step.name for step in MIGRATIONS.pending(SqliteDatabase(memory=True, execute_plugins=False))}
    done = {row[0] for row in conn.execute("SELECT name FROM _sqlite_migrations")}
    unknown = {name for name in done - ours if not name.startswith("views_")}
    if unknown:
        raise NewerError(
            f"{path}: the database is newer than this coopwatch (it has {', '.join(sorted(unknown))}); "
            "install the newer coopwatch, or name another file with --database"
        )


def faults(conn: sqlite3.Connection) -> list[str]:
    """Return what SQLite's quick check finds wrong, at most ten faults; an empty list is good."""
    try:
        found = [str(row[0]) for row in conn.execute("PRAGMA quick_check(10)")]
    except sqlite3.DatabaseError as error:
        if not isinstance(explain(error, ""), CorruptError):
            raise
        return [str(error)]
    return [] if found == ["ok"] else found


def refuse_damaged(conn: sqlite3.Connection, path: Path) -> None:
    """Refuse a database of up to `CHECKED_SIZE` bytes in which the quick check finds anything wrong.

    Raises:
        CorruptError: names the first fault.
    """
    found = faults(conn) if path.stat().st_size <= CHECKED_SIZE else []
    if found:
        raise CorruptError(f"{path}: {found[0]}; keep the file aside and put a backup in its place")


def look(path: Path) -> None:
    """Look at a database with a write-ahead log beside it before anything can be written into it.

    The log may be another database's, left there by a restore: SQLite cannot tell. A connection that may write works it
    in, at the latest when it closes; one that may only read cannot.

    Raises:
        CorruptError: the log is another database's, or together they are no whole one.
    """
    try:
        conn = _connect(path, "ro")
    except sqlite3.Error:
        return  # a rollback journal to be played back, or no right to read it so: what opens it to write will tell
    try:
        if conn.execute("PRAGMA user_version").fetchone()[0] != files.mark(path):
            raise CorruptError(
                f"{path}: the write-ahead log beside it is another database's; move {path.name}-wal away"
            )
        refuse_damaged(conn, path)
    finally:
        conn.close()


def is_behind(conn: sqlite3.Connection) -> bool:
    """Return whether steps of the schema are still to be done; takes no lock."""
    return bool(MIGRATIONS.pending(SqliteDatabase(conn, execute_plugins=False)))


def migrate(conn: sqlite3.Connection) -> None:
    """Do the steps of the schema that are still to be done, in the transaction that is open: all of them or none."""
    MIGRATIONS.apply(SqliteDatabase(conn, execute_plugins=False))


def choose_journal(conn: sqlite3.Connection) -> None:
    """Put the database in WAL mode, or out of it on a SQLite that can damage it there."""
    wanted = "wal" if wal_is_safe(VERSION) else "delete"
    if journal_mode(conn) != wanted:
        conn.execute(f"PRAGMA journal_mode={wanted}")


def journal_mode(conn: sqlite3.Connection) -> str:
    """Return the mode the database is in: `wal`, or `delete` for the rollback journal."""
    return str(conn.execute("PRAGMA journal_mode").fetchone()[0])


def build(path: Path) -> None:
    """Make a whole new database in an empty file that nobody else knows of yet (see files.create).

    Raises:
        StorageError: the disk is full or fails.
    """
    try:
        conn = _connect(path, "rw")
        try:
            conn.execute(f"PRAGMA application_id={files.APPLICATION_ID}")
            conn.execute(
                f"PRAGMA user_version={secrets.randbelow(0x7FFFFFFE) + 1}"
            )  # this database's own mark, see `look`
            conn.execute("BEGIN IMMEDIATE")
            migrate(conn)
            conn.execute("COMMIT")
            choose_journal(conn)
        finally:
            conn.close()
    except sqlite3.Error as error:
        raise explain(error, str(path)) from error
