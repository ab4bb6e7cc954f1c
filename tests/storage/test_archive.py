"""The ledger of archives: what a page lists against what is stored, what is filled, how far back a source reaches."""

from datetime import date, timedelta

import pytest

from storage import archive, fetches, links
from storage.model import Link, Validators
from storage.outbox import Route
from storage.reach import gaps, reach
from storage.releases import record

EN = "hk_gia_en"
DAY = date(2026, 11, 12)
URL = "https://www.info.gov.hk/gia/general/202611/12.htm"


@pytest.fixture
def page(db, now):
    """Take a page of the archive that lists releases by number."""

    def take(*numbers, day=DAY, final=True, at=now):
        offered = [Link(f"example.test/{n}", f"https://www.example.test/{n}.htm") for n in numbers]
        return archive.take(db, EN, day, offered, at, listing_url=URL, validators=Validators(etag='"1"'), final=final)

    return take


@pytest.fixture
def store(db, make, thought, now, nobody):
    """Record releases by number, as reading them would."""

    def read(*numbers, route: Route = nobody, **more):
        return [record(db, make(n, source=EN, **more), thought, now, route=route) for n in numbers]

    return read


def state(db, day=DAY):
    return db.row("SELECT state, listed, stored, missing, silent FROM archive WHERE day = ?", (day.isoformat(),))


def test_a_wanted_day_is_silent_and_one_that_the_watch_reads_is_news(db, page, now):
    archive.want(db, EN, [DAY])
    page(1)
    page(2, day=DAY + timedelta(days=1))
    links.seeded(db, EN, now)
    page(3, day=DAY + timedelta(days=2))
    marks = {row["key"][-1]: row["silent"] for row in db.rows("SELECT key, silent FROM link")}
    assert marks == {"1": "backfill", "2": "first sight", "3": None}


def test_a_day_is_complete_once_all_it_lists_is_stored_and_its_page_changes_no_more(db, page, store):
    archive.want(db, EN, [DAY])
    assert state(db) == {"state": "wanted", "listed": None, "stored": None, "missing": 0, "silent": "backfill"}
    page(1, 2, final=False)
    assert state(db) | {"silent": 0} == {"state": "short", "listed": 2, "stored": 0, "missing": 2, "silent": 0}
    store(1, 2)
    assert (state(db)["state"], state(db)["stored"]) == ("open", 2)
    assert not archive.day(db, EN, DAY).is_complete
    page(1, 2)
    assert state(db)["state"] == "complete"
    assert archive.day(db, EN, DAY).is_complete


def test_a_page_that_a_backfill_read_too_is_news_once_the_watch_reads_it_while_it_is_new(db, page, now):
    archive.want(db, EN, [DAY])
    page(1)
    links.seeded(db, EN, now)
    offered = [Link(f"example.test/{n}", f"https://www.example.test/{n}.htm") for n in (1, 2)]
    archive.take(db, EN, DAY, offered, now, listing_url=URL, validators=None, final=False, news=True)
    marks = {row["key"][-1]: row["silent"] for row in db.rows("SELECT key, silent FROM link")}
    assert marks == {"1": "backfill", "2": None}


def test_what_was_known_is_not_read_again_and_keeps_its_own_mark(db, page, store, now):
    links.seeded(db, EN, now)
    offered = [Link("example.test/1", "https://www.example.test/1.htm")]
    links.take(db, EN, offered, now, listing_url="https://feed.test/", validators=None)
    store(2)
    archive.want(db, EN, [DAY])
    page(1, 3)
    assert [one.key for one in archive.owed(db, EN, DAY)] == ["example.test/3"], "release 1 is news, and the watch's"
    assert state(db)["missing"] == 2


def test_a_page_keeps_its_validators_with_what_it_lists(db, page):
    page(1)
    assert fetches.validators(db, URL).etag == '"1"'


def test_a_release_that_is_listed_and_not_stored_any_more_is_read_again(db, page, store):
    archive.want(db, EN, [DAY])
    page(1)
    store(1)
    with db.transaction():
        db.execute("UPDATE release SET key = 'example.test/lost'")
    page(1)
    assert [one.key for one in archive.owed(db, EN, DAY)] == ["example.test/1"]


def test_a_link_that_was_given_up_is_tried_again_when_its_page_is_read_again(db, page, now):
    archive.want(db, EN, [DAY])
    page(1)
    for _ in range(links.MOST_ATTEMPTS):
        links.failed(db, EN, "example.test/1", now, "http 500")
    assert links.pending(db, EN, now + timedelta(days=9)) == []
    page(1)
    assert [one.key for one in links.pending(db, EN, now)] == ["example.test/1"]


def test_a_difference_is_to_be_filled_at_once_then_later_each_time_and_in_the_end_no_more(db, page, now):
    archive.want(db, EN, [DAY])
    page(1)
    tried, at = 0, now
    while archive.to_fill(db, EN, at, 9):
        page(1, at=at)
        assert not archive.to_fill(db, EN, at, 9)
        tried += 1
        at += links.LONGEST_WAIT
    assert tried == archive.MOST_FILLS
    assert gaps(db, at) == []
    assert state(db)["state"] == "short"


def test_a_difference_that_is_filled_is_no_longer_to_be_filled(db, page, store, now):
    page(1)
    assert [one.day for one in archive.to_fill(db, EN, now, 9)] == [DAY]
    store(1)
    assert archive.to_fill(db, EN, now, 9) == []
    archive.settle(db, EN, DAY, now)
    assert db.value("SELECT next_fill FROM archive_day") is None


def test_gaps_are_what_was_listed_a_while_ago_and_is_not_stored_and_what_could_not_be_read(db, page, store, now):
    archive.want(db, EN, [DAY, DAY - timedelta(days=1), DAY - timedelta(days=2)])
    page(1, 2, 3)
    store(1)
    archive.failed(db, EN, DAY - timedelta(days=1), now, "http 500")
    assert [(one.day, one.trouble) for one in gaps(db, now)] == [(DAY - timedelta(days=1), "http 500")]
    late = gaps(db, now + timedelta(minutes=10))
    assert [(one.day.day, one.listed, one.unread, one.state) for one in late] == [
        (12, 3, 2, "listed"),
        (11, None, 0, "failed"),
    ]


def test_a_page_that_is_not_there_or_fails_later_keeps_what_it_listed(db, page, store, now):
    page(1)
    store(1)
    archive.failed(db, EN, DAY, now, "http 500")
    archive.absent(db, EN, DAY, now)
    assert state(db)["state"] == "complete"
    archive.want(db, EN, [DAY - timedelta(days=1)])
    archive.absent(db, EN, DAY - timedelta(days=1), now)
    assert state(db, DAY - timedelta(days=1))["state"] == "absent"
    assert gaps(db, now + timedelta(days=1)) == []


def test_an_unchanged_page_becomes_final_without_being_read(db, page, store, now):
    page(1, final=False)
    store(1)
    archive.unchanged(db, EN, DAY, now + timedelta(hours=1), final=False)
    assert state(db)["state"] == "open"
    archive.unchanged(db, EN, DAY, now + timedelta(days=2), final=True)
    assert state(db)["state"] == "complete"


def test_a_source_reaches_back_as_far_as_its_days_are_unbroken(db, page, store):
    for back in (0, 1, 2, 4, 5):
        page(back, day=DAY - timedelta(days=back))
        store(back)
    page(99, day=DAY - timedelta(days=6))
    found = reach(db)[EN]
    assert (found.since, found.until, found.days, found.short) == (DAY - timedelta(days=2), DAY, 5, 1)


def test_months_side_by_side_are_unbroken_too(db, page):
    for month in (date(2026, 11, 1), date(2026, 10, 1), date(2026, 9, 1), date(2026, 7, 1)):
        page(day=month)
    assert reach(db)[EN].since == date(2026, 9, 1)


def test_what_a_backfill_left_over_is_silent_whoever_reads_it_also_where_an_import_had_it(
    db, page, make, thought, now, everybody
):
    links.seeded(db, EN, now - timedelta(days=9))
    record(db, make(1, source="import"), thought, now, silent="import", route=everybody)
    archive.want(db, EN, [DAY])
    page(1, 2)
    done = [record(db, make(n, source=EN, text=f"Put right, {n}."), thought, now, route=everybody) for n in (1, 2)]
    assert [one.promised for one in done] == [(), ()]
    assert {row["silent"] for row in db.rows("SELECT silent FROM change WHERE id > 1")} == {"backfill"}
    later = record(db, make(2, source=EN, text="Put right again."), thought, now, route=everybody)
    assert later.promised, "a revision after that is news"
