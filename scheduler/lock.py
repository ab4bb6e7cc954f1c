"""One instance per database: an advisory lock on a file beside it, which the kernel lets go when its holder ends.

The file stays where it is: to remove it would let two processes hold locks on two files of one name.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
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
    path = Path(f"{os.path.realpath(database)}.lock")
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
            raise AlreadyRunningError(_refusal(str(database), os.pread(file, 200, 0))) from None
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} {verb} {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode(), 0)
        yield path
    finally:
        os.close(file)


def _refusal(database: str, content: bytes) -> str:
    match = re.fullmatch(r"(\d+) ([a-z]+) (\S+)\n", content.decode("ascii", "replace"))
    if match is None:  # its holder has taken it this very moment and not yet signed it
        return f"{database}: another coopwatch is using it"
    pid, verb, since = match.groups()
    return f"{database}: another coopwatch is using it: `coopwatch {verb}`, process {pid}, since {since}"


def holders(database: str | os.PathLike[str]) -> tuple[int, ...]:
    """Return the processes that hold a lock of SQLite's on a database, as far as the system tells (Linux).

    Read from /proc/locks: to open the file itself and ask would, by the rules of POSIX locks, drop our own on closing.
    """
    inodes = set()
    for suffix in ("", "-shm", "-journal"):
        try:
            inodes.add(os.stat(f"{database}{suffix}").st_ino)
        except OSError:
            continue
    try:
        lines = Path("/proc/locks").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ()
    # 1: POSIX  ADVISORY  WRITE 1234 08:01:5678 120 120
    found = re.findall(r"POSIX +\w+ +WRITE (\d+) \w+:\w+:(\d+) ", "\n".join(lines))
    return tuple(sorted({int(pid) for pid, inode in found if int(inode) in inodes and int(pid) != os.getpid()}))
