"""Is a flood of new releases news, or a portal that was rebuilt? Pure: counts in, a judgement out.

A run that has more to read than usual makes its promises on hold (reading.py); at its end this says what becomes of
them. Not here: the holds themselves (holding.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

STORM = 20
"""Alerts of one run that are let out without a question (RELIABILITY.md section 2.1)."""
FAR_ABOVE = 3
"""Times the busiest day of a source's own history: beyond it a run is no busy day any more."""
KNOWN_FOR = 7
"""Days of history before a source's busiest day says anything: a week has its quiet end."""
LONG_AWAY = timedelta(hours=24)
"""Not read well for so long, a source has catching up to do."""
DAY = timedelta(days=1)


class Ruling(StrEnum):
    """What becomes of the alerts a run made: let out at once, let out as one digest each, or asked about."""

    LET_OUT = "let out"
    CATCH_UP = "catch up"
    ASK = "ask"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Burst:
    """What one run of a source brought.

    Args:
        alerts: changes that somebody is to be told of, each counted once however many subscriptions want it.
        fresh: links nobody had listed before.
        unread: links that are still to be read, since the run ended before them.
        away: how long the source had not been read well before the run.
    """

    alerts: int
    fresh: int = 0
    unread: int = 0
    away: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Past:
    """A source's own history: most alerts and most new releases of one day, and how many days it has been watched."""

    busiest_alerts: int = 0
    busiest_day: int = 0
    days: int = 0


def may_storm(to_read: int, away: timedelta, storm: int = STORM) -> bool:
    """Return whether a run must make its promises on hold: it has much to read, or much to catch up on."""
    return to_read > storm or away > LONG_AWAY


def is_storm(count: int, busiest_day: int, days_known: int, storm: int = STORM, days: int = 1) -> bool:
    """Return whether so many alerts at once are to be asked about rather than sent.

    Args:
        count: the alerts.
        busiest_day: most alerts of one day in the source's history.
        days_known: how long that history is.
        storm: how many are never asked about unless they are far above that history.
        days: over how many days they gathered.
    """
    if count > storm * days:
        return True
    # A portal of one alert a fortnight need not be asked about its third: half of what is allowed is no flood.
    return days_known >= KNOWN_FOR and count > max(storm // 2, FAR_ABOVE * busiest_day) * days


def rule(burst: Burst, past: Past, *, storm: int = STORM, patient: bool = True) -> tuple[Ruling, str]:
    """Return what becomes of a run's alerts, and why, in words for the operator.

    Args:
        burst: what the run brought.
        past: the source's history before it.
        storm: as configured.
        patient: whether a run that was cut short may be waited for; not for ever.
    """
    days = 1 + burst.away // DAY
    if not burst.alerts:
        return (Ruling.WAIT, "still reading") if burst.unread > storm and patient else (Ruling.LET_OUT, "no alerts")
    if is_storm(burst.alerts, past.busiest_alerts, past.days, storm, days):
        return Ruling.ASK, _flood(burst, past, days)
    if _renumbered(burst, past, storm, days):
        return Ruling.ASK, _archive(burst, past)
    if burst.unread > storm and patient:
        return Ruling.WAIT, f"{burst.unread} releases are still to be read"
    if burst.away > LONG_AWAY:
        return Ruling.CATCH_UP, f"not read well for {days - 1} days" if days > 2 else "not read well for a day"
    return Ruling.LET_OUT, f"{burst.alerts} alerts are not unusual"


def _renumbered(burst: Burst, past: Past, storm: int, days: int) -> bool:
    """Return whether a portal lists far more than it ever issued: a moved or renumbered archive looks like that."""
    usual = max(storm, past.busiest_day)
    return past.days >= KNOWN_FOR and burst.fresh > FAR_ABOVE * usual * days


def _flood(burst: Burst, past: Past, days: int) -> str:
    over = f" over {days} days" if days > 1 else ""
    history = f"; its busiest day had {past.busiest_alerts}" if past.days >= KNOWN_FOR else ""
    return f"{burst.alerts} alerts in one run{over}{history}"


def _archive(burst: Burst, past: Past) -> str:
    return (
        f"{burst.fresh} new addresses in one run, where the busiest day had {past.busiest_day}: "
        f"perhaps a moved or renumbered archive; {burst.alerts} would be told"
    )
