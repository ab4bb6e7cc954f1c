"""One attempt to keep one promise: word it, send it, and say what follows. Not here: the queue (delivering.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.alerts import message
from scheduler.alerts.channels import Channel, Context, channel
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import word
from scheduler.alerts.schedule import webhook_wait
from scheduler.alerts.trust import trusted
from scheduler.config import Config, Subscription
from storage.database import Database
from storage.model import Delivery, DeliveryState

WORDING_ATTEMPTS = 3  # a message that cannot be worded today is not likely to be tomorrow


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: the state it leads to, a line for people, and for WAITING the seconds to wait."""

    state: DeliveryState
    line: str
    wait: float = 0.0


class Target:
    """A subscription with the channel that serves it and the destination it goes to.

    Args:
        subscription: whom to tell.
        config: where the channel finds what it needs besides.
        luck: returns chance from 0 up to 1, for the jitter between attempts.
        db: for the channels that write what was told before as well (feeds).
    """

    def __init__(
        self, subscription: Subscription, config: Config, luck: Callable[[], float], db: Database | None = None
    ) -> None:
        self._subscription, self._context, self._luck = subscription, Context(config, db), luck
        self._channel: Channel = channel(subscription.channel)
        self.destination = self._channel.destination(subscription, config)
        self.deadline = self._channel.DEADLINE
        # Who has a copy of a message that others still wait for. Lost at a restart: then they get it once more.
        self._accepted: dict[str, frozenset[str]] = {}

    def attempt(self, delivery: Delivery) -> Outcome:
        """Word and send a delivery once. Raises nothing: whatever goes wrong is an outcome."""
        try:
            told = word(delivery, self._subscription)
        except Exception as trouble:  # noqa: BLE001 - whatever a text provokes must not stop the others
            return self._unworded(delivery, trouble)
        accepted = self._accepted.get(delivery.message_id, frozenset())
        try:
            line = self._channel.deliver(told, self._subscription, self._context, accepted)
        except DeliveryError as trouble:
            return self._failed(delivery, trouble)
        except Exception as trouble:  # noqa: BLE001 - a fault of a channel is one failed attempt
            return self._failed(delivery, DeliveryError(f"a fault of coopwatch: {place(trouble)}"))
        self._accepted.pop(delivery.message_id, None)
        return Outcome(DeliveryState.SENT, line)

    def _unworded(self, delivery: Delivery, trouble: Exception) -> Outcome:
        line = f"cannot be put into words: {place(trouble)}"
        wait = webhook_wait(delivery.attempts, self._luck())
        if wait is None or delivery.attempts >= WORDING_ATTEMPTS:
            return Outcome(DeliveryState.DEAD, line)
        return Outcome(DeliveryState.WAITING, line, wait)

    def _failed(self, delivery: Delivery, trouble: DeliveryError) -> Outcome:
        if trouble.accepted:
            self._accepted[delivery.message_id] = trouble.accepted
        if trouble.permanent:
            return Outcome(DeliveryState.DEAD, str(trouble))
        wait = self._channel.wait(delivery.attempts, self._luck(), trouble.retry_after)
        if wait is None:
            return Outcome(DeliveryState.DEAD, f"given up after {delivery.attempts} attempts: {trouble}")
        return Outcome(DeliveryState.WAITING, str(trouble), wait)


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
