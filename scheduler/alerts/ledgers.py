"""The checks that a message tells of, as they were at its time: asked of the journal once a minute, then kept.

What the journal answers is in storage.ledger, the words for it in watch.py.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.database import Database
from storage.ledger import Ledger, ledger
from storage.model import Delivery
from storage.times import from_text

WINDOW = timedelta(days=1)
"""What an alert speaks of; a digest speaks of the time since the one before it."""
KEPT = 32


class Ledgers:
    """Finds the ledger of a delivery. May be asked from any thread.

    Args:
        db: the database.
        sources: the enabled ones, in the configuration's order.
    """

    def __init__(self, db: Database, sources: Sequence[str]) -> None:
        self._db, self._sources = db, tuple(sources)
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[datetime, datetime], Ledger] = OrderedDict()

    def of(self, delivery: Delivery) -> Ledger | None:
        """Return the checks as of a delivery's time, the same for every attempt; None where nothing is watched.

        The time is the full minute before, so that a thousand alerts of one minute are one question.
        """
        if not self._sources:
            return None
        as_of = delivery.moment.replace(second=0, microsecond=0)
        told = delivery.body.get("since") if delivery.what == "digest" else None
        window = (as_of, min(from_text(str(told)), as_of) if told else as_of - WINDOW)
        with self._lock:
            if window in self._kept:
                return self._kept[window]
        found = ledger(self._db, *window, self._sources)
        with self._lock:
            self._kept[window] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found
