from datetime import timedelta

import pytest

from storage import runs
from storage.model import Run
from storage.runs import SourceState

HOUR = timedelta(hours=1)


def check(now, outcome, trouble=None, source="hk_gia_en"):
    return Run(source, now, now + timedelta(seconds=3), outcome, "schedule", 20, 2, 3, {"new": 2}, trouble)


def test_a_source_never_checked_is_known_by_name_only(db):
    assert runs.state(db, "hk_gia_en") == SourceState("hk_gia_en")
    assert runs.states(db) == []


def test_a_check_is_kept_as_it_was(db, now):
    runs.journal(db, check(now, "moved"))
    row = db.row("SELECT * FROM runs")
    assert (row["source"], row["outcome"], row["trigger"]) == ("hk_gia_en", "moved", "schedule")
    assert (row["listed"], row["fresh"], row["requests"], row["verdicts"]) == (20, 2, 3, '{"new":2}')


def test_failures_are_counted_until_a_good_check(db, now):
    runs.journal(db, check(now, "unchanged"))
    for hours in (1, 2):
        runs.journal(db, check(now + hours * HOUR, "failed", "timeout\x00"))
    found = runs.state(db, "hk_gia_en")
    assert (found.failures, found.trouble, found.last_attempt) == (2, "timeout\ufffd", now + 2 * HOUR)
    assert found.last_good == now + timedelta(seconds=3)
    runs.journal(db, check(now + 3 * HOUR, "moved"))
    found = runs.state(db, "hk_gia_en")
    assert (found.failures, found.trouble) == (0, None)


def test_a_hold_is_no_failure_and_ends_with_a_good_check(db, now):
    runs.hold(db, "hk_gia_en", now + HOUR, "Retry-After: 3600")
    runs.journal(db, check(now, "held", "Retry-After: 3600"))
    found = runs.state(db, "hk_gia_en")
    assert (found.held_until, found.failures, found.trouble) == (now + HOUR, 0, "Retry-After: 3600")
    runs.journal(db, check(now + HOUR, "unchanged"))
    assert runs.state(db, "hk_gia_en").held_until is None


def test_all_sources_are_told_by_name(db, now):
    for source in ("mo_gcs_zh", "hk_gia_en"):
        runs.journal(db, check(now, "moved", source=source))
    assert [state.name for state in runs.states(db)] == ["hk_gia_en", "mo_gcs_zh"]


def test_an_outcome_that_is_none_is_refused(db, now):
    with pytest.raises(Exception, match="CHECK"):
        runs.journal(db, check(now, "splendid"))
    assert db.rows("SELECT * FROM run") == []


def test_the_fate_of_a_child_is_kept(db, now):
    child = runs.child_started(db, 4711, now)
    assert db.row("SELECT pid, ended, fate FROM child") == {"pid": 4711, "ended": None, "fate": None}
    runs.child_ended(db, child, now + HOUR, "killed: wall clock", jobs=3, peak_memory=123)
    row = db.row("SELECT * FROM child")
    assert (row["fate"], row["jobs"], row["peak_memory"]) == ("killed: wall clock", 3, 123)
