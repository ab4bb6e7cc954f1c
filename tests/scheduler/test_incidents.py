"""What is an incident and what is not: the rules by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.config import Config, SourceConfig
from scheduler.incident_words import closed, opened
from scheduler.incidents import (
    IncidentKind,
    clock,
    delivering,
    disk,
    failing,
    is_told_too_often,
    set_back,
)
from storage.outstanding import Outstanding
from storage.runs import SourceState

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONFIG = Config(sources={"hk_gia_en": SourceConfig(), "mo_gcs_zh": SourceConfig(enabled=False)})


def state(name="hk_gia_en", *, failures=0, trouble=None, good=HOUR, attempt=timedelta()):
    return SourceState(name, NOW - 90 * HOUR, NOW - 90 * HOUR, NOW - attempt, NOW - good, failures, trouble)


def kinds(found):
    return [one.kind.value for one in found]


def test_a_source_that_is_well_is_no_incident():
    assert kinds(failing(CONFIG, [state()], NOW)) == []


@pytest.mark.parametrize(("failures", "found"), [(1, []), (2, []), (3, ["source-failing"])])
def test_a_portal_may_miss_two_checks(failures, found):
    assert kinds(failing(CONFIG, [state(failures=failures, trouble="timeout: 20 s")], NOW)) == found


@pytest.mark.parametrize("trouble", ["empty: a listing without links", "blocked: a challenge", "unreadable: TypeError"])
def test_a_portal_that_was_rebuilt_is_told_at_the_first_check(trouble):
    assert kinds(failing(CONFIG, [state(failures=1, trouble=trouble)], NOW)) == ["source-failing"]


def test_a_source_nobody_could_read_for_a_day_is_blind_and_failing():
    found = list(failing(CONFIG, [state(failures=30, trouble="http 503", good=25 * HOUR)], NOW))
    assert kinds(found) == ["source-failing", "source-blind"]
    assert found[1].evidence["last_good"] == "2026-11-20T07:00:00.000000Z"


def test_a_source_that_asks_for_patience_for_a_day_is_blind_too():
    assert kinds(failing(CONFIG, [state(trouble="http 429", good=25 * HOUR)], NOW)) == ["source-blind"]


def test_a_source_that_was_merely_not_looked_at_is_not_blind():
    assert kinds(failing(CONFIG, [state(good=90 * HOUR, attempt=90 * HOUR)], NOW)) == []


def test_a_source_that_is_not_watched_is_nobodys_concern():
    assert kinds(failing(CONFIG, [state("mo_gcs_zh", failures=9, trouble="http 503", good=90 * HOUR)], NOW)) == []


def test_a_dead_letter_is_an_incident_until_something_arrives_and_an_hour_has_passed():
    dead = Outstanding("desk", dead=1, last_dead=NOW - 5 * HOUR, trouble="550 no such user")
    assert kinds(delivering([dead], {}, NOW)) == ["deliveries-failing"]
    later = Outstanding("desk", dead=1, last_dead=NOW - 5 * HOUR, last_sent=NOW - 4 * HOUR)
    assert kinds(delivering([later], {}, NOW)) == []
    fresh = Outstanding("desk", dead=1, last_dead=NOW - HOUR / 2, last_sent=NOW)
    assert kinds(delivering([fresh], {}, NOW)) == ["deliveries-failing"]


@pytest.mark.parametrize(("hours", "found"), [(0.5, []), (1.5, ["deliveries-failing"])])
def test_a_delivery_that_was_tried_may_wait_an_hour(hours, found):
    waiting = Outstanding("desk", waiting=3, oldest_tried=NOW - hours * HOUR, trouble="http 500")
    assert kinds(delivering([waiting], {}, NOW)) == found


def test_an_open_breaker_is_an_incident_at_once():
    (found,) = delivering([], {"https://desk.example": "5 failures"}, NOW)
    assert (found.kind, found.subject) == (IncidentKind.DELIVERIES, "https://desk.example")


@pytest.mark.parametrize(("free", "trouble", "found"), [
    (10**9, None, []), (None, None, []), (150_000_000, None, ["disk"]), (10**9, "disk I/O error", ["disk"]),
])  # fmt: skip
def test_a_disk_is_an_incident_below_two_hundred_megabytes_or_where_it_fails(free, trouble, found):
    assert kinds(disk("/var/lib", free, trouble)) == found


def test_a_jump_of_the_clock_is_an_incident_for_ten_minutes():
    assert kinds(clock(-3600, NOW - timedelta(minutes=9), NOW)) == ["clock"]
    assert kinds(clock(-3600, NOW - timedelta(minutes=11), NOW)) == []
    assert kinds(clock(0, None, NOW)) == []


def test_a_clock_that_was_set_back_while_nobody_looked_is_an_incident_until_it_is_past_what_was_recorded():
    three_days = timedelta(days=3)
    (wrong,) = set_back(NOW + three_days, NOW, NOW)
    assert (wrong.kind, wrong.evidence["seconds"]) == (IncidentKind.CLOCK, -three_days.total_seconds())
    assert kinds(set_back(NOW + three_days, NOW, NOW + 23 * HOUR)) == ["clock"]
    assert kinds(set_back(NOW + three_days, NOW, NOW + 24 * HOUR)) == []
    assert kinds(set_back(NOW + HOUR, NOW, NOW + HOUR)) == []
    assert kinds(set_back(NOW + timedelta(seconds=50), NOW, NOW)) == []
    assert kinds(set_back(None, NOW, NOW)) == []


def test_what_comes_and_goes_is_told_three_times_a_day():
    assert not is_told_too_often([NOW - HOUR, NOW - 2 * HOUR, NOW - 30 * HOUR], NOW)
    assert is_told_too_often([NOW - HOUR, NOW - 2 * HOUR, NOW - 3 * HOUR], NOW)


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_kind_has_words_for_its_beginning_even_without_evidence_and_for_its_end(kind):
    title, lines = opened(kind, "hk_gia_en", {"least": 1})
    assert title != f"{kind}: hk_gia_en"
    assert all(line.endswith((".", "?")) for line in lines)
    title, lines = closed(kind, "hk_gia_en", {}, NOW - 2 * HOUR, NOW)
    assert "well again" not in title
    assert lines[0].endswith("after 2h.")


def test_a_kind_of_a_later_coopwatch_is_said_as_it_is():
    assert opened("moon", "full", {}) == ("moon: full", [])


def test_the_question_of_a_storm_says_how_many_why_which_and_what_to_type():
    evidence = {"hold": 3, "alerts": 500, "why": "500 alerts in one run", "titles": ["A", "B"]}
    title, lines = opened("storm-held", "hk_gia_en", evidence)
    assert title == "hk_gia_en: 500 alerts are held. Is this news?"
    assert lines[0] == "500 alerts in one run."
    assert "For example: A" in lines
    assert "`coopwatch alerts release 3` lets them out" in lines[-1]


def test_who_settled_a_question_is_told():
    _, lines = closed("storm-held", "hk_gia_en", {"settled": "dropped", "by": "ann"}, NOW - HOUR, NOW)
    assert lines == ["The question was settled after 1h.", "Dropped by ann."]
