"""A portal that nobody foresaw, watched from ten lines of configuration: an invented ministry on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.demo.receivers import WebhookReceiver
from tests.web import Web

ROOT = Path(__file__).parent.parent.parent

TEN_LINES = """\
[sources.ministry_of_health]
kind = "html"
url = "{base}/news/"
language = "en"
jurisdiction = "Macao"
links = "ul.news li"
title_selector = "h2.headline"
text_selector = "div.story"
date_selector = "p.dated"
date_format = "%d.%m.%Y %H:%M"
"""

STORIES = {
    41: ("Ministry opens a swimming bath", "The bath has two basins. It is open from Monday.", "20.11.2026 09:00"),
    42: ("Ministry inspects school kitchens", "Inspectors looked at forty kitchens.", "21.11.2026 10:30"),
    43: (
        "Ministry of Health and Guangdong Provincial Health Commission sign agreement on training nurses",
        "The Ministry of Health of Macao and Guangdong Provincial Health Commission signed a nurse training agreement.",
        "22.11.2026 11:15",
    ),
}


def page(number):
    title, text, when = STORIES[number]
    return (
        f"<html><head><title>Site</title></head><body><h1>The Ministry</h1><h2 class=headline>{title}</h2>"
        f"<p class=dated>Issued {when}</p><div class=story><p>{text}</p></div></body></html>"
    ).encode()


def listing(*numbers):
    rows = "".join(f'<li><a href="/news/{n}.html">{STORIES[n][0]}</a></li>' for n in numbers)
    return f"<html><body><nav><a href='/about'>About</a></nav><ul class=news>{rows}</ul></body></html>".encode()


@pytest.fixture
def ministry():
    web = Web()
    web.pages["/news/"] = listing(42, 41)
    web.pages |= {f"/news/{n}.html": page(n) for n in STORIES}
    yield web
    web.end()


@pytest.fixture
def hooks():
    with WebhookReceiver() as receiver:
        yield receiver


def configured(folder, portal, hooks):
    secret = folder / "webhook.secret"
    secret.write_text(hooks.secret + "\n")
    secret.chmod(0o600)
    others = subprocess.run(
        [sys.executable, "-c", "from scraper.find import built_in; print(*built_in())"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    off = "".join(f"[sources.{name}]\nenabled = false\n" for name in others)
    (folder / "coopwatch.toml").write_text(
        '[service]\nlinger = "0s"\n[politeness]\ndelay = "0s"\n'
        + portal
        + off
        + f'[[subscriptions]]\nname = "desk"\nchannel = "webhook"\nurl = "{hooks.url}"\n'
        f'secret_file = "{secret}"\nallow_private = true\n'
    )
    return folder


def coopwatch(folder, *words, code=0):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-m", "scheduler.cli", *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr + done.stdout
    return done


def test_ten_lines_watch_a_portal_from_its_list_to_the_alert(tmp_path, ministry, hooks):
    portal = TEN_LINES.format(base=ministry.base)
    assert len(portal.splitlines()) == 10
    folder = configured(tmp_path, portal, hooks)
    coopwatch(folder, "check")
    coopwatch(folder, "crawl")
    assert hooks.received == []  # the first check is silent
    ministry.pages["/news/"] = listing(43, 42, 41)
    coopwatch(folder, "crawl")
    (hook,) = hooks.accepted
    assert hook.data["url"] == f"{ministry.base}/news/43.html"
    assert hook.data["title"] == STORIES[43][0]
    kept = json.loads(coopwatch(folder, "show", hook.data["url"], "--json").stdout)
    assert (kept["source"], kept["language"]) == ("ministry_of_health", "en")
    assert kept["text"] == STORIES[43][1]
    assert kept["published"].startswith("2026-11-22T03:15")
    listed = {row["name"]: row for row in json.loads(coopwatch(folder, "sources", "--json").stdout)}
    assert listed["ministry_of_health"]["releases"] == 3
