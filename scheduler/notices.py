"""What coopwatch tells about itself: to the operator, and to subscribers whose source it cannot see. Words: alerts/.

A notice is a delivery like any other (storage.outbox.notify), told once per key and target. Its `body` is plain JSON:

    {"kind": NAME, "state": "opened" | "closed" | "told", "subject": "hk_gia_en", "at": TIME, "values": {...},
     "title": "...", "lines": ["...", ...]}

`title` and `lines` are the English words (incident_words.py), and enough to be shown as they are; kind, state, subject
and `values` let the words be made in other languages (alerts/words/, the tables `notices.NAME`). The names are those of
incidents (incidents.IncidentKind; opened and closed) and of `TOLD`. Times are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storage import outbox
from storage.times import stamp

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.database import Database

OPENED, CLOSED, TELLING = "opened", "closed", "told"
TOLD = ("watch-blind", "watch-back", "subscription-disabled", "destination-changed", "dead-letter")
"""Notices that are no incident: to subscribers that their source (the subject) cannot be read since `since`, and that
it is read again since `until`; to operators that a receiver asked never to be called again (410), and the like."""


def body(
    kind: str, state: str, subject: str, at: datetime, title: str, lines: Iterable[str], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the body of a notice.

    Args:
        kind: of an incident, or one of `TOLD`.
        state: `opened` or `closed` for an incident, else `told`.
        subject: whom or what it is about: a source, a subscription, a path.
        at: when it became known, aware.
        title: one line in English.
        lines: the rest in English, a sentence each; commands in backquotes.
        values: JSON values that words can be made from; None is left out.
    """
    known = {name: value for name, value in values.items() if value is not None}
    said = {"kind": kind, "state": state, "subject": subject, "at": stamp(at)}
    return {**said, "values": known, "title": title, "lines": list(lines)}


def operators(config: Config, *, but: str | None = None) -> tuple[str, ...]:
    """Return the names of the operator's targets.

    Args:
        config: the configuration.
        but: leave this one out: what cannot be reached is not told that it cannot.
    """
    return tuple(one.name for one in config.operators if one.name != but)


def tell(db: Database, targets: Iterable[str], key: str, told: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    """Promise a notice to targets, each once per key; return those who had not been promised it yet.

    Args:
        db: the database; in a transaction, or not.
        targets: names of subscriptions or of the operator's targets.
        key: what the notice is about, the same however often this is called for the same event.
        told: as `body` made it.
        now: the time.
    """
    with db.transaction():
        return tuple(name for name in dict.fromkeys(targets) if outbox.notify(db, name, key, dict(told), now))
