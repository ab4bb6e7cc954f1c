"""The holidays of Hong Kong, the Mainland and Macao in 2026 and 2027, asked of the library in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from scheduler.alerts.calendars import AGAIN, NAMES, CalendarError, Calendars, Year, look_up


@pytest.fixture(scope="module")
def years():
    return {(name, year): look_up(name, year) for name in NAMES for year in (2026, 2027)}


@pytest.fixture
def calendars(years):
    return Calendars(lambda name, year: years[name, year])


def days(year, *texts):
    return {date.fromisoformat(f"{year}-{text}") for text in texts}


def test_the_general_holidays_of_hong_kong_are_those_the_government_gazetted(years):
    """As on the government's own page (gov.hk, general holidays): Good Friday is among them. Sundays are left out."""
    first = "01-01 02-17 02-18 02-19 04-03 04-04 04-06 04-07 05-01 05-25 06-19 07-01 09-26 10-01 10-19 12-25 12-26"
    second = "01-01 02-06 02-08 02-09 03-26 03-27 03-29 04-05 05-01 05-13 06-09 07-01 09-16 10-01 10-08 12-25 12-27"
    for year, texts in ((2026, first), (2027, second)):
        known = {day for day in years["hong-kong", year].holidays if day.weekday() < 6}
        assert known == days(year, *texts.split())
        assert not years["hong-kong", year].worked


def test_the_mainland_works_some_weekends_of_2026_to_make_up(years):
    """As the State Council announced in November 2025."""
    known = years["mainland", 2026]
    assert known.worked == days(2026, "01-04", "02-14", "02-28", "05-09", "09-20", "10-10")
    assert days(2026, "01-02", "02-16", "02-20", "02-23", "05-05", "10-06", "10-07") <= known.holidays.keys()


def test_of_2027_the_mainlands_days_by_law_are_known(years):
    """The arrangement of a year is announced in the November before; these days are the law's."""
    by_law = days(2027, "01-01", "02-05", "02-06", "02-07", "02-08", "04-05", "05-01", "06-09", "09-15", "10-01")
    assert by_law <= years["mainland", 2027].holidays.keys()


def test_macao_keeps_days_of_its_own(years):
    for year in (2026, 2027):
        assert days(year, "10-02", "11-02", "12-08", "12-20", "12-24") <= years["macao", year].holidays.keys()


def test_a_day_is_free_where_any_of_the_calendars_has_it_free(calendars):
    assert calendars.free(("hong-kong",), False, date(2026, 7, 1)) is not None
    assert calendars.free(("mainland",), False, date(2026, 7, 1)) is None
    assert calendars.free(("mainland", "hong-kong"), False, date(2026, 7, 1)) is not None
    assert calendars.free((), False, date(2026, 7, 1)) is None


def test_a_weekend_day_the_mainland_works_is_worked_unless_another_calendar_has_it_free(calendars):
    sunday = date(2026, 9, 20)
    assert calendars.free(("mainland",), True, sunday) is None
    assert calendars.free(("mainland", "hong-kong"), True, sunday) == "weekend"
    assert calendars.free((), True, sunday) == "weekend"
    assert calendars.free(("mainland",), True, date(2026, 9, 27)) == "weekend"
    assert calendars.free(("mainland",), False, date(2026, 9, 27)) is None


def test_a_year_is_looked_up_once():
    asked = []

    def look(name, year):
        asked.append((name, year))
        return Year()

    known = Calendars(look)
    for _ in range(3):
        known.free(("macao",), True, date(2026, 12, 31))
        known.free(("macao",), True, date(2027, 1, 1))
    assert asked == [("macao", 2026), ("macao", 2027)]


def test_a_calendar_that_cannot_be_looked_up_holds_nothing_and_is_asked_again_in_an_hour(caplog):
    clock, asked = [0.0], []

    def fail(name, year):
        asked.append((name, year))
        raise CalendarError("the process ended")

    known = Calendars(fail, lambda: clock[0])
    for _ in range(3):
        assert known.free(("hong-kong",), False, date(2026, 1, 1)) is None
    assert len(asked) == 1
    assert "the holidays of hong-kong in 2026 are not known" in caplog.text
    clock[0] = AGAIN + 1
    known.free(("hong-kong",), False, date(2026, 1, 1))
    assert len(asked) == 2


def test_a_name_that_is_no_calendar_fails_plainly():
    with pytest.raises(CalendarError, match="ended with 1"):
        look_up("atlantis", 2026)


def test_the_library_stays_out_of_this_process():
    """It takes 20 MB; the service has 3 to spare."""
    code = (
        "import sys; from datetime import date; from scheduler.alerts.calendars import Calendars;"
        "assert Calendars().free(('hong-kong',), False, date(2026, 1, 1)); assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
