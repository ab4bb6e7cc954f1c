import re
from dataclasses import replace
from pathlib import Path

import pytest

from storage import archive, sql, views
from storage.database import Database
from storage.incidents import open_
from storage.links import take
from storage.model import Figure, Link, Mention, Run
from storage.outbox import claim, hold_open
from storage.releases import record, record_missing
from storage.runs import journal
from storage.subscribers import meet
from storage.views import VIEWS

README = (Path(views.__file__).parent / "README.md").read_text()
DOCUMENTED = {
    section.split("\n", 1)[0].strip(): re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    for section in README.split("## The views")[1].split("\n### ")[1:]
}


@pytest.fixture
def used(db, make, thought, everybody, now):
    """A database in which every view has something to show."""
    scheme = Mention("Harbour Scheme", 0, 3, "The")
    figure = Figure(7.0, "points", "points", 0, 3, programme="Harbour Scheme", counts="points")
    thought = replace(thought, programmes=(scheme,), figures=(figure,), places=(Mention("Harbour City", 4, 7, "two"),))
    take(db, "hk_gia_en", [Link("e/9", "https://e.test/9")], now, listing_url="https://e.test/", validators=None)
    record(db, make(published=None, precision=None), thought, now, route=everybody)
    record(db, make(key="twin.test/1"), thought, now, route=everybody)
    record(db, make(text="Corrected."), thought, now, route=everybody)
    record_missing(db, make().key, now, route=everybody)
    claim(db, now, now - now)
    hold_open(db, "hk_gia_en", now, "30 at once")
    archive.want(db, "hk_gia_en", [now.date()])
    meet(db, {"desk": ("a", "b")}, now)
    open_(db, "source-blind", "hk_gia_en", {"since": "08:00"}, now)
    journal(db, Run("hk_gia_en", now, now, "moved", verdicts={"new": 2}))
    return db


@pytest.mark.parametrize("name", VIEWS)
def test_the_readme_tells_each_column_of_a_view_in_its_order(db, name):
    assert DOCUMENTED[name] == [row["name"] for row in db.rows("SELECT name FROM pragma_table_info(?)", (name,))]


def test_the_readme_tells_of_no_other_view():
    assert set(DOCUMENTED) == set(VIEWS)


def test_the_views_in_a_database_are_those_of_the_code(db):
    made = {row["name"]: row["sql"] for row in db.rows("SELECT name, sql FROM sqlite_master WHERE type = 'view'")}
    assert made == {name: f'CREATE VIEW "{name}" AS {body.strip()}' for name, body in VIEWS.items()}


@pytest.mark.parametrize("name", VIEWS)
def test_each_view_shows_something_also_to_a_reader_in_plain_sql(used, name):
    found = sql.query(used.path, f"SELECT * FROM {name}")
    assert found.rows
    assert list(found.columns) == DOCUMENTED[name]


def test_a_source_shows_what_it_holds_and_what_it_still_owes(used):
    row = used.row("SELECT * FROM sources")
    assert (row["releases"], row["pending"], row["dead"], row["failures"]) == (2, 1, 0, 0)


def test_a_story_shows_the_releases_that_tell_it(used):
    rows = used.rows("SELECT * FROM stories")
    assert [(row["releases"], row["cooperation"], row["title"]) for row in rows] == [
        (2, 1, "Two cities sign health memorandum")
    ]


def test_the_current_assessment_is_the_one_of_the_current_version(used):
    rows = used.rows("SELECT version, current FROM assessments WHERE release_id = 1 ORDER BY version")
    assert rows == [{"version": 1, "current": 0}, {"version": 2, "current": 1}]


def test_the_example_in_the_readme_works(used, path):
    question = re.search(r'coopwatch sql "([^"]+)"', README).group(1)
    with Database.open(path, read_only=True):
        assert len(sql.query(path, question).rows) == 2


def test_who_takes_part_in_what_is_a_plain_question(used):
    rows = used.rows("SELECT name, jurisdiction, release_id, text FROM parties ORDER BY release_id")
    assert [(row["name"], row["release_id"], row["text"]) for row in rows] == [
        ("Health Bureau", 1, "two health authorities"),
        ("Health Bureau", 2, "two health authorities"),
    ]
    figures = used.rows("SELECT programme, counts, value, text FROM figures WHERE programme = 'Harbour Scheme'")
    assert {"programme": "Harbour Scheme", "counts": "points", "value": 7.0, "text": "Cor"} in figures


def test_the_evidence_of_a_release_is_what_its_current_assessment_rests_on(used):
    assert used.rows('SELECT place, start, "end", why, weight FROM evidence WHERE release_id = 2') == [
        {"place": 0, "start": 4, "end": 26, "why": "bodies of two jurisdictions", "weight": 0.5}
    ]


@pytest.mark.parametrize(
    "question",
    [
        "SELECT * FROM parties WHERE name = 'x'",
        "SELECT * FROM parties WHERE release_id = 1",
        "SELECT * FROM programmes WHERE name = 'x'",
        "SELECT * FROM figures WHERE programme = 'x'",
        "SELECT * FROM figures WHERE release_id = 1",
        "SELECT * FROM evidence WHERE release_id = 1",
        "SELECT * FROM story_releases WHERE release_id = 1",
        "SELECT * FROM story_releases WHERE story_id = 1",
    ],
)
def test_what_people_ask_of_one_thing_is_found_by_index(db, question):
    steps = [row["detail"] for row in db.rows(f"EXPLAIN QUERY PLAN {question}")]
    assert not [step for step in steps if step.startswith("SCAN") and "VIRTUAL TABLE" not in step], steps
