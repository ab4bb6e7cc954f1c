"""The feed channel: a folder with what a subscription was told, as Atom, JSON Feed and a calendar of dates to come.

Each alert writes the three files anew from the database, each in one step, so that a reader never sees half of one, and
a file that was lost or spoilt is whole again with the next alert.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler.alerts import schedule
from scheduler.alerts.atom import atom
from scheduler.alerts.calendar_file import calendar_file
from scheduler.alerts.channels import Context
from scheduler.alerts.entries import Entry, entry, latest
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.jsonfeed import json_feed
from scheduler.alerts.message import Message, word
from scheduler.config import Config, Subscription
from storage import told
from storage.database import Database

DEADLINE = 60.0  # seconds; a slow disk
MOST = 100  # entries of a feed; readers look more often than every hundred alerts
DATES_OF = timedelta(days=400)  # how old a release may be whose dates to come still stand in the calendar
MOST_STORIES = 1000
# Entries that were worded once: they never change, and a feed of a hundred is written anew with every alert.
MOST_WORDED = 1000
_WORDED: dict[tuple[str, str], Entry] = {}


def wait(attempts: int, luck: float, retry_after: float | None) -> float | None:
    """Return the seconds until the next attempt, None to give up (see schedule.py)."""
    return schedule.webhook_wait(attempts, luck, retry_after)


def destination(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Return the folder with the feed's name: it is written by one alert at a time."""
    return f"feed:{subscription.folder}/{subscription.name}"


def deliver(message: Message, subscription: Subscription, context: Context, accepted: frozenset[str]) -> str:  # noqa: ARG001
    """Write the files and return a line about it.

    Raises:
        DeliveryError: the folder cannot be written to.
    """
    if context.db is None:
        return f"would be written to {_folder(subscription)}"  # a test message is no part of any feed
    now = datetime.now(UTC)
    entries = latest(_entries(context.db, subscription), MOST)
    dates = told.announced(context.db, subscription.name, now, DATES_OF, MOST_STORIES, subscription.language)
    title = f"coopwatch: {subscription.name}"
    files = {
        "atom": atom(subscription.name, title, entries, now),
        "json": json_feed(title, entries),
        "ics": calendar_file(title, dates),
    }
    folder = _folder(subscription)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, content in files.items():
            _write(folder / f"{subscription.name}.{ending}", content)
    except OSError as trouble:
        raise DeliveryError(f"{folder} cannot be written to: {trouble.strerror}") from None
    return f"{len(entries)} entries in {folder / subscription.name}.atom"


def probe(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Find out whether the folder, or the first one above it that is there, can be written to.

    Raises:
        DeliveryError: it cannot.
    """
    folder = _folder(subscription)
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise DeliveryError(f"{there} cannot be written to")
    return f"{folder} can be written to"


def _folder(subscription: Subscription) -> Path:
    if not subscription.folder:
        raise DeliveryError("the subscription names no folder")
    return Path(subscription.folder)


def _entries(db: Database, subscription: Subscription) -> Iterator[Entry]:
    for message_id in told.ids(db, subscription.name, MOST):
        known = (str(db.path), message_id)
        if known not in _WORDED:
            if len(_WORDED) >= MOST_WORDED:
                _WORDED.clear()
            try:
                delivery = told.alert(db, message_id)
                _WORDED[known] = entry(delivery, word(delivery, subscription), subscription.language)
            except (KeyError, TypeError, ValueError):  # one that cannot be read any more must not keep the others out
                continue
        yield _WORDED[known]


def _write(path: Path, content: bytes) -> None:
    """Put a file in the place of another in one step, readable by all."""
    number, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(number)
        Path(made).chmod(0o644)
        Path(made).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(made).unlink()
        raise
