"""The daily canary: an invented release that goes the real way to a subscription of its own. Its absence: an incident.

It is understood by the crawling child, recorded as one release of the source `canary` that gets a new version every
day, routed, promised and delivered like any other. Nothing else ever shows it, and no story takes it in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.incidents import CANARY_WITHIN, IncidentKind, Wrong
from storage import outstanding, releases
from storage.model import Assessment, Precision, Recorded, Release
from storage.times import stamp

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.database import Database
    from storage.outbox import Route
    from storage.outstanding import Flight
    from storage.telling import Telling

SOURCE = "canary"
KEY = "canary/daily"
URL = "https://canary.invalid/daily"
"""A name that no resolver answers (RFC 2606): whoever follows it gets nowhere, and no portal is asked."""
TITLE = "Test item of coopwatch, {day}: Hospital Authority and Guangdong sign agreement on nurse training"
TEXT = (
    "This is a test of the alerts of coopwatch. It was invented; no such agreement was signed.\n"
    "The Hospital Authority of Hong Kong and the Health Commission of Guangdong Province signed a co-operation"
    " agreement on the training of nurses on {day}.\n"
    "Under the agreement, {count} nurses of public hospitals in Hong Kong and Guangdong will train with each other."
)
Understand = Callable[[Release], tuple[Assessment, "Telling | None"]]


def due(at: time, zone: ZoneInfo, now: datetime) -> datetime:
    """Return when the canary was last due: the latest moment, not after `now`, at which a clock of the zone shows `at`.

    Args:
        at: the time of day.
        zone: whose clock.
        now: aware.
    """
    today = now.astimezone(zone).date()
    this = datetime.combine(today, at, zone)
    found = this if this <= now else datetime.combine(today - timedelta(days=1), at, zone)
    return found.astimezone(now.tzinfo)


def item(day: date) -> Release:
    """Return the canary of a day: the same words every day but for the day and one number."""
    words = {"day": f"{day.day} {day:%B %Y}", "count": 20 + day.toordinal() % 70}
    return Release(
        key=KEY,
        source=SOURCE,
        portal="canary.invalid",
        url=URL,
        language="en",
        title=TITLE.format(**words),
        text=TEXT.format(**words),
        jurisdiction="Hong Kong",
        published=None,
        precision=Precision.DAY,
    )


def sing(db: Database, understand: Understand, route: Route, now: datetime, day: date) -> Recorded:
    """Have the canary of a day understood and recorded; return what became of it.

    Args:
        db: the database.
        understand: what the crawling child makes of a release.
        route: who is told of a change.
        now: the time.
        day: the day it tells, by the zone of the operator.

    Raises:
        TroubleError: the child could not be asked.
        StorageError: the database is not well.
    """
    release = item(day)
    assessment, telling = understand(release)
    return releases.record(db, release, assessment, now, telling=telling, route=route)


def missing(
    config: Config, flight: Flight | None, planned: datetime, running_since: datetime, now: datetime
) -> Wrong | None:
    """Return that the canary did not arrive in time, or None.

    Args:
        config: with a `[canary]`.
        flight: how far the canary came since it was due, or None where none was made.
        planned: when it was due.
        running_since: when the service started: nothing can have been made before.
        now: the time.
    """
    canary = config.canary
    if canary is None or (flight is not None and flight.arrived):
        return None
    begun = max(planned, running_since) if flight is None else flight.at  # a machine that slept makes it late
    if now - begun < CANARY_WITHIN:
        return None
    return Wrong(IncidentKind.CANARY, canary.subscription, {"due": stamp(planned), "found": _found(flight)})


def _found(flight: Flight | None) -> str:
    """Say how far a canary came that did not arrive."""
    if flight is None:
        return "it was not made"
    if not flight.cooperation:
        return "the detector did not take it for co-operation"
    if flight.state is None:
        return "it was recorded, and promised to nobody"
    return f"its delivery is {flight.state}" + (f": {flight.trouble}" if flight.trouble else "")


def look(db: Database, config: Config, running_since: datetime, now: datetime) -> tuple[Wrong | None, bool]:
    """Return that the canary is missing now, or None; and whether that can be said, or it may still be on its way."""
    if config.canary is None:
        return None, True
    planned = due(config.canary.at, config.service.zone, now)
    flight = outstanding.flight(db, SOURCE, planned)
    wrong = missing(config, flight, planned, running_since, now)
    return wrong, wrong is not None or (flight is not None and flight.arrived)


def is_to_sing(db: Database, config: Config, now: datetime) -> bool:
    """Return whether a canary is due and none was made since; one that downtime kept from being made is made up for."""
    if config.canary is None:
        return False
    planned = due(config.canary.at, config.service.zone, now)
    return outstanding.flight(db, SOURCE, planned) is None
