"""The database as a file: what its header says before SQLite touches it, and how a new one comes into being whole."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from storage.errors import CorruptError, DiskError, MissingError, ReadOnlyError, StorageError

APPLICATION_ID = 0x636F6F70
"""`coop`, at offset 68 of the file (https://sqlite.org/fileformat.html, section 1.3)."""

_MAGIC = b"SQLite format 3\x00"


def exists(path: Path) -> bool:
    """Return whether there is anything at the path; a link that leads nowhere counts as something."""
    return os.path.lexists(path)


def identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode of the file, or None where there is none: another answer later means another file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def has_journal(path: Path) -> bool:
    """Return whether a write-ahead log or a rollback journal with something in it lies beside the file."""
    for suffix in ("-wal", "-journal"):
        try:
            if Path(f"{path}{suffix}").stat().st_size:
                return True
        except OSError:
            continue
    return False


def mark(path: Path) -> int:
    """Return the number that tells this database from others, as the file has it (offset 60, the user version)."""
    with path.open("rb") as file:
        return int.from_bytes(file.read(64)[60:64])


def inspect(path: Path) -> None:
    """Refuse a file that is not a whole database of ours, by its header alone and without changing anything.

    Raises:
        MissingError: nothing there.
        CorruptError: a folder or device, empty, not SQLite, another program's, or cut short.
        ReadOnlyError: we may not read it.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise CorruptError(f"{path}: not a file; name the database's file with --database")
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError as error:
        raise MissingError(
            f"{path}: no database there; run `coopwatch run` or `coopwatch crawl` to make one"
        ) from error
    except PermissionError as error:
        raise ReadOnlyError(f"{path}: may not be read by this user") from error
    except OSError as error:
        raise DiskError(f"{path}: {error.strerror}") from error
    fault = _fault(header, found.st_size, has_journal(path))
    if fault:
        raise CorruptError(f"{path}: {fault}")


def _fault(header: bytes, size: int, journal: bool) -> str | None:
    """Return what is wrong with a header (the first 100 bytes), in words that say what to do, or None."""
    restore = "keep it aside and put a backup in its place"
    if not size:
        return f"the file is empty; move it away to start afresh, or {restore}"
    if not header.startswith(_MAGIC):
        return f"not a SQLite database (or its beginning is damaged); name another file with --database, or {restore}"
    if len(header) < 100:
        return f"the file is cut short; {restore}"
    if int.from_bytes(header[68:72]) != APPLICATION_ID:
        return "a SQLite database, but of another program; name another file with --database"
    page_size = int.from_bytes(header[16:18]) or 1
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32])
    # A journal beside the file may hold what the file lacks; SQLite sorts that out.
    if not journal and size < pages * page_size:
        return f"the file is cut short ({size} bytes of {pages * page_size}); {restore}"
    return None


def create(path: Path, build: Callable[[Path], None]) -> None:
    """Make a new database at `path`, whole or not at all; where another process was quicker, its file stays.

    It is built under another name in the same folder and then linked in place, so that neither a crash nor a second
    process ever leaves or meets half a database.

    Args:
        path: where nothing is yet.
        build: fills the file it is given.

    Raises:
        MissingError: the folder is not there.
        ReadOnlyError, DiskError: the folder cannot be written.
    """
    draft: Path | None = None
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
        draft = Path(name)
        os.fchmod(handle, 0o666 & ~_umask())
        os.close(handle)
        build(draft)
        _put(draft, path)
        _sync(path.parent)
    except FileNotFoundError as error:
        raise MissingError(
            f"{path}: its folder does not exist; make it, or name another file with --database"
        ) from error
    except OSError as error:
        raise _explain(error, path) from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


def _put(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS) or exists(path):
            raise
        draft.rename(path)  # a file system without links


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _explain(error: OSError, path: Path) -> StorageError:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return ReadOnlyError(f"{path}: its folder may not be written by this user; name another file with --database")
    return DiskError(f"{path}: {error.strerror}; make room, or look at the system's log")
