"""What still waits after a delivery although it is due, and why: quiet hours, digests, holds, switched off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from scheduler.standings import Standings
from storage.accounts import queues

if TYPE_CHECKING:
    from scheduler.accounting import Standing
    from scheduler.config import Config
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class PutOff:
    """What one subscription has waiting: how much, why, and until when where that is known."""

    subscription: str
    waiting: int
    why: str
    until: datetime | None = None


def put_off(db: Database, config: Config, now: datetime) -> list[PutOff]:
    """Return what waits for something else than its own next attempt, by name.

    Args:
        db: the database.
        config: the configuration.
        now: the time.
    """
    standings = Standings(db, config, now)
    found = []
    for queue in sorted(queues(db), key=lambda one: one.subscription):
        reason = _reason(standings.of(queue.subscription))
        waiting, held = queue.states.get("waiting", 0), queue.states.get("held", 0)
        if waiting and reason:
            found.append(PutOff(queue.subscription, waiting, *reason))
        if held:
            found.append(PutOff(queue.subscription, held, "held until the operator decides: coopwatch alerts held"))
    return found


def _reason(standing: Standing) -> tuple[str, datetime | None] | None:
    if standing.disabled:
        return f"switched off: {standing.disabled}", None
    if standing.quiet_until is not None:
        return "quiet hours or a free day", standing.quiet_until
    if standing.turn is not None:
        return "gathered for the next digest", standing.turn
    return None
