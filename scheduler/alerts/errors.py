"""What can go wrong between a promise and its receiver. No text in here ever holds a secret or a whole address.

* Exception
  * DeliveryError        not delivered; `permanent` says whether trying again can help
    * AddressError       the address is not one we connect to (guard.py)
    * SecretError        the secret is missing, unreadable by us, or readable by others (secrets.py)
"""

from __future__ import annotations

from collections.abc import Collection


class DeliveryError(Exception):
    """A message was not delivered.

    Args:
        message: one sentence for the operator; it is stored with the attempt and shown.
        permanent: True where no later attempt can succeed: a dead letter at once.
        retry_after: seconds the receiver asked us to wait, or None.
        accepted: mail addresses that took their copy all the same; they are not sent to again.
        down: True where the destination itself fails (no connection, a 5xx, no answer in time), whatever the message.
        unwanted: True where the receiver wants no more messages at all, ever (410).
    """

    def __init__(
        self,
        message: str,
        permanent: bool = False,
        retry_after: float | None = None,
        accepted: Collection[str] = (),
        *,
        down: bool = False,
        unwanted: bool = False,
    ) -> None:
        self.permanent = permanent
        self.retry_after = retry_after
        self.accepted = frozenset(accepted)
        self.down = down
        self.unwanted = unwanted
        super().__init__(message)


class AddressError(DeliveryError):
    """The address of a receiver is refused."""


class SecretError(DeliveryError):
    """A secret that the configuration names cannot be used."""
