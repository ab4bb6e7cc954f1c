"""What can ail an installation, as pure rules over what was measured: each names the fault and what to do about it.

The measuring is in examining.py, the showing in verbs/doctor.py. What goes wrong while the service watches is an
incident (incidents.py); this is for whoever stands before a machine and wants to know what is the matter with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from scheduler.config.durations import in_words
from scheduler.incidents import LEAST_SPACE

FINE, WARNING, FAULT = "fine", "warning", "fault"

PYTHON_FLOORS = {(3, 11): 15, (3, 12): 13, (3, 13): 12, (3, 14): 3}
"""The least patch of each Python whose mail headers cannot be forged (CVE-2024-6923, CVE-2026-1299; RELIABILITY.md)."""
SQLITE_FLOOR, EXPAT_FLOOR, LXML_FLOOR = (3, 51, 3), (2, 4, 1), (6, 1, 0)
"""The write-ahead log's reset bug; entities that expand for ever; what RELIABILITY.md, section 4, asks of lxml."""
MOST_LOG = 64 << 20
"""Bytes of a write-ahead log that no checkpoint can empty: somebody has been reading for very long (D7 there)."""
OLDEST_NOW = datetime(2026, 11, 1, tzinfo=UTC)
"""No clock that is right shows an earlier time than this module's."""
LONG_AGO, LONG_SLEEP = timedelta(minutes=2), timedelta(days=366)
EAST = timedelta(hours=8)
"""What Asia/Hong_Kong, Asia/Macau and Asia/Shanghai are ahead of UTC, all year."""
REMOTE = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs")


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing that was examined.

    Args:
        area: what: `python`, `disk`, `database`, `clock`, a source, ...
        grade: `fine`, `warning` (works, and will not for ever) or `fault`.
        said: what was found, on one line.
        advice: what to do; empty where all is fine.
    """

    area: str
    grade: str
    said: str
    advice: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return it as JSON shows it."""
        return asdict(self)


def dotted(version: Sequence[int]) -> str:
    """Return a version as people write it: `3.51.3`."""
    return ".".join(map(str, version))


def versions(
    python: tuple[int, int, int], sqlite: tuple[int, ...], expat: tuple[int, ...], lxml: tuple[int, ...]
) -> Iterator[Symptom]:
    """Judge the interpreter and the libraries in C that read what strangers wrote; below a floor is a warning."""
    patch = PYTHON_FLOORS.get(python[:2])
    if patch is not None and python[2] < patch:
        least = dotted((*python[:2], patch))
        yield Symptom(
            "python", WARNING, f"Python {dotted(python)} has known faults", f"install Python {least} or later"
        )
    else:
        yield Symptom("python", FINE, f"Python {dotted(python)}")
    if sqlite < SQLITE_FLOOR:
        yield Symptom(
            "sqlite",
            WARNING,
            f"SQLite {dotted(sqlite)} is below {dotted(SQLITE_FLOOR)}, whose write-ahead log is safe",
            "install pysqlite3 beside coopwatch, or a Python with a newer SQLite; a slower journal may be in use",
        )
    else:
        yield Symptom("sqlite", FINE, f"SQLite {dotted(sqlite)}")
    for name, found, floor, advice in (
        ("expat", expat, EXPAT_FLOOR, "update the system, or the Python that brings it"),
        ("lxml", lxml, LXML_FLOOR, "pip install --upgrade lxml"),
    ):
        if found < floor:
            yield Symptom(name, WARNING, f"{name} {dotted(found)} is below {dotted(floor)}", advice)
        else:
            yield Symptom(name, FINE, f"{name} {dotted(found)}")


def disk(folder: str, free: int | None, inodes: int | None, kind: str | None, writable: bool) -> Iterator[Symptom]:
    """Judge the disk and the folder that the database is in.

    Args:
        folder: its path.
        free: bytes left for us; None where the system does not tell.
        inodes: files that can still be made; None likewise, or where the file system has no such bound.
        kind: of the file system, as the system calls it.
        writable: whether files can be made in the folder by this user.
    """
    if free is not None and free < LEAST_SPACE:
        advice = f"make room: at least {LEAST_SPACE // 1_000_000} MB"
        yield Symptom("disk", FAULT, f"{folder}: {free // 1_000_000} MB are free", advice)
    elif inodes is not None and inodes < 1000:
        yield Symptom("disk", FAULT, f"{folder}: {inodes} files can still be made", "remove files nobody needs")
    else:
        room = "" if free is None else f": {free // 1_000_000:,} MB are free"
        yield Symptom("disk", FINE, f"{folder}{room}")
    if kind in REMOTE:
        said = f"{folder} is on a network file system ({kind}), whose locks can fail"
        yield Symptom("disk", FAULT, said, "move the database to a disk of this machine")
    if not writable:
        advice = "give this user the right to write there, or name another place with --database"
        yield Symptom("disk", FAULT, f"{folder} may not be written by this user", advice)


def log_size(size: int) -> Iterator[Symptom]:
    """Judge the size of the write-ahead log, in bytes."""
    if size > MOST_LOG:
        said = f"the write-ahead log has grown to {size // 1_000_000} MB: a reader keeps it from being worked in"
        yield Symptom("database", WARNING, said, "end whatever has been reading the database for long, then restart")


def clock(now: datetime, newest: datetime | None, jumped: bool) -> Iterator[Symptom]:
    """Judge the clock.

    Args:
        now: what it shows.
        newest: when the journal's last check began.
        jumped: whether an incident of the clock is open.
    """
    advice = "set the clock and keep it by NTP (timedatectl); what is due is then worked out afresh"
    if now < OLDEST_NOW:
        yield Symptom("clock", FAULT, f"the clock shows {now:%Y-%m-%d %H:%M} UTC, which is past", advice)
    elif newest is not None and newest - now > LONG_AGO:
        ahead = in_words((newest - now).total_seconds() // 60 * 60)
        yield Symptom("clock", FAULT, f"the last check began {ahead} in the future: the clock was set back", advice)
    elif newest is not None and now - newest > LONG_SLEEP:
        ago = (now - newest).days
        said = f"the last check was {ago} days ago: coopwatch did not run, or the clock is wrong"
        yield Symptom("clock", WARNING, said, "look whether the date is right, and start `coopwatch run`")
    elif jumped:
        yield Symptom("clock", WARNING, "the clock jumped a while ago", "look whether the machine keeps its time (NTP)")
    else:
        yield Symptom("clock", FINE, f"{now:%Y-%m-%d %H:%M} UTC")


def zones(offsets: Mapping[str, timedelta | None]) -> Iterator[Symptom]:
    """Judge the time zone data: what each zone is ahead of UTC, None where it is not known."""
    wrong = sorted(name for name, offset in offsets.items() if offset is None)
    odd = sorted(name for name, offset in offsets.items() if offset is not None and offset != EAST)
    advice = "pip install --upgrade tzdata"
    if wrong:
        yield Symptom("time zones", FAULT, f"not known: {', '.join(wrong)}", advice)
    elif odd:
        yield Symptom("time zones", FAULT, f"not eight hours ahead of UTC: {', '.join(odd)}", advice)
    else:
        yield Symptom("time zones", FINE, "known")


def promises(dead: Mapping[str, int], held: Sequence[tuple[int, str, int]]) -> Iterator[Symptom]:
    """Judge what was not delivered.

    Args:
        dead: how many deliveries to each subscription were given up.
        held: the holds that are open: number, source, and how many changes each keeps back.
    """
    for name, count in dead.items():
        said = f"{count} {'delivery' if count == 1 else 'deliveries'} to {name} given up"
        yield Symptom("deliveries", FAULT, said, "see `coopwatch alerts dead`; then `coopwatch alerts retry`")
    for number, source, count in held:
        said = f"{source}: {count} alerts are held as a storm"
        do = f"`coopwatch alerts held {number}`, then `coopwatch alerts release {number}` or `drop {number}`"
        yield Symptom("deliveries", FAULT, said, do)
    if not dead and not held:
        yield Symptom("deliveries", FINE, "nothing given up, nothing held")


def detector(behind: int, total: int) -> Iterator[Symptom]:
    """Judge whether what is kept was assessed by the detector of today: how many releases were not, of how many."""
    if behind:
        said = f"{behind:,} of {total:,} releases were assessed by another version of the detector, or of your names"
        yield Symptom("detector", WARNING, said, "`coopwatch reread` while the service does not run")
    else:
        yield Symptom("detector", FINE, f"{total:,} releases assessed by this version")
