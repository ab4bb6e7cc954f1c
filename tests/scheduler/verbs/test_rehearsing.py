"""`coopwatch rehearse`, and what `check`, `run`, `crawl` and `deliver` make of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.database import Database
from storage.model import Assessment, Precision, Release
from storage.releases import record

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "releases.jsonl"

HEAD = '[service]\ncontact = "mailto:a@example.org"\n[[operator]]\nchannel = "command"\ncommand = ["true"]\n'
FEED = '[[subscriptions]]\nname = "{}"\nchannel = "feed"\nfolder = "feeds"\n'


@pytest.fixture
def write(folder):
    def write(text: str) -> None:
        (folder / "coopwatch.toml").write_text(HEAD + text, encoding="utf-8")

    return write


@pytest.fixture
def busy(folder):
    """A database with 33 releases of one day last week about training, and one about organs."""
    now = datetime.now(UTC)
    day = (now - timedelta(days=7)).replace(hour=4)
    with Database.open(folder / "coopwatch.db") as db:
        for number in range(34):
            told = Release(
                key=f"info.gov.hk/P{number}", source="hk_gia_en", portal="www.info.gov.hk", language="en",
                url=f"https://www.info.gov.hk/P{number}", title="Organs" if number == 33 else f"Training {number}",
                text=f"Text {number}", published=day, precision=Precision.MINUTE,
            )  # fmt: skip
            thought = Assessment(cooperation=True, score=0.5 + number / 100, detector="test-1", kind="training")
            record(db, told, thought, now, silent="first sight", route=lambda _notice: ())
    return day


def test_a_rehearsal_shows_weeks_and_the_nearest_misses_with_what_failed(coopwatch, write, busy):
    write(FEED.format("organs") + 'where = { words = ["organ"] }\n')
    done = coopwatch("rehearse", "organs")
    assert (done.code, done.err) == (0, "")
    assert "organs would have sent 1 of 34 changes in the last 180 days" in done.out
    assert f"most on one day: 1 ({busy.date().isoformat()})" in done.out
    misses = done.out.split("Nearest misses\n")[1].splitlines()
    assert len(misses) == 20
    assert "0.82  33  Training 32" in misses[0]
    assert misses[1] == "    words: wanted organ; saw none"


def test_a_flood_is_said_and_ends_with_one(coopwatch, write, busy):
    write(FEED.format("all"))
    done = coopwatch("rehearse", "all", "--json")
    assert done.code == 1
    assert (done.json["sent"], done.json["busiest"]["sent"]) == (34, 34)
    assert "allow_many" in done.json["floods"]
    assert "too many: would have sent 34" in coopwatch("rehearse", "all").out
    write(FEED.format("all") + "allow_many = true\n")
    assert coopwatch("rehearse", "all").code == 0


def test_a_wrong_name_is_answered_with_the_nearest(coopwatch, write, busy):
    write(FEED.format("organs"))
    done = coopwatch("rehearse", "organ")
    assert done.code == 2
    assert "did you mean organs?" in done.err
    assert coopwatch("rehearse", "operator-1").code == 2


def test_without_a_database_there_is_nothing_to_rehearse(coopwatch, write, folder):
    write(FEED.format("organs"))
    assert coopwatch("rehearse", "organs").code != 0
    assert not (folder / "coopwatch.db").exists()
    assert coopwatch("check").code == 0


def test_check_rehearses_thirty_days_and_calls_a_new_flood_a_fault(coopwatch, write, busy):
    write(FEED.format("organs") + 'where = { words = ["organ"] }\n' + FEED.format("all"))
    done = coopwatch("check")
    assert done.code == 78
    assert "rehearsed: organs: 1 in the last 30 days, at most 1 a day" in done.out
    assert "fault: coopwatch.toml:10: subscriptions[1].where: would have sent 34 on" not in done.out
    assert "fault: coopwatch.toml:11: subscriptions[1].where: would have sent 34 on" in done.out
    assert done.err == "coopwatch.toml: 1 fault\n"
    told = coopwatch("check", "--json").json
    assert told["rehearsed"][1] == {"subscription": "all", "sent": 34, "most_a_day": 34}


@pytest.mark.parametrize("verb", ["run", "deliver", "crawl"])
def test_what_would_send_does_not_start_with_a_new_flood(coopwatch, write, busy, verb):
    write("".join(f"[sources.{name}]\nenabled = false\n" for name in ("hk_gia_en",)) + FEED.format("all"))
    done = coopwatch(verb)
    assert done.code == 78
    assert "subscriptions[0].where: would have sent 34 on" in done.err
    assert "coopwatch rehearse all" in done.err


@pytest.mark.skipif(not CORPUS.exists(), reason="the reference texts are not here")
def test_the_past_of_real_releases_is_rehearsed(coopwatch, write, folder):
    write("")
    assert coopwatch("import", CORPUS).code == 0
    write(
        FEED.format("all")
        + FEED.format("macao") + 'where = { jurisdictions = ["澳門"], none = [{ kinds = ["meeting"] }] }\n'
        + FEED.format("pair") + 'where = { parties = ["HA"], pairs = ["Hong Kong", "Shenzhen"] }\n'
    )  # fmt: skip
    lines = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    told = {name: coopwatch("rehearse", name, "--days", "0", "--json").json for name in ("all", "macao", "pair")}
    assert 40 <= told["all"]["sent"] <= sum(line["label"] == "cooperation" for line in lines)
    assert 0 < told["pair"]["sent"] < told["macao"]["sent"] < told["all"]["sent"]
    for found in told.values():
        assert found["sent"] == len(found["told"]) == sum(week["sent"] for week in found["weeks"])
        assert len(found["misses"]) == 10
    assert {each["condition"] for miss in told["pair"]["misses"] for each in miss["failed"]} == {"parties", "pairs"}
