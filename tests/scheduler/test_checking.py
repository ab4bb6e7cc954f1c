"""Whole checks: a real database, a real child, and a small portal on loopback that stands in for the real ones."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from scheduler.checking import Checker, Patience
from scheduler.config import Config, Politeness, Service, SourceConfig
from scraper.find import sources
from storage import runs
from storage.database import Database
from tests import web

EN, ZH, MACAO = "hk_gia_en", "hk_gia_zh", "mo_gcs_zh"
TODAY, YESTERDAY = "/gia/general/202611/21.htm", "/gia/general/202611/20.htm"
MACAO_FEED = "/api/rss/n/zh-hant"


class World:
    """A portal, a database, a checker, and a clock that the test moves."""

    def __init__(self, path, **politeness):
        self.path = path
        self.portal = web.Web()
        self.portal.pages["/robots.txt"] = b"User-agent: *\nDisallow: /private\n"
        self.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
        self.recorded = []
        self.politeness = {"delay": 0, **politeness}
        self.patience = Patience(glance=1.0, page=1.5, grace=8.0)
        self.db = Database.open(path)
        self.checker = self.make()

    def make(self):
        every = {name: SourceConfig(base=self.portal.base) for name in (EN, ZH, MACAO)}
        config = Config(service=Service(linger=60), politeness=Politeness(**self.politeness), sources=every)
        return Checker(
            self.db, config, sources(), lambda _: ("everybody",),
            clock=lambda: self.now, on_recorded=self.wake, patience=self.patience,
        )  # fmt: skip

    def wake(self):
        self.recorded.append(time.monotonic())

    def restart(self):
        self.checker.close()
        self.checker = self.make()

    def offer(self, *numbers, **more):
        self.portal.pages[web.FEED] = web.feed(numbers, **more)
        for number in numbers:
            self.portal.pages.setdefault(web.path(number), web.article(number))

    def check(self, name=EN, **more):
        return self.checker.check(name, **more)

    def seed(self, *numbers):
        self.offer(*numbers)
        run = self.check()
        assert (run.outcome, run.trouble) == ("moved", None)
        del self.portal.hits[:]

    def later(self, **more):
        self.now += timedelta(**more)

    def keys(self):
        return sorted(row["key"] for row in self.db.rows("SELECT key FROM release"))

    def changes(self):
        rows = self.db.rows(
            "SELECT kind, key FROM change JOIN release ON release.id = release_id WHERE change.silent IS NULL"
        )
        return sorted((row["kind"], row["key"]) for row in rows)

    def value(self, sql, *params):
        return self.db.value(sql, params)

    def end(self):
        self.checker.close()
        self.db.close()
        self.portal.end()


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "w.db")
    yield world
    world.end()


# --- the usual life of a source -----------------------------------------------------------------------------------


def test_a_first_check_records_everything_silently_and_the_next_new_release_is_told_at_once(world):
    world.offer(1, 2, 3)
    run = world.check()
    assert (run.outcome, run.listed, run.fresh, run.verdicts, run.trouble) == ("moved", 3, 3, {"new": 3}, None)
    assert world.keys() == [web.key(1), web.key(2), web.key(3)]
    assert world.changes() == []
    world.recorded.clear()
    world.offer(1, 2, 3, 4)
    world.later(minutes=15)
    run = world.check()
    assert (run.outcome, run.fresh, run.verdicts) == ("moved", 1, {"new": 1})
    assert world.changes() == [("new", web.key(4))]
    assert len(world.recorded) == 1
    assert world.value("SELECT count(*) FROM delivery") == 1


def test_an_unchanged_source_costs_one_conditional_request(world):
    world.seed(1, 2)
    world.later(minutes=15)
    run = world.check()
    assert (run.outcome, run.requests, run.trouble) == ("unchanged", 1, None)
    assert [hit[0] for hit in world.portal.hits] == [web.FEED]
    assert "If-None-Match" in world.portal.hits[0][2]


def test_what_the_feed_lost_is_found_in_the_days_indexes(world):
    world.offer(1)
    world.portal.pages[TODAY] = web.index([1, 2])
    world.portal.pages[YESTERDAY] = web.index([3]).replace(b"21-11-2026", b"20-11-2026")
    for number in (2, 3):
        world.portal.pages[web.path(number)] = web.article(number)
    run = world.check()
    assert run.trouble is None
    assert world.keys() == [web.key(1), web.key(2), web.key(3)]
    assert world.changes() == []


def test_the_indexes_are_walked_when_something_moved_each_hour_and_on_command(world):
    world.seed(1)
    world.check()
    assert not world.portal.asked(TODAY)
    world.later(minutes=61)
    world.check()
    assert world.portal.asked(TODAY) == 1
    world.check(trigger="command")
    assert world.portal.asked(TODAY) == 2
    world.offer(1, 2)
    world.check()
    assert (world.portal.asked(TODAY), world.portal.asked(YESTERDAY)) == (3, 3)


def test_an_index_that_is_not_there_yet_is_no_fault_but_a_broken_one_is(world):
    world.offer(1)
    world.portal.pages[TODAY] = web.status(500)
    run = world.check()
    assert (run.outcome, run.trouble) == ("failed", "http 500")
    assert world.keys() == [web.key(1)]
    assert runs.state(world.db, EN).seeded is None
    del world.portal.pages[TODAY]
    assert world.check().outcome == "unchanged"
    assert runs.state(world.db, EN).seeded is not None


def test_a_listing_longer_than_a_glance_takes_is_read_by_the_child(world):
    world.offer(1, 2, size=600_000)
    assert world.check().verdicts == {"new": 2}
    world.offer(1, 2, 3, size=600_000)
    assert world.check().verdicts == {"new": 1}


def test_addresses_of_the_base_are_stored_as_the_portals(world):
    world.offer(1)
    body = world.portal.pages[web.FEED]
    world.portal.pages[web.FEED] = body.replace(b"https://www.info.gov.hk", world.portal.base.encode())
    world.check()
    assert world.value("SELECT url FROM release") == "https://www.info.gov.hk" + web.path(1)


def test_a_person_may_ask_for_silence(world):
    world.seed(1)
    world.offer(1, 2)
    assert world.check(trigger="command", silent="asked for").verdicts["new"] == 1
    assert world.changes() == []


# --- reading again ------------------------------------------------------------------------------------------------


def test_a_release_is_read_again_on_schedule_and_a_revision_becomes_a_version(world):
    world.seed(1, 2)
    world.portal.pages[web.path(1)] = web.article(1, "The two departments have changed their minds.")
    assert world.check().verdicts == {}
    world.later(minutes=65)
    assert world.check().verdicts == {"revised": 1, "unchanged": 1}
    assert world.changes() == [("revised", web.key(1))]
    asked = [hit[2] for hit in world.portal.hits if hit[0] == web.path(2)]
    assert "If-None-Match" in asked[0]
    assert world.check().verdicts == {}


def test_a_release_whose_text_the_feed_tells_differently_is_read_again_at_once(world):
    world.seed(1, 2)
    world.portal.pages[web.path(2)] = web.article(2, "Another sentence.")
    world.portal.pages[web.FEED] = web.feed([1]).replace(
        b"</channel>",
        web.feed([2], tell=" Another sentence.").partition(b"<title>N</title>")[2].partition(b"</rss>")[0],
    )
    assert world.check().verdicts == {"revised": 1}
    assert not world.portal.asked(web.path(1))


def test_a_page_that_is_gone_is_told_only_once_confirmed_and_may_return(world):
    world.seed(1)
    page = world.portal.pages.pop(web.path(1))
    world.later(minutes=65)
    assert world.check().verdicts == {"missing": 1}
    assert world.changes() == []
    world.later(hours=7)
    assert world.check().verdicts == {"gone": 1}
    world.portal.pages[web.path(1)] = page
    world.later(hours=25)
    assert world.check().verdicts == {"returned": 1}
    assert [kind for kind, _ in world.changes()] == ["gone", "returned"]


def test_a_person_who_asks_reads_the_last_days_again_and_confirms_at_once(world):
    world.seed(1, 2)
    del world.portal.pages[web.path(1)]
    assert world.check(trigger="command", reread="window").verdicts == {"missing": 1, "unchanged": 1}
    assert world.check(trigger="command", reread="window").verdicts == {"gone": 1, "unchanged": 1}


# --- whole listings -----------------------------------------------------------------------------------------------


def macao(*numbers, size=0, changed=()):
    items = "".join(
        f"<item><title>第{n}號交流會</title><link>https://www.gcs.gov.mo/detail/zh-hant/N26KUabc{n:02d}</link>"
        f"<description><![CDATA[<p>第{n}號會{'改期' if n in changed else '今日'}舉行，港務局出席。</p>]]></description>"
        f"<pubDate>2026-11-21T15:{n:02d}:00+08:00</pubDate>"
        f"<guid>https://www.gcs.gov.mo/detail/zh-hant/N26KUabc{n:02d}</guid><dc:creator>港務局</dc:creator></item>"
        for n in numbers
    )
    head = '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>x</title>'
    return f"{head}{items}<!--{'x' * size}--></channel></rss>".encode()


@pytest.mark.parametrize("size", [0, 600_000], ids=["glanced at", "fetched by the child"])
def test_a_listing_that_carries_the_texts_is_read_without_asking_for_pages(world, size):
    world.portal.pages[MACAO_FEED] = macao(1, 2, size=size)
    assert world.check(MACAO).verdicts == {"new": 2}
    world.portal.pages[MACAO_FEED] = macao(1, 2, 3, size=size)
    run = world.check(MACAO)
    assert (run.verdicts, run.trouble) == ({"new": 1}, None)
    assert world.changes() == [("new", "gcs.gov.mo/N26KUabc03")]
    assert {hit[0] for hit in world.portal.hits} == {"/robots.txt", MACAO_FEED}
    assert world.value("SELECT department FROM release LIMIT 1") == "港務局"


def test_an_item_told_differently_becomes_a_version(world):
    world.portal.pages[MACAO_FEED] = macao(1, 2)
    world.check(MACAO)
    world.portal.pages[MACAO_FEED] = macao(1, 2, changed={2})
    assert world.check(MACAO).verdicts == {"revised": 1}


def test_items_owed_from_a_check_cut_off_are_read_although_the_listing_has_not_moved(world):
    world.portal.pages[MACAO_FEED] = macao(1, 2)
    world.check(MACAO)
    with world.db.transaction():
        world.db.execute("DELETE FROM change")
        for table in ("story_member", "assessment", "version", "release"):
            world.db.execute("PRAGMA defer_foreign_keys=ON")
            world.db.execute(f"DELETE FROM {table}")
        world.db.execute("UPDATE link SET state = 'pending', next_try = first_listed")
    assert world.check(MACAO).verdicts == {"new": 2}


def test_items_that_are_no_longer_listed_are_not_owed_for_ever(world):
    world.portal.pages[MACAO_FEED] = macao(1, 2)
    world.check(MACAO)
    world.portal.pages[MACAO_FEED] = macao(3)
    world.later(minutes=65)
    assert world.check(MACAO).trouble is None
    now = world.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert world.value("SELECT count(*) FROM release WHERE next_reread <= ?", now) == 0
    assert world.value("SELECT count(*) FROM release WHERE state = 'present'") == 3


# --- troubles -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (web.status(500), "http 500"),
        (web.status(404), "http 404"),
        (web.stalled(), "timeout"),
        (web.sent(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n<rss>"), "truncated"),
        (web.redirect("http://127.0.0.2/x"), "redirect"),
        (b"", "empty"),
        (b'<rss version="2.0"><channel><title>x</title></channel></rss>', "empty"),
    ],
)
def test_a_listing_that_cannot_be_read_is_a_named_failure_and_never_no_news(world, answer, name):
    world.seed(1)
    world.portal.pages[web.FEED] = answer
    world.later(minutes=15)
    run = world.check()
    assert run.outcome == "failed"
    assert run.trouble.startswith(name), run.trouble
    assert runs.state(world.db, EN).trouble == run.trouble
    world.offer(1, 2)
    assert world.check().verdicts == {"new": 1}
    assert runs.state(world.db, EN).trouble is None


def test_robots_txt_that_cannot_be_had_stops_the_source_and_one_that_forbids_a_page_that_page(world):
    world.portal.pages["/robots.txt"] = web.status(500)
    world.offer(1, 2)
    run = world.check()
    assert (run.outcome, run.trouble.partition(":")[0]) == ("failed", "robots")
    assert not world.portal.asked(web.FEED)
    world.portal.pages["/robots.txt"] = f"User-agent: *\nDisallow: {web.path(1)}\n".encode()
    run = world.check()
    assert (run.outcome, run.verdicts) == ("moved", {"new": 1})
    assert "robots" in run.trouble
    assert not world.portal.asked(web.path(1))


def test_one_page_that_cannot_be_read_is_tried_again_later_and_holds_up_no_other(world):
    world.portal.pages[web.path(2)] = web.status(500)
    world.offer(1, 2, 3)
    run = world.check()
    assert (run.outcome, run.verdicts) == ("moved", {"new": 2})
    assert run.trouble.endswith("http 500")
    world.portal.pages[web.path(2)] = web.article(2)
    assert world.check().verdicts == {}
    world.later(minutes=6)
    assert world.check().verdicts == {"new": 1}
    assert world.changes() == []  # listed at first sight, so silent however late it is read


def test_a_person_who_asks_does_not_wait_for_the_next_try(world):
    world.portal.pages[web.path(2)] = web.status(500)
    world.offer(1, 2)
    world.check()
    assert world.check(trigger="command").verdicts == {}
    world.portal.pages[web.path(2)] = web.article(2)
    assert world.check(trigger="command").verdicts == {"new": 1}


def test_when_no_page_can_be_read_the_check_failed(world):
    world.portal.pages[web.path(1)] = b"<html><body>another design</body></html>"
    world.offer(1)
    run = world.check()
    assert run.outcome == "failed"
    assert "unreadable" in run.trouble or "blocked" in run.trouble


def test_redirects_within_the_host_are_followed_five_times(world):
    world.portal.pages[web.path(1)] = web.redirect("/hop1")
    for hop in range(1, 5):
        world.portal.pages[f"/hop{hop}"] = web.redirect(f"/hop{hop + 1}")
    world.portal.pages["/hop5"] = web.article(1)
    world.portal.pages[web.path(2)] = web.redirect(web.path(2))
    world.offer(1, 2)
    run = world.check()
    assert run.verdicts == {"new": 1}
    assert world.value("SELECT url FROM release") == "https://www.info.gov.hk" + web.path(1)
    assert "redirect: more than 5" in run.trouble


def test_a_redirect_to_what_robots_txt_forbids_is_not_followed(world):
    world.portal.pages[web.path(1)] = web.redirect("/private/x")
    world.offer(1)
    assert "robots" in world.check().trouble
    assert not world.portal.asked("/private/x")


def test_a_listing_that_moved_within_its_host_is_followed(world):
    world.offer(1)
    world.portal.pages["/moved.xml"] = world.portal.pages[web.FEED]
    world.portal.pages[web.FEED] = web.redirect("/moved.xml", 301)
    assert world.check().verdicts == {"new": 1}


# --- patience -----------------------------------------------------------------------------------------------------


def test_retry_after_on_a_listing_holds_every_source_of_the_host(world):
    world.seed(1)
    world.portal.pages[web.FEED] = web.status(429, Retry_After="600")
    run = world.check()
    assert (run.outcome, run.trouble) == ("held", "http 429: asked for patience")
    for name in (EN, ZH, MACAO):
        assert runs.state(world.db, name).held_until == world.now + timedelta(seconds=600)
    del world.portal.hits[:]
    world.later(minutes=9)
    world.restart()
    assert [world.check(name, trigger="command").outcome for name in (EN, ZH)] == ["held", "held"]
    assert not world.portal.hits
    world.later(minutes=2)
    world.offer(1, 2)
    assert world.check().verdicts == {"new": 1}


def test_retry_after_on_a_page_leaves_the_rest_promised(world):
    world.portal.pages[web.path(2)] = web.status(503, Retry_After="1")
    world.offer(1, 2, 3)
    run = world.check()
    assert (run.outcome, run.verdicts) == ("held", {"new": 1})
    assert runs.state(world.db, EN).seeded is None
    assert world.value("SELECT sum(attempts) FROM link") == 0
    world.portal.pages[web.path(2)] = web.article(2)
    time.sleep(1.05)
    world.later(seconds=2)
    assert world.check().verdicts == {"new": 2}
    assert world.changes() == []


def test_an_absurd_crawl_delay_holds_the_source_and_says_why(world):
    world.portal.pages["/robots.txt"] = b"User-agent: *\nCrawl-delay: 1000000000\n"
    run = world.check()
    assert run.outcome == "held"
    assert "1e+09 s between requests" in run.trouble
    assert runs.state(world.db, EN).held_until == world.now + timedelta(days=1)


@pytest.mark.parametrize(("delay", "said"), [(0.1, b""), (0, b"User-agent: *\nCrawl-delay: 0.1\n")])
def test_requests_to_a_host_are_one_at_a_time_and_apart_whoever_makes_them(tmp_path, delay, said):
    world = World(tmp_path / "w.db", delay=delay)
    world.portal.pages["/robots.txt"] = said
    world.portal.pages[web.path(2)] = web.redirect("/hop")
    world.portal.pages["/hop"] = web.article(2)
    world.offer(1, 2)
    world.portal.pages[MACAO_FEED] = macao(1)
    threads = [threading.Thread(target=world.check, args=(name,)) for name in (EN, MACAO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = [hit[1] for hit in world.portal.hits if hit[0] != "/robots.txt"]
    assert len(times) == 8  # two listings, two pages, a hop, three indexes
    assert all(later - earlier >= 0.099 for earlier, later in pairwise(times))
    world.end()


def test_a_check_that_waits_ends_with_the_service(tmp_path):
    world = World(tmp_path / "w.db", delay=60)
    world.offer(1, 2)
    found = []
    thread = threading.Thread(target=lambda: found.append(world.check()))
    thread.start()
    time.sleep(0.3)
    before = time.monotonic()
    world.checker.close()
    thread.join(5)
    assert time.monotonic() - before < 3
    assert (found[0].outcome, found[0].trouble) == ("held", "stopped: the service is ending")
    assert runs.state(world.db, EN).held_until is None
    world.end()


# --- ends ---------------------------------------------------------------------------------------------------------


def test_the_service_never_loads_scrapy_or_twisted():
    code = "import sys, scheduler.checking\nprint(sorted({'scrapy', 'twisted', 'OpenSSL'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_mistake_of_our_own_is_journalled_and_costs_no_other_source(world, caplog):
    def broken(document):
        raise ZeroDivisionError(document.url)

    source = sources()[EN]
    faulty = replace(source, listing=replace(source.listing, links=broken))
    world.checker._sources = {**sources(), EN: faulty}
    world.offer(1)
    run = world.check()
    assert (run.outcome, run.trouble.partition(" http")[0]) == ("failed", "bug: ZeroDivisionError:")
    assert "a mistake of coopwatch's own" in caplog.text
    assert world.check(ZH).outcome == "failed"


def test_a_hold_made_under_another_clock_does_not_last(world):
    world.seed(1)
    runs.hold(world.db, EN, world.now + timedelta(days=400), "http 429: asked for patience")
    assert world.check().outcome == "unchanged"
    runs.hold(world.db, EN, world.now + timedelta(hours=23), "http 429: asked for patience")
    assert world.check().outcome == "held"


def test_a_page_in_hand_when_the_service_ends_is_not_counted_against_it(world):
    world.seed(1)
    world.portal.pages[web.path(2)] = web.stalled()
    world.patience = Patience(page=30)
    world.restart()
    world.offer(1, 2)
    thread = threading.Thread(target=world.check)
    thread.start()
    while not world.portal.asked(web.path(2)):
        time.sleep(0.01)
    world.checker.close()
    thread.join(5)
    assert world.value("SELECT attempts FROM link WHERE key = ?", web.key(2)) == 0
    world.portal.pages[web.path(2)] = web.article(2)
    world.restart()
    assert world.check().verdicts == {"new": 1}


def kill_the_child(world, times, *, then=lambda: None):
    """Kill the child that asks for the third page, so many times; return the thread that does."""

    def kill():
        for done in range(times):
            while world.portal.asked(web.path(3)) <= done:
                time.sleep(0.01)
            if done == times - 1:
                then()
            os.kill(world.checker._crawler.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    return killer


def test_a_child_killed_in_the_middle_costs_nothing(world):
    world.seed(1)
    world.portal.pages[web.path(3)] = web.stalled()
    world.offer(1, 2, 3, 4)

    def mend():
        world.portal.pages[web.path(3)] = web.article(3)

    killer = kill_the_child(world, 1, then=mend)
    run = world.check()
    killer.join()
    assert (run.verdicts, run.trouble) == ({"new": 3}, None)
    assert world.changes() == [("new", web.key(number)) for number in (2, 3, 4)]
    assert world.value("SELECT fate FROM child WHERE id = 1") == "died: SIGKILL"


def test_a_job_over_which_child_after_child_dies_is_put_off_alone(world):
    world.seed(1)
    world.portal.pages[web.path(3)] = web.stalled()
    world.offer(1, 2, 3, 4)
    killer = kill_the_child(world, 2)
    run = world.check()
    killer.join()
    assert run.verdicts == {"new": 2}
    assert "child: died: SIGKILL" in run.trouble
    world.portal.pages[web.path(3)] = web.article(3)
    assert world.check(trigger="command").verdicts == {"new": 1}
    assert world.changes() == [("new", web.key(number)) for number in (2, 3, 4)]
    assert world.value("SELECT fate FROM child WHERE id = 1") == "died: SIGKILL"


SERVICE = """
import sys, time
from scheduler.checking import Checker
from scheduler.config import Config, Politeness, SourceConfig
from scraper.find import sources
from storage.database import Database
config = Config(politeness=Politeness(delay=0), sources={"hk_gia_en": SourceConfig(base=sys.argv[2])})
checker = Checker(Database.open(sys.argv[1]), config, sources(), lambda _: ("everybody",))
print("up", flush=True)
while True:
    checker.check("hk_gia_en")
    time.sleep(0.01)
"""


def kill_at_random_moments(path, kills, seed):
    """Run checks in a process that is killed over and over while the portal publishes; then check once more."""
    world, chance, published = World(path), random.Random(seed), 5
    world.seed(*range(1, 6))
    world.checker.close()
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, "-c", SERVICE, path, world.portal.base], stdout=subprocess.PIPE
        ) as service:
            service.stdout.readline()
            until = time.monotonic() + chance.uniform(0.0, 1.5)
            while time.monotonic() < until:
                published += 1
                world.offer(*range(max(1, published - 30), published + 1))
                time.sleep(chance.uniform(0.02, 0.2))
            service.kill()
    world.now = datetime.now(UTC)
    world.checker = world.make()
    world.offer(*range(max(1, published - 30), published + 1))
    world.check(trigger="command")
    return world, published


def verify(world, published):
    every = [web.key(number) for number in range(1, published + 1)]
    assert world.value("PRAGMA integrity_check") == "ok"
    assert set(world.keys()) <= set(every)
    listed = {row["key"] for row in world.db.rows("SELECT key FROM link")}
    assert set(world.keys()) == listed, "a listed release was lost"
    assert world.changes() == sorted(("new", key) for key in listed if key not in every[:5])
    assert world.value("SELECT count(*) FROM delivery") == len(world.changes())
    assert world.value("SELECT count(*) FROM version") == len(world.keys())
    world.end()


def test_a_service_killed_at_any_moment_loses_and_repeats_nothing(tmp_path):
    verify(*kill_at_random_moments(str(tmp_path / "w.db"), 3, seed=1))


@pytest.mark.drill
def test_a_service_killed_sixty_times_loses_and_repeats_nothing(tmp_path):
    verify(*kill_at_random_moments(str(tmp_path / "w.db"), 60, seed=2))


# --- what it costs ------------------------------------------------------------------------------------------------

PORTAL = """
import sys
from tests import web
portal = web.Web()
portal.pages["/robots.txt"] = b""
portal.pages[web.FEED] = web.feed(range(1, 61), size=30_000)
for number in range(1, 61):
    portal.pages[web.path(number)] = web.article(number)
portal.validators = sys.argv[1] == "304"
print(portal.base, flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def portal_of_its_own(mode):
    command = [sys.executable, "-c", PORTAL, mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as portal:
        yield portal.stdout.readline().strip()
        portal.stdin.close()


@pytest.mark.bench
@pytest.mark.parametrize("mode", ["304", "200"])
def test_a_hundred_checks_of_an_unchanged_listing_cost_less_than_300_ms_of_cpu(tmp_path, mode):
    with portal_of_its_own(mode) as base, Database.open(tmp_path / "w.db") as db:
        config = Config(politeness=Politeness(delay=0), sources={EN: SourceConfig(base=base)})
        checker = Checker(db, config, sources(), lambda _: ())
        assert checker.check(EN).verdicts == {"new": 60}
        spent = []
        for _ in range(3):
            before = time.process_time()
            assert {checker.check(EN).outcome for _ in range(100)} == {"unchanged"}
            spent.append(time.process_time() - before)
        checker.close()
    print(f"100 checks, {mode}: {[round(one, 3) for one in spent]} s of CPU")
    assert min(spent) < 0.3


@pytest.mark.bench
def test_from_the_listing_to_the_record_takes_less_than_150_ms_with_a_warm_child(world):
    world.seed(1)
    took = []
    for number in range(2, 12):
        world.offer(*range(1, number + 1), size=30_000)
        world.check()
        served = next(hit[1] for hit in reversed(world.portal.hits) if hit[0] == web.FEED)
        took.append(world.recorded[-1] - served)
    print(f"listing served -> recorded: {[round(one * 1000) for one in took]} ms")
    assert sorted(took)[len(took) // 2] < 0.15
