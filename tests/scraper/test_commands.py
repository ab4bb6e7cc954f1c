"""`scrapy` in the work tree, as its users know it: list, crawl, parse, shell; and savepage, which is ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.find import sources
from tests.web import Web

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests" / "pages" / "hk_gia_en" / "stroke_agreement_with_photos"
PATH = "/gia/general/202611/12/P2026111200417.htm"
ADDRESS = f"https://www.info.gov.hk{PATH}"


def scrapy(*words, code=0):
    # By a shell between: Linux tells a process the peak of whoever started it as its own, Scrapy minds its memory by
    # that, and a worker of the tests may be larger than Scrapy is allowed to be.
    done = subprocess.run(
        ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "scrapy", *map(str, words)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr + done.stdout
    return done.stdout


@pytest.fixture
def portal():
    web = Web()
    web.pages[PATH] = (CASE / "page.html").read_bytes()
    web.pages["/gia/rss/general_en.xml"] = (
        f"<rss><channel><item><title>Stroke</title><link>{ADDRESS}</link></item></channel></rss>"
    ).encode()
    yield web
    web.end()


def test_every_source_is_listed_as_a_spider():
    assert scrapy("list").split() == list(sources())


def test_a_crawl_yields_releases_with_their_assessments(portal, tmp_path):
    file = tmp_path / "out.jsonl"
    scrapy("crawl", "hk_gia_en", "-a", f"base={portal.base}", "-s", "DOWNLOAD_DELAY=0", "-O", file)
    (item,) = [json.loads(line) for line in file.read_text().splitlines()]
    assert (item["url"], item["assessment"]["cooperation"]) == (ADDRESS, True)


def test_a_page_is_parsed_by_its_spider(portal):
    words = ("--spider", "hk_gia_en", "-a", f"base={portal.base}", "--nolog", "--nocolour", "--nolinks")
    assert "'key': 'info.gov.hk/P2026111200417'" in scrapy("parse", *words, portal.base + PATH)


def test_a_listing_is_parsed_into_the_requests_it_leads_to(portal):
    listing = portal.base + "/gia/rss/general_en.xml"
    told = scrapy("parse", "--spider", "hk_gia_en", "-a", f"base={portal.base}", "--nolog", "--nocolour", listing)
    assert f"<GET {portal.base}{PATH}>" in told


def test_the_shell_opens_a_saved_page():
    assert "Zhuhai" in scrapy(
        "shell", "--nolog", CASE / "page.html", "-c", "response.css('#PRHeadlineSpan::text').get()"
    )


def test_a_file_is_saved_as_the_case_that_a_person_wrote_and_never_written_over(tmp_path):
    words = ("savepage", CASE / "page.html", "--url", json.loads((CASE / "meta.json").read_text())["url"])
    words = (*words, "--case", "stroke", "--folder", tmp_path)
    assert "rewrite its texts" in scrapy(*words)
    saved = tmp_path / "hk_gia_en" / "stroke"
    for name in ("page.html", "meta.json", "expected.json"):
        assert (saved / name).read_bytes() == (CASE / name).read_bytes()
    assert "nothing is written over" in scrapy(*words, code=1)


def test_a_page_is_fetched_and_saved_under_the_portals_own_address(portal, tmp_path):
    scrapy("savepage", ADDRESS, "--base", portal.base, "--folder", tmp_path)
    (saved,) = (tmp_path / "hk_gia_en").iterdir()
    assert json.loads((saved / "meta.json").read_text())["url"] == ADDRESS
    assert json.loads((saved / "expected.json").read_text())["title"].startswith("Hong Kong and Zhuhai")
    assert portal.asked("/robots.txt") == 1


def test_a_page_that_cannot_be_read_or_is_nobodys_is_not_saved(tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<html>under maintenance</html>")
    assert "not saved" in scrapy("savepage", file, "--url", ADDRESS, "--folder", tmp_path / "x", code=1)
    assert not (tmp_path / "x").exists()
    scrapy("savepage", file, "--url", "https://unknown.example/", "--folder", tmp_path / "x", code=2)
