"""Who rests now, by what the configuration says: hours, weekends, holidays, in the subscription's own time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from scheduler.alerts.calendars import Calendars, Year
from scheduler.alerts.resting import Resting
from scheduler.config import Config, Quiet, Service, Subscription


@pytest.fixture
def calendars():
    holidays = {"hong-kong": {date(2026, 7, 1): "Establishment Day"}, "mainland": {}}
    worked = {"mainland": frozenset({date(2026, 10, 10)}), "hong-kong": frozenset()}
    return Calendars(lambda name, _year: Year(holidays[name], worked[name]))


def hook(**more):
    return Subscription(name="office", channel="webhook", url="https://example.org/hook", **more)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_subscription_that_says_nothing_never_rests(calendars):
    resting = Resting(Config(subscriptions=(hook(),)), calendars)
    assert resting.until(hook(), at("2026-07-01T20:00")) is None
    assert resting.all_until(at("2026-07-01T20:00")) == {}


def test_quiet_hours_are_those_of_the_service_zone_unless_the_subscription_has_one(calendars):
    night = Quiet(time(22), time(7))
    resting = Resting(Config(service=Service(timezone="Asia/Hong_Kong")), calendars)
    assert resting.until(hook(quiet=night), at("2026-11-20T15:00")) == at("2026-11-20T23:00")
    london = hook(quiet=night, timezone="Europe/London")
    assert Resting(Config(), calendars).until(london, at("2026-11-20T15:00")) is None
    assert Resting(Config(), calendars).until(london, at("2026-11-20T22:30")) == at("2026-11-21T07:00")


def test_a_holiday_and_its_name_are_told(calendars):
    one = hook(holidays=("hong-kong",), quiet=Quiet(time(22), time(7)))
    resting = Resting(Config(subscriptions=(one,)), calendars)
    noon = at("2026-07-01T04:00")
    assert resting.all_until(noon) == {"office": at("2026-07-01T23:00")}
    assert resting.why(one, noon) == "Establishment Day"
    assert resting.why(one, at("2026-07-02T15:00")) == "quiet hours"
    assert resting.why(one, at("2026-07-02T04:00")) == ""


def test_a_weekend_day_that_the_mainland_works_is_no_rest(calendars):
    saturday = at("2026-10-10T04:00")
    assert Resting(Config(), calendars).until(hook(holidays=("mainland",), weekends=True), saturday) is None
    resting = Resting(Config(), calendars)
    assert resting.until(hook(weekends=True), saturday) == at("2026-10-11T16:00")
    assert resting.why(hook(weekends=True), saturday) == "weekend"


def test_an_answer_is_kept_only_while_the_clock_goes_forward(calendars):
    resting, one = Resting(Config(), calendars), hook(weekends=True)
    assert resting.until(one, at("2026-10-10T04:00")) == at("2026-10-11T16:00")
    assert resting.until(one, at("2026-10-10T05:00")) == at("2026-10-11T16:00")
    assert resting.until(one, at("2026-10-07T04:00")) is None, "the clock went back to Wednesday"
