"""When a digest's turn comes: pure arithmetic over cron words and a time zone, right on days that change the clock.

Not here: what a digest holds (digests.py). The words are read by `cronsim`, which takes days of the week as cron does
(0 and 7 are Sunday; APScheduler's own reader of cron words counts from Monday).

On the day the clock goes forward, a turn that falls into the missing hour comes at the first moment after it; on the
day it goes back, a turn in the hour that comes twice comes the first time only. So each turn comes exactly once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

FIELDS = 5  # minute, hour, day of the month, month, day of the week
# A reference for finding out whether words ever come true; any moment will do.
_ANY_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a time on the wall


def check(cron: str) -> None:
    """Make sure that cron words can be used.

    Args:
        cron: five fields; `L` for the last day of the month, `1#2` for the second Monday.

    Raises:
        ValueError: they cannot be read, or never come true.
    """
    from cronsim import CronSim, CronSimError

    if len(cron.split()) != FIELDS:
        raise ValueError('is five fields of cron: minute, hour, day, month, weekday, as in "0 8 * * 1-5"')
    try:
        next(CronSim(cron, _ANY_DAY))
    except CronSimError as error:
        raise ValueError(f"cannot be read as cron words: {error}") from None
    except StopIteration:
        raise ValueError("never comes true") from None


def next_turn(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the first turn after `now`, in UTC.

    Args:
        cron: words that `check` accepts.
        zone: whose wall clock they mean.
        now: aware.
    """
    from cronsim import CronSim

    for wall in CronSim(cron, _wall(now, zone)):
        turn = moment(wall, zone)
        if turn > now:
            return turn
    raise ValueError("never comes true")


def last_turn(cron: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the latest turn up to `now` (`now` itself included), in UTC; arguments as for `next_turn`."""
    from cronsim import CronSim

    local = now.astimezone(zone)
    # In an hour that comes the second time, turns that look later on the wall were already met the first time.
    again = put_back(local) if local.fold else timedelta(0)
    start = _wall(now, zone) + again + timedelta(seconds=1)
    for wall in CronSim(cron, start, reverse=True):
        turn = moment(wall, zone)
        if turn <= now:
            return turn
    raise ValueError("never came true")


def moment(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when a wall clock shows a time: the first time where it does so twice; where never, the moment after.

    Args:
        wall: naive.
        zone: where the clock hangs.

    Returns:
        Aware, in UTC.
    """
    while True:
        utc = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if utc.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
            return utc
        # In the gap. Gaps begin and end at full minutes.
        wall = wall.replace(second=0, microsecond=0) + timedelta(minutes=1)


def put_back(local: datetime) -> timedelta:
    """Return how far the wall clock was put back, for a local time that comes the second time (`fold` is 1)."""
    first, second = local.replace(fold=0).utcoffset(), local.utcoffset()
    return (first - second) if first is not None and second is not None else timedelta(0)


def _wall(now: datetime, zone: ZoneInfo) -> datetime:
    return now.astimezone(zone).replace(tzinfo=None, fold=0)
