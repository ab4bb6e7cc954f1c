"""What the tests of the storage floor share: a database each, a clock that stands still, and invented releases."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database import Database
from storage.model import Assessment, Evidence, Mention, Precision, Release

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "coopwatch.db"


@pytest.fixture
def db(path):
    with Database.open(path) as opened:
        yield opened
        assert not opened.in_transaction, "a unit of work left its transaction open"
        assert opened.check() == []


@pytest.fixture
def make():
    """Make a release; every field can be given."""
    text = "The two health authorities signed a memorandum in Harbour City today."
    base = Release(
        key="example.test/1",
        source="hk_gia_en",
        portal="www.example.test",
        url="https://www.example.test/1.htm",
        language="en",
        title="Two cities sign health memorandum",
        text=f"{text}\nIt covers the training of nurses.",
        jurisdiction="Hong Kong",
        published=NOW,
        precision=Precision.MINUTE,
    )

    def release(number: int | None = None, **fields) -> Release:
        if number is not None:
            fields = {
                "key": f"example.test/{number}",
                "url": f"https://www.example.test/{number}.htm",
                "text": f"{base.text}\nItem {number}.",
            } | fields
        return replace(base, **fields)

    return release


@pytest.fixture
def thought():
    return Assessment(
        cooperation=True,
        score=0.9,
        detector="1",
        kind="agreement",
        reason="Two authorities sign a memorandum.",
        jurisdictions=("Hong Kong", "Macao"),
        evidence=(Evidence(4, 26, "two health authorities", "bodies of two jurisdictions", 0.5),),
        parties=(Mention("Health Bureau", 4, 26, "two health authorities", aliases=("HHB",)),),
    )


@pytest.fixture
def everybody():
    """A route that promises every change to two subscriptions."""
    return lambda notice: ["desk", "archive"]


@pytest.fixture
def nobody():
    return lambda notice: []


@pytest.fixture
def python() -> str:
    return sys.executable
