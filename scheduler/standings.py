"""How each subscription stands now: quiet, gathered, switched off, left alone. Reads configuration and rows only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from scheduler.accounting import Standing
from scheduler.alerts.channels import channel
from scheduler.alerts.resting import Resting
from scheduler.alerts.turns import last_turn, next_turn
from storage.subscribers import Subscriber, subscribers

if TYPE_CHECKING:
    from scheduler.config import Config, Subscription
    from storage.database import Database


class Standings:
    """Tells how subscriptions stand, each worked out once.

    Args:
        db: the database.
        config: the configuration.
        now: the time.
        resting: who knows quiet hours and free days; the dispatcher's where there is one, since it remembers calendars.
        breakers: why destinations are left alone for the time being; only the running service knows.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        now: datetime,
        *,
        resting: Resting | None = None,
        breakers: Mapping[str, str] | None = None,
    ) -> None:
        self._config, self._now = config, now
        self._resting = resting or Resting(config)
        self._breakers = breakers or {}
        self.known: Mapping[str, Subscriber] = {one.name: one for one in subscribers(db)}
        self._made: dict[str, Standing] = {}

    def of(self, name: str) -> Standing:
        """Return how a subscription stands, be it in the configuration or not."""
        if name not in self._made:
            found = self._config.subscription(name)
            self._made[name] = Standing(configured=False) if found is None else self._of(found)
        return self._made[name]

    def since(self, name: str) -> datetime | None:
        """Return since when a subscription asks for what it asks for now, or None where that is not known."""
        known = self.known.get(name)
        return None if known is None else max(known.known_since, known.rule_since)

    def _of(self, one: Subscription) -> Standing:
        turn = last = None
        if one.gathered and one.digest is not None:
            zone = self._config.zone_of(one)
            turn, last = next_turn(one.digest.cron, zone, self._now), last_turn(one.digest.cron, zone, self._now)
        known = self.known.get(one.name)
        return Standing(
            quiet_until=self._resting.until(one, self._now),
            turn=turn,
            last_turn=last,
            disabled=(known.why or "switched off") if known is not None and known.disabled else None,
            breaker=self._breakers.get(channel(one.channel).destination(one, self._config)) if self._breakers else None,
        )
