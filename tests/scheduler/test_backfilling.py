"""The past: planned, read, resumed after any kill, silently and politely; from a private copy on loopback."""

import os
import random
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from scheduler.backfilling import PATIENCE, Plan, last_day, plan
from scheduler.checking import Checker
from scheduler.config import Config, Politeness, Service, SourceConfig
from scheduler.demo.invented import synthetic
from scheduler.demo.portals import Portals
from scheduler.demo.receivers import WebhookReceiver
from scheduler.demo.watching import ROOT, Watch
from scheduler.troubles import HeldError, TroubleError
from scraper.find import sources
from scraper.source import Archive, Listing, archive_pages, page_ends
from storage import links, runs
from storage.archive import Day, days
from storage.database import Database
from storage.model import Link
from tests import web as tests_web

EN = "hk_gia_en"
PAST = sources()[EN].archive
MONTHS = Archive(Listing("https://portal.test/archive?date=%Y%m", lambda _: (), days=1), by="month")
DAY = date(2026, 11, 12)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def portal(pages, spread, **more):
    """A portal with so many releases, spread over so many days that ended four days ago."""
    web = Portals(**more)
    for made, at in synthetic(pages, days=spread, now=datetime.now(UTC) - timedelta(days=4)):
        web.publish(made, at=at)
    return web


def issued_days(web):
    return sorted({one.published.date() for one in web.all()})


def releases_asked(web):
    return web.paths(containing="/P")


# --- planning -----------------------------------------------------------------------------------------------------


def test_days_are_planned_newest_first_and_those_complete_are_left_out():
    known = [
        Day(EN, DAY, "listed", listed=60, final=True),
        Day(EN, DAY - timedelta(days=1), "listed", listed=60, unread=3, final=True),
        Day(EN, DAY - timedelta(days=2), "listed", listed=60, final=False),
        Day(EN, DAY - timedelta(days=3), "absent"),
    ]
    made = plan(PAST, known, DAY - timedelta(days=4), DAY)
    assert made.pages == tuple(DAY - timedelta(days=back) for back in range(5))
    assert made.todo == made.pages[1:]
    assert made.unasked == frozenset(made.pages[2:])
    assert (made.owed, made.requests) == (3, 6)


def test_a_months_page_is_named_by_its_first_day_and_ends_with_the_month():
    assert archive_pages(MONTHS, date(2026, 12, 30), date(2027, 2, 2)) == (
        date(2027, 2, 1),
        date(2027, 1, 1),
        date(2026, 12, 1),
    )
    assert page_ends(MONTHS, date(2026, 12, 1)) == date(2027, 1, 1)
    assert page_ends(PAST, date(2026, 12, 31)) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("past", "watched", "last"),
    [(PAST, False, date(2026, 11, 21)), (PAST, True, date(2026, 11, 18)), (MONTHS, True, date(2026, 11, 21))],
)
def test_the_last_days_of_a_watched_source_belong_to_the_watch(past, watched, last):
    assert last_day(past, watched, NOW) == last


# --- reading, in this process -------------------------------------------------------------------------------------


@pytest.fixture
def opened(tmp_path):
    """A function that opens a database and a checker on a portal; all are closed at the end."""
    made = []

    def make(web):
        db = Database.open(tmp_path / "c.db")
        every = {EN: SourceConfig(base=web.base("gia"))}
        checker = Checker(
            db, Config(service=Service(linger=60), politeness=Politeness(delay=0), sources=every), sources(),
            lambda _: ("everybody",),
        )  # fmt: skip
        made.extend([checker, db])
        return db, checker

    yield make
    for each in made:
        each.close()


def walk(db, checker, web, **more):
    ours = issued_days(web)
    todo = plan(PAST, days(db, EN, ours[0], ours[-1]), ours[0], ours[-1])
    return list(checker.backfill(EN, **more).walk(todo))


def test_the_past_is_recorded_silently_and_what_is_news_is_left_to_the_watch(opened):
    with portal(9, 3) as web:
        db, checker = opened(web)
        links.seeded(db, EN, datetime.now(UTC))
        news = web.all()[4]
        offered = [Link(news.key, news.url)]
        links.take(db, EN, offered, datetime.now(UTC), listing_url="https://feed.test/", validators=None)
        steps = walk(db, checker, web)
        assert sum(step.read for step in steps if step.ended) == 8
        assert db.value("SELECT count(*) FROM release WHERE silent = 'backfill'") == 8
        assert db.value("SELECT count(*) FROM delivery") == 0
        assert db.value("SELECT count(*) FROM run") == 0, "a backfill says nothing of how the watch is"
        assert [one.key for one in links.pending(db, EN, datetime.now(UTC))] == [news.key]
        checker.check(EN)
        told = db.rows("SELECT r.key FROM delivery JOIN change AS c ON c.id = change_id JOIN release AS r"
                       " ON r.id = c.release_id")  # fmt: skip
        assert {row["key"] for row in told} <= {news.key}
        assert db.value("SELECT count(*) FROM change WHERE silent IS NULL") == 1


def test_a_portal_that_asks_for_patience_gets_it(opened):
    with portal(4, 1) as web:
        db, checker = opened(web)
        web.fail("gia", 429, {"Retry-After": "1"})
        waited = []

        def wait(seconds):
            waited.append(seconds)
            web.fail("gia", None)
            time.sleep(seconds)

        walk(db, checker, web, wait=wait)
        assert 0 < waited[0] <= 1
        assert db.value("SELECT count(*) FROM release") == 4


def test_a_portal_that_asks_for_an_hour_ends_it(opened):
    with portal(4, 1) as web:
        db, checker = opened(web)
        web.fail("gia", 429, {"Retry-After": "3600"})
        with pytest.raises(HeldError) as patience:
            walk(db, checker, web, wait=pytest.fail)
        assert patience.value.seconds > PATIENCE


def test_three_indexes_in_a_row_that_fail_end_it_and_are_noted(opened):
    with portal(20, 5) as web:
        db, checker = opened(web)
        web.fail("gia", 500)
        with pytest.raises(TroubleError, match="3 pages of the archive in a row"):
            walk(db, checker, web)
        states = [row["state"] for row in db.rows("SELECT state FROM archive ORDER BY day DESC")]
        assert states == ["failed"] * 3 + ["wanted"] * (len(states) - 3)
        web.fail("gia", None)
        walk(db, checker, web)
        assert db.value("SELECT count(*) FROM release") == 20
        assert runs.state(db, EN).seeded is None


def test_ten_releases_in_a_row_that_fail_end_it_and_what_is_missing_is_read_the_next_time(opened):
    with portal(14, 1) as web:
        db, checker = opened(web)
        for one in web.all():
            web.withdraw(one.key)
        kept = web.answer

        def lists_only(room, path):
            if "/P" in path:
                return kept(room, path)
            for one in web.all():
                web.withdraw(one.key, withdrawn=False)
            try:
                return kept(room, path)
            finally:
                for one in web.all():
                    web.withdraw(one.key)

        web.answer = lists_only
        with pytest.raises(TroubleError, match="10 releases in a row"):
            walk(db, checker, web)
        web.answer = kept
        for one in web.all():
            web.withdraw(one.key, withdrawn=False)
        walk(db, checker, web)
        assert db.value("SELECT count(*) FROM release") == 14


# --- the command --------------------------------------------------------------------------------------------------


class Past:
    """`coopwatch backfill` in processes of its own."""

    def __init__(self, folder, web, hooks=None):
        self.web, self.watch = web, Watch(folder, web, hooks=hooks, only=(EN,))
        self.since = issued_days(web)[0]
        self.until = issued_days(web)[-1]

    def words(self, *more):
        span = ("--since", f"{self.since}", "--until", f"{self.until}")
        config = ("--config", str(self.watch.config))
        return [sys.executable, "-m", "scheduler.cli", *config, "backfill", EN, *span, *more]

    def start(self, *more, **options):
        usual = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": ROOT, "text": True}
        return subprocess.Popen(self.words(*more), **{**usual, **options})

    def run(self, *more, seconds=600):
        process = self.start(*more)
        out, err = process.communicate(timeout=seconds)
        return process.returncode, out, err

    def until_asked(self, releases, process, seconds=120):
        end = time.monotonic() + seconds
        while len(releases_asked(self.web)) < releases and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        return len(releases_asked(self.web)) >= releases

    def rows(self, question):
        return self.watch.rows(question)


def killed(past, kills, luck):
    """Kill a backfill so many times, each after some more work, and return how many kills met one at work."""
    met, total = 0, len(past.web.all())
    for number in range(kills):
        wanted = int(total * (number + luck.random()) / (kills + 1))
        process = past.start(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert past.until_asked(max(wanted, len(releases_asked(past.web)) + 1), process)
        met += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    return met


@pytest.mark.parametrize(
    ("spread", "pages", "kills"), [(3, 60, 3), pytest.param(20, 1220, 20, marks=pytest.mark.drill)]
)
def test_a_backfill_that_is_killed_again_and_again_is_complete_without_a_repeat_or_a_gap(
    tmp_path, spread, pages, kills
):
    with portal(pages, spread) as web, WebhookReceiver() as hooks:
        past = Past(tmp_path, web, hooks)
        assert killed(past, kills, random.Random(7)) == kills
        code, _, err = past.run()
        assert code == 0, err
        assert "pages of the archive done" in err
        kept = past.rows("SELECT key, version, silent FROM releases")
        assert sorted(row["key"] for row in kept) == sorted(one.key for one in web.all())
        assert {(row["version"], row["silent"]) for row in kept} == {(1, "backfill")}
        changes = past.rows("SELECT kind, release_id FROM changes")
        assert len(changes) == len({row["release_id"] for row in changes}) == pages
        assert {row["kind"] for row in changes} == {"new"}
        ledger = past.rows("SELECT day, state, listed, stored, missing FROM archive ORDER BY day")
        assert [row["day"] for row in ledger] == [day.isoformat() for day in issued_days(web)]
        assert {row["state"] for row in ledger} == {"complete"}
        assert sum(row["listed"] for row in ledger) == sum(row["stored"] for row in ledger) == pages
        assert len(releases_asked(web)) <= pages + kills, "at most the one under way is asked for again"
        indexes = [path for path in web.paths(containing="/general/") if "/P" not in path]
        assert len(indexes) <= len(ledger) + kills
        before = len(web.asked)
        code, _, err = past.run()
        assert (code, len(web.asked)) == (0, before), "what is complete asks nothing"
        assert past.watch.command("deliver").returncode == 0
        assert hooks.received == []
        assert past.rows("SELECT count(*) AS n FROM deliveries") == [{"n": 0}]


def test_control_c_ends_it_cleanly_and_keeps_what_is_done(tmp_path):
    with portal(300, 3) as web:
        past = Past(tmp_path, web)
        heeded = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731 - however the tests were started
        process = past.start(preexec_fn=heeded)
        assert past.until_asked(20, process)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "all of it is kept: say the same again to go on" in err
        assert "Traceback" not in err
        assert psutil.wait_procs(children, timeout=5)[1] == []
        kept = past.rows("SELECT count(*) AS n FROM releases")[0]["n"]
        assert 15 <= kept < 300
        assert f"{kept} releases read" in err or f"{kept - 1} releases read" in err


def test_a_dry_run_says_the_days_and_the_requests_and_asks_nobody(tmp_path):
    import json

    with portal(12, 2) as web:
        past = Past(tmp_path, web)
        code, out, err = past.run("--dry-run")
        wanted = [day.isoformat() for day in reversed(issued_days(web))]
        assert (code, [line[:10] for line in out.splitlines()]) == (0, wanted)
        assert f"{len(wanted)} of {len(wanted)} days to do; at least {len(wanted)} requests" in err
        assert web.asked == []
        assert not past.watch.database.exists()
        told = json.loads(past.run("--dry-run", "--json")[1])
        assert (told["pages"], told["complete"], told["requests_at_least"]) == (len(wanted), 0, len(wanted))
        code, out, err = past.run("--json")
        lines = [json.loads(line) for line in out.splitlines()]
        assert code == 0, err
        assert [line["day"] for line in lines] == wanted
        assert sum(line["listed"] for line in lines) == sum(line["read"] for line in lines) == 12
        told = json.loads(past.run("--dry-run", "--json")[1])
        assert (told["complete"], told["requests_at_least"], told["todo"]) == (len(wanted), 0, [])


def test_sources_says_how_far_back_each_reaches(tmp_path):
    import json

    with portal(12, 3) as web:
        past = Past(tmp_path, web)
        assert past.run()[0] == 0
        listed = {one["name"]: one for one in json.loads(past.watch.command("sources", "--json").stdout)}
        ours = issued_days(web)
        assert listed[EN]["archive"] == {
            "since": ours[0].isoformat(),
            "until": ours[-1].isoformat(),
            "days": len(ours),
            "short": 0,
        }
        assert listed["mo_gcs_zh"]["archive"] is None
        assert ours[0].isoformat() in past.watch.command("sources").stdout


def test_on_a_terminal_a_bar_shows_the_rate_and_the_time_left(tmp_path):
    import pty

    with portal(30, 2) as web:
        past = Past(tmp_path, web)
        ours, theirs = pty.openpty()
        process = past.start(stdout=theirs, stderr=theirs, env={**os.environ, "COLUMNS": "150", "TERM": "xterm"})
        os.close(theirs)
        seen = b""
        try:
            while part := os.read(ours, 65536):
                seen += part
        except OSError:
            pass  # how a pseudo-terminal says that the other end has closed
        os.close(ours)
        assert process.wait(30) == 0, seen.decode()
        assert b"30 releases" in seen
        assert b"a second" in seen
        assert b"left" in seen


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("mo_gcs_zh", "--since", "2026-11-01"),
            "mo_gcs_zh has no archive that can be read; these have one: hk_gia_en",
        ),
        (("hk_gia", "--since", "2026-11-01"), "no source 'hk_gia'; did you mean hk_gia_"),
        ((EN, "--since", "2026-11-09", "--until", "2026-11-01"), "--until 2026-11-01 lies before --since 2026-11-09"),
        ((EN, "--since", "2999-01-01"), "is found by run and crawl"),
        ((EN, "--since", "yesterday"), "'yesterday' does not match the format '%Y-%m-%d'"),
        ((EN,), "Missing option '--since'"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_with_what_can(tmp_path, capsys, monkeypatch, words, said):
    from scheduler import cli

    monkeypatch.chdir(tmp_path)
    assert cli.run(["backfill", *words]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.drill
def test_a_backfill_of_1220_pages_needs_little_memory_and_says_what_it_costs(tmp_path):
    with portal(1220, 20) as web:
        past = Past(tmp_path, web)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        process = past.start(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            peak = max(peak, _high_water(process.pid) or peak)
            time.sleep(0.2)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        assert process.returncode == 0
        with Database.open(past.watch.database, read_only=True, create=False) as db:
            child = db.value("SELECT max(peak_memory) FROM child")
            read = db.value("SELECT count(*) FROM release")
        assert read == 1220
        print(
            f"{read / spent:.1f} pages a CPU second ({spent:.1f} s CPU, {time.monotonic() - began:.0f} s in all);"
            f" at most {peak / 1e6:.0f} MB here, {child / 1e6:.0f} MB in the child"
        )
        assert peak < 200e6
        assert child < 200e6


def _high_water(pid):
    """Bytes of memory a process ever held; 0 where it has just gone."""
    try:
        told = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next((int(line.split()[1]) << 10 for line in told if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def test_a_plan_counts_what_it_takes_at_least():
    assert Plan((DAY,), (DAY,), frozenset({DAY}), 7).requests == 8


# --- a portal with a page a month ---------------------------------------------------------------------------------

NEWS = "hk_news_en"
STORIES = Path(__file__).parent.parent / "pages" / NEWS


def test_of_a_months_page_what_is_younger_than_48_hours_is_left_to_the_watch(tmp_path):
    young = datetime.now(UTC) - timedelta(hours=30)
    told = (("20261102_150000_001", "2026-11-02 15:30:00"), ("20261110_090000_120", f"{young:%Y-%m-%d %H:%M:%S}"))
    portal = tests_web.Web()
    items = ""
    for number, written in told:
        path = f"/eng/2026/11/{number[:8]}/{number}.html"
        items += (
            f"<item><title>T</title><generateHtmlPath>{path}</generateHtmlPath><eventDate>{written}</eventDate></item>"
        )
        portal.pages[path] = (STORIES / "swimming_pools_reopen" / "page.html").read_bytes()
    portal.pages["/robots.txt"] = b""
    portal.pages["/jsp/NewsArticle.jsp"] = f"<?xml version='1.0'?><rss>{items}</rss>".encode()
    config = Config(politeness=Politeness(delay=0), sources={NEWS: SourceConfig(base=portal.base)})
    with Database.open(tmp_path / "c.db") as db:
        links.seeded(db, NEWS, datetime.now(UTC))
        checker = Checker(db, config, sources(), lambda _: ("everybody",))
        past = sources()[NEWS].archive
        list(checker.backfill(NEWS).walk(plan(past, [], date(2026, 11, 2), date(2026, 11, 21))))
        checker.close()
        assert db.rows("SELECT day, listed, stored FROM archive") == [{"day": "2026-11-01", "listed": 1, "stored": 1}]
        kept = db.rows("SELECT key, silent FROM release")
        assert kept == [{"key": "news.gov.hk/eng/20261102_150000_001", "silent": "backfill"}]
        assert db.value("SELECT count(*) FROM link") == 1
    portal.end()
