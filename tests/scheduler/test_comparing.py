"""Listings that only check others: what they find missing is read and told by the source that lacked it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from scheduler import comparing
from scheduler.checking import Checker
from scheduler.config import Config, Politeness, Service, SourceConfig
from scraper.find import sources
from storage import links, runs
from storage.model import Link
from tests import web
from tests.scheduler.test_checking import EN, ZH, World

CHP, ARCHIVE, NEWS = "hk_chp", "hk_news_archive_en", "hk_news_en"
DATA = "/js/press_data_index.js"
TOMORROW = {"days": 1}


class Departments(World):
    """The same small world with the sources that check."""

    def make(self):
        names = (EN, ZH, CHP, ARCHIVE, NEWS)
        config = Config(
            service=Service(linger=60),
            politeness=Politeness(**self.politeness),
            sources={name: SourceConfig(base=self.portal.base) for name in names},
        )
        return Checker(
            self.db, config, sources(), lambda _: ("everybody",),
            clock=lambda: self.now, on_recorded=self.wake, patience=self.patience,
        )  # fmt: skip

    def data(self, *records):
        self.portal.pages[DATA] = f'var press_data = {{"data":{json.dumps(records)}}};'.encode()


def record(number, day="2026-11-22", title="A release of the Centre", other=None):
    told = {
        "PublishDate": f"{day}T00:00:00",
        "Title_en": title,
        "UrlPath_en": f"https://www.info.gov.hk{web.path(number)}",
    }
    if other is not None:
        told |= {"Title_zh_tw": "中心的公布", "UrlPath_zh_tw": f"https://www.info.gov.hk{web.path(other)}"}
    return told


@pytest.fixture
def world(tmp_path):
    world = Departments(tmp_path / "w.db")
    yield world
    world.end()


def test_what_a_department_lists_and_the_portal_s_listings_left_out_is_journalled_then_read_and_told(world):
    world.seed(1, 2)
    world.later(**TOMORROW)
    world.portal.pages[web.path(3)] = web.article(3)
    world.data(record(2), record(3))
    run = world.check(CHP)
    assert (run.outcome, run.listed, run.fresh) == ("moved", 2, 1)
    assert run.trouble == f"not listed by {EN} so far: https://www.info.gov.hk{web.path(3)}"
    assert world.keys() == [web.key(1), web.key(2)]
    told = world.check(EN)
    assert told.verdicts["new"] == 1
    assert ("new", web.key(3)) in world.changes()


def test_what_is_known_is_compared_without_a_word(world):
    world.seed(1, 2)
    world.later(**TOMORROW)
    world.data(record(1), record(2))
    run = world.check(CHP)
    assert (run.outcome, run.listed, run.fresh, run.trouble) == ("unchanged", 2, 0, None)


@pytest.mark.parametrize("day", ["2026-11-21", "2026-11-01", "2020-01-05"])
def test_what_came_out_before_the_portal_was_watched_is_left_to_the_past(world, day):
    world.seed(1)
    world.later(**TOMORROW)
    world.data(record(7, day))
    run = world.check(CHP)
    assert (run.outcome, run.fresh) == ("unchanged", 0)
    assert not links.is_known(world.db, web.key(7))


def test_a_source_that_was_never_checked_is_not_compared_and_the_listing_is_looked_at_again(world):
    world.data(record(7))
    assert (world.check(CHP).fresh, runs.state(world.db, EN).seeded) == (0, None)
    world.seed(1)
    world.later(days=2)
    world.data(record(7, "2026-11-23"))
    assert world.check(CHP).fresh == 1


def test_a_listing_that_did_not_move_is_not_compared_again(world):
    world.seed(1)
    world.portal.pages["/gia/rss/general_zh.xml"] = web.feed([1])
    world.check(ZH)
    world.later(**TOMORROW)
    world.data(record(1))
    assert [world.check(CHP).listed for _ in range(2)] == [1, 0]


def test_a_challenge_in_place_of_a_department_s_data_fails_the_check_and_says_so(world):
    world.seed(1)
    world.portal.pages[DATA] = b"<html><head><title>Just a moment...</title></head><body class='cf-chl'></body></html>"
    run = world.check(CHP)
    assert run.outcome == "failed"
    assert run.trouble.startswith("blocked:")
    assert runs.state(world.db, EN).failures == 0


def test_releases_named_in_one_record_become_one_story(world):
    world.seed(1, 2)
    world.later(**TOMORROW)
    world.offer(1, 2, 3, 4)
    world.check(EN)
    stories = "SELECT count(DISTINCT story_id) FROM story_member AS m JOIN release AS r ON r.id = m.release_id"
    before = world.value(stories)
    world.data({**record(3), "Title_zh_tw": "中心的公布", "UrlPath_zh_tw": f"https://www.info.gov.hk{web.path(4)}"})
    world.check(CHP)
    assert world.value(stories) == before - 1
    assert world.value("SELECT what FROM story_hand") == "named together by hk_chp"


def test_the_archive_is_asked_for_last_month_too_on_the_first_of_a_month(world):
    world.now = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    world.portal.pages["/jsp/NewsArticle.jsp"] = b"<?xml version='1.0'?><rss></rss>"
    run = world.check(ARCHIVE)
    assert (run.outcome, run.requests) == ("unchanged", 2)


def test_only_links_of_sources_that_can_be_compared_count(world):
    world.seed(1)
    offered = [
        Link("k", "https://x/", published=datetime(2026, 11, 23, tzinfo=UTC), source=name) for name in (EN, ZH, "")
    ]
    found = comparing.lacking(world.db, comparing.ready(world.db, (EN, ZH)), offered, world.now)
    assert list(found) == [EN]
