"""Incidents opened, told and closed: the effects, over a database and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.config import Config, SourceConfig, Subscription
from scheduler.incidents import IncidentKind, Wrong
from scheduler.observing import Observer, closed, free_space, opened, settle
from storage import incidents, outbox, runs
from storage.database import Database
from storage.errors import DiskError, LockedError
from storage.model import Run
from storage.outbox import notify

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
OPERATORS = tuple(
    Subscription(name=name, channel="email", to=(f"{name}@example.org",), operator=True) for name in ("ops", "chief")
)
CONFIG = Config(sources={"hk_gia_en": SourceConfig()}, operators=OPERATORS)
FULL = Wrong(IncidentKind.DISK, "/var", {"free": 1000, "least": 200_000_000})


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "coopwatch.db") as made:
        yield made


def told(db):
    rows = db.rows("SELECT subscription, body ->> 'state' AS state, body ->> 'kind' AS kind FROM delivery ORDER BY id")
    return [tuple(row.values()) for row in rows]


def test_an_incident_is_told_once_to_every_target_and_so_is_its_end(db):
    assert opened(db, CONFIG, FULL, NOW)
    assert not opened(db, CONFIG, FULL, NOW + timedelta(minutes=1))
    assert told(db) == [("ops", "opened", "disk"), ("chief", "opened", "disk")]
    assert closed(db, CONFIG, "disk", "/var", NOW + timedelta(hours=1))
    assert not closed(db, CONFIG, "disk", "/var", NOW + timedelta(hours=2))
    assert told(db)[2:] == [("ops", "closed", "disk"), ("chief", "closed", "disk")]


def test_whoever_did_not_hear_of_the_beginning_does_not_hear_of_the_end(db):
    assert opened(db, Config(operators=OPERATORS[:1]), FULL, NOW)
    assert closed(db, CONFIG, "disk", "/var", NOW)
    assert {row[0] for row in told(db)} == {"ops"}


def test_a_target_that_cannot_be_told_is_not_told_that_it_cannot(db):
    opened(db, CONFIG, Wrong(IncidentKind.DELIVERIES, "ops", {"dead": 1, "trouble": "550"}), NOW)
    assert told(db) == [("chief", "opened", "deliveries-failing")]


def test_a_retry_that_fails_again_is_still_the_same_incident_and_one_that_arrives_ends_it(db):
    observer = Observer(db, CONFIG, NOW)
    notify(db, "desk", "x", {}, NOW)

    def attempt(end, moment):
        (one,) = outbox.claim(db, moment, timedelta(minutes=1), busy={"ops", "chief"})
        observer.look(moment)
        end(db, one, moment, "what was said")
        observer.look(moment)

    attempt(outbox.dead, NOW)
    heard = [("ops", "opened", "deliveries-failing"), ("chief", "opened", "deliveries-failing")]
    assert told(db)[1:] == heard
    for minutes in (1, 2):
        later = NOW + timedelta(minutes=minutes)
        assert outbox.retry(db, later) == 1
        observer.look(later)
        attempt(outbox.dead, later)
    assert told(db)[1:] == heard
    assert outbox.retry(db, later) == 1
    attempt(outbox.sent, later)
    assert [row[1] for row in told(db)[3:]] == ["closed", "closed"]


def test_only_what_was_judged_is_closed(db):
    opened(db, CONFIG, FULL, NOW)
    settle(db, CONFIG, [], {"clock"}, NOW)
    assert len(incidents.open_now(db)) == 1
    settle(db, CONFIG, [], {"disk"}, NOW)
    assert incidents.open_now(db) == []


def test_a_disk_that_failed_is_told_when_the_database_works_again_and_a_lock_is_no_disk(db):
    observer = Observer(db, CONFIG, NOW)
    observer.failed(LockedError("locked"))
    observer.look(NOW)
    assert told(db) == []
    observer.failed(DiskError("coopwatch.db: the disk is full"))
    observer.look(NOW)
    assert [row[2] for row in told(db)] == ["disk", "disk"]
    observer.look(NOW + timedelta(minutes=1))
    assert incidents.open_now(db) == []


def test_little_space_is_an_incident_before_the_disk_is_full(db, monkeypatch):
    monkeypatch.setattr("scheduler.observing.free_space", lambda _: 100_000_000)
    Observer(db, CONFIG, NOW).look(NOW)
    (incident,) = incidents.open_now(db)
    assert (incident.kind, incident.subject) == ("disk", str(db.path.parent))


def test_a_jump_of_the_clock_is_told_and_over_after_ten_steady_minutes(db):
    observer = Observer(db, CONFIG, NOW)
    observer.jumped(-3600.0, NOW)
    observer.look(NOW)
    assert [one.kind for one in incidents.open_now(db)] == ["clock"]
    observer.look(NOW + timedelta(minutes=11))
    assert [row[1] for row in told(db)] == ["opened", "opened", "closed", "closed"]


def test_a_service_that_starts_before_its_own_last_check_tells_it_at_the_first_look(db):
    runs.journal(db, Run("hk_gia_en", NOW, NOW, "unchanged", "timer"))
    earlier = NOW - timedelta(days=3)
    Observer(db, CONFIG, NOW).look(NOW)
    assert told(db) == []
    observer = Observer(db, CONFIG, earlier)
    observer.look(earlier)
    assert [row[1:] for row in told(db)] == [("opened", "clock")] * 2
    observer.look(NOW)
    assert [row[1:] for row in told(db)][2:] == [("closed", "clock")] * 2


def test_while_all_is_well_nothing_is_written_and_nobody_woken(db):
    woken = []
    observer = Observer(db, CONFIG, NOW, wake=lambda: woken.append(1))
    before = db.value("PRAGMA data_version"), db.value("SELECT total_changes()")
    for _ in range(3):
        observer.look(NOW)
    assert (db.value("PRAGMA data_version"), db.value("SELECT total_changes()")) == before
    assert woken == []
    assert not observer.is_amiss


def test_a_database_that_fails_does_not_end_the_looking(db):
    observer = Observer(db, CONFIG, NOW)
    observer.jumped(-3600.0, NOW)
    db.close()
    observer.look(NOW)
    assert observer.is_amiss


def test_the_space_of_a_folder_that_is_not_there_is_not_known(tmp_path):
    assert free_space(tmp_path / "gone") is None
    assert free_space(tmp_path) > 0
