"""init, check, sources, status, crawl: from the first file to the first check."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from scheduler.demo.invented import stock
from scheduler.demo.portals import Portals
from scheduler.demo.receivers import MailServer, WebhookReceiver
from storage.database import Database

GIA = ("hk_gia_en", "hk_gia_zh")


@pytest.fixture
def web():
    with Portals(one for one in stock() if one.when == "before") as portals:
        yield portals


@pytest.fixture
def configured(folder, web):
    """A configuration for the small web; only info.gov.hk is watched."""

    def write(more: str = "", every: str = "15m") -> None:
        off = "".join(f"[sources.{name}]\nenabled = false\n" for name in ("hk_news_en", "hk_news_zh", "mo_gcs_zh"))
        text = f'[politeness]\ndelay = "0s"\n{web.configuration(every, GIA)}\n'
        missing = "".join(part for part in off.split("[") if part and part.split("]")[0] not in text)
        text += (
            "".join(f"[{part}" for part in off.split("[") if part and part.split("]")[0] not in text) if missing else ""
        )
        (folder / "coopwatch.toml").write_text(text + more)

    write()
    return write


def test_init_writes_a_configuration_that_check_finds_fine(coopwatch, folder):
    done = coopwatch("init")
    assert (done.code, "coopwatch.toml written" in done.out) == (0, True)
    text = (folder / "coopwatch.toml").read_text()
    assert "[sources.hk_gia_en]" in text
    checked = coopwatch("check", "--json")
    assert checked.code == 0
    assert {fault["grade"] for fault in checked.json["faults"]} <= {"warning"}


def test_init_overwrites_nothing_unless_told_to(coopwatch, folder):
    (folder / "coopwatch.toml").write_text("# mine\n")
    done = coopwatch("init")
    assert (done.code, (folder / "coopwatch.toml").read_text()) == (1, "# mine\n")
    assert "--force" in done.err
    assert coopwatch("init", "--force").code == 0
    assert coopwatch("--config", "other.toml", "init").code == 0
    assert (folder / "other.toml").read_text() == (folder / "coopwatch.toml").read_text()


def test_init_into_a_folder_that_is_not_there_says_so(coopwatch):
    done = coopwatch("--config", "none/coopwatch.toml", "init")
    assert (done.code, done.out) == (74, "")
    assert "none/coopwatch.toml" in done.err


def test_check_prints_every_fault_with_its_line(coopwatch, folder):
    (folder / "coopwatch.toml").write_text('[service]\ntimezone = "Mars"\nx = 1\n')
    done = coopwatch("check")
    assert done.code == 78
    assert [line.split(": ")[1] for line in done.out.splitlines()] == ["coopwatch.toml:2", "coopwatch.toml:3"]
    assert done.err == "coopwatch.toml: 2 faults\n"
    told = coopwatch("check", "--json").json["faults"]
    assert [(fault["line"], fault["key"]) for fault in told] == [(2, "service.timezone"), (3, "service.x")]


def test_check_without_a_file_says_that_the_defaults_hold(coopwatch):
    done = coopwatch("check")
    assert done.code == 0
    assert "no coopwatch.toml here" in done.err


def test_check_names_a_file_that_is_not_there(coopwatch):
    done = coopwatch("--config", "none.toml", "check")
    assert done.code == 78
    assert "none.toml:1" in done.out


def subscriptions(hooks: WebhookReceiver, mail: MailServer) -> str:
    return (
        f'[email]\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"\nfrom = "watch@example.org"\n'
        f'[[subscriptions]]\nname = "desk"\nchannel = "webhook"\nurl = "{hooks.url}"\nsecret_env = "DESK_SECRET"\n'
        "allow_private = true\n"
        '[[subscriptions]]\nname = "team"\nchannel = "email"\nto = "team@example.org"\n'
    )


def test_check_live_asks_sources_mail_server_and_webhooks(process, configured, web):
    with WebhookReceiver() as hooks, MailServer() as mail:
        configured(subscriptions(hooks, mail))
        done = process("check", "--live", "--json", env={"DESK_SECRET": hooks.secret})
        assert done.code == 0, done.out + done.err
        assert {one["what"]: one["ok"] for one in done.json["live"]} == {
            "hk_gia_en": True,
            "hk_gia_zh": True,
            "webhook desk": True,
            "email team": True,
        }
        assert (hooks.received, mail.received) == ([], [])
        process("check", "--live", "--send", env={"DESK_SECRET": hooks.secret})
        (hook,) = hooks.accepted
        assert "test" in hook.data["title"]
    assert len(web.paths(containing="robots.txt")) == 2


def test_check_live_says_what_does_not_answer(process, configured, web):
    with WebhookReceiver() as hooks, MailServer() as mail:
        more, secret = subscriptions(hooks, mail), hooks.secret
    configured(more)
    web.fail("gia", 503)
    done = process("check", "--live", "--json", env={"DESK_SECRET": secret})
    assert done.code == 69, done.err
    assert not any(one["ok"] for one in done.json["live"])
    assert all(one["said"] for one in done.json["live"])


def test_sources_are_listed_before_and_after_the_first_check(process, configured):
    before = process("sources", "--json").json
    assert [row["name"] for row in before if row["enabled"]] == list(GIA)
    assert process("crawl").code == 0
    after = {row["name"]: row for row in process("sources", "--json").json}
    assert after["hk_gia_en"]["releases"] > 0
    assert after["hk_gia_en"]["last_good"]
    assert after["mo_gcs_zh"]["releases"] == 0


def test_crawl_prints_its_runs_and_says_how_it_went(process, configured):
    done = process("crawl", "--json")
    assert done.code == 0, done.err
    assert [(run["source"], run["outcome"], run["trigger"]) for run in done.json] == [
        (name, "moved", "command") for name in GIA
    ]
    assert "hk_gia_en: moved" in done.err
    assert process("status").code == 0


def test_crawl_of_one_source_leaves_the_others_alone(process, configured):
    assert [run["source"] for run in process("crawl", "hk_gia_zh", "--json").json] == ["hk_gia_zh"]


def test_crawl_new_only_reads_no_known_release_again(process, configured, web):
    process("crawl")
    asked = len(web.asked)
    process("crawl", "--new-only")
    assert not [one for one in web.asked[asked:] if "/P20" in one.path]
    process("crawl")
    assert [one for one in web.asked[asked:] if "/P20" in one.path]


def test_crawl_silent_tells_nobody_also_later(process, configured, web):
    with WebhookReceiver() as hooks, MailServer() as mail:
        configured(subscriptions(hooks, mail))
        secret = {"DESK_SECRET": hooks.secret}
        process("crawl", env=secret)
        new = next(one for one in stock() if one.when == "meanwhile" and one.portal == "gia" and one.cooperation)
        web.publish(new)
        process("crawl", "--silent", env=secret)
        process("crawl", env=secret)
        assert hooks.received == []
        assert process(
            "sql", "--json", "select silent from changes where kind = 'new' order by id desc limit 1"
        ).json == [{"silent": "silent check"}]


def test_crawl_ends_with_69_where_all_sources_fail_and_with_1_where_one_does(process, configured, web, folder):
    web.fail("gia", 500)
    done = process("crawl", "--json")
    assert (done.code, {run["outcome"] for run in done.json}) == (69, {"failed"})
    assert all("500" in run["trouble"] for run in done.json)
    web.fail("gia", None)
    text = (folder / "coopwatch.toml").read_text()
    start = text.index("[sources.hk_gia_zh]")
    end = text.index('base = "', start) + len('base = "')
    (folder / "coopwatch.toml").write_text(text[:end] + "http://127.0.0.1:9" + text[text.index('"', end) :])
    done = process("crawl", "--json")
    assert (done.code, [run["outcome"] for run in done.json]) == (1, ["moved", "failed"])


def test_a_database_that_another_process_holds_ends_with_75_and_names_it(folder, process):
    Database.open(folder / "coopwatch.db").close()
    code = """
import time
from sqlite_utils.utils import sqlite3
conn = sqlite3.connect("coopwatch.db", isolation_level=None)
conn.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(60)
"""
    (folder / "one.jsonl").write_text(
        json.dumps({"id": 1, "lang": "en", "title": "T", "text": "x", "url": "https://example.org/"})
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=folder) as other:
        assert other.stdout.readline() == "held\n"
        done = process("import", "one.jsonl")
        other.kill()
    assert (done.code, done.out) == (75, "")
    assert f"process {other.pid}" in done.err
    assert process("import", "--json", "one.jsonl").lines[0]["verdict"] == "new"


@pytest.mark.parametrize("arguments", [("crawl",), ("deliver",), ("reread",), ("run",)], ids=" ".join)
def test_what_writes_waits_for_no_running_service_and_names_it(folder, process, configured, arguments):
    Database.open(folder / "coopwatch.db").close()
    words = [sys.executable, "-m", "scheduler.cli", "run"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=folder) as service:
        try:
            assert "watching" in service.stderr.readline()
            done = process(*arguments)
            told = process("status", "--json").json
        finally:
            service.send_signal(signal.SIGTERM)
            service.communicate(timeout=30)
    assert (done.code, done.out) == (75, "")
    assert f"`coopwatch run`, process {service.pid}" in done.err
    assert told["running"]["pid"] == service.pid


def test_status_is_one_line_and_says_what_is_not_well(coopwatch, database):
    done = coopwatch("status")
    assert done.code == 1
    first, *problems = done.out.splitlines()
    assert first.startswith("not well: ")
    assert "  hk_gia_en was never checked" in problems
    assert coopwatch("status", "--json").json["ok"] is False


def test_the_database_is_told_from_the_configuration_s_folder_wherever_the_command_runs(folder, coopwatch):
    (folder / "there").mkdir()
    (folder / "there" / "coopwatch.toml").write_text('[service]\ndatabase = "kept.db"\n')
    with Database.open(folder / "there" / "kept.db"):
        pass
    assert coopwatch("--config", "there/coopwatch.toml", "releases", "--json").json == []
    assert not (folder / "kept.db").exists()
