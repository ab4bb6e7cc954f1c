"""One instance per database: an advisory lock on a file beside it, which the kernel lets go when its holder ends.

The file stays where it is: to remove it would let two processes hold locks on two files of one name.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


class AlreadyRunningError(Exception):
    """Another process holds the lock; the message names it as far as it can be known."""

    exit_code = 75


class LockFileError(Exception):
    """The lock file cannot be made or opened."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@contextmanager
def hold(database: str | os.PathLike[str], verb: str, now: datetime) -> Iterator[Path]:
    """Hold the lock of a database for the length of the block.

    Args:
        database: path of the database; the lock is `PATH.lock` beside the file that the path leads to.
        verb: what this process does, for the one who finds the lock taken.
        now: aware; likewise.

    Raises:
        AlreadyRunningError: another process holds it.
        LockFileError: the file cannot be opened for writing.
    """
    path = lock_path(database)
    try:
        # Close-on-exec: a child that outlived us must not keep the lock.
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as error:
        code = 77 if isinstance(error, PermissionError) or error.errno == 30 else 74
        raise LockFileError(f"{path}: the lock file cannot be opened: {error.strerror}", code) from None
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(_refusal(str(database), _signature(os.pread(file, 200, 0)))) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} {verb} {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode(), 0)
        yield path
    finally:
        os.close(file)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock: what it does, its process id, and since when (ISO 8601, UTC)."""

    verb: str
    pid: int
    since: str


def holder(database: str | os.PathLike[str]) -> Holder | None:
    """Return who holds the lock of a database now, or None. Takes no lock itself, so it is in nobody's way (Linux)."""
    path = lock_path(database)
    try:
        signed = _signature(path.read_bytes()[:200])
        inode = path.stat().st_ino
    except OSError:
        return None
    return signed if signed is not None and signed.pid in _lock_owners("FLOCK", {inode}) else None


def holders(database: str | os.PathLike[str]) -> tuple[int, ...]:
    """Return the other processes that hold a lock of SQLite's on a database, as far as the system tells (Linux).

    Read from /proc/locks: to open the file itself and ask would, by the rules of POSIX locks, drop our own on closing.
    """
    inodes = set()
    for suffix in ("", "-shm", "-journal"):
        with suppress(OSError):
            inodes.add(Path(f"{database}{suffix}").stat().st_ino)
    return tuple(sorted(_lock_owners("POSIX", inodes) - {os.getpid()}))


def lock_path(database: str | os.PathLike[str]) -> Path:
    """Return the lock file of a database: beside the file that its path leads to."""
    return Path(f"{os.path.realpath(database)}.lock")


def _lock_owners(kind: str, inodes: set[int]) -> set[int]:
    """Return the processes that hold an exclusive lock of a kind (POSIX, FLOCK) on files of these inodes."""
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii", errors="replace")
    except OSError:
        return set()
    # 1: POSIX  ADVISORY  WRITE 1234 08:01:5678 120 120
    found = re.findall(rf"{kind} +\w+ +WRITE (\d+) \w+:\w+:(\d+) ", lines)
    return {int(pid) for pid, inode in found if int(inode) in inodes}


def _signature(content: bytes) -> Holder | None:
    match = re.fullmatch(r"(\d{1,10}) ([a-z]+) (\S+)\n", content.decode("ascii", "replace"))
    return Holder(match[2], int(match[1]), match[3]) if match else None


def _refusal(database: str, signed: Holder | None) -> str:
    if signed is None:  # its holder has taken it this very moment and not yet signed it
        return f"{database}: another coopwatch is using it"
    who = f"`coopwatch {signed.verb}`, process {signed.pid}, since {signed.since}"
    return f"{database}: another coopwatch is using it: {who}"
