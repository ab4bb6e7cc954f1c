"""Public holidays of Hong Kong, the Mainland and Macao, as the library `holidays` knows them, year by year.

The library takes 20 MB as soon as it is imported, which the service does not have to spare, so a short-lived child
process (`python -m scheduler.alerts.calendars hong-kong 2026`) looks a year up and the parent keeps its few dates.

Hong Kong and Macao: the general holidays (the library's categories `public` and `optional` together; `public` alone
are those that the labour laws demand, without Good Friday). The Mainland: the days off and the working days at weekends
that the State Council announces each November for the year after. Until the library knows the announcement, a year
holds what the law says and no working weekend.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from scheduler.process import environment

log = logging.getLogger(__name__)

# The library's country and the categories that make up its general holidays.
COUNTRIES = {
    "hong-kong": ("HK", ("public", "optional")),
    "mainland": ("CN", ("public",)),
    "macao": ("MO", ("public", "optional")),
}
NAMES = tuple(COUNTRIES)
LONGEST_LOOK_UP = 30.0  # seconds for the child; it takes half of one
AGAIN = 3600.0  # seconds until a look-up that failed is tried again
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Year:
    """One year of one calendar: its holidays with their names, and the weekend days that are worked."""

    holidays: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    worked: frozenset[date] = frozenset()


class CalendarError(Exception):
    """A calendar could not be looked up."""


LookUp = Callable[[str, int], Year]


def look_up(name: str, year: int) -> Year:
    """Ask the library in a child process.

    Args:
        name: one of `NAMES`.
        year: e.g. 2026.

    Raises:
        CalendarError: the child failed, or the library is not installed.
    """
    command = [sys.executable, "-P", "-m", __name__, name, str(year)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST_LOOK_UP, env=environment(), check=False)
        if done.returncode:
            raise CalendarError(f"its process ended with {done.returncode}")
        told = json.loads(done.stdout)
        days = {date.fromisoformat(day): str(what) for day, what in told["holidays"].items()}
        return Year(MappingProxyType(days), frozenset(map(date.fromisoformat, told["worked"])))
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise CalendarError(type(error).__name__) from error


class Calendars:
    """Free days, looked up once a year and calendar and then remembered.

    A calendar that cannot be looked up has no holidays until it can (tried again after an hour): to tell somebody on a
    holiday is the lesser evil, to hold an alert for no known reason the greater.

    Args:
        look_up: who knows a year of a calendar.
        steady: seconds that never go back.
    """

    def __init__(self, look_up: LookUp = look_up, steady: Callable[[], float] = time.monotonic) -> None:
        self._look_up, self._steady = look_up, steady
        self._years: dict[tuple[str, int], Year] = {}
        self._failed: dict[tuple[str, int], float] = {}

    def free(self, names: Collection[str], weekends: bool, day: date) -> str | None:
        """Return why a day is free, in English, or None where it is worked.

        Args:
            names: the calendars that count; a day is free where it is free in any of them.
            weekends: whether Saturdays and Sundays are free too, but for those that a calendar works. With two
                calendars such a day is worked only where both work it.
            day: as the wall calendar has it.
        """
        for name in names:
            if holiday := self._year(name, day.year).holidays.get(day):
                return holiday
        if not weekends or day.weekday() < SATURDAY:
            return None
        worked = bool(names) and all(day in self._year(name, day.year).worked for name in names)
        return None if worked else "weekend"

    def _year(self, name: str, year: int) -> Year:
        asked = (name, year)
        if asked not in self._years:
            if self._steady() < self._failed.get(asked, 0.0):
                return Year()
            try:
                self._years[asked] = self._look_up(name, year)
            except CalendarError as trouble:
                log.warning("the holidays of %s in %d are not known, nothing is held for them: %s", name, year, trouble)
                self._failed[asked] = self._steady() + AGAIN
                return Year()
        return self._years[asked]


def main(name: str, year: int) -> None:
    """Print a year of a calendar as JSON; for the child process."""
    import holidays

    country, categories = COUNTRIES[name]
    known = holidays.country_holidays(country, years=year, categories=categories, language=_english(country))
    days = {day.isoformat(): what for day, what in sorted(known.items()) if day.year == year}
    worked = sorted(day.isoformat() for day in getattr(known, "weekend_workdays", ()) if day.year == year)
    print(json.dumps({"holidays": days, "worked": worked}))


def _english(country: str) -> str:
    return {"HK": "en_HK", "MO": "en_MO"}.get(country, "en_US")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
