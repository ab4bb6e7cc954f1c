"""The SQLite this house runs on, in one place: whichever sqlite-utils uses, `pysqlite3` where it is installed.

Never `import sqlite3` beside it: its error classes are others and would not be caught, and two SQLite libraries with
one file open in one process drop each other's locks (https://sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

from sqlite_utils.utils import sqlite3  # type: ignore[attr-defined]

__all__ = ["VERSION", "sqlite3", "wal_is_safe"]

VERSION: tuple[int, ...] = sqlite3.sqlite_version_info


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Return whether a SQLite is free of the WAL-reset bug (sqlite.org/wal.html): 3.51.3 or a repaired branch."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
