"""releases, show, diff, alerts, sql: what is kept, for people and programs."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from storage import outbox
from storage.database import Database

HOSTILE = "Visit [link=x] {0} %s =cmd() 'quoted'"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_releases_are_listed_the_newest_first(coopwatch, database):
    done = coopwatch("releases", "--json")
    assert [row["key"] for row in done.json] == ["a/3", "a/2", "a/1"]
    assert [row["cooperation"] for row in done.json] == [True, False, True]
    assert done.err == ""


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        (("--cooperation",), ["a/3", "a/1"]),
        (("--all",), ["a/3", "a/2", "a/1"]),
        (("--limit", "1"), ["a/3"]),
        (("--limit", "0"), ["a/3", "a/2", "a/1"]),
        (("--source", "mo_gcs_zh"), []),
        (("--since", "2026-11-21T11:00Z"), ["a/3"]),
        (("--since", "2026-11-22"), []),
    ],
)
def test_releases_can_be_filtered(coopwatch, database, options, keys):
    assert [row["key"] for row in coopwatch("releases", *options, "--json").json] == keys


def test_the_table_for_people_shows_a_hostile_title_as_it_is(coopwatch, database):
    assert HOSTILE in coopwatch("releases").out


@pytest.mark.parametrize("name", ["1", "a/1", "https://www.info.gov.hk/a/1", "HTTP://WWW.INFO.GOV.HK/a/1#x"])
def test_a_release_is_found_by_number_key_and_any_spelling_of_its_address(coopwatch, database, name):
    assert coopwatch("show", name, "--json").json["key"] == "a/1"


def test_show_tells_text_assessment_versions_changes_and_deliveries(coopwatch, database):
    told = coopwatch("show", "1", "--json").json
    assert told["text"] == "One sentence.\nA changed sentence."
    assert told["assessment"]["evidence"] == [
        {"start": 0, "end": 3, "text": "One", "why": "a word of co-operation", "weight": 1.5}
    ]
    assert [version["number"] for version in told["versions"]] == [1, 2]
    assert [change["kind"] for change in told["changes"]] == ["new", "revised"]
    assert [(one["subscription"], one["state"]) for one in told["deliveries"]] == [("desk", "waiting")]
    out = coopwatch("show", "1").out
    for words in ("A changed sentence.", "co-operation, score 0.90, visit", "“One”", "a word of co-operation", "desk"):
        assert words in out


@pytest.mark.parametrize(
    "name", ["99", "nothing", "https://example.org/", "https://[", "1; drop table release", "%s", ""]
)
def test_a_release_that_is_not_there_is_an_error(coopwatch, database, name):
    done = coopwatch("show", name)
    assert (done.code, done.out) == (1, "")
    assert "no release" in done.err


def test_diff_shows_what_changed(coopwatch, database):
    done = coopwatch("diff", "1")
    assert done.code == 0
    assert "changed" in done.out
    pieces = coopwatch("diff", "1", "--json").json["pieces"]
    assert "".join(piece["text"] for piece in pieces if piece["op"] != "removed").count("A changed sentence.") == 1
    assert coopwatch("diff", "1", "--from", "2", "--to", "1").code == 0


@pytest.mark.parametrize("arguments", [("2",), ("1", "--from", "1", "--to", "7"), ("1", "--from", "9")])
def test_versions_that_are_not_there_are_an_error(coopwatch, database, arguments):
    done = coopwatch("diff", *arguments)
    assert (done.code, done.out) == (1, "")


def test_a_source_that_does_not_exist_is_refused_and_not_taken_for_one_without_news(coopwatch, database):
    done = coopwatch("releases", "--source", "hk_gia_eg")
    assert (done.code, done.out) == (2, "")
    assert "no source 'hk_gia_eg'; there are: " in done.err
    assert coopwatch("releases", "--source", "import").code == 0


def test_alerts_lists_what_was_promised(coopwatch, database):
    rows = coopwatch("alerts", "--json").json
    assert [(row["subscription"], row["state"], row["title"]) for row in rows] == [
        ("desk", "waiting", "Visit to Macao")
    ]
    assert coopwatch("alerts", "dead", "--json").json == []
    assert "desk" in coopwatch("alerts").out


def test_a_dead_letter_waits_again_on_request_under_the_same_id(coopwatch, database):
    now = datetime.now(UTC)
    with Database.open(database) as db:
        (delivery,) = outbox.claim(db, now, timedelta(seconds=60))
        outbox.dead(db, delivery, now, "HTTP 410")
    assert [row["trouble"] for row in coopwatch("alerts", "dead", "--json").json] == ["HTTP 410"]
    assert coopwatch("status").code == 1
    assert coopwatch("alerts", "retry", "99").code == 1
    assert coopwatch("alerts", "retry", delivery.id).out.startswith("1 waiting again")
    (row,) = coopwatch("alerts", "--state", "waiting", "--json").json
    assert (row["message_id"], row["attempts"]) == (delivery.message_id, 0)


def test_the_schema_of_an_alert_is_printed(coopwatch):
    assert "properties" in coopwatch("alerts", "schema").json


def test_sql_answers_as_table_json_and_csv(coopwatch, database):
    question = "select id, key, title from releases order by id"
    assert coopwatch("sql", "--json", question).json[0] == {"id": 1, "key": "a/1", "title": "Visit to Macao"}
    assert coopwatch("sql", question).out.splitlines()[0].split() == ["id", "key", "title"]
    rows = list(csv.reader(io.StringIO(coopwatch("sql", "--csv", question).out)))
    assert rows[:2] == [["id", "key", "title"], ["1", "a/1", "Visit to Macao"]]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", " =1", "'=1", "\r=1"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(coopwatch, database, cell):
    literal = cell.replace("'", "''")
    ((_,), (written,)) = csv.reader(io.StringIO(coopwatch("sql", "--csv", f"select '{literal}' as x").out))
    assert written == "'" + cell


def test_sql_says_when_there_are_more_rows(coopwatch, database):
    done = coopwatch("sql", "--json", "--limit", "2", "select id from releases")
    assert len(done.json) == 2
    assert "--limit 0" in done.err
    assert len(coopwatch("sql", "--json", "--limit", "0", "select id from releases").json) == 3


@pytest.mark.parametrize(
    "question",
    [
        "insert into release (key) values ('x')",
        "delete from release",
        "drop table release",
        "attach 'y.db' as y",
        "pragma journal_mode=delete",
        "pragma writable_schema=1",
        "vacuum into 'y.db'",
        "select load_extension('x')",
        "select 1; delete from release",
        "select zeroblob(500000000)",
        "select nothing from nowhere",
        "",
        "not sql",
    ],
)
def test_sql_that_would_do_more_than_read_is_refused(coopwatch, database, folder, question):
    before = digest(database)
    done = coopwatch("sql", question)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert digest(database) == before
    assert not (folder / "y.db").exists()


def test_sql_without_end_is_cut_off(coopwatch, database):
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select max(x) from n"
    done = coopwatch("sql", "--seconds", "0.3", endless)
    assert done.code == 2


def test_reading_changes_nothing(coopwatch, database):
    before = digest(database)
    for arguments in (("releases",), ("show", "1"), ("diff", "1"), ("alerts",), ("sources",), ("reread", "--dry-run")):
        assert coopwatch(*arguments).code == 0
    assert digest(database) == before


def test_nothing_a_portal_wrote_can_steer_a_terminal(folder, coopwatch):
    """On a real terminal, through every verb that shows scraped text."""
    text = "Esc \\u001b[2J osc \\u001b]52;c;Zm9v\\u0007 c1 \\u009b31m bidi \\u202e zero \\u200b"
    line = f'{{"id": "{text}", "lang": "en", "title": "{text}", "text": "{text}", "url": "https://example.org/"}}'
    (folder / "bad.jsonl").write_text(line + "\n")
    (folder / "page.html").write_bytes(b"<html>\x1b[2J")
    assert coopwatch("import", "bad.jsonl").code == 0
    for arguments in (
        ("import", "bad.jsonl"),
        ("import", "--json", "bad.jsonl"),
        ("assess", "bad.jsonl"),
        ("releases",),
        ("show", "1"),
        ("sql", "select title, text, char(27) || char(155) || char(8238) as x from releases"),
        ("sql", "--json", "select char(155) || char(8238) as x from releases"),
        ("read", "page.html", "--url", "https://www.info.gov.hk/gia/general/202611/21/P2026112100123.htm"),
        ("show", "\x1b[2J\x9b"),
    ):
        shown = on_a_terminal(folder, *arguments)
        assert shown
        bad = {character for character in shown if character not in "\r\n\t" and not character.isprintable()}
        assert not bad - {"\ufffd"}, (arguments, bad)


def on_a_terminal(folder, *arguments):
    """Return everything that a command writes to a terminal it is started on."""
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "scheduler.cli", *arguments]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, cwd=folder) as command:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:  # Linux: the other end is closed
            pass
        command.wait(30)
    os.close(ours)
    return shown.decode()
