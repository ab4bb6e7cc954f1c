"""When to try again. Pure arithmetic: no clock and no chance of its own; both come in as arguments."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MINUTE, HOUR = 60.0, 3600.0
DAY = 24 * HOUR
# Standard Webhooks 1.0.0, "Deliverability and reliability": waits between attempts, in seconds. After the last: dead.
WEBHOOK_WAITS = (5.0, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
# Greylisting wants some minutes (RFC 6647); then hourly, and three days in all, as mail servers do (RFC 5321, 4.5.4.1).
EMAIL_WAITS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
EMAIL_LASTS = 3 * DAY
JITTER = 0.2
LONGEST_RETRY_AFTER = DAY


def webhook_wait(attempts: int, luck: float, retry_after: float | None = None) -> float | None:
    """Return how many seconds to wait after the failed attempt number `attempts`, or None to give up.

    Args:
        attempts: attempts made so far, at least 1.
        luck: from 0 up to 1, decides the jitter of 20 per cent to either side.
        retry_after: seconds the receiver asked for. It can make the wait longer, up to a day, and never shorter, so
            that a receiver which always says "in a second" does not use up the table in ten seconds.
    """
    if attempts > len(WEBHOOK_WAITS):
        return None
    return _at_least(jittered(WEBHOOK_WAITS[max(attempts, 1) - 1], luck), retry_after)


def email_wait(attempts: int, luck: float, retry_after: float | None = None) -> float | None:
    """Return how many seconds to wait after the failed attempt number `attempts`, or None after three days.

    Arguments as for `webhook_wait`.
    """
    waited = sum(_email_step(attempt) for attempt in range(1, attempts))
    if waited + _email_step(attempts) > EMAIL_LASTS:
        return None
    return _at_least(jittered(_email_step(attempts), luck), retry_after)


def _email_step(attempt: int) -> float:
    return EMAIL_WAITS[min(max(attempt, 1), len(EMAIL_WAITS)) - 1]


def _at_least(wait: float, retry_after: float | None) -> float:
    return wait if retry_after is None else max(wait, min(retry_after, LONGEST_RETRY_AFTER))


def jittered(seconds: float, luck: float) -> float:
    """Return `seconds` moved by up to 20 per cent to either side; `luck` runs from 0 to 1."""
    return seconds * (1 + JITTER * (2 * luck - 1))


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Return how many seconds a `Retry-After` header asks for, from 0 to a day; None where it says nothing sensible.

    Both forms of RFC 9110, section 10.2.3: seconds, or a date, which is compared with `now`.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_RETRY_AFTER)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)
