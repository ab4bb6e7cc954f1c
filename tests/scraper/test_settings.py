"""The Scrapy settings: known to Scrapy, in force in both uses, and enough for `scrapy list` and `scrapy crawl`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings, default_settings

from scraper import settings as ours
from scraper.find import sources
from tests import web

ROOT = Path(__file__).parents[2]
NAMES = [name for name in dir(ours) if name.isupper() and name != "CHILD"]


def in_force(child):
    settings = Settings()
    settings.setmodule(ours, priority="project")
    if child:
        settings.setdict(ours.CHILD, priority="cmdline")
    return settings


@pytest.mark.parametrize("name", sorted({*NAMES, *ours.CHILD}))
def test_scrapy_knows_each_setting(name):
    assert hasattr(default_settings, name)


@pytest.mark.parametrize("child", [False, True])
def test_what_protects_us_is_in_force(child):
    settings = in_force(child)
    assert settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    assert settings["DOWNLOAD_TLS_MIN_VERSION"] == "TLSv1.2"
    assert settings.getint("DOWNLOAD_MAXSIZE") == 5 << 20
    assert settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    for name in ("TELNETCONSOLE", "REMOTE_CONTROL", "COOKIES", "METAREFRESH", "HTTPCACHE"):
        assert not settings.getbool(f"{name}_ENABLED"), name
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    assert {scheme for scheme, handler in handlers.items() if handler} <= {"http", "https"}


def test_by_hand_robots_txt_is_obeyed_and_there_is_a_delay():
    settings = in_force(child=False)
    assert settings.getbool("ROBOTSTXT_OBEY")
    assert settings.getfloat("DOWNLOAD_DELAY") == 2


@pytest.mark.parametrize("kind", ["DOWNLOADER_MIDDLEWARES", "SPIDER_MIDDLEWARES", "EXTENSIONS"])
def test_the_child_names_only_parts_that_exist_and_runs_few(kind):
    settings = in_force(child=True)
    base = set(getattr(default_settings, f"{kind}_BASE"))
    named = set(settings.getdict(kind))
    assert {name for name in named if name.startswith("scrapy.")} <= base
    running = {name for name, order in {**getattr(default_settings, f"{kind}_BASE"), **settings.getdict(kind)}.items()
               if order is not None}  # fmt: skip
    assert len(running) <= 6


def scrapy(*arguments):
    # By a shell between, for the reason that test_commands.py gives.
    command = ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_scrapy_lists_the_sources_under_their_own_names():
    assert scrapy("list").stdout.split() == list(sources())


def test_scrapy_says_which_sources_there_are_when_asked_for_another():
    done = scrapy("crawl", "hk_gia_fr")
    assert done.returncode != 0
    assert "hk_gia_en" in done.stdout + done.stderr or "hk_gia_fr" in done.stdout + done.stderr


def test_scrapy_crawls_a_source_by_its_name(tmp_path):
    portal = web.Web()
    portal.pages["/robots.txt"] = f"User-agent: *\nDisallow: {web.path(3)}\n".encode()
    portal.pages[web.FEED] = web.feed([1, 2, 3])
    for number in (1, 2, 3):
        portal.pages[web.path(number)] = web.article(number)
    out = tmp_path / "items.jsonl"
    done = scrapy("crawl", "hk_gia_en", "-a", f"base={portal.base}", "-o", str(out), "-s", "DOWNLOAD_DELAY=0",
                  "-s", "AUTOTHROTTLE_ENABLED=0",
                  "-s", "MEMUSAGE_ENABLED=0")  # fmt: skip  # Linux counts this big process's peak as its child's
    assert done.returncode == 0, done.stderr
    items = [json.loads(line) for line in out.read_text().splitlines()]
    assert sorted(item["key"] for item in items) == [web.key(1), web.key(2)]
    assert items[0]["url"].startswith("https://www.info.gov.hk/")
    assert "score" in items[0]["assessment"]
    assert not portal.asked(web.path(3))
    portal.end()
