"""new-source: the files of a built-in source, drafted in a work tree; nothing is written over."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.web import Web

URL = "https://www.ministry.example/news/2026/11/41.html"
PAGE = """<html><head><title>Ministry</title></head><body><div id=menu>
<a href=/>Home</a></div><h1>Ministry opens bath</h1>
<span class=day>2026-11-20 09:30</span><div class="words big">
<p>The bath has two basins.</p><p>It opens on Monday.</p></div>
<div class=foot><p>Copyright</p></div></body></html>"""


@pytest.fixture
def tree(folder):
    """A work tree, as far as the command needs one."""
    (folder / "scraper" / "sources").mkdir(parents=True)
    (folder / "scraper" / "sources" / "__init__.py").write_text("")
    (folder / "tests" / "pages").mkdir(parents=True)
    (folder / "page.html").write_text(PAGE)
    return folder


def new(coopwatch, *more, name="mo_ministry_en", url=URL):
    return coopwatch("new-source", name, url, "--jurisdiction", "Macao", *more)


def test_the_draft_reads_its_own_page_and_is_fit_for_the_folder_of_sources(coopwatch, tree):
    done = new(coopwatch, "--file", "page.html")
    assert done.code == 0, done.err
    file = tree / "scraper" / "sources" / "mo_ministry_en.py"
    assert len(file.read_text().splitlines()) <= 40
    case = tree / "tests" / "pages" / "mo_ministry_en" / "41"
    assert (case / "page.html").read_text() == PAGE
    assert json.loads((case / "meta.json").read_text()) == {"url": URL, "content_type": "text/html"}
    assert json.loads((case / "expected.json").read_text()) == {
        "key": "www.ministry.example/2026/11/41",
        "url": URL,
        "title": "Ministry opens bath",
        "published": "2026-11-20T09:30:00+08:00",
        "precision": "minute",
        "language": "en",
        "department": None,
        "paragraphs": ["The bath has two basins.", "It opens on Monday."],
        "captions": [],
    }
    for words in (
        ("ruff", "check", "--isolated", "--line-length", "120"),
        ("ruff", "format", "--check", "--line-length", "120"),
    ):
        checked = subprocess.run([sys.executable, "-m", *words, str(file)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout


def test_a_draft_is_found_by_the_folder_of_sources(coopwatch, tree, monkeypatch):
    from scraper.find import built_in

    new(coopwatch, "--file", "page.html")
    (tree / "drafted_sources").mkdir()
    for file in (tree / "scraper" / "sources").glob("*.py"):
        (tree / "drafted_sources" / file.name).write_bytes(file.read_bytes())
    monkeypatch.syspath_prepend(tree)
    (source,) = built_in("drafted_sources").values()
    assert (source.enabled, source.portal) == (False, "www.ministry.example")
    assert source.listing.url == "https://www.ministry.example/news/"
    assert source.address("http://www.ministry.example/news/2026/12/7.html").key == "www.ministry.example/2026/12/7"
    assert source.address("https://www.ministry.example/about.html") is None


def test_a_page_can_be_fetched(coopwatch, tree):
    web = Web()
    web.pages["/news/2026/11/41.html"] = PAGE.encode()
    try:
        done = new(coopwatch, "--base", web.base)
        assert done.code == 0, done.err
        assert web.asked("/robots.txt") == 1
        assert new(coopwatch, "--base", web.base, name="mo_other_en", url=URL.replace("41", "42")).code == 69
    finally:
        web.end()


def test_nothing_is_written_over_and_nothing_stays_of_a_draft_that_fails(coopwatch, tree):
    assert new(coopwatch, "--file", "page.html").code == 0
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    for more in (
        {},
        {"name": "hk_gia_en"},
        {"name": "Ministry"},
        {"name": "mo_b_en", "url": "https://a.example/?id=4"},
    ):
        done = new(coopwatch, "--file", "page.html", **more)
        assert done.code in (1, 65), more
        assert done.err
    (tree / "empty.html").write_text("<html><p>x")
    assert new(coopwatch, "--file", "empty.html", name="mo_c_en").code == 65
    (tree / "empty.html").unlink()
    assert {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()} == before


def test_outside_a_work_tree_it_says_so(coopwatch, folder):
    (folder / "page.html").write_text(PAGE)
    done = new(coopwatch, "--file", "page.html")
    assert (done.code, "no work tree" in done.err) == (65, True)
