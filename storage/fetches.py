"""What conditional requests and robots.txt need to remember. Not here: how long a robots.txt holds (scheduler)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Database
from storage.model import Validators
from storage.times import from_text, from_text_or_none, stamp, stamp_or_none


@dataclass(frozen=True, slots=True)
class Robots:
    """A robots.txt as last fetched: `status` is None where the host could not be reached.

    `good_body` is the last body fetched well, at `good_fetched`: what holds while the host fails (RFC 9309, 2.3.1.4).
    """

    status: int | None
    body: str
    fetched: datetime
    good_body: str | None = None
    good_fetched: datetime | None = None


def validators(db: Database, url: str) -> Validators:
    """Return what the last good answer from this address gave to ask with; empty where there was none."""
    row = db.row("SELECT etag, last_modified, digest FROM validator WHERE url = ?", (url,))
    return Validators(**row) if row else Validators()


def save_validators(db: Database, url: str, found: Validators, now: datetime) -> None:
    """Keep the validators of an answer; joins a transaction that is open. Writes nothing where nothing changed."""
    if validators(db, url) == found:
        return
    with db.transaction():
        columns = {"etag": found.etag, "last_modified": found.last_modified, "digest": found.digest}
        db.insert("validator", {"url": url, **columns, "saved": stamp(now)}, verb="INSERT OR REPLACE")


def robots(db: Database, origin: str) -> Robots | None:
    """Return the robots.txt of an origin (`https://www.example.org`) as last fetched, or None."""
    row = db.row("SELECT status, body, fetched, good_body, good_fetched FROM robots WHERE origin = ?", (origin,))
    if row is None:
        return None
    good = from_text_or_none(row["good_fetched"])
    return Robots(row["status"], row["body"], from_text(row["fetched"]), row["good_body"], good)


def save_robots(db: Database, origin: str, found: Robots) -> None:
    """Keep what was fetched; where `found` has no good body, the one already kept stays."""
    with db.transaction():
        kept = robots(db, origin)
        if found.good_fetched is not None or kept is None:
            good_body, good_fetched = found.good_body, found.good_fetched
        else:
            good_body, good_fetched = kept.good_body, kept.good_fetched
        columns = {"status": found.status, "body": found.body, "fetched": stamp(found.fetched)}
        good = {"good_body": good_body, "good_fetched": stamp_or_none(good_fetched)}
        db.insert("robots", {"origin": origin, **columns, **good}, verb="INSERT OR REPLACE")
