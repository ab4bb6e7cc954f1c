"""assess, import, read, reread: texts and pages that people bring."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scraper.cooperation import assess
from scraper.find import sources
from storage.database import Database
from storage.model import Release
from storage.pages import keep, load, pack
from storage.releases import record

PAGES = Path(__file__).parents[2] / "pages"
AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
VISIT = {
    "id": "v1",
    "url": "https://www.example.org/visit?utm_source=x",
    "lang": "en",
    "title": "Health officials of Hong Kong and Macao sign agreement on hospital co-operation",
    "text": "The Secretary for Health of Hong Kong today signed an agreement with the Health Bureau of Macao.\n"
    "The two sides will train nurses together and refer patients to each other's hospitals.",
    "date": "2026-11-20",
}
ROADS = {**VISIT, "id": 2, "url": "https://www.example.org/roads", "title": "Road works", "text": "A lane is closed."}


def ndjson(*rows: object) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)


@pytest.fixture
def lines(folder):
    def write(*rows: object) -> str:
        (folder / "in.jsonl").write_text(ndjson(*rows), encoding="utf-8")
        return "in.jsonl"

    return write


def test_assess_answers_each_line_with_verdict_evidence_and_facts(coopwatch, lines):
    done = coopwatch("assess", lines(VISIT, ROADS))
    visit, roads = done.lines
    assert (done.code, done.err) == (0, "")
    assert (visit["id"], visit["cooperation"], roads["id"], roads["cooperation"]) == ("v1", True, 2, False)
    assert {"score", "kind", "reason", "parties", "people", "places", "programmes", "dates", "figures"} <= set(visit)
    assert visit["evidence"]
    for evidence in visit["evidence"]:
        assert VISIT["text"][evidence["start"] : evidence["end"]] == evidence["text"]
        assert {"why", "weight"} <= set(evidence)
    facts = [fact for field in ("parties", "people", "places") for fact in visit[field]]
    assert {"Health Bureau", "Health Bureau of Macao"} <= {fact["canonical"] for fact in facts}
    for fact in facts:
        assert VISIT["text"][fact["start"] : fact["end"]] == fact["name"]
        assert {"jurisdiction", "aliases"} <= set(fact)
    (today,) = visit["dates"]
    assert (today["date"], today["text"]) == ("2026-11-20", "today")
    assert today["what"].startswith("The Secretary for Health")


def test_assess_uses_a_date_as_far_as_it_says_and_needs_no_address(coopwatch, lines):
    text = "A training course for nurses of Macao began today in Zhuhai. It ends on 5 March."
    said = (None, "2024", "2024-02")
    odd = [{**VISIT, "text": text, "id": str(date), "url": "local:1", "date": date} for date in said]
    done = coopwatch("assess", lines(*odd, {**VISIT, "id": "soon", "date": "soon"}))
    assert (done.code, len(done.lines), len(done.err.splitlines())) == (0, 4, 1)
    assert [[d["date"] for d in row["dates"]] for row in done.lines[:3]] == [
        [],
        ["2024", "2024-03-05"],
        ["2024-02", "2024-03-05"],
    ]


def test_assess_tells_bad_lines_by_number_and_answers_the_others(coopwatch, lines):
    done = coopwatch("assess", lines("{", VISIT, {"id": 3}, ROADS, "", '{"id": 1e400}'))
    assert done.code == 65
    assert [row["id"] for row in done.lines] == ["v1", 2]
    assert [line.split(": ")[0] for line in done.err.splitlines()] == ["in.jsonl:1", "in.jsonl:3", "in.jsonl:6"]


def test_assess_answers_a_pipe_line_by_line(folder):
    words = [sys.executable, "-m", "scheduler.cli", "assess", "-"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=folder) as command:
        for row in (VISIT, ROADS):
            command.stdin.write(ndjson(row))
            command.stdin.flush()
            assert json.loads(command.stdout.readline())["id"] == row["id"]
        command.stdin.close()
        assert command.wait(30) == 0
    assert list(folder.iterdir()) == []


def test_import_records_each_line_silently_and_tells_what_it_became(coopwatch, lines):
    again = {**VISIT, "id": "v2", "url": "https://WWW.example.org/visit#top"}
    copy = {**VISIT, "id": "v3", "url": "https://other.example.org/copy"}
    changed = {**VISIT, "id": "v4", "text": VISIT["text"] + "\nThe agreement runs for five years."}
    done = coopwatch("import", "--json", lines(VISIT, ROADS, again, copy, changed))
    assert (done.code, done.err) == (0, "")
    assert [(row["id"], row["release_id"], row["verdict"]) for row in done.lines] == [
        ("v1", 1, "new"),
        (2, 2, "new"),
        ("v2", 1, "unchanged"),
        ("v3", 3, "duplicate"),
        ("v4", 1, "revised"),
    ]
    changes = coopwatch("sql", "--json", "select kind, silent from changes").json
    assert changes
    assert {row["silent"] for row in changes} == {"import"}
    assert coopwatch("alerts", "--json").json == []
    stories = coopwatch("sql", "--json", "--limit", "0", "select release_id, story_id from story_releases").json
    assert {row["release_id"]: row["story_id"] for row in stories} == {1: 1, 2: 2, 3: 1}


def test_import_of_the_same_file_again_changes_nothing(coopwatch, lines):
    file = lines(VISIT, ROADS)
    coopwatch("import", file)
    assert [row["verdict"] for row in coopwatch("import", "--json", file).lines] == ["unchanged", "unchanged"]
    assert len(coopwatch("releases", "--json").json) == 2


def test_import_knows_a_portals_address_in_any_spelling_and_its_languages_apart(coopwatch, lines):
    url = "http://www.info.gov.hk/gia/general/202611/20/P2026112000123p.htm?fontSize=1"
    row = {**VISIT, "url": url}
    (line,) = coopwatch("import", "--json", lines(row)).lines
    assert line["key"] == "info.gov.hk/P2026112000123"
    told = coopwatch("show", line["release_id"], "--json").json
    assert told["url"] == "https://www.info.gov.hk/gia/general/202611/20/P2026112000123.htm"
    assert (told["source"], told["portal"], told["jurisdiction"]) == ("import", "www.info.gov.hk", "Hong Kong")
    assert (told["published"], told["precision"]) == ("2026-11-19T16:00:00Z", "day")
    assert coopwatch("show", url, "--json").json["id"] == line["release_id"]


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        {**VISIT, "url": None},
        {key: VISIT[key] for key in VISIT if key != "url"},
        {**VISIT, "lang": "tlh"},
        {**VISIT, "text": "\u200b"},
        {**VISIT, "title": "\x00"},
        {**VISIT, "url": 7},
        {**VISIT, "url": "\x00"},
        {**VISIT, "url": "JavaScript:alert(1)"},
    ],
)
def test_a_line_that_cannot_be_imported_leaves_the_database_as_it_was(coopwatch, lines, bad):
    coopwatch("import", lines(ROADS))
    before = coopwatch("sql", "--json", "--limit", "0", "select * from releases").json
    done = coopwatch("import", "--json", lines(bad))
    assert (done.code, done.out) == (65, "")
    assert done.err.startswith("in.jsonl:1: ")
    assert 1 <= len(done.err.splitlines()) <= 2
    assert coopwatch("sql", "--json", "--limit", "0", "select * from releases").json == before


def test_import_takes_any_name_for_an_address_and_an_unusable_date_for_unknown(coopwatch, lines):
    odd = {**VISIT, "url": "local:visit 1", "date": "soon"}
    coarse = {**ROADS, "url": "https://exa mple.org/", "date": "2026-11"}
    done = coopwatch("import", "--json", lines(odd, coarse))
    assert done.code == 0
    assert [row["key"] for row in done.lines] == ["local:visit 1", "https://exa mple.org/"]
    assert done.err.splitlines() == [
        "in.jsonl:1: date is not like 2026-11-21 or 2026-11-21T15:30:00+08:00 and is not used"
    ]
    assert [coopwatch("show", row["release_id"], "--json").json["published"] for row in done.lines] == [None, None]
    assert [row["verdict"] for row in coopwatch("import", "--json", lines(odd, coarse)).lines] == ["unchanged"] * 2


def test_import_records_the_lines_around_a_bad_one(coopwatch, lines):
    done = coopwatch("import", "--json", lines(VISIT, "nonsense", ROADS))
    assert done.code == 65
    assert [row["release_id"] for row in done.lines] == [1, 2]
    assert "in.jsonl:2: " in done.err


def test_text_is_cleaned_as_a_pages_text_would_be(coopwatch, lines):
    coopwatch("import", lines({**VISIT, "title": "A\u200b  title\u202e", "text": "One.\r\n\r\n  Two\x07 \x9b.\n"}))
    told = coopwatch("show", "1", "--json").json
    assert (told["title"], told["text"]) == ("A title", "One.\nTwo .")


CASES = sorted(
    path.parent
    for path in PAGES.glob("*/*/meta.json")
    if "title" in json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_read_shows_what_the_reader_sees(coopwatch, case):
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    page = next(path for path in case.iterdir() if path.name.startswith("page."))
    done = coopwatch("read", page, "--url", meta["url"], "--content-type", meta.get("content_type", ""), "--json")
    assert done.code == 0, done.err
    told = done.json
    for field in ("key", "title", "published", "language", "department", "paragraphs", "captions"):
        if field in expected:
            assert told[field] == expected[field], field
    assert sources()[told["source"]].portal in told["url"]
    assert coopwatch("read", page, "--url", meta["url"]).out.startswith(told["title"])


def test_there_are_pages_to_read():
    assert len(CASES) >= 6


PORTAL = "https://www.info.gov.hk/gia/general/202611/21/P2026112100123.htm"


@pytest.mark.parametrize(
    ("body", "url", "words"),
    [
        (b"<html></html>", PORTAL, PORTAL),
        (b"", PORTAL, PORTAL),
        (b"\x00" * 1000, PORTAL, PORTAL),
        (b"<html>", "https://example.org/", "no source reads this address; the portals are: "),
        (b"<html>", "not an address", "no source reads this address"),
        (b"x" * (5 * 1024 * 1024 + 1), PORTAL, "over 5 MiB"),
    ],
)
def test_a_page_that_cannot_be_read_is_an_error(coopwatch, folder, body, url, words):
    (folder / "page.html").write_bytes(body)
    done = coopwatch("read", "page.html", "--url", url, "--json")
    assert (done.code, done.out) == (65, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1


@pytest.fixture
def kept(folder):
    """A database with one real reading of a saved page, as an older detector and an older reader left it."""
    case = next(case for case in CASES if case.parent.name == "hk_gia_en")
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    page = pack((case / "page.html").read_bytes(), meta["content_type"])
    source = sources()["hk_gia_en"]
    address = source.address(meta["url"])
    old = Release(
        address.key, "hk_gia_en", source.portal, address.url, "en", "An old title", "An old text.", "Hong Kong"
    )
    path = folder / "coopwatch.db"
    with Database.open(path) as db:
        record(db, old, assess("x", "y", language="en"), AT, page=page, route=lambda _notice: ())
        assert load(db, page.digest)
    return path


def test_reread_reads_and_assesses_what_is_kept_again_and_tells_nobody(coopwatch, kept):
    dry = coopwatch("reread", "--dry-run", "--json").json
    assert dry["new_version"] == 1
    assert coopwatch("show", "1", "--json").json["title"] == "An old title"
    assert coopwatch("reread", "--json").json == dry
    told = coopwatch("show", "1", "--json").json
    assert (told["version"], told["versions"][0]["title"]) == (2, "An old title")
    assert told["title"] != "An old title"
    assert [change["silent"] for change in told["changes"]][1:] == ["reread"]
    assert coopwatch("reread", "--json").json["as_before"] == 1


def test_reread_assesses_anew_what_an_older_detector_judged(coopwatch, lines):
    coopwatch("import", lines(VISIT))
    with Database.open("coopwatch.db") as db, db.transaction():
        db.execute("UPDATE assessment SET detector = 'older', cooperation = 0, score = 0.1")
        db.execute("UPDATE release SET cooperation = 0")
    assert coopwatch("reread", "--json").json["flipped"] == 1
    assert coopwatch("show", "1", "--json").json["cooperation"] is True
    assert coopwatch("sql", "--json", "select count(*) as n from changes").json == [{"n": 1}]


def test_reread_says_what_it_cannot_read_and_goes_on(coopwatch, kept, lines):
    coopwatch("import", lines(VISIT))
    with Database.open(kept) as db, db.transaction():
        page = pack(b"<html>a redesign</html>", "text/html")
        keep(db, page, AT)
        db.execute("UPDATE version SET page = ? WHERE release_id = 1", (page.digest,))
    done = coopwatch("reread", "--json")
    assert (done.code, done.json["unreadable"], done.json["done"]) == (1, 1, 2)
    assert "release 1: " in done.err


def test_a_release_that_is_gone_does_not_return_by_being_read_again(coopwatch, kept):
    with Database.open(kept) as db, db.transaction():
        db.execute("UPDATE release SET state = 'gone'")
    coopwatch("reread")
    assert coopwatch("show", "1", "--json").json["state"] == "gone"
