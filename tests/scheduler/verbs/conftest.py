"""The command in a folder of its own: inside this process where its words are enough, as a process where it matters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scheduler import cli
from storage.database import Database
from storage.model import Assessment, Evidence, Release
from storage.releases import record

AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Done:
    """What a command did: its exit code and both streams."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def coopwatch(folder, capsys):
    """Run the command inside this process."""

    def run(*arguments: object) -> Done:
        capsys.readouterr()
        code = cli.run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def process(folder):
    """Run the command as a process of its own."""

    def run(*arguments: object, stdin: str | bytes = "", **options: Any) -> Done:
        words = [sys.executable, "-m", "scheduler.cli", *map(str, arguments)]
        body = stdin.encode() if isinstance(stdin, str) else stdin
        environment = {**os.environ, **options.pop("env", {})}
        done = subprocess.run(
            words, input=body, capture_output=True, timeout=60, check=False, cwd=folder, env=environment, **options
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def nobody(_notice: object) -> tuple[str, ...]:
    return ()


def release(key: str, title: str, text: str = "One sentence.\nAnother sentence.", **changes: Any) -> Release:
    return Release(
        **{
            "key": key,
            "source": "hk_gia_en",
            "portal": "www.info.gov.hk",
            "url": f"https://www.info.gov.hk/{key}",
            "language": "en",
            "title": title,
            "text": text,
            "published": AT,
        }
        | changes
    )


def assessed(cooperation: bool, text: str = "One sentence.") -> Assessment:
    return Assessment(
        cooperation=cooperation,
        score=0.9 if cooperation else 0.1,
        detector="test-1",
        kind="visit" if cooperation else None,
        reason="Two sides meet.",
        evidence=(Evidence(0, 3, text[:3], "a word of co-operation", 1.5),),
    )


@pytest.fixture
def database(folder):
    """A database with three releases: one about co-operation in two versions, one not, one with a hostile title."""
    path = folder / "coopwatch.db"
    with Database.open(path) as db:
        first = release("a/1", "Visit to Macao")
        record(db, first, assessed(True), AT, route=lambda _notice: ("desk",))
        later = release("a/1", "Visit to Macao", "One sentence.\nA changed sentence.")
        record(db, later, assessed(True), AT.replace(hour=9), route=nobody)
        record(db, release("a/2", "Road works"), assessed(False), AT.replace(hour=10), route=nobody)
        hostile = "Visit [link=x] {0} %s =cmd() 'quoted'"
        latest = release("a/3", hostile, "Text <b>bold</b>.", published=AT.replace(hour=11))
        record(db, latest, assessed(True), AT.replace(hour=11), route=nobody)
    return path
