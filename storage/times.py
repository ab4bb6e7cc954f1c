"""Times as text and back. Not here: schedules (decide.py) and the reading of a portal's dates (scraper.pages.dates).

Two forms, both UTC: `to_text` for people and messages, with a fraction only where there is one, and `stamp`, always
with six digits, so that texts sort as their times do; SQL compares stamps.
"""

from __future__ import annotations

from datetime import UTC, datetime


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"a time without an offset says nothing: {moment.isoformat()}")
    return moment.astimezone(UTC).replace(tzinfo=None)


def to_text(moment: datetime) -> str:
    """Return an aware time as `2026-11-21T08:30:00Z`, with microseconds where it has any.

    Raises:
        ValueError: the time is naive.
    """
    return _utc(moment).isoformat() + "Z"


def stamp(moment: datetime) -> str:
    """Return an aware time as `2026-11-21T08:30:00.000000Z`: a fixed width, so that text order is time order.

    Raises:
        ValueError: the time is naive.
    """
    return _utc(moment).isoformat(timespec="microseconds") + "Z"


def stamp_or_none(moment: datetime | None) -> str | None:
    """Return `stamp(moment)`, or None for None."""
    return None if moment is None else stamp(moment)


def from_text(text: str) -> datetime:
    """Return the aware UTC time of either form; any ISO 8601 time with an offset is understood.

    Raises:
        ValueError: not a time, or without an offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"a time without an offset says nothing: {text!r}")
    return moment.astimezone(UTC)


def from_text_or_none(text: str | None) -> datetime | None:
    """Return `from_text(text)`, or None for None."""
    return None if text is None else from_text(text)
