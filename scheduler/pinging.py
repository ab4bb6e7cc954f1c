"""A dead man's switch: an address that is asked after each cycle of checks; where that stops, somebody else tells.

The address is a secret (who knows it can say that all is well) and is neither logged nor stored.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from scheduler.alerts.secrets import Secret
from scheduler.exchange import Exchange
from scheduler.trouble_words import class_of
from scheduler.troubles import TroubleError

log = logging.getLogger(__name__)

DEADLINE, CONNECT = 5.0, 3.0
"""Seconds for a ping, and for its connection."""
APART = 60.0
"""Seconds between two pings: with many sources a cycle ends every few seconds."""
ANSWER = 4096
"""Bytes of the answer that are read; nothing in it matters but the status."""


class Pinger:
    """Asks one address, in a thread of its own, one ping at a time and at most once a minute.

    Args:
        address: what is asked.
        agent: the User-Agent.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, address: Secret, agent: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._address, self._clock = address, clock
        self._exchange = Exchange(agent, deadline=DEADLINE, connect=CONNECT)
        self._busy = threading.Lock()
        self._last: float | None = None
        self._trouble: str | None = None

    def ping(self) -> threading.Thread | None:
        """Ask, unless that was done within the last minute or is going on; return at once, the thread if one began."""
        now = self._clock()
        if (self._last is not None and now - self._last < APART) or not self._busy.acquire(blocking=False):
            return None
        self._last = now
        thread = threading.Thread(target=self._ask, name="ping", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """Close the connection that is kept."""
        self._exchange.close()

    def _ask(self) -> None:
        trouble = None
        try:
            reply = self._exchange.get(self._address.reveal(), {}, ANSWER)
            trouble = None if 200 <= reply.status < 300 else f"http {reply.status}"
        except TroubleError as error:
            trouble = class_of(error.trouble)  # its words may hold the address
        except Exception as error:  # noqa: BLE001 - a switch that breaks must not break what it watches
            trouble = type(error).__name__
        finally:
            self._busy.release()
        if trouble != self._trouble:
            if trouble:
                log.warning("the dead man's switch cannot be reached: %s", trouble)
            else:
                log.info("the dead man's switch is reached again")
        self._trouble = trouble
