"""One attempt to keep one promise: word it, send it, and say what follows. Not here: the queue (delivering.py)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from scheduler.alerts import message
from scheduler.alerts.channels import Channel, Context, channel
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.ledgers import Ledgers
from scheduler.alerts.message import Message, word
from scheduler.alerts.persons import person
from scheduler.alerts.schedule import webhook_wait
from scheduler.config import Config, Subscription
from scheduler.trust import trusted
from storage.database import Database, StorageError
from storage.model import Delivery, DeliveryState

WORDING_ATTEMPTS = 3  # a message that cannot be worded today is not likely to be tomorrow


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Args:
        state: what it leads to.
        line: the same for people.
        wait: seconds to wait, for WAITING.
        down: whether the destination itself failed (breaker.py); None where it was never asked.
        patience: seconds for which the destination asked to be left alone.
        unwanted: whether the receiver wants no more messages at all.
        taken: marks of the recipients that have it although the attempt failed.
        told_by: the subscriptions that told it, where nobody was left to tell.
    """

    state: DeliveryState
    line: str
    wait: float = 0.0
    down: bool | None = None
    patience: float | None = None
    unwanted: bool = False
    taken: frozenset[str] = frozenset()
    told_by: tuple[str, ...] = ()


class Target:
    """A subscription with the channel that serves it and the destination it goes to.

    Args:
        subscription: whom to tell.
        config: where the channel finds what it needs besides.
        luck: returns chance from 0 up to 1, for the jitter between attempts.
        db: for the channels that write what was told before as well (feeds).
        ledgers: knows the checks that every message tells of; None: it tells of none.
    """

    def __init__(
        self,
        subscription: Subscription,
        config: Config,
        luck: Callable[[], float],
        db: Database | None = None,
        ledgers: Ledgers | None = None,
    ) -> None:
        self.subscription, self._ledgers = subscription, ledgers
        self._context, self._luck = Context(config, db), luck
        self._channel: Channel = channel(subscription.channel)
        self.destination = self._channel.destination(subscription, config)
        self.deadline = subscription.timeout or self._channel.DEADLINE

    def attempt(self, delivery: Delivery, without: Collection[str] = ()) -> Outcome:
        """Word and send a delivery once. Whatever goes wrong is an outcome, but for a database that fails.

        Args:
            delivery: as claimed; whoever stands in its `taken` has it already.
            without: marks of people who have it by another subscription (persons.py).

        Raises:
            StorageError: what it should tell could not be read; the attempt is left open, and made again.
        """
        try:
            told = self._word(delivery)
        except StorageError:
            raise
        except Exception as trouble:  # noqa: BLE001 - whatever a text provokes must not stop the others
            return self._unworded(delivery, trouble)
        try:
            line = self._channel.deliver(told, self.subscription, self._context, self._served(delivery, without))
        except DeliveryError as trouble:
            return self._failed(delivery, trouble)
        except Exception as trouble:  # noqa: BLE001 - a fault of a channel is one failed attempt
            return self._failed(delivery, DeliveryError(f"a fault of coopwatch: {place(trouble)}"))
        return Outcome(DeliveryState.SENT, line, down=False)

    def _word(self, delivery: Delivery) -> Message:
        config = self._context.config
        checks = self._ledgers.of(delivery) if self._ledgers else None
        return word(delivery, self.subscription, email=config.email, ledger=checks, zone=config.service.zone)

    def _served(self, delivery: Delivery, without: Collection[str]) -> frozenset[str]:
        """Return who needs no copy, as the channel names its recipients: mail by address, others by a mark."""
        marks = {*delivery.taken, *without}
        if self.subscription.channel != "email":
            return frozenset(marks)
        return frozenset(to for to in self.subscription.to or () if person("email", to) in marks)

    def _marks(self, accepted: Collection[str]) -> frozenset[str]:
        is_mail = self.subscription.channel == "email"
        return frozenset(person("email", one) if is_mail else one for one in accepted)

    def _unworded(self, delivery: Delivery, trouble: Exception) -> Outcome:
        line = f"cannot be put into words: {place(trouble)}"
        wait = webhook_wait(delivery.attempts, self._luck())
        if wait is None or delivery.attempts >= WORDING_ATTEMPTS:
            return Outcome(DeliveryState.DEAD, line)
        return Outcome(DeliveryState.WAITING, line, wait)

    def _failed(self, delivery: Delivery, trouble: DeliveryError) -> Outcome:
        wait = None if trouble.permanent else self._channel.wait(delivery.ended, self._luck(), trouble.retry_after)
        state, line = DeliveryState.WAITING, str(trouble)
        if wait is None:
            state = DeliveryState.DEAD
            line = line if trouble.permanent else f"given up after {delivery.attempts} attempts: {trouble}"
        taken = self._marks(trouble.accepted)
        return Outcome(state, line, wait or 0.0, trouble.down, trouble.retry_after, trouble.unwanted, taken)


def warm() -> None:
    """Make ready what every first message would have to wait for: the templates, and the TLS context."""
    message.warm()
    trusted()


def place(trouble: BaseException) -> str:
    """Name an error's kind and where it was raised, and not its text: that may hold anything."""
    trace = trouble.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_name}, line {trace.tb_lineno}" if trace else ""
    return type(trouble).__name__ + where
