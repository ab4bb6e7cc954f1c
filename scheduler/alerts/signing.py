"""Standard Webhooks 1.0.0 signatures, symmetric form (`v1`). Pure: the time comes in as an argument."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from scheduler.alerts.errors import SecretError
from scheduler.alerts.secrets import Secret

PREFIX = "whsec_"
LEAST, MOST = 24, 64  # bytes of a key, says the specification


def keys(secret: Secret) -> tuple[bytes, ...]:
    """Return the signing keys of a secret: one, or several separated by white space while keys are being changed.

    Raises:
        SecretError: a part is not `whsec_` followed by base64 of 24 to 64 bytes. The message tells which, not what.
    """
    parts = secret.reveal().split()
    if not parts:
        raise SecretError("the webhook secret is empty")
    return tuple(_key(part, place) for place, part in enumerate(parts, 1))


def _key(part: str, place: int) -> bytes:
    which = f"webhook secret {place}"
    if not part.startswith(PREFIX):
        raise SecretError(
            f"{which} does not begin with {PREFIX}; make one: "
            """python3 -c "import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())" """.strip()
        )
    try:
        key = base64.b64decode(part.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise SecretError(f"{which} is not base64 after {PREFIX}") from None
    if not LEAST <= len(key) <= MOST:
        raise SecretError(f"{which} holds {len(key)} bytes; it must be {LEAST} to {MOST}")
    return key


def headers(message_id: str, timestamp: int, body: bytes, secret: Secret) -> dict[str, str]:
    """Return the three headers that sign a body.

    Args:
        message_id: stays the same over every attempt; holds no full stop.
        timestamp: of this attempt, in seconds since 1970.
        body: the very bytes that are sent.
        secret: one key or several; each signs, so a receiver may know the old or the new one.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = (base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys(secret))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }
