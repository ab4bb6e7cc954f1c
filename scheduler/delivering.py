"""Works the outbox off: claims what is due, has it sent, settles it. Not here: words and channels (alerts/).

One thread claims; each destination that has something to get is served by a thread of its own, one message at a time,
so a receiver that hangs keeps nobody waiting but itself. An attempt is committed before anything is sent
(storage.outbox), so whatever happens to this process, a promise is kept at least once, always under the same id.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduler.alerts.attempting import Outcome, Target, place, warm
from scheduler.alerts.channels import channel
from scheduler.config import Config, Subscription
from storage import outbox
from storage.database import Database, StorageError
from storage.model import Delivery, DeliveryState
from storage.rewind import rewind

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
MOST_AT_ONCE = 16  # destinations served at the same time
LONGEST_NAP = 300.0  # seconds; a machine that sleeps stops the clock we sleep by, so look up now and then
PATIENCE = 5.0  # seconds until the database is tried again after it failed
BLOCKED_NAP = 1.0  # seconds until a delivery is looked at again that another process is sending


@dataclass(frozen=True, slots=True)
class Summary:
    """How many deliveries were sent, put off, and given up."""

    sent: int = 0
    again: int = 0
    dead: int = 0


class Dispatcher:
    """Delivers what is due, when told to (`once`) or by itself (`start`, `wake`, `stop`).

    Args:
        db: the database, shared with whoever records.
        config: read once; a subscription that is not in it any more gets nothing.
        clock: returns the present as an aware datetime.
        luck: returns chance from 0 up to 1, for the jitter between attempts.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._db, self._clock = db, clock
        self._targets = {one.name: Target(one, config, luck, db) for one in config.subscriptions}
        # A claim lapses after twice the longest exchange: nobody is sending it any more then.
        self._lease = timedelta(seconds=2 * max((one.deadline for one in self._targets.values()), default=60.0))
        self._changed = threading.Condition()
        self._woken = self._stopping = False
        self._running: set[str] = set()  # destinations that are being served
        self._done: Counter[DeliveryState] = Counter()
        self._thread: threading.Thread | None = None
        self._last = (clock(), time.monotonic())

    # -- what others call ----------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Say that something was promised just now. Returns at once; may be called from any thread, and too often."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def once(self, now: datetime | None = None) -> Summary:
        """Deliver all that is due and return when it is settled; one destination does not wait for another.

        Args:
            now: pretend that it is this time; the clock's by default.

        Raises:
            StorageError: the database fails.
        """
        clock = self._clock if now is None else lambda: now
        before = self._done.copy()
        while True:
            with self._changed:
                self._woken = False
            if self._begin(clock):
                continue
            with self._changed:
                # Whoever ended since we last looked has set `_woken`, and made room for another.
                if not self._running and not self._woken:
                    break
                self._changed.wait_for(lambda: self._woken)
        done = self._done - before
        return Summary(done[DeliveryState.SENT], done[DeliveryState.WAITING], done[DeliveryState.DEAD])

    def recover(self) -> int:
        """Take over what a dispatcher that died was sending; return how much. For the holder of the instance lock."""
        return outbox.recover(self._db, self._clock())

    def start(self) -> None:
        """Deliver from now on, in a thread of its own. Only for the holder of the instance lock (see `recover`)."""
        taken_over = self.recover()
        if taken_over:
            log.info("%d deliveries were cut off when coopwatch last ended; they are sent again", taken_over)
        rewind(self._db, self._clock())
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name="deliveries", daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """Begin nothing new, and wait up to `timeout` seconds for what is being sent; return whether all of it ended.

        What has not ended is left: its attempt stays open, and the next start sends it again under the same id.
        """
        ends = time.monotonic() + timeout
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)
            self._thread = None
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, max(ends - time.monotonic(), 0))

    # -- the thread that claims -----------------------------------------------------------------------------------

    def _serve(self) -> None:
        try:
            warm()
        except Exception as trouble:  # noqa: BLE001 - each attempt will meet it again, and say so
            log.warning("alerts could not be prepared: %s", place(trouble))
        while True:
            with self._changed:
                if self._stopping:
                    return
                self._woken = False
            nap = self._pass()
            with self._changed:
                self._changed.wait_for(lambda: self._woken or self._stopping, nap)

    def _pass(self) -> float:
        """Begin all that can be begun; return for how many seconds there is nothing to do unless somebody wakes us."""
        try:
            self._mind_the_clock()
            while self._begin(self._clock):
                pass
            due = outbox.next_due(self._db)
            seconds = LONGEST_NAP if due is None else (due - self._clock()).total_seconds()
            if self._mind_the_clock():  # it went back while we worked, so the seconds are wrong
                return 0.0
        except StorageError as trouble:
            log.warning("deliveries wait, the database fails: %s", trouble)
            return PATIENCE
        except Exception as trouble:  # noqa: BLE001 - this thread must outlive any fault
            log.warning("deliveries wait after a fault: %s", place(trouble))
            return PATIENCE
        if seconds > 0:
            return min(seconds, LONGEST_NAP)
        # It is due and was not claimed: either its destination is being served, and whoever serves it wakes us, or
        # another process is.
        return LONGEST_NAP if self._running else BLOCKED_NAP

    def _mind_the_clock(self) -> bool:
        """Return whether the clock went back since it was last minded; what waits has been moved back with it then."""
        wall, steady = self._clock(), time.monotonic()
        passed = timedelta(seconds=steady - self._last[1])
        went_back = wall - self._last[0] < passed - timedelta(seconds=1)
        self._last = (wall, steady)
        if went_back:
            log.info("the clock went back, and %d deliveries with it", rewind(self._db, wall))
        return went_back

    def _begin(self, clock: Clock) -> bool:
        """Claim one delivery and begin to send it; return whether there was one that could be begun."""
        with self._changed:
            if self._stopping or len(self._running) >= MOST_AT_ONCE:
                return False
            busy = {name for name, target in self._targets.items() if target.destination in self._running}
        for delivery in outbox.claim(self._db, clock(), self._lease, busy=busy, limit=1):
            target = self._targets.get(delivery.subscription)
            if target is None:
                gone = f"the configuration has no subscription {delivery.subscription} any more"
                self._settle(delivery, Outcome(DeliveryState.DEAD, gone), clock())
                return True
            with self._changed:
                self._running.add(target.destination)
            threading.Thread(
                target=self._work, args=(delivery, target, clock), name=target.destination, daemon=True
            ).start()
            return True
        return False

    # -- the threads that send ------------------------------------------------------------------------------------

    def _work(self, delivery: Delivery, target: Target, clock: Clock) -> None:
        try:
            self._settle(delivery, target.attempt(delivery), clock())
        except StorageError as trouble:
            # Left unsettled: the claim lapses, and the delivery is made again under the same id.
            log.warning("%s: how it ended could not be stored: %s", delivery.message_id, trouble)
        finally:
            with self._changed:
                self._running.discard(target.destination)
                self._woken = True
                self._changed.notify_all()

    def _settle(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        who = f"{delivery.message_id} for {delivery.subscription}"
        if outcome.state is DeliveryState.SENT:
            outbox.sent(self._db, delivery, now, outcome.line)
            log.info(
                "%s sent, %.3f s after the promise: %s", who, (now - delivery.created).total_seconds(), outcome.line
            )
        elif outcome.state is DeliveryState.WAITING:
            outbox.again(self._db, delivery, now, now + timedelta(seconds=outcome.wait), outcome.line)
            log.warning("%s not sent, again in %.0f s: %s", who, outcome.wait, outcome.line)
        else:
            outbox.dead(self._db, delivery, now, outcome.line)
            log.error("%s given up: %s", who, outcome.line)
        with self._changed:
            self._done[outcome.state] += 1


def probe(subscription: Subscription, config: Config) -> str:
    """Find out whether a delivery to a subscription would succeed, without sending anything; return a line about it.

    Raises:
        DeliveryError: why it would fail.
    """
    return channel(subscription.channel).probe(subscription, config)
