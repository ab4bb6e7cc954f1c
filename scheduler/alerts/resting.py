"""Who wants to be left alone now, and until when: quiet hours and free days of the configuration, looked up as needed.

The rule is in quiet.py, the calendars in calendars.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from scheduler.alerts.calendars import Calendars
from scheduler.alerts.quiet import held_until
from scheduler.config import Config, Subscription


class Resting:
    """Knows until when each subscription rests.

    Args:
        config: with the subscriptions and the service's time zone.
        calendars: who knows the holidays; by default the library's, looked up in a child process.
    """

    def __init__(self, config: Config, calendars: Calendars | None = None) -> None:
        self._config, self._calendars = config, calendars or Calendars()
        # While the time lies before the end that was found, the same answer holds, unless the clock goes back.
        self._found: dict[str, tuple[datetime, datetime]] = {}

    def until(self, subscription: Subscription, now: datetime) -> datetime | None:
        """Return when a subscription may next be told anything, or None where it may be now.

        Args:
            subscription: of the configuration.
            now: aware.
        """
        if subscription.quiet is None and not subscription.weekends and not subscription.holidays:
            return None
        asked, end = self._found.get(subscription.name, (now, now))
        if asked <= now < end:
            return end
        free = partial(self._free, subscription)
        until = held_until(subscription.quiet, free, self._config.zone_of(subscription), now)
        if until is not None:
            self._found[subscription.name] = (now, until)
        return until

    def all_until(self, now: datetime, subscriptions: Iterable[Subscription] | None = None) -> dict[str, datetime]:
        """Return those who rest now, by name, with the end of it; of the whole configuration by default."""
        asked = self._config.everyone if subscriptions is None else subscriptions
        return {one.name: end for one in asked if (end := self.until(one, now)) is not None}

    def why(self, subscription: Subscription, now: datetime) -> str:
        """Return why a subscription rests now: the holiday's name, `weekend` or `quiet hours`; empty if not."""
        if self.until(subscription, now) is None:
            return ""
        today = now.astimezone(self._config.zone_of(subscription)).date()
        free = self._calendars.free(subscription.holidays, subscription.weekends, today)
        return free or "quiet hours"

    def _free(self, subscription: Subscription, day: date) -> bool:
        return self._calendars.free(subscription.holidays, subscription.weekends, day) is not None
