"""What is known of subscriptions besides the configuration: since when, by which conditions, and whether they are off.

Conditions and destinations are known by marks (hashes) alone: no address is ever stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.accounts import UNSETTLED
from storage.clean import tidy
from storage.database import Database
from storage.outbox import retry
from storage.times import from_text, from_text_or_none, stamp


@dataclass(frozen=True, slots=True)
class Subscriber:
    """What is known of a subscription.

    Args:
        name: as in the configuration.
        known_since: when coopwatch first ran with it.
        rule: mark of its conditions; `rule_since` when coopwatch first ran with these.
        rule_since: see there.
        address: mark of where it goes.
        disabled: since when nothing is sent to it, or None; `why` in words.
        why: see there.
        digest_through: the last turn of its digest that was looked after.
    """

    name: str
    known_since: datetime
    rule: str
    rule_since: datetime
    address: str
    disabled: datetime | None = None
    why: str | None = None
    digest_through: datetime | None = None


def meet(db: Database, marks: Mapping[str, tuple[str, str]], now: datetime) -> dict[str, Subscriber]:
    """Take note of the subscriptions of a configuration; return what is known of these, by name.

    One that is new is known from now on. One that has other conditions has them from now on. One that goes elsewhere
    now is on again, whatever it was put off for.

    Args:
        db: the database.
        marks: by name, the marks of its conditions and of where it goes.
        now: the time.
    """
    with db.transaction():
        known = {one.name: one for one in subscribers(db)}
        for name, (rule, address) in marks.items():
            if name not in known:
                since = {"known_since": stamp(now), "rule_since": stamp(now)}
                db.insert("subscriber", {"name": name, "rule": rule, "address": address} | since)
                continue
            if known[name].rule != rule:
                db.execute("UPDATE subscriber SET rule = ?, rule_since = ? WHERE name = ?", (rule, stamp(now), name))
            if known[name].address != address:
                db.execute("UPDATE subscriber SET address = ? WHERE name = ?", (address, name))
                enable(db, name, now)
        return {one.name: one for one in subscribers(db) if one.name in marks}


def disable(db: Database, name: str, why: str, now: datetime) -> bool:
    """Send nothing more to a subscription; return whether it was on till now. One never met stays unknown."""
    with db.transaction():
        return bool(
            db.execute(
                "UPDATE subscriber SET disabled = ?, why = ? WHERE name = ? AND disabled IS NULL",
                (stamp(now), tidy(why, 500), name),
            )
        )


def enable(db: Database, name: str, now: datetime) -> bool:
    """Send to a subscription again, with what was given up when it was switched off; return whether it was off."""
    with db.transaction():
        off = db.value("SELECT disabled FROM subscriber WHERE name = ? AND disabled IS NOT NULL", (name,))
        if off is None:
            return False
        db.execute("UPDATE subscriber SET disabled = NULL, why = NULL WHERE name = ?", (name,))
        refused = f"SELECT id FROM delivery WHERE {UNSETTLED} AND subscription = ? AND state = 'dead' AND settled >= ?"
        retry(db, now, [row["id"] for row in db.rows(refused, (name, off))])
        return True


def through(db: Database, name: str, slot: datetime, now: datetime | None = None) -> None:
    """Note the last turn of a subscription's digest that was looked after.

    It never goes back, unless it lies after `now`: then the clock went ahead for a while, and turns before it are due.
    """
    latest = "~" if now is None else stamp(now)  # "~" sorts after every time
    with db.transaction():
        db.execute(
            "UPDATE subscriber SET digest_through = ? WHERE name = ?"
            " AND (coalesce(digest_through, '') < ? OR digest_through > ?)",
            (stamp(slot), name, stamp(slot), latest),
        )


def subscribers(db: Database) -> list[Subscriber]:
    """Return every subscription ever met, by name, also those that the configuration has no more."""
    return [_subscriber(row) for row in db.rows("SELECT * FROM subscriber ORDER BY name")]


def _subscriber(row: dict[str, Any]) -> Subscriber:
    times = {name: from_text(row[name]) for name in ("known_since", "rule_since")}
    maybe = {name: from_text_or_none(row[name]) for name in ("disabled", "digest_through")}
    return Subscriber(**row | times | maybe)
