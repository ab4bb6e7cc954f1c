"""What holds for every verb: help, exit codes, streams."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from scheduler import cli

README = Path(__file__).parents[3] / "scheduler" / "README.md"


def commands(command: click.Command, name: str = "") -> dict[str, click.Command]:
    found = {} if not name else {name: command}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for part in command.list_commands(context):
            found |= commands(command.get_command(context, part), f"{name} {part}".strip())
    return found


VERBS = commands(cli.coopwatch)
PRINTS_DATA = ["check", "crawl", "deliver", "read", "reread", "sources", "status", "releases", "show", "diff", "assess",
               "import", "alerts", "alerts dead", "sql"]  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_with_an_example_that_parses(coopwatch, verb):
    done = coopwatch(*verb.split(), "--help")
    assert (done.code, done.err) == (0, "")
    examples = done.out.split("Example:\n")[1].split("\n\n")[0].splitlines()
    assert any(re.search(rf"coopwatch (?:--\S+ \S+ )*{verb}\b", example) for example in examples), examples


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_stands_on_the_floors_page(verb):
    assert f"`coopwatch {verb}" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", PRINTS_DATA)
def test_every_verb_that_prints_data_can_print_json(verb):
    assert any("--json" in option.opts for option in VERBS[verb].params)


def test_help_lists_the_verbs_in_the_order_of_use_with_whole_sentences(coopwatch):
    out = coopwatch("--help").out
    listed = re.findall(r"(?m)^  ([a-z-]+)  +\S.*$", out.split("Commands:")[1].split("Exit codes")[0])
    assert listed == list(cli.VERBS)
    assert "..." not in out.split("Commands:")[1]


def test_help_is_quick_because_nothing_heavy_is_loaded():
    code = (
        "import sys; from scheduler import cli; cli.run(['--help']);"
        "heavy = {'scrapy', 'twisted', 'lxml', 'requests', 'jinja2', 'apscheduler', 'rich', 'sqlite_utils'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["scheduler.cli", "scheduler.service"])
def test_the_service_never_loads_scrapy_and_keeps_lean(module):
    code = (
        f"import sys, {module}; from scraper.find import sources; sources();"
        "heavy = {'scrapy', 'twisted', 'pydantic', 'rich', 'opencc'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_version_is_told(coopwatch):
    done = coopwatch("--version")
    assert done.code == 0
    assert done.out.startswith("coopwatch")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("bogus",),
        ("--bogus",),
        ("releases", "--limit", "-1"),
        ("releases", "--since", "yesterday"),
        ("crawl", "hk_gia_ne"),
        ("show",),
        ("sql",),
        ("read", "none.html", "--url", "https://www.info.gov.hk/"),
        ("assess", "none.jsonl"),
        ("import", "none.jsonl"),
        ("alerts", "retry", "x"),
        ("check", "--send"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_so_on_standard_error(coopwatch, folder, arguments):
    done = coopwatch(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Usage: coopwatch" in done.err
    assert list(folder.iterdir()) == []


def test_a_source_that_is_nearly_right_is_suggested(coopwatch):
    assert "did you mean hk_gia_en?" in coopwatch("crawl", "hk_gia_ne").err


READING = [
    ("status",), ("releases",), ("show", "1"), ("diff", "1"), ("alerts",), ("alerts", "dead"), ("alerts", "retry"),
    ("sql", "select 1"), ("reread",), ("reread", "--dry-run"), ("deliver",),
]  # fmt: skip


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_database_that_is_not_there_is_an_error_and_none_is_made(coopwatch, folder, arguments):
    done = coopwatch("--database", "nowhere.db", *arguments)
    assert (done.code, done.out) == (65, "")
    assert "nowhere.db" in done.err
    assert list(folder.iterdir()) == []


BAD_FILES = {"empty": b"", "text": b"not a database\n" * 100, "SQLite's name only": b"SQLite format 3\x00"}


@pytest.mark.parametrize("body", BAD_FILES.values(), ids=BAD_FILES)
@pytest.mark.parametrize("arguments", [*READING, ("crawl",), ("run",)], ids=" ".join)
def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(coopwatch, folder, arguments, body):
    (folder / "bad.db").write_bytes(body)
    done = coopwatch("--database", "bad.db", *arguments)
    assert (done.code, done.out) == (65, "")
    assert "bad.db" in done.err
    assert len(done.err.splitlines()) == 1
    assert (folder / "bad.db").read_bytes() == body
    assert [path.name for path in folder.iterdir()] == ["bad.db"]


@pytest.mark.parametrize("arguments", [("status",), ("run",), ("crawl",), ("releases",)], ids=" ".join)
def test_a_configuration_that_cannot_be_used_ends_with_78_and_every_line(coopwatch, folder, arguments):
    (folder / "coopwatch.toml").write_text('[service]\ntimezone = "Mars"\n[politeness]\ndelay = "0s"\n')
    done = coopwatch(*arguments)
    assert (done.code, done.out) == (78, "")
    assert [line.split(": ")[0] for line in done.err.splitlines()] == ["coopwatch.toml:2", "coopwatch.toml:4"]
    assert [path.name for path in folder.iterdir()] == ["coopwatch.toml"]


def test_a_missing_secret_stops_run_and_crawl_before_anything_is_made(coopwatch, folder):
    (folder / "coopwatch.toml").write_text(
        '[[subscriptions]]\nname = "a"\nchannel = "webhook"\nurl = "https://example.org/"\nsecret_env = "NOT_SET"\n'
    )
    for verb in ("run", "crawl"):
        done = coopwatch(verb)
        assert done.code == 78
        assert "coopwatch.toml:5: subscriptions[0].secret_env" in done.err
    assert [path.name for path in folder.iterdir()] == ["coopwatch.toml"]


def test_a_reader_that_has_seen_enough_ends_the_command_quietly(folder):
    (folder / "many.jsonl").write_text('{"id": 1, "lang": "en", "title": "T", "text": "x"}\n' * 3000)
    words = [sys.executable, "-m", "scheduler.cli", "assess", "many.jsonl"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder) as command:
        command.stdout.readline()
        command.stdout.close()
        assert (command.wait(60), command.stderr.read()) == (0, b"")


def test_closed_standard_streams_do_no_harm_to_the_database(folder, database, process):
    before = process("--database", database, "sql", "--json", "select * from releases").out
    words = f"exec {sys.executable} -m scheduler.cli --database {database} status <&- >&- 2>&-"
    done = subprocess.run(["/bin/sh", "-c", words], cwd=folder, check=False, timeout=60)
    assert done.returncode == 1
    assert process("--database", database, "sql", "--json", "select * from releases").out == before


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_any_locale_prints_utf_8(process, folder, environment):
    (folder / "one.jsonl").write_text(
        '{"id": "澳門", "lang": "zh-Hant", "title": "澳門", "text": "衞生"}', encoding="utf-8"
    )
    done = process("assess", "one.jsonl", env=environment)
    assert (done.code, done.lines[0]["id"]) == (0, "澳門")


def test_a_command_killed_by_control_c_says_one_line(folder):
    words = [sys.executable, "-m", "scheduler.cli", "assess", "-"]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder
    ) as command:
        command.stdin.write(b'{"id": 1, "lang": "en", "title": "T", "text": "x"}\n')
        command.stdin.flush()
        assert command.stdout.readline()
        command.send_signal(2)
        assert (command.wait(30), command.stderr.read()) == (130, b"coopwatch: interrupted\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everywhere")
def test_a_database_that_may_not_be_read_ends_with_77(coopwatch, database):
    database.chmod(0)
    assert coopwatch("releases").code == 77
