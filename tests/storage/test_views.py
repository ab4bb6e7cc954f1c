import re
from pathlib import Path

import pytest

from storage import sql, views
from storage.database import Database
from storage.links import take
from storage.model import Link, Run
from storage.outbox import claim
from storage.releases import record, record_missing
from storage.runs import journal
from storage.views import VIEWS

README = (Path(views.__file__).parent / "README.md").read_text()
DOCUMENTED = {
    section.split("\n", 1)[0].strip(): re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    for section in README.split("## The views")[1].split("\n### ")[1:]
}


@pytest.fixture
def used(db, make, thought, everybody, now):
    """A database in which every view has something to show."""
    take(db, "hk_gia_en", [Link("e/9", "https://e.test/9")], now, listing_url="https://e.test/", validators=None)
    record(db, make(published=None, precision=None), thought, now, route=everybody)
    record(db, make(key="twin.test/1"), thought, now, route=everybody)
    record(db, make(text="Corrected."), thought, now, route=everybody)
    record_missing(db, make().key, now, route=everybody)
    claim(db, now, now - now)
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
