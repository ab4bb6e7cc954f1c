from datetime import timedelta

import pytest

from storage.ledger import Watched, ledger
from storage.model import Run
from storage.releases import record
from storage.runs import journal

HOUR = timedelta(hours=1)


def check(db, at, outcome="unchanged", trouble=None, gaps=False, source="hk_gia_en"):
    run = Run(source, at, at + timedelta(seconds=2), outcome, trouble=trouble, gaps=gaps)
    journal(db, run)
    return run.ended


@pytest.fixture
def watched(db, make, thought, nobody, now):
    """Six hours of checks, one an hour: the first went through the indexes, the fourth and fifth failed."""
    record(db, make(1, published=now - 9 * HOUR), thought, now, route=nobody)
    record(db, make(2, published=now - 20 * HOUR), thought, now + HOUR, route=nobody)
    check(db, now, "moved", gaps=True)
    check(db, now + HOUR, "moved")
    check(db, now + 2 * HOUR)
    check(db, now + 3 * HOUR, "failed", "HTTP 503")
    check(db, now + 4 * HOUR, "held", "robots.txt")
    check(db, now + 5 * HOUR)
    return db


def test_the_ledger_says_what_was_checked_and_seen(watched, now):
    made = ledger(watched, now + 6 * HOUR, now, ["hk_gia_en", "mo_ssm_zh"])
    second = timedelta(seconds=2)
    assert made.sources == (
        Watched("hk_gia_en", 6, 2, now + 5 * HOUR + second, now - 9 * HOUR, now + HOUR, now + second),
        Watched("mo_ssm_zh"),
    )
    assert (made.runs, made.failed, made.last_good) == (6, 2, None)
    assert ledger(watched, now + 6 * HOUR, now, ["hk_gia_en"]).last_good == now + 5 * HOUR + second
    assert ledger(watched, now, now, []).last_good is None


def test_a_source_in_trouble_says_so(watched, now):
    (one,) = ledger(watched, now + 4.5 * HOUR, now, ["hk_gia_en"]).sources
    assert (one.trouble, one.failed, one.last_good) == ("robots.txt", 2, now + 2 * HOUR + timedelta(seconds=2))


def test_the_window_counts_only_what_began_within_it(watched, now):
    (one,) = ledger(watched, now + 6 * HOUR, now + 2.5 * HOUR, ["hk_gia_en"]).sources
    assert (one.runs, one.failed, one.gap_checked) == (3, 2, now + timedelta(seconds=2))


@pytest.mark.parametrize("hours", [0, 1, 2.5, 4.5])
def test_asked_again_for_the_same_time_it_says_the_same(watched, make, thought, nobody, now, hours):
    as_of = now + hours * HOUR
    before = ledger(watched, as_of, now - HOUR, ["hk_gia_en"])
    record(watched, make(3, published=now + 7 * HOUR), thought, now + 8 * HOUR, route=nobody)
    check(watched, now + 8 * HOUR, "failed", "later", gaps=True)
    assert ledger(watched, as_of, now - HOUR, ["hk_gia_en"]) == before


def test_a_check_under_way_does_not_count_yet(db, now):
    ended = check(db, now)
    assert ledger(db, ended - timedelta(seconds=1), now, ["hk_gia_en"]).runs == 0
    assert ledger(db, ended, now, ["hk_gia_en"]).runs == 1


@pytest.mark.parametrize("statement", ["_COUNTED", "_GOOD", "_GAPS", "_NEWEST", "_SEEN"])
def test_the_ledger_is_found_by_index(db, statement):
    from storage import ledger as module

    sql = getattr(module, statement)
    steps = [row["detail"] for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", [""] * sql.count("?"))]
    assert all(step.startswith("SEARCH") for step in steps), steps
