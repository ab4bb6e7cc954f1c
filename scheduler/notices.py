"""What coopwatch tells about itself: to the operator, and to subscribers whose source it cannot see. Words: alerts/.

A notice is a delivery like any other (storage.outbox.notify), told once per key and target. Its `body` is plain JSON:

    {"notice": NAME, "subject": "hk_gia_en", "at": TIME, "values": {...}, "title": "...", "lines": ["...", ...]}

`title` and `lines` are the English words, and enough to be shown as they are; NAME and `values` let the words be made in
other languages. Times are ISO 8601 in UTC. The names and their values are those of `NOTICES`.
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

NOTICES: dict[str, tuple[str, ...]] = {
    # to operators: an incident began or ended; `evidence` as incidents.py gathers it for the kind
    "incident-opened": ("kind", "opened", "evidence"),
    "incident-closed": ("kind", "opened", "closed", "evidence"),
    # to operators: a receiver asked never to be called again (410), and is not called until `alerts enable`
    "subscription-disabled": ("subscription", "why"),
    # to subscribers, whose source has not been readable since; and when it is back, how many releases it caught up on
    "source-blind": ("source", "title", "since"),
    "source-back": ("source", "title", "since", "back"),
}
"""The name of each notice, with the names of its values."""


def body(
    name: str, subject: str, at: datetime, title: str, lines: Iterable[str], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the body of a notice.

    Args:
        name: one of `NOTICES`.
        subject: whom or what it is about: a source, a subscription, a path.
        at: when it became known, aware.
        title: one line in English.
        lines: the rest in English, a sentence each; commands in backquotes.
        values: what the words were made from, JSON values by the names that `NOTICES` has for it.

    Raises:
        ValueError: no such notice, or other values than it has.
    """
    if set(values) != set(NOTICES.get(name, ())):
        raise ValueError(f"the notice {name!r} has the values {', '.join(NOTICES.get(name, ())) or 'of no notice'}")
    told = {"title": title, "lines": list(lines)}
    return {"notice": name, "subject": subject, "at": stamp(at), "values": dict(values), **told}


def operators(config: Config, *, but: str | None = None) -> tuple[str, ...]:
    """Return the names of the operator's targets.

    Args:
        config: the configuration.
        but: leave this one out: what cannot be reached is not told that it cannot.
    """
    return tuple(one.name for one in config.operator if one.name != but)


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
