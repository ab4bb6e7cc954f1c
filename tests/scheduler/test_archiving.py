"""Checks and the archive: the look-back window, and differences that the next check fills."""

from datetime import UTC, date, datetime, timedelta

import pytest

from scheduler.archiving import is_final
from scheduler.health import gap_words, problems
from scraper.find import sources
from storage import links, runs
from storage.reach import gaps
from tests import web
from tests.scheduler.test_checking import EN, TODAY, YESTERDAY, World

BEFORE_YESTERDAY = "/gia/general/202611/19.htm"


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "w.db")
    yield world
    world.end()


def begin_short(world, status):
    """Check for the first time; the index lists releases 1 and 2, and the page of 2 answers with a status."""
    world.portal.pages[TODAY] = web.index([1, 2])
    world.portal.pages[web.path(2)] = web.status(status)
    world.offer(1)
    assert world.check().outcome == "moved"
    del world.portal.hits[:]


def give_up(world, number):
    for _ in range(links.MOST_ATTEMPTS):
        links.failed(world.db, EN, web.key(number), world.now, "http 500")


def day(world, wanted="2026-11-21"):
    return world.db.row("SELECT state, listed, stored, fills FROM archive WHERE day = ?", (wanted,))


def test_the_look_back_window_takes_in_the_last_48_hours(world):
    world.seed(1)
    world.portal.pages[BEFORE_YESTERDAY] = web.index([2]).replace(b"21-11-2026", b"19-11-2026")
    world.portal.pages[web.path(2)] = web.article(2)
    world.later(hours=1)
    world.check()
    assert world.changes() == [("new", web.key(2))]
    assert day(world, "2026-11-19")["state"] == "complete"


def test_an_index_that_is_as_it_was_is_asked_conditionally_and_in_the_end_complete(world):
    world.portal.pages[YESTERDAY] = web.index([2]).replace(b"21-11-2026", b"20-11-2026")
    world.portal.pages[web.path(2)] = web.article(2)
    world.seed(1)
    assert day(world, "2026-11-20")["state"] == "open"
    world.later(hours=8)  # midnight in Hong Kong
    world.check()
    conditional = [hit for hit in world.portal.hits if hit[0] == YESTERDAY and "If-None-Match" in hit[2]]
    assert len(conditional) == 1
    assert day(world, "2026-11-20")["state"] == "complete", "a day after its own end"


def test_a_page_that_was_fetched_before_there_was_a_ledger_is_asked_for_whole(world):
    world.portal.pages[TODAY] = web.index([1])
    world.seed(1)
    with world.db.transaction():
        world.db.execute("DELETE FROM archive_day")
    world.check(trigger="command")
    assert day(world) == {"state": "open", "listed": 1, "stored": 1, "fills": 0}


def test_what_an_index_lists_and_is_not_stored_is_told_by_status_and_filled_on_the_next_check(world):
    begin_short(world, 500)
    assert day(world) == {"state": "short", "listed": 2, "stored": 1, "fills": 0}
    give_up(world, 2)
    world.later(minutes=15)
    told = problems(world.checker._config, runs.states(world.db), {}, None, world.now, gaps=gaps(world.db, world.now))
    assert (
        f"{EN}: 1 release that its archive lists is not stored (2026-11-21: 1 of 2); the next checks try again" in told
    )
    world.portal.pages[web.path(2)] = web.article(2)
    del world.portal.hits[:]
    run = world.check()
    assert world.keys() == [web.key(1), web.key(2)]
    assert (run.outcome, run.trouble, day(world)["state"]) == ("moved", None, "open")
    assert gaps(world.db, world.now) == []
    world.check()
    assert world.portal.asked(TODAY) == 1, "a difference that is filled costs no further request"


def test_a_difference_that_stays_is_tried_later_each_time(world):
    begin_short(world, 404)
    for _ in range(4):
        give_up(world, 2)
        world.check()
    assert world.portal.asked(TODAY) == 1
    assert day(world)["fills"] == 1
    world.later(minutes=6)
    world.check()
    assert (world.portal.asked(TODAY), day(world)["fills"]) == (2, 2)


def test_an_index_that_fails_while_a_difference_is_filled_fails_no_check(world):
    begin_short(world, 500)
    world.portal.pages[TODAY] = web.status(500)
    run = world.check()
    assert (run.outcome, run.trouble) == ("unchanged", "the archive's page of 2026-11-21: http 500")
    assert day(world)["stored"] == 1


def test_a_release_that_was_lost_from_the_database_is_read_again_from_its_page(world):
    world.portal.pages[TODAY] = web.index([1])
    world.seed(1)
    with world.db.transaction():
        world.db.execute("UPDATE release SET key = 'lost'")
        world.db.execute("DELETE FROM validator")
    world.later(hours=1)
    world.check()
    assert world.keys() == [web.key(1), "lost"]


@pytest.mark.parametrize(
    ("now", "final"),
    [(datetime(2026, 11, 22, 15, 59, tzinfo=UTC), False), (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), True)],
)
def test_a_days_page_is_final_a_day_after_the_portals_midnight(now, final):
    assert is_final(sources()[EN].archive, date(2026, 11, 21), now) is final


def test_many_gaps_are_told_in_one_sentence():
    from storage.archive import Day

    first = date(2026, 11, 20)
    short = [Day(EN, first - timedelta(days=n), "listed", listed=60, unread=2) for n in range(5)]
    failed = [Day(EN, first - timedelta(days=9), "failed", trouble="http 503")]
    assert gap_words([*short, *failed]) == (
        "10 releases that its archive lists are not stored (2026-11-20: 58 of 60, 2026-11-19: 58 of 60,"
        " 2026-11-18: 58 of 60, and 2 more); its archive could not be read (2026-11-11: http 503);"
        " the next checks try again"
    )
