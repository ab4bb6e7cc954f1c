"""The canary goes the way of every release and is seen nowhere else: in no story with others, no lifeline, no view."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import outbox, tellings
from storage.model import Figure, Mention
from storage.notices import notice
from storage.releases import record
from storage.stories import CANARY
from storage.telling import Clue, Telling

LEASE = timedelta(seconds=60)
DAY = timedelta(days=1)
SCHEME = Mention("Harbour Scheme", 0, 3, "The")


@pytest.fixture
def thinking(thought):
    figure = Figure(7.0, "points", "points", 0, 3, programme="Harbour Scheme", counts="points")
    parties = (Mention("Health Bureau", 0, 3, "The"), Mention("Hospital Board", 0, 3, "The"))
    return replace(thought, programmes=(SCHEME,), figures=(figure,), parties=parties, places=(SCHEME,))


@pytest.fixture
def sung(db, make, thinking, now):
    """A canary of two days, promised to its own subscription."""
    for day in (0, 1):
        record(
            db,
            make(source=CANARY, key="canary", portal="coopwatch.invalid", text=f"Song of day {day}."),
            thinking,
            now + day * DAY,
            telling=Telling("1", "en", 1, clues=(Clue("party", "x", 9.0),), marks=(1, 2, 3)),
            route=lambda notice: ["canary"],
        )
    return db


def test_the_canary_is_promised_graded_and_claimed_like_any_release(sung, now):
    assert [row["grade"] for row in sung.rows("SELECT grade FROM change ORDER BY id")] == [None, "figure"]
    (claimed,) = outbox.claim(sung, now + DAY, LEASE)
    assert (claimed.subscription, claimed.told.release.source) == ("canary", CANARY)
    outbox.sent(sung, claimed, now + DAY, "200")


def test_the_canary_is_in_no_view(sung, now):
    outbox.claim(sung, now, LEASE)
    views = [row["name"] for row in sung.rows("SELECT name FROM sqlite_master WHERE type = 'view'")]
    assert len(views) > 15
    assert {name for name in views if sung.rows(f'SELECT * FROM "{name}"')} == set()


def test_the_canary_leaves_no_facts_no_pairs_and_no_telling(sung):
    for table in ("mention", "figure", "lifeline", "pair", "first_pair", "telling", "telling_mark"):
        assert sung.value(f"SELECT count(*) FROM {table}") == 0, table


def test_no_release_joins_the_canary_nor_the_canary_another(sung, make, thinking, everybody, now):
    twin = make(text="Song of day 1.", published=now + DAY)
    done = record(sung, twin, thinking, now + DAY, route=everybody)
    assert done.verdict.value == "new"
    assert notice(sung, done.change.id).editions == ()
    other = make(source=CANARY, key="canary/2", text="Song of day 1.", published=now + DAY)
    assert record(sung, other, thinking, now + DAY, route=everybody).verdict.value == "new"
    assert sung.value("SELECT count(DISTINCT story_id) FROM story_member") == 3
    assert tellings.load(sung, [1]) == {}


def test_what_the_canary_names_is_still_a_first_for_others(sung, make, thinking, everybody, now):
    done = record(sung, make(), thinking, now, route=everybody)
    assert ("party", "Health Bureau", "Hospital Board") in {
        (one.what, one.one, one.other) for one in notice(sung, done.change.id).first_pairs
    }
