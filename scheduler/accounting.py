"""Is a promise accounted for? Pure: where a delivery stands, or that there is none, to a reason or a gap.

Not here: which changes and subscriptions are looked at (reconciling.py), and what people read (why.py uses these
words).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from storage.accounts import Promised
from storage.model import DeliveryState

PROMPT = timedelta(minutes=15)
"""A promise that is due for so long and was not tried is no reason any more (RELIABILITY.md section 2.1)."""
UNJUDGED = timedelta(hours=2)
"""A hold that nobody has judged for so long keeps promises nobody knows of."""
BEHIND = timedelta(hours=1)
"""How long after its turn a digest may be made: the service may just have been started."""


class Fate(StrEnum):
    """How a change stands with a subscription that wants it."""

    TOLD = "told"  # confirmed
    WAITS = "waits"  # there is a reason, and it will be told
    KEPT = "kept"  # there is a reason, and it will not be told unless somebody acts
    GAP = "gap"  # there is no reason


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a subscription now.

    Args:
        quiet_until: it is left alone until then.
        turn: when its next digest is due, for one that gathers alerts; None for others.
        last_turn: when its last digest was due.
        disabled: since when nothing is sent to it, and why.
        breaker: why its destination is left alone for the time being.
        configured: whether the configuration still has it.
    """

    quiet_until: datetime | None = None
    turn: datetime | None = None
    last_turn: datetime | None = None
    disabled: str | None = None
    breaker: str | None = None
    configured: bool = True


@dataclass(frozen=True, slots=True)
class Account:
    """How a promise stands: its fate and, in words, why; `at` is a time the words speak of, to be shown locally."""

    fate: Fate
    why: str
    at: datetime | None = None


def account(promised: Promised, standing: Standing, now: datetime, hold_state: str | None = None) -> Account:
    """Return how a promise stands.

    Args:
        promised: the delivery.
        standing: of its subscription.
        now: the time.
        hold_state: of the hold that keeps it back, where one does.
    """
    return _BY_STATE[promised.state](promised, standing, now, hold_state)


def _sent(one: Promised, _standing: Standing, _now: datetime, _hold: str | None) -> Account:
    if one.bundle_id is not None:
        return Account(Fate.TOLD, f"sent with digest {one.bundle_id} at", one.settled)
    return Account(Fate.TOLD, "sent at", one.settled)


def _dead(one: Promised, _standing: Standing, _now: datetime, _hold: str | None) -> Account:
    return Account(
        Fate.KEPT, f"given up after {_attempts(one.attempts)}: {one.trouble or 'no reason kept'}", one.settled
    )


def _dropped(one: Promised, _standing: Standing, _now: datetime, _hold: str | None) -> Account:
    return Account(Fate.KEPT, one.trouble or "dropped", one.settled)


def _held(one: Promised, _standing: Standing, now: datetime, hold_state: str | None) -> Account:
    if hold_state == "open":
        return Account(Fate.WAITS, f"held until the operator decides (hold {one.hold_id}), since", one.made)
    if hold_state == "judging" and now - one.made < UNJUDGED:
        return Account(Fate.WAITS, f"held while the run goes on that found it (hold {one.hold_id}), since", one.made)
    return Account(Fate.GAP, f"held by hold {one.hold_id}, which nobody has judged since", one.made)


def _bundled(one: Promised, standing: Standing, now: datetime, _hold: str | None) -> Account:
    words = f"in digest {one.bundle_id}"
    if one.bundle_state in (DeliveryState.WAITING, DeliveryState.SENDING):
        late = now - one.made > BEHIND and standing == Standing() and one.next_try is not None
        return Account(Fate.GAP if late else Fate.WAITS, f"{words}, which is being sent", one.next_try)
    return Account(Fate.GAP, f"{words}, which is {one.bundle_state.value if one.bundle_state else 'not there'}")


def _under_way(one: Promised, _standing: Standing, now: datetime, _hold: str | None) -> Account:
    if one.next_try is not None and now - one.next_try > PROMPT:
        return Account(Fate.GAP, "being sent by a process that is gone", one.next_try)
    return Account(Fate.WAITS, f"being sent, attempt {one.attempts}", one.next_try)


def _waiting(one: Promised, standing: Standing, now: datetime, _hold: str | None) -> Account:
    return _put_off(one, standing, now) or _its_turn(one, now)


def _put_off(one: Promised, standing: Standing, now: datetime) -> Account | None:
    """Return why a delivery waits whatever its own time says, or None."""
    if not standing.configured:
        return Account(Fate.WAITS, "the configuration has no such subscription any more; promised at", one.made)
    if standing.disabled:
        return Account(Fate.KEPT, f"its subscription is switched off ({standing.disabled}); promised at", one.made)
    if one.attempts == 0 and standing.turn is not None:
        return _gathering(one, standing, now)
    if standing.quiet_until is not None:
        return Account(Fate.WAITS, "quiet hours or a free day until", standing.quiet_until)
    if standing.breaker:
        return Account(Fate.WAITS, f"its receiver is left alone for a while: {standing.breaker}", one.next_try)
    return None


def _its_turn(one: Promised, now: datetime) -> Account:
    """Return how a delivery stands by its own time."""
    if one.next_try is not None and one.next_try > now:
        if one.attempts:
            return Account(Fate.WAITS, f"tried {_times(one.attempts)}, again at", one.next_try)
        return Account(Fate.WAITS, "waits for the edition it is wanted in, at the longest until", one.next_try)
    if one.next_try is None or now - one.next_try > PROMPT:
        return Account(Fate.GAP, "due, and nobody has sent it, since", one.next_try or one.made)
    return Account(Fate.WAITS, "due since", one.next_try)


def _gathering(one: Promised, standing: Standing, now: datetime) -> Account:
    missed = standing.last_turn is not None and one.made < standing.last_turn < now - BEHIND
    if missed and standing.quiet_until is None:
        return Account(Fate.GAP, "its digest was not made, due at", standing.last_turn)
    return Account(Fate.WAITS, "waits for the digest of", standing.turn)


def _attempts(count: int) -> str:
    return "1 attempt" if count == 1 else f"{count} attempts"


def _times(count: int) -> str:
    return "once" if count == 1 else "twice" if count == 2 else f"{count} times"


_BY_STATE = {
    DeliveryState.SENT: _sent,
    DeliveryState.DEAD: _dead,
    DeliveryState.DROPPED: _dropped,
    DeliveryState.HELD: _held,
    DeliveryState.BUNDLED: _bundled,
    DeliveryState.SENDING: _under_way,
    DeliveryState.WAITING: _waiting,
}
