"""Who may be told anything now, and when somebody may next: everything that holds a promise back but its own ladder.

Quiet hours, holidays, destinations that are left alone, receivers that wanted no more, digests, and editions that are
waited for. Not here: claiming and sending (delivering.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from scheduler.alerts.attempting import Target
from scheduler.alerts.calendars import Calendars
from scheduler.alerts.facts import speaks
from scheduler.alerts.receivers import Receivers, Trouble
from scheduler.alerts.resting import Resting
from scheduler.config import Config, Subscription
from storage import subscribers
from storage.database import Database
from storage.model import ChangeKind, Delivery


class Gate:
    """Knows who is held back.

    Args:
        db: the database, for who is disabled.
        config: read once.
        targets: by the name of the subscription.
        calendars: who knows the holidays.
        on_trouble: called when a destination is left alone, and with None when it answers again.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        targets: Mapping[str, Target],
        *,
        calendars: Calendars | None = None,
        on_trouble: Callable[[str, Trouble | None], None] = lambda *_: None,
    ) -> None:
        self._db, self._config, self._targets = db, config, targets
        self._resting = Resting(config, calendars)
        self._disabled: frozenset[str] = frozenset()
        self.receivers = Receivers(on_trouble)

    def look(self) -> None:
        """Read again who is disabled: that may be changed from elsewhere."""
        self._disabled = frozenset(one.name for one in subscribers.subscribers(self._db) if one.disabled is not None)

    def shut(self, now: datetime, running: Collection[str] = ()) -> set[str]:
        """Return the subscriptions that nothing is sent to now.

        Args:
            now: the time.
            running: destinations that are being served.
        """
        busy = {
            name
            for name, target in self._targets.items()
            if target.destination in running or self.receivers.waits(target.destination, now) is not None
        }
        return busy | self._disabled | self.resting(now)

    def doubtful(self) -> set[str]:
        """Return the subscriptions whose destination failed when it was last tried."""
        failing = self.receivers.failing()
        return {name for name, target in self._targets.items() if target.destination in failing}

    def resting(self, now: datetime) -> set[str]:
        """Return the subscriptions that are in quiet hours or have a free day."""
        return set(self._resting.all_until(now))

    def opens(self, now: datetime) -> datetime | None:
        """Return when somebody who is held back by the clock may be told again; None where nobody is."""
        waits = {self.receivers.waits(target.destination, now) for target in self._targets.values()}
        ends = [*self._resting.all_until(now).values(), *(one for one in waits if one is not None)]
        return min(ends, default=None)

    def postpone(self, delivery: Delivery) -> datetime | None:
        """Return until when a new release waits for its edition in the subscription's language, or None. Pure."""
        target = self._targets.get(delivery.subscription)
        return None if target is None else waits_for_edition(delivery, target.subscription)


def waits_for_edition(delivery: Delivery, subscription: Subscription) -> datetime | None:
    """Return until when an alert waits for the edition in the preferred language; None where it need not. Pure.

    Only what is new waits: portals publish the editions of one release within minutes of each other, and a later change
    tells of the edition that changed.
    """
    told = delivery.notice
    if subscription.language is None or not subscription.wait or told is None or told.change.kind is not ChangeKind.NEW:
        return None
    there = (told.release.language, *(one.language for one in told.editions))
    if any(speaks(language, subscription.language) for language in there):
        return None
    return delivery.created + timedelta(seconds=subscription.wait)
