"""What robots.txt allows, fetched from a real server and kept in a real database."""

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.courtesy import Courtesy
from scheduler.exchange import Exchange
from scheduler.robots import LIMIT, LONGEST_DELAY, Robots
from scheduler.troubles import HeldError, TroubleError
from storage.database import Database
from tests import web

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


class World:
    """A portal, a database and a clock that the test moves."""

    def __init__(self, path):
        self.portal = web.Web()
        self.now = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
        self.db = Database.open(path)
        self.exchange = Exchange("coopwatch/0", deadline=0.5)
        self.restart()

    def restart(self):
        self.robots = Robots(self.db, self.exchange, Courtesy(0.0), lambda: self.now)

    def says(self, answer):
        self.portal.pages["/robots.txt"] = answer

    def delay(self, path="/gia/rss/general_en.xml"):
        return self.robots.delay(self.portal.base + path)

    def refused(self, path="/gia/rss/general_en.xml"):
        with pytest.raises(TroubleError) as told:
            self.delay(path)
        assert told.value.trouble.startswith("robots: "), told.value.trouble
        return told.value

    @property
    def fetched(self):
        return self.portal.asked("/robots.txt")


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "w.db")
    yield world
    world.exchange.close()
    world.db.close()
    world.portal.end()


def test_what_is_not_forbidden_is_allowed_and_what_is_is_not(world):
    world.says(b"User-agent: *\nDisallow: /private\nAllow: /private/but-this\n")
    assert world.delay() == 0
    assert world.delay("/private/but-this") == 0
    assert "/private/x" in world.refused("/private/x").trouble


def test_rules_for_us_by_name_count_before_the_rules_for_all(world):
    world.says(b"User-agent: coopwatch\nDisallow: /gia\n\nUser-agent: *\nAllow: /\n")
    world.refused("/gia/x")
    world.says(b"User-agent: *\nDisallow: /\n\nUser-agent: CoopWatch\nAllow: /\n")
    world.now += timedelta(hours=25)
    assert world.delay("/gia/x") == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_4xx_allows_everything(world, status):
    world.says(web.status(status))
    assert world.delay("/anything") == 0


@pytest.mark.parametrize(
    "answer",
    [
        web.status(500),
        web.status(503),
        web.stalled(),
        web.sent(b""),
        web.sent(HEAD + b"Content-Length: 500\r\n\r\nUser-agent: *\n"),
    ],
    ids=["500", "503", "silence", "hung up", "cut short"],
)
def test_a_5xx_or_an_unreachable_host_allows_nothing(world, answer):
    world.says(answer)
    assert "cannot be had" in world.refused().trouble


def test_after_a_failure_it_is_asked_again_at_the_next_check(world):
    world.says(web.status(500))
    world.refused()
    world.says(b"User-agent: *\nAllow: /\n")
    assert world.delay() == 0


def test_a_copy_serves_for_a_day_also_after_a_restart(world):
    world.says(b"User-agent: *\nDisallow: /private\n")
    for _ in range(3):
        world.delay()
        world.restart()
    world.now += timedelta(hours=19)
    world.refused("/private")
    assert world.fetched == 1


def test_the_last_good_copy_serves_while_the_host_fails_until_it_is_a_day_old(world):
    world.says(b"User-agent: *\nDisallow: /private\n")
    world.delay()
    world.says(web.status(500))
    world.now += timedelta(hours=23)
    assert world.delay() == 0
    assert world.fetched == 2
    world.refused("/private")
    world.now += timedelta(hours=2)
    assert "cannot be had" in world.refused().trouble


def test_a_newer_copy_replaces_the_older(world):
    world.says(b"User-agent: *\nAllow: /\n")
    assert world.delay("/x") == 0
    world.says(b"User-agent: *\nDisallow: /x\n")
    world.now += timedelta(hours=25)
    world.refused("/x")


def test_a_page_instead_of_rules_forbids_nothing(world):
    world.says(b"<html><body>Welcome</body></html>")
    assert world.delay() == 0


def test_only_the_first_500_kib_are_read(world):
    world.says(b"User-agent: *\nDisallow: /early\n" + b"#" + b"x" * LIMIT + b"\nDisallow: /late\n")
    world.refused("/early")
    assert world.delay("/late") == 0


def test_five_redirects_are_followed_a_sixth_counts_as_no_rules(world):
    for hop in range(5):
        world.portal.pages[f"/hop{hop}"] = web.redirect(f"/hop{hop + 1}")
    world.portal.pages["/hop5"] = b"User-agent: *\nDisallow: /\n"
    world.says(web.redirect("/hop1"))
    world.refused()
    world.now += timedelta(hours=25)
    world.says(web.redirect("/hop0"))
    assert world.delay() == 0


def test_a_redirect_to_another_host_is_followed_for_robots_txt_alone(world):
    other = web.Web()
    other.pages["/robots.txt"] = b"User-agent: *\nDisallow: /private\n"
    world.says(web.redirect(other.base + "/robots.txt"))
    world.refused("/private")
    other.end()


def test_a_redirect_to_no_web_address_counts_as_no_rules(world):
    world.says(web.redirect("file:///etc/passwd"))
    assert world.delay() == 0


@pytest.mark.parametrize(
    ("asked", "delay"), [("10", 10.0), ("0.5", 0.5), (str(LONGEST_DELAY), LONGEST_DELAY), ("-3", 0.0), ("soon", 0.0)]
)
def test_a_crawl_delay_is_handed_on(world, asked, delay):
    world.says(f"User-agent: *\nCrawl-delay: {asked}\n".encode())
    assert world.delay() == delay


@pytest.mark.parametrize("asked", ["121", "1e9", "1000000000"])
def test_an_absurd_crawl_delay_holds_the_source_and_says_why(world, asked):
    world.says(f"User-agent: *\nCrawl-delay: {asked}\n".encode())
    told = world.refused()
    assert isinstance(told, HeldError)
    assert "between requests" in told.trouble


def test_a_host_that_asks_for_patience_gets_it(world):
    world.says(web.status(429, Retry_After="77"))
    with pytest.raises(HeldError) as told:
        world.delay()
    assert told.value.seconds == 77


def test_robots_txt_waits_for_the_hosts_turn_too(world):
    world.robots = Robots(world.db, world.exchange, Courtesy(0.1), lambda: world.now)
    world.says(web.redirect("/hop"))
    world.portal.pages["/hop"] = b""
    world.delay()
    times = [hit[1] for hit in world.portal.hits]
    assert times[1] - times[0] >= 0.0999


def test_ports_of_one_host_have_their_own_rules(world):
    other = web.Web()
    other.pages["/robots.txt"] = b"User-agent: *\nDisallow: /\n"
    world.says(b"")
    assert world.delay() == 0
    with pytest.raises(TroubleError, match="robots"):
        world.robots.delay(other.base + "/x")
    other.end()
