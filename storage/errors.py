"""What can go wrong with the database, as one tree, and the exit code each deserves. Not here: faults of the network.

    StorageError            70  anything SQLite says that we did not foresee
    + LockedError           75  another process holds the database; try again later
    + MissingError          65  no database at that place, and none was to be made
    + CorruptError          65  the file is damaged, cut short, or not a database of coopwatch
    + NewerError            65  a newer coopwatch wrote it
    + ReadOnlyError         77  the file or its folder may not be written
      + OlderError          77  it is an older coopwatch's, and opening it to read cannot bring it up to date
    + DiskError             74  the disk is full or fails, or the file was moved away
    + RefusedError          65  a value that must not be stored: control characters, half characters, over-long titles

The exit codes follow sysexits.h. Every message names the file and what to do.
"""

from __future__ import annotations

from typing import ClassVar

from storage.engine import sqlite3


class StorageError(Exception):
    """The database could not do what was asked; nothing was changed by the unit of work that failed."""

    exit_code: ClassVar[int] = 70


class LockedError(StorageError):
    """Another process holds the database for longer than we wait."""

    exit_code = 75


class MissingError(StorageError):
    """There is no database at the path."""

    exit_code = 65


class CorruptError(StorageError):
    """The file is damaged, cut short, empty, or was made by another program."""

    exit_code = 65


class NewerError(StorageError):
    """The database was written by a newer coopwatch than this one."""

    exit_code = 65


class ReadOnlyError(StorageError):
    """The file, or the folder that must hold its journal, may not be written by us."""

    exit_code = 77


class OlderError(ReadOnlyError):
    """The database is of an older coopwatch and was opened for reading only, so it cannot be brought up to date."""


class DiskError(StorageError):
    """The disk is full or fails, or the file is no longer where it was opened."""

    exit_code = 74


class RefusedError(StorageError, ValueError):
    """A value that must not be stored as it is; whoever made it has to clean it first."""

    exit_code = 65


# What SQLite says, as the beginning of its message, for the sqlite3 modules that give no result code.
_SAID = (
    (("database is locked", "database table is locked", "database schema is locked"), LockedError),
    (("file is not a database", "database disk image is malformed", "malformed database schema"), CorruptError),
    (("attempt to write a readonly database", "unable to open database file"), ReadOnlyError),
    (("database or disk is full", "disk I/O error", "large file support is disabled"), DiskError),
)
# https://sqlite.org/rescode.html: primary result codes.
_CODES: dict[int, type[StorageError]] = {
    3: ReadOnlyError,
    5: LockedError,
    6: LockedError,
    8: ReadOnlyError,
    10: DiskError,
    11: CorruptError,
    13: DiskError,
    14: ReadOnlyError,
    26: CorruptError,
}
_ADVICE = {
    LockedError: "another process holds it; wait for it to end, or find it with `coopwatch status`",
    CorruptError: "it is damaged: keep it aside and put a backup in its place",
    ReadOnlyError: "it, or its folder, may not be written; give this user that right, or name another with --database",
    DiskError: "the disk is full or fails; make room, or look at the system's log",
}


def explain(error: sqlite3.Error, path: str) -> StorageError:
    """Return the error of our tree for one of SQLite's.

    Args:
        error: as the sqlite3 module raised it.
        path: of the database, for the message.
    """
    said = str(error)
    kind = _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if kind is None:
        kind = next((kind for starts, kind in _SAID if said.startswith(starts)), StorageError)
    advice = _ADVICE.get(kind, "this is a fault in coopwatch; please report it")
    return kind(f"{path}: {said}; {advice}")
