"""Tellings of invented texts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from scraper.cooperation import assess
from scraper.tellings import telling
from storage.model import Release

HERE = timezone(timedelta(hours=8))


@pytest.fixture(scope="session")
def tell():
    """Return a function that makes the telling of a line of pairs.jsonl."""

    def made(row):
        day = row.get("date") or ""
        published = datetime.fromisoformat(day).replace(tzinfo=HERE) if len(day) == 10 else None
        release = Release("k", "s", "p", "u", row["lang"], row["title"], row["text"], published=published)
        thought = assess(
            row["title"], row["text"], language=row["lang"], published=published.date() if published else None
        )
        return telling(release, thought)

    return made
