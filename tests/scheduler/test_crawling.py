"""The crawling child as the service sees it: started when needed, kept warm, watched, replaced, its fate journalled."""

import contextlib
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scheduler.crawling import ChildError, Crawler, Wear
from scheduler.troubles import StoppedError
from scraper.wire import Job, Options
from storage.database import Database
from tests import web

LONG = "https://www.info.gov.hk"


@pytest.fixture
def db(tmp_path):
    with contextlib.closing(Database.open(tmp_path / "c.db")) as db:
        yield db


@pytest.fixture
def portal():
    portal = web.Web()
    portal.pages[web.path(1)] = web.article(1)
    yield portal
    portal.end()


@pytest.fixture
def crawler_of(db):
    made = []

    def make(wall=20.0, **wear):
        crawler = Crawler(db, Options("test/0"), clock=lambda: datetime.now(UTC), wear=Wear(**wear), wall=wall)
        made.append(crawler)
        return crawler

    yield make
    for crawler in made:
        crawler.close()


def job(portal, number=1):
    return Job(0, "article", "hk_gia_en", LONG + web.path(number), portal.base + web.path(number), web.key(number))


def check(crawler, portal, count=1):
    with crawler.in_use():
        return [crawler.do(job(portal)) for _ in range(count)]


def fates(db):
    return [row["fate"] for row in db.rows("SELECT fate FROM child ORDER BY id")]


def until(condition, seconds=3.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_no_child_runs_before_there_is_something_to_do(crawler_of, db):
    crawler = crawler_of()
    with crawler.in_use():
        assert crawler.pid is None
    crawler.close()
    assert fates(db) == []


def test_a_child_lingers_for_the_next_check_and_its_fate_is_journalled(crawler_of, portal, db):
    crawler = crawler_of(linger=60)
    check(crawler, portal, 2)
    first = crawler.pid
    check(crawler, portal)
    assert crawler.pid == first
    crawler.close()
    row = db.row("SELECT * FROM child")
    assert (row["pid"], row["jobs"], row["fate"]) == (first, 3, "ended: the service closed it")
    assert row["peak_memory"] > 20 << 20
    assert row["ended"] > row["started"]


def test_without_lingering_it_ends_with_the_check_but_not_before(crawler_of, portal, db):
    crawler = crawler_of(linger=0)
    check(crawler, portal, 2)
    assert until(lambda: fates(db) == ["ended: no lingering"])
    check(crawler, portal)
    assert until(lambda: fates(db) == ["ended: no lingering"] * 2)


def test_it_ends_when_nothing_comes_for_as_long_as_it_lingers(crawler_of, portal, db):
    crawler = crawler_of(linger=0.2)
    check(crawler, portal)
    assert fates(db) == [None]
    assert until(lambda: fates(db) == ["ended: nothing to do"])
    assert crawler.pid is None


@pytest.mark.parametrize(
    ("wear", "fate"),
    [({"age": 0.0}, "recycled: age"), ({"crawls": 1}, "recycled: crawls"), ({"memory": 1}, "recycled: memory")],
)
def test_a_worn_child_is_replaced_between_two_checks(crawler_of, portal, db, wear, fate):
    crawler = crawler_of(**wear)
    check(crawler, portal, 2)
    assert until(lambda: fates(db) == [fate])
    assert check(crawler, portal)[0].outcome == "read"


def test_a_killed_child_fails_its_own_job_and_the_next_starts_a_fresh_one(crawler_of, portal, db):
    crawler = crawler_of()
    check(crawler, portal)
    portal.pages[web.path(2)] = web.stalled()
    threading.Timer(0.2, lambda: os.kill(crawler.pid, signal.SIGKILL)).start()
    with pytest.raises(ChildError, match="child: died: SIGKILL"):
        crawler.do(job(portal, 2))
    assert check(crawler, portal)[0].outcome == "read"
    assert fates(db)[0] == "died: SIGKILL"


def test_a_child_that_died_while_it_lingered_is_not_asked(crawler_of, portal, db):
    crawler = crawler_of()
    check(crawler, portal)
    os.kill(crawler.pid, signal.SIGSEGV)
    assert until(lambda: fates(db) == ["died: SIGSEGV"])
    assert check(crawler, portal)[0].outcome == "read"


def test_a_child_that_hangs_is_killed_at_the_wall_clock(crawler_of, portal, db):
    crawler = crawler_of(wall=6.0)
    check(crawler, portal)
    os.kill(crawler.pid, signal.SIGSTOP)
    before = time.monotonic()
    with pytest.raises(ChildError, match="killed: wall clock"):
        crawler.do(job(portal))
    assert 5.9 < time.monotonic() - before < 9
    assert until(lambda: fates(db) == ["killed: wall clock"])
    assert check(crawler, portal)[0].outcome == "read"


def test_a_job_too_long_for_the_pipe_does_not_outlive_the_wall_clock_either(crawler_of, portal):
    crawler = crawler_of(wall=6.0)
    check(crawler, portal)
    os.kill(crawler.pid, signal.SIGSTOP)
    with pytest.raises(ChildError, match="killed: wall clock"):
        crawler.do(Job(0, "item", "mo_gcs_zh", LONG, key="k", body=bytes(4 << 20)))


def test_jobs_of_several_threads_get_their_own_answers(crawler_of, portal):
    crawler, found = crawler_of(), {}
    for number in range(1, 21):
        portal.pages[web.path(number)] = web.article(number)

    def one(number):
        found[number] = crawler.do(job(portal, number)).release.key

    threads = [threading.Thread(target=one, args=(number,)) for number in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: web.key(number) for number in range(1, 21)}


def test_the_thread_that_asked_first_may_end_without_the_child(crawler_of, portal):
    crawler = crawler_of()
    thread = threading.Thread(target=check, args=(crawler, portal))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert check(crawler, portal)[0].outcome == "read"
    assert crawler.pid is not None


def test_a_closed_crawler_starts_nothing_and_leaves_nothing(crawler_of, portal):
    crawler = crawler_of()
    check(crawler, portal)
    pid = crawler.pid
    crawler.close()
    assert not Path(f"/proc/{pid}").exists()
    with pytest.raises(StoppedError):
        crawler.do(job(portal))
    crawler.close()


def test_close_does_not_wait_for_a_job_that_hangs(crawler_of, portal):
    crawler = crawler_of()
    check(crawler, portal)
    portal.pages[web.path(2)] = web.stalled()
    told = []

    def hang():
        try:
            crawler.do(job(portal, 2))
        except StoppedError as error:
            told.append(error.trouble)

    thread = threading.Thread(target=hang)
    thread.start()
    time.sleep(0.2)
    before = time.monotonic()
    crawler.close()
    thread.join(1)
    assert time.monotonic() - before < 4
    assert told
