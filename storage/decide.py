"""What to make of what came in: verdicts, silence, and when to look again. Pure; the time is an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.model import ChangeKind, Known, Precision, Verdict

FIRST_SIGHT = "first sight"
"""The reason of silence that a source's first whole check gives; see `silence`."""
BACKFILL = "backfill"
"""The reason of silence of what was read out of a portal's archive: the past is no news."""

REREADS = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=4))
"""After first sight: one release in seven of info.gov.hk is edited in place, nearly all of these within four days."""

CONFIRM_AFTER = timedelta(hours=6)
"""A page missing twice, this far apart, is gone (RELIABILITY.md section 2.8)."""

GONE_EVERY = timedelta(hours=24)
GONE_FOR = timedelta(days=4)
"""A page that is gone is asked for daily for this long: withdrawn releases come back, corrected."""

TWIN_WITHIN = timedelta(days=30)
"""The same text under another key counts as the same news within this time; monthly notices repeat their words."""

_CHANGES = {
    Verdict.NEW: ChangeKind.NEW,
    Verdict.REVISED: ChangeKind.REVISED,
    Verdict.GONE: ChangeKind.GONE,
    Verdict.RETURNED: ChangeKind.RETURNED,
}


def verdict(
    known: Known | None, fingerprint: str | None, twin: int | None, now: datetime, *, by_hand: bool = False
) -> Verdict:
    """Return what to make of a release that was read, or of a page that was not there.

    Args:
        known: what the store knows under this key, or None.
        fingerprint: of the text that was read; None where the portal says that the page is missing (404, 410).
        twin: another release of the same language and text within `TWIN_WITHIN`, or None.
        now: when it was read.
        by_hand: a person asked for this check, which confirms a missing page whatever the time.

    Raises:
        ValueError: nothing known and nothing read.
    """
    if fingerprint is None:
        return _absent(known, now, by_hand)
    if known is None:
        return Verdict.NEW if twin is None else Verdict.DUPLICATE
    if known.state == "gone":
        return Verdict.RETURNED
    return Verdict.UNCHANGED if known.fingerprint == fingerprint else Verdict.REVISED


def _absent(known: Known | None, now: datetime, by_hand: bool) -> Verdict:
    if known is None:
        raise ValueError("a page that was never read cannot go missing")
    if known.state == "gone":
        return Verdict.UNCHANGED
    if known.state != "missing" or known.missing_since is None:
        return Verdict.MISSING
    confirmed = by_hand or now - known.missing_since >= CONFIRM_AFTER
    return Verdict.GONE if confirmed else Verdict.MISSING


def change_kind(made: Verdict) -> ChangeKind | None:
    """Return the kind of change a verdict is worth, or None for those that are worth none."""
    return _CHANGES.get(made)


def silence(
    made: Verdict,
    asked: str | None,
    marked: str | None,
    published: datetime | None,
    precision: Precision | None,
    first_sight: datetime | None,
) -> str | None:
    """Return why nobody is told, or None where they are.

    A source's first whole check finds what was there before us, which is no news; only a release published after that
    check began is, if the portal tells its time to the minute. Any other reason holds as it is.

    Args:
        made: the verdict.
        asked: the caller's reason, or None.
        marked: the reason noted when the link was taken; it speaks of the first reading only.
        published: when the release was published.
        precision: how exactly that is known.
        first_sight: when the source's listing was first read well.
    """
    if asked is not None and asked != FIRST_SIGHT:
        return asked
    if made is not Verdict.NEW:
        return None
    reason = asked or marked
    if reason != FIRST_SIGHT:
        return reason
    exact = precision in (Precision.SECOND, Precision.MINUTE)
    is_news = exact and published is not None and first_sight is not None and published > first_sight
    return None if is_news else reason


def is_twin(mine: datetime, other: datetime) -> bool:
    """Return whether two releases of the same text are near enough in time to be the same news."""
    return abs(mine - other) <= TWIN_WITHIN


def next_reread(first_seen: datetime, published: datetime | None, now: datetime) -> datetime | None:
    """Return when to read a release again after it was read at `now`, or None for never.

    A release that was old when it was first seen is past its edits. Moments that passed unused are not made up for.
    """
    if published is not None and first_seen - published > REREADS[-1]:
        return None
    return next((first_seen + after for after in REREADS if first_seen + after > now), None)


def next_look(made: Verdict, missing_since: datetime, now: datetime) -> datetime | None:
    """Return when to ask again for a page that was not there.

    Args:
        made: what its absence was taken for.
        missing_since: when it was first found missing.
        now: when it was asked for.
    """
    if made is Verdict.MISSING:
        return max(missing_since + CONFIRM_AFTER, now + timedelta(minutes=1))
    return now + GONE_EVERY if now + GONE_EVERY <= missing_since + CONFIRM_AFTER + GONE_FOR else None
