"""Measures what the doctor judges: versions, disk, clock, file and contents of the database. Changes nothing at all.

The rules are in symptoms.py. Every measurement that fails is itself a symptom; nothing here raises.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scheduler import lock, symptoms
from scheduler.symptoms import FAULT, FINE, WARNING, Symptom
from scheduler.trouble_words import CLASSES, advice, class_of
from storage import files, opening
from storage.database import Database
from storage.engine import VERSION
from storage.errors import LockedError, MissingError, OlderError, StorageError

if TYPE_CHECKING:
    from scheduler.config import Config

ZONES = ("Asia/Hong_Kong", "Asia/Macau", "Asia/Shanghai")
LOOKS, BETWEEN = 5, 0.2
"""So often, and after so many seconds, another process must be found writing until it counts as in the way."""


def machine(now: datetime) -> Iterator[Symptom]:
    """Examine what needs neither configuration nor database: versions and time zones."""
    import pyexpat

    from lxml import etree

    expat = tuple(int(part) for part in pyexpat.EXPAT_VERSION.removeprefix("expat_").split("."))
    yield from symptoms.versions(sys.version_info[:3], VERSION, expat, etree.LXML_VERSION[:3])
    yield from symptoms.zones({name: _offset(name, now) for name in ZONES})


def _offset(name: str, now: datetime) -> timedelta | None:
    try:
        return now.astimezone(ZoneInfo(name)).utcoffset()
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return None


def place(path: Path) -> Iterator[Symptom]:
    """Examine the disk and the folder of a database."""
    folder = path.absolute().parent
    try:
        found = os.statvfs(folder)
    except OSError as error:
        yield Symptom("disk", FAULT, f"{folder}: {error.strerror}", "make the folder, or name another with --database")
        return
    inodes = found.f_favail if found.f_files else None
    writable = os.access(folder, os.W_OK | os.X_OK) and not found.f_flag & os.ST_RDONLY
    yield from symptoms.disk(str(folder), found.f_bavail * found.f_frsize, inodes, _file_system(folder), writable)


def _file_system(folder: Path) -> str | None:
    """Return the kind of file system that a folder is on (Linux), or None."""
    best, kind = "", None
    with suppress(OSError):
        for line in Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace").splitlines():
            _, at, name, *_ = line.split(" ")
            if len(at) >= len(best) and folder.resolve().is_relative_to(at):
                best, kind = at, name
    return kind


def database(path: Path) -> Iterator[Symptom]:
    """Examine a database's file, from outside and from within."""
    holder = lock.holder(path)
    yield from _instance(path, holder)
    yield from _shape(path, holder)
    with suppress(OSError):
        yield from symptoms.log_size(Path(f"{path}-wal").stat().st_size)
    if files.exists(path) and (others := _writers(path, holder)):
        pids = ", ".join(map(str, others))
        yield Symptom("database", FAULT, f"{path} is locked by process {pids}", "let it end its work, or end it")


def _instance(path: Path, holder: lock.Holder | None) -> Iterator[Symptom]:
    if holder is not None:
        said = f"`coopwatch {holder.verb}` is process {holder.pid}, since {holder.since}"
        yield Symptom("instance", FINE, said)
        if _has_lost(path, holder.pid):
            said = f"process {holder.pid} has another file open than the one at {path}: it was moved or replaced"
            yield Symptom("database", FAULT, said, "end that process, put the right file in its place, and start anew")
    else:
        yield Symptom("instance", WARNING, "no coopwatch is watching now", "start `coopwatch run`")
    locked = lock.lock_path(path)
    if locked.exists() and not os.access(locked, os.W_OK):
        yield Symptom("instance", FAULT, f"{locked} may not be written by this user", "run as the user that owns it")


def _has_lost(path: Path, pid: int) -> bool:
    """Return whether a process has no longer the file open that is at the path; False where the system won't tell."""
    wanted = files.identity(path)
    seen = set()
    try:
        for each in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                seen.add(files.identity(each))
    except OSError:
        return False
    return wanted not in seen


def _shape(path: Path, holder: lock.Holder | None) -> Iterator[Symptom]:
    """Yield what is wrong with the file: missing, foreign, damaged, of another coopwatch, not ours to write."""
    try:
        files.inspect(path)
        if files.has_journal(path) and holder is None:
            opening.look(path)
        with Database.open(path, create=False, read_only=True) as db:
            faults = db.check()
    except MissingError as error:
        if lock.lock_path(path).exists():
            said = f"{path}: the database that was there is gone: moved or deleted"
            yield Symptom("database", FAULT, said, "put it back, or a backup in its place; `coopwatch run` begins anew")
        else:
            yield Symptom("database", WARNING, str(error), "nothing was watched yet with this configuration")
        return
    except OlderError as error:
        yield Symptom("database", WARNING, str(error), "the next `coopwatch run` or `status` brings it up to date")
        return
    except StorageError as error:
        what, _, do = str(error).partition("; ")
        kind = "locked" if isinstance(error, LockedError) else type(error).__name__.removesuffix("Error").lower()
        yield Symptom("database", FAULT, f"{what} ({kind})", do or "keep the file aside and look at the log")
        return
    if faults:
        yield Symptom("database", FAULT, f"{path}: damaged: {faults[0]}", "keep it aside and put a backup in its place")
    elif not os.access(path, os.W_OK):
        yield Symptom("database", FAULT, f"{path} may not be written by this user", "give this user that right")
    else:
        yield Symptom("database", FINE, f"{path}: {path.stat().st_size / 1e6:,.1f} MB, whole")


def _writers(path: Path, holder: lock.Holder | None) -> tuple[int, ...]:
    """Return the processes, besides our own service, that hold a lock to write for as long as we look."""
    stubborn: set[int] | None = None
    for _ in range(LOOKS):
        found = set(lock.holders(path)) - ({holder.pid} if holder else set())
        stubborn = found if stubborn is None else stubborn & found
        if not stubborn:
            return ()
        time.sleep(BETWEEN)
    return tuple(sorted(stubborn or ()))


def contents(db: Database, config: Config, now: datetime) -> Iterator[Symptom]:
    """Examine what the database tells: clock, promises, detector, sources, incidents.

    The detector's lists must have been given the user's own names before (Session.use_names).
    """
    from scheduler.health import problems
    from scheduler.incident_words import opened
    from storage import holds, incidents, links, reach, runs
    from storage.times import from_text_or_none

    newest = from_text_or_none(db.value("SELECT max(last_attempt) FROM source"))
    open_now = incidents.open_now(db)
    yield from symptoms.clock(now, newest, any(one.kind == "clock" for one in open_now))
    rows = db.rows("SELECT subscription, count(*) AS n FROM delivery WHERE state = 'dead' GROUP BY 1 ORDER BY 1")
    kept = [(one.id, one.source, one.count) for one in holds.holds(db, (holds.OPEN,))]
    yield from symptoms.promises({row["subscription"]: row["n"] for row in rows}, kept)
    yield from _detector(db)
    unwell = problems(config, runs.states(db), {}, None, now, links.unread(db, now), reach.gaps(db, now))
    for sentence in unwell:
        yield Symptom("sources", WARNING, sentence, advice(sentence))
    if not unwell:
        yield Symptom("sources", FINE, "all checked well when last looked at")
    for one in open_now:
        title, lines = opened(one.kind, one.subject, one.evidence)
        yield Symptom("incidents", FAULT, f"incident {one.id}: {title}", " ".join(lines))


def _detector(db: Database) -> Iterator[Symptom]:
    from scraper.cooperation import DETECTOR

    rows = db.rows("SELECT detector, count(*) AS n FROM releases GROUP BY detector")
    total = sum(row["n"] for row in rows)
    yield from symptoms.detector(sum(row["n"] for row in rows if row["detector"] != DETECTOR), total)


def live(config: Config) -> Iterator[Symptom]:
    """Ask each enabled portal and each receiver, the mail server among them, whether they answer."""
    from scheduler.probing import probe

    mend = "mend what it says, then ask again: `coopwatch check --live`"
    for result in probe(config, send=False):
        grade = FINE if result.ok else FAULT
        yield Symptom(result.what, grade, result.said, "" if result.ok else CLASSES.get(class_of(result.said), mend))
