"""Works the outbox off: claims what is due, has it sent, settles it. Not here: words and channels (alerts/).

One thread claims; each destination that has something to get is served by a thread of its own, one message at a time,
so a receiver that hangs keeps nobody waiting but itself. An attempt is committed before anything is sent
(storage.outbox), so whatever happens to this process, a promise is kept at least once, always under the same id.
Who may be told at all is known at the gate (gate.py): quiet hours, digests, receivers that are left alone.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from scheduler.alerts.attempting import Outcome, Target, place, warm
from scheduler.alerts.calendars import Calendars
from scheduler.alerts.channels import channel
from scheduler.alerts.ledgers import Ledgers
from scheduler.alerts.persons import people
from scheduler.alerts.receivers import Trouble
from scheduler.alerts.rules import mark
from scheduler.config import Config, Subscription
from scheduler.digesting import Digests
from scheduler.gate import Gate
from scheduler.leaving_out import LeftOut, Overlaps
from scheduler.places import Places
from scheduler.settling import Settling, Summary, difference
from storage import outbox, subscribers
from storage.database import Database, StorageError
from storage.model import Delivery, DeliveryState
from storage.rewind import rewind

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
LONGEST_NAP = 300.0  # seconds; a machine that sleeps stops the clock we sleep by, so look up now and then
PATIENCE = 5.0  # seconds until the database is tried again after it failed


class Dispatcher:
    """Delivers what is due, when told to (`once`) or by itself (`start`, `wake`, `stop`).

    Args:
        db: the database, shared with whoever records.
        config: read once; a subscription that is not in it any more gets nothing.
        clock: returns the present as an aware datetime.
        luck: returns chance from 0 up to 1, for the jitter between attempts.
        calendars: who knows the holidays; by default the library's.
        on_trouble: called when a destination is left alone for a while, and with None when it answers again.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        luck: Callable[[], float] = random.random,
        calendars: Calendars | None = None,
        on_trouble: Callable[[str, Trouble | None], None] = lambda *_: None,
    ) -> None:
        self._db, self._config, self._clock = db, config, clock
        ledgers = Ledgers(db, [name for name, source in config.sources.items() if source.enabled])
        self._targets = {one.name: Target(one, config, luck, db, ledgers) for one in config.everyone}
        self._gate = Gate(db, config, self._targets, calendars=calendars, on_trouble=on_trouble)
        self._overlaps = Overlaps(db, config.everyone)
        self._digests = Digests(db, config, self._overlaps)
        self._settling = Settling(db, config)
        # A claim lapses after twice the longest exchange: nobody is sending it any more then.
        self._lease = timedelta(seconds=2 * max((one.deadline for one in self._targets.values()), default=60.0))
        self._changed = threading.Condition()
        self._woken = self._stopping = False
        self._places = Places()
        self._crowded: float | None = None  # seconds until there is a place, where there was none when last asked
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
        before = self._settling.count()
        self._meet(clock())
        while True:
            with self._changed:
                self._woken = False
            self._make_digests(clock())
            if self._begin(clock(), clock):
                continue
            with self._changed:
                # Whoever ended since we last looked has set `_woken`, and made room for another.
                if not self._places and not self._woken:
                    break
                self._changed.wait_for(lambda: self._woken, self._crowded)
        return difference(self._settling.count(), before)

    def breakers(self) -> dict[str, str]:
        """Return the destinations that failed so often that they are left alone for a while, and why."""
        return {name: trouble.line for name, trouble in self._gate.receivers.troubles().items()}

    def recover(self) -> int:
        """Take over what a dispatcher that died was sending; return how much. For the holder of the instance lock."""
        return outbox.recover(self._db, self._clock())

    def start(self) -> None:
        """Deliver from now on, in a thread of its own. Only for the holder of the instance lock (see `recover`)."""
        taken_over = self.recover()
        if taken_over:
            log.info("%d deliveries were cut off when coopwatch last ended; they are sent again", taken_over)
        rewind(self._db, self._clock())
        self._meet(self._clock())
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
            return self._changed.wait_for(lambda: not self._places, max(ends - time.monotonic(), 0))

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
            self._gate.look()
            while True:
                now = self._clock()
                self._make_digests(now)
                if not self._begin(now, self._clock):
                    break
            due = self._next(now)
            seconds = LONGEST_NAP if due is None else (due - self._clock()).total_seconds()
            if self._mind_the_clock():  # it went back while we worked, so the seconds are wrong
                return 0.0
        except StorageError as trouble:
            log.warning("deliveries wait, the database fails: %s", trouble)
            return PATIENCE
        except Exception as trouble:  # noqa: BLE001 - this thread must outlive any fault
            log.warning("deliveries wait after a fault: %s", place(trouble))
            return PATIENCE
        return min(max(seconds, 0.0), LONGEST_NAP, self._crowded or LONGEST_NAP)

    def _next(self, now: datetime) -> datetime | None:
        """Return when there may be something to do, if nothing could be begun at `now`.

        What was due by then waits for its destination, whose thread wakes us; or for the gate, which knows when; or for
        a claim that could not be settled, until it lapses.
        """
        times = (outbox.next_due(self._db, after=now), self._gate.opens(now), self._digests.next_turn(now))
        return min((one for one in times if one is not None), default=None)

    def _meet(self, now: datetime) -> None:
        """Note the subscriptions as they are now: since when they are known, what they ask for, where they go."""
        known = {one.name: (mark(one.where), _address(one)) for one in self._config.everyone}
        subscribers.meet(self._db, known, now)
        self._gate.look()

    def _make_digests(self, now: datetime) -> None:
        if self._digests.gathered and not self._stopping:
            self._digests.make(now, resting=self._gate.resting(now))

    def _mind_the_clock(self) -> bool:
        """Return whether the clock went back since it was last minded; what waits has been moved back with it then."""
        wall, steady = self._clock(), time.monotonic()
        passed = timedelta(seconds=steady - self._last[1])
        went_back = wall - self._last[0] < passed - timedelta(seconds=1)
        self._last = (wall, steady)
        if went_back:
            log.info("the clock went back, and %d deliveries with it", rewind(self._db, wall))
        return went_back

    def _begin(self, now: datetime, clock: Clock) -> bool:
        """Claim one delivery and begin to send it; return whether there was one that could be begun."""
        with self._changed:
            room = self._places.wait()
            self._crowded = room or None
            if self._stopping or room != 0:
                return False
            running = self._places.taken
        for due in self._claim(now, self._gate.shut(now, running)):
            target = self._targets.get(due.subscription)
            if target is None:
                self._settling.settle(due, Outcome(DeliveryState.DEAD, _unknown(due.subscription)), now)
                return True
            delivery, left = self._overlaps.thin(due, now)
            if left.everybody:
                self._settling.settle(delivery, Outcome(DeliveryState.SENT, left.line, told_by=left.by), now)
                return True
            with self._changed:
                self._places.take(target.destination)
            work = (delivery, target, left, clock)
            threading.Thread(target=self._work, args=work, name=target.destination, daemon=True).start()
            return True
        return False

    def _claim(self, now: datetime, busy: set[str]) -> list[Delivery]:
        """Claim what is due next; what goes to a destination that failed last comes after all that does not."""
        doubtful = self._gate.doubtful() - busy
        for left_out in (busy | doubtful, busy) if doubtful else (busy,):
            gathered, postpone = self._digests.gathered, self._gate.postpone
            found = outbox.claim(
                self._db, now, self._lease, busy=left_out, gathered=gathered, limit=1, postpone=postpone
            )
            if found:
                return found
        return []

    # -- the threads that send ------------------------------------------------------------------------------------

    def _work(self, delivery: Delivery, target: Target, left: LeftOut, clock: Clock) -> None:
        try:
            outcome = target.attempt(delivery, left.marks)
            now = clock()
            self._gate.receivers.settled(target.destination, outcome, now)
            self._settling.settle(delivery, outcome, now)
            if outcome.unwanted:
                self._gate.look()
        except StorageError as trouble:
            # Left unsettled: the claim lapses, and the delivery is made again under the same id.
            log.warning("%s: how it ended could not be stored: %s", delivery.message_id, trouble)
        finally:
            with self._changed:
                self._places.leave(target.destination)
                self._woken = True
                self._changed.notify_all()


def _unknown(name: str) -> str:
    return (
        f"the configuration has no subscription {name} any more; under that name again, coopwatch alerts retry sends it"
    )


def _address(subscription: Subscription) -> str:
    """Return one mark of all the places a subscription's messages go to."""
    return " ".join(sorted(people(subscription)))


def probe(subscription: Subscription, config: Config) -> str:
    """Find out whether a delivery to a subscription would succeed, without sending anything; return a line about it.

    Raises:
        DeliveryError: why it would fail.
    """
    return channel(subscription.channel).probe(subscription, config)
