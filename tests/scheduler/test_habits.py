"""What is odd about a source by its own past, rule by rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler import habits
from scheduler.incidents import Wrong
from scheduler.judging_sources import Judge, Past, is_read_well, oddities, opened_of
from scheduler.rhythm import learn, words
from storage import incidents, runs
from storage.database import Database
from storage.model import Run
from storage.rhythms import Counted, Filled
from storage.runs import SourceState

MONDAY = datetime(2026, 9, 6, 16, 0, tzinfo=UTC)  # midnight in Hong Kong
ALL = frozenset({"published", "department", "text"})
NEVER: set[date] = set()


def is_free(day: date) -> bool:
    return day in NEVER


def working_mornings(days: int = 28) -> list[datetime]:
    """A release each working day at 10:20 in Hong Kong."""
    days_ = (MONDAY + timedelta(days=number) for number in range(days))
    return [day + timedelta(hours=10, minutes=20) for day in days_ if (day + timedelta(hours=8)).weekday() < 5]


def listings(*links: int, gaps: bool = False) -> list[Counted]:
    return [Counted(MONDAY + timedelta(hours=number), each, gaps) for number, each in enumerate(links)]


def pages(count: int, *, start: int = 0, **changes) -> list[Filled]:
    made = {"fields": ALL, "text": "A notice.", "url": "https://x.example/2026/P{n}.htm"} | changes
    return [
        Filled(MONDAY + timedelta(hours=n), made["url"].format(n=n), made["fields"], made["text"])
        for n in range(start, start + count)
    ]


def test_too_short_a_past_is_no_rhythm():
    until = MONDAY + timedelta(days=28)
    assert learn(working_mornings()[:7], MONDAY, until, is_free) is None
    assert learn(working_mornings(12), MONDAY, MONDAY + timedelta(days=12), is_free) is None
    assert words(None) == "not known yet"


def test_a_weekend_is_no_silence_and_two_working_weeks_are():
    until = MONDAY + timedelta(days=28)
    rhythm = learn(working_mornings(), MONDAY, until, is_free)
    newest = working_mornings()[-1]
    assert not rhythm.is_silent(newest, newest + timedelta(days=3), is_free)
    assert rhythm.is_silent(newest, newest + timedelta(days=14), is_free)
    due = rhythm.due(newest, is_free)
    assert not rhythm.is_silent(newest, due - timedelta(minutes=1), is_free)
    assert rhythm.is_silent(newest, due + timedelta(minutes=1), is_free)
    assert words(rhythm) == "5.0 a week, mostly 10-11 h"


def test_holidays_count_for_as_little_as_the_days_off_that_were_seen():
    until = MONDAY + timedelta(days=28)
    rhythm = learn(working_mornings(), MONDAY, until, is_free)
    newest = working_mornings()[-1]
    usual = rhythm.due(newest, is_free)
    week = {(until + timedelta(hours=8, days=number)).date() for number in range(5)}
    assert rhythm.due(newest, lambda day: day in week) == usual + timedelta(days=7)


def test_a_silence_in_which_the_source_could_not_be_read_is_not_learned_as_usual():
    past = [at for at in working_mornings(84) if not 30 <= (at - MONDAY).days < 58]
    until = MONDAY + timedelta(days=84)
    dark = [(MONDAY + timedelta(days=28), MONDAY + timedelta(days=58, hours=11))]
    assert learn(past, MONDAY, until, is_free, dark).limit < learn(past, MONDAY, until, is_free).limit


def test_a_listing_of_half_its_links_is_odd_and_a_little_less_is_not():
    usual = [100, 99, 98] * 8
    assert habits.far_fewer(listings(*usual, 50)) == habits.Few(50, 98)
    assert habits.far_fewer(listings(*usual, 80)) is None
    assert habits.far_fewer(listings(*[100] * 19, 1)) is None, "too short a past"
    assert habits.far_fewer([]) is None


def test_checks_that_went_through_the_indexes_are_compared_among_themselves():
    with_indexes = listings(*[300] * 24, gaps=True)
    assert habits.far_fewer([*with_indexes, *listings(100)]) is None


def test_a_field_that_all_had_and_the_last_three_lack_is_missing():
    bare = pages(3, start=20, fields=ALL - {"published"})
    assert habits.missing_fields([*pages(20), *bare]) == ("published",)
    assert habits.missing_fields([*pages(20), *bare[:2]]) == ()
    seldom = pages(20, fields=ALL - {"department"})
    assert habits.missing_fields([*seldom, *pages(3, start=20, fields=ALL - {"department"})]) == ()


def test_addresses_of_another_pattern_are_told_and_titles_in_addresses_are_not():
    new = pages(3, start=20, url="https://x.example/news/view?id={n}")
    assert habits.new_shapes([*pages(20), *new]) == ("x.example/0/P0.htm", "x.example/news/view?id")
    titled = pages(20, url="https://x.example/news/a-notice-{n}")
    assert habits.new_shapes([*titled, *pages(3, start=20, url="https://x.example/news/other-words-{n}")]) is None


BROKEN = (
    "\ufffd\ufffd\ufffd",
    "\u9999\u6e2f".encode().decode("cp1252", "replace") * 3,
    "Caf\u00e9 \u20ac".encode().decode("latin-1") * 3,
)
WHOLE = (
    "\u9999\u6e2f\u91ab\u9662\u7ba1\u7406\u5c40",
    "caf\u00e9, d\u00e9j\u00e0 vu",
    "\u00e2ge \u00e9t\u00e9 \u00e7a",
    "",
)


@pytest.mark.parametrize("text", BROKEN)
def test_texts_that_come_out_broken_are_told(text):
    assert habits.broken_texts([*pages(20), *pages(3, start=20, text=text)]) == 3
    assert habits.broken_texts(pages(23, text=text)) == 0, "they always were"


@pytest.mark.parametrize(
    "text",
    [
        "\u9999\u6e2f\u91ab\u9662\u7ba1\u7406\u5c40",
        "caf\u00e9, d\u00e9j\u00e0 vu",
        "\u00e2ge \u00e9t\u00e9 \u00e7a",
        "",
    ],
)
def test_texts_in_their_own_encoding_are_not(text):
    assert not habits.is_broken(text * 5)


def test_only_a_source_that_is_read_well_now_is_judged():
    now = MONDAY + timedelta(days=30)
    well = SourceState("x", MONDAY, MONDAY, now, now)
    assert is_read_well(well, 900, now)
    assert not is_read_well(well, 900, now + timedelta(hours=3)), "coopwatch did not run"
    assert not is_read_well(SourceState("x", MONDAY, MONDAY, now, now, 1, "http 503"), 900, now)
    assert not is_read_well(SourceState("x", MONDAY, None, now, now), 900, now), "its first check goes on"


def test_what_began_while_an_incident_is_open_is_never_learned_as_usual():
    bare = pages(200, start=20, fields=ALL - {"published"})
    past = [*pages(20), *bare]
    opened = {"fields-missing": past[22].at}
    now = past[-1].at
    found = [one.kind for one in oddities(Past("x", None, None, (), past, opened), now, is_free)]
    assert found == ["fields-missing"]
    assert list(oddities(Past("x", None, None, (), [*past, *pages(1, start=300)], opened), now, is_free)) == []


def test_the_judge_opens_an_incident_for_one_source_and_closes_it_by_a_good_listing(tmp_path):
    from scheduler.config import Config, SourceConfig

    config = Config(sources={"one": SourceConfig(), "two": SourceConfig()})
    now = MONDAY
    with Database.open(tmp_path / "x.db") as db:
        judge = Judge(db, config)

        def check(links: int) -> set[str]:
            nonlocal now
            now += timedelta(minutes=15)
            runs.journal(db, Run("one", now, now, "moved", listed=links))
            with db.transaction():
                db.execute("UPDATE source SET first_sight = coalesce(first_sight, ended), seeded = ended"
                           " FROM (SELECT max(ended) AS ended FROM run)")  # fmt: skip
            judge.look(now, "one")
            return set(opened_of(db, "one"))

        incidents.open_(db, "listing-short", "two", {}, now)
        assert [check(40) for _ in range(21)] == [set()] * 21
        assert check(10) == {"listing-short"}
        assert check(10) == {"listing-short"}
        runs.journal(db, Run("one", now, now, "failed", trouble="dns: none"))
        judge.look(now, "one")
        assert set(opened_of(db, "one")) == {"listing-short"}, "closed only by a good read"
        assert check(41) == set()
        assert set(opened_of(db, "two")) == {"listing-short"}, "another's is not touched"


def test_what_is_wrong_is_said_in_words():
    from scheduler.incident_words import opened

    wrong = Wrong("listing-short", "x", {"links": 3, "usual": 40})
    assert opened(wrong.kind, wrong.subject, wrong.evidence)[0] == "x: the listing is far shorter than usual"
