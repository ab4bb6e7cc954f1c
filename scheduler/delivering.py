"""Works the outbox off: claims what is due, has it worded and sent, settles it. Not here: words and channels (alerts/).

One thread claims; each destination that has something to get is served by a thread of its own, one message at a time, so a
receiver that hangs keeps nobody waiting but itself. An attempt is committed before anything is sent (storage.outbox), so
whatever happens to this process, a promise is kept at least once, always under the same id.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduler.alerts.channels import Channel, channel
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import word
from scheduler.alerts.schedule import webhook_wait
from scheduler.config import Config, Subscription
from storage import outbox
from storage.database import Database, StorageError
from storage.model import Delivery, DeliveryState
from storage.rewind import rewind

log = logging.getLogger(__name__)

MOST_AT_ONCE = 16  # destinations served at the same time
WORDING_ATTEMPTS = 3  # a message that cannot be worded today is not likely to be tomorrow
LONGEST_NAP = 300.0  # seconds; a machine that sleeps stops the clock we sleep by, so look up now and then
PATIENCE = 5.0  # seconds until the database is tried again after it failed
BLOCKED_NAP = 1.0  # seconds until a delivery is looked at again that another process is sending


@dataclass(frozen=True, slots=True)
class Summary:
    """How many deliveries were sent, put off, and given up."""

    sent: int = 0
    again: int = 0
    dead: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """A subscription with the channel that serves it and the destination it goes to."""

    subscription: Subscription
    channel: Channel
    destination: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended: the state it leads to, a line for people, and for WAITING the seconds to wait."""

    state: DeliveryState
    line: str
    wait: float = 0.0


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
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        luck: Callable[[], float] = random.random,
    ) -> None:
        self._db, self._config, self._clock, self._luck = db, config, clock, luck
        self._targets = {one.name: _target(one, config) for one in config.subscriptions}
        self._changed = threading.Condition()
        self._woken = self._stopping = False
        self._running: set[str] = set()
        self._accepted: dict[str, frozenset[str]] = {}
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
        done: list[DeliveryState] = []
        clock = self._clock if now is None else lambda: now
        while True:
            if self._begin(clock, done):
                continue
            with self._changed:
                if not self._running:
                    break
                self._changed.wait()
        return Summary(
            *(done.count(state) for state in (DeliveryState.SENT, DeliveryState.WAITING, DeliveryState.DEAD))
        )

    def recover(self) -> int:
        """Take over what a dispatcher that died was sending; return how many. Only for the holder of the instance lock."""
        return outbox.recover(self._db, self._clock())

    def start(self) -> None:
        """Deliver from now on, in a thread of its own. Only for the holder of the instance lock (see `recover`)."""
        self._stopping = False
        taken_over = self.recover()
        if taken_over:
            log.info("%d deliveries were cut off when coopwatch last ended; they are sent again", taken_over)
        rewind(self._db, self._clock())
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
            self._changed.wait_for(lambda: not self._running, max(ends - time.monotonic(), 0))
            ended = not self._running
        if self._thread is not None:
            self._thread.join(max(ends - time.monotonic(), 0.1))
            self._thread = None
        return ended

    # -- the thread that claims -----------------------------------------------------------------------------------

    def _serve(self) -> None:
        while not self._stopping:
            with self._changed:
                self._woken = False
            try:
                self._mind_the_clock()
                while not self._stopping and self._begin(self._clock, None):
                    pass
                nap = self._nap()
            except StorageError as trouble:
                log.warning("deliveries wait, the database fails: %s", trouble)
                nap = PATIENCE
            except Exception as trouble:  # noqa: BLE001 - this thread must outlive any fault
                log.error("deliveries wait after a fault: %s", _where(trouble))
                nap = PATIENCE
            with self._changed:
                self._changed.wait_for(lambda: self._woken or self._stopping, nap)

    def _nap(self) -> float:
        """Return how long there is nothing to do unless somebody wakes us."""
        due = outbox.next_due(self._db)
        if due is None:
            return LONGEST_NAP
        seconds = (due - self._clock()).total_seconds()
        if seconds > 0:
            return min(seconds, LONGEST_NAP)
        # It is due and was not claimed: its destination is being served, and whoever serves it wakes us.
        return LONGEST_NAP if self._running else BLOCKED_NAP

    def _mind_the_clock(self) -> None:
        wall, steady = self._clock(), time.monotonic()
        passed = timedelta(seconds=steady - self._last[1])
        if wall - self._last[0] < passed - timedelta(seconds=1):
            moved = rewind(self._db, wall)
            log.info("the clock went back; %d deliveries went back with it", moved)
        self._last = (wall, steady)

    def _begin(self, clock: Callable[[], datetime], done: list[DeliveryState] | None) -> bool:
        """Claim one delivery and begin to send it; return whether there was one that could be begun."""
        with self._changed:
            busy = {name for name, target in self._targets.items() if target.destination in self._running}
            if len(self._running) >= MOST_AT_ONCE:
                return False
        now = clock()
        for delivery in outbox.claim(self._db, now, self._lease(), busy=busy, limit=1):
            target = self._targets.get(delivery.subscription)
            if target is None:
                gone = f"the configuration has no subscription {delivery.subscription} any more"
                self._settle(delivery, Outcome(DeliveryState.DEAD, gone), now, done)
                return True
            with self._changed:
                self._running.add(target.destination)
            threading.Thread(
                target=self._work, args=(delivery, target, clock, done), name=target.destination, daemon=True
            ).start()
            return True
        return False

    def _lease(self) -> timedelta:
        """Return how long a claim holds: twice the longest exchange of any channel in use."""
        return timedelta(seconds=2 * max((one.channel.DEADLINE for one in self._targets.values()), default=60.0))

    # -- the threads that send ------------------------------------------------------------------------------------

    def _work(
        self, delivery: Delivery, target: Target, clock: Callable[[], datetime], done: list[DeliveryState] | None
    ) -> None:
        try:
            self._settle(delivery, self._attempt(delivery, target), clock(), done)
        except StorageError as trouble:
            # Left unsettled: the claim lapses, and the delivery is made again under the same id.
            log.warning("%s: how it ended could not be stored: %s", delivery.message_id, trouble)
        finally:
            with self._changed:
                self._running.discard(target.destination)
                self._woken = True
                self._changed.notify_all()

    def _attempt(self, delivery: Delivery, target: Target) -> Outcome:
        try:
            message = word(delivery, target.subscription)
        except Exception as trouble:  # noqa: BLE001 - whatever a text provokes must not stop the others
            line = f"cannot be put into words: {_where(trouble)}"
            wait = webhook_wait(delivery.attempts, self._luck())
            if wait is None or delivery.attempts >= WORDING_ATTEMPTS:
                return Outcome(DeliveryState.DEAD, line)
            return Outcome(DeliveryState.WAITING, line, wait)
        accepted = self._accepted.get(delivery.message_id, frozenset())
        try:
            line = target.channel.deliver(message, target.subscription, self._config, accepted)
        except DeliveryError as trouble:
            return self._judge(delivery, target, trouble)
        except Exception as trouble:  # noqa: BLE001 - a fault of a channel is one failed attempt
            return self._judge(delivery, target, DeliveryError(f"a fault of coopwatch: {_where(trouble)}"))
        self._accepted.pop(delivery.message_id, None)
        return Outcome(DeliveryState.SENT, line)

    def _judge(self, delivery: Delivery, target: Target, trouble: DeliveryError) -> Outcome:
        wait = target.channel.wait(delivery.attempts, self._luck(), trouble.retry_after)
        if trouble.accepted:
            self._accepted[delivery.message_id] = trouble.accepted
        if trouble.permanent:
            return Outcome(DeliveryState.DEAD, str(trouble))
        if wait is None:
            return Outcome(DeliveryState.DEAD, f"given up after {delivery.attempts} attempts: {trouble}")
        return Outcome(DeliveryState.WAITING, str(trouble), wait)

    def _settle(
        self, delivery: Delivery, outcome: Outcome, now: datetime, done: list[DeliveryState] | None
    ) -> None:
        who = f"{delivery.message_id} for {delivery.subscription}"
        if outcome.state is DeliveryState.SENT:
            outbox.sent(self._db, delivery, now, outcome.line)
            waited = (now - delivery.created).total_seconds()
            log.info("%s sent, %.3f s after it was promised: %s", who, waited, outcome.line)
        elif outcome.state is DeliveryState.WAITING:
            outbox.again(self._db, delivery, now, now + timedelta(seconds=outcome.wait), outcome.line)
            log.warning("%s not sent, again in %.0f s: %s", who, outcome.wait, outcome.line)
        else:
            outbox.dead(self._db, delivery, now, outcome.line)
            log.error("%s given up: %s", who, outcome.line)
        if done is not None:
            done.append(outcome.state)


def probe(subscription: Subscription, config: Config) -> str:
    """Find out whether a delivery to a subscription would succeed, without sending anything; return a line about it.

    Raises:
        DeliveryError: why it would fail.
    """
    return channel(subscription.channel).probe(subscription, config)


def _target(subscription: Subscription, config: Config) -> Target:
    serving = channel(subscription.channel)
    return Target(subscription, serving, serving.destination(subscription, config))


def _where(trouble: Exception) -> str:
    """Name an error's kind and place, not its text: that may hold anything."""
    trace = trouble.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}" if trace else ""
    return type(trouble).__name__ + place
