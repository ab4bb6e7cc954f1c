"""Recording must not get dearer as the database grows: every statement finds its rows by an index."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from storage import (
    accounts,
    archive,
    fetches,
    history,
    incidents,
    ledger,
    links,
    lookup,
    outbox,
    releases,
    runs,
    subscribers,
)
from storage.model import Link, Run, Validators
from storage.notices import versions

LEASE = timedelta(minutes=1)
# Read whole on purpose: a handful of rows whatever the database holds.
SMALL = {"source", "subscriber", "incident", "_sqlite_migrations", "sqlite_master"}


def work(db, make, thought, now):
    """Do what the service does for one release, and what it asks on every check."""
    route = lambda notice: ["desk"]  # noqa: E731
    release = make(7)
    offered = [Link(release.key, release.url, digest="a")]
    links.take(db, release.source, offered, now, listing_url="https://l/", validators=Validators("a"))
    links.take(db, release.source, offered, now, listing_url="https://l/", validators=Validators("b"))
    links.seeded(db, release.source, now)
    links.pending(db, release.source, now)
    links.failed(db, release.source, release.key, now, "timeout")
    releases.record(db, release, thought, now, route=route)
    releases.record(db, make(7, text="Other."), thought, now, route=route)
    releases.record(db, make(8, text="Other."), thought, now, route=route)
    releases.record_unread(db, release.key, now)
    releases.record_missing(db, release.key, now, route=route)
    links.failed(db, release.source, release.key, now, "timeout")
    links.take(db, release.source, [Link(release.key, release.url, digest="b")], now, listing_url="x", validators=None)
    lookup.due(db, release.source, now, 9)
    lookup.within(db, release.source, now, 9)
    lookup.known(db, [release.key])
    lookup.find(db, release.url)
    lookup.listing(db)
    lookup.listing(db, cooperation=True)
    lookup.listing(db, source=release.source)
    versions(db, 1)
    for delivery in outbox.claim(db, now, LEASE):
        outbox.again(db, delivery, now, now, "503")
    for delivery in outbox.claim(db, now, LEASE):
        outbox.sent(db, delivery, now, "200")
    outbox.next_due(db)
    outbox.recover(db, now)
    tell_more(db, make, thought, now)
    read_the_past(db, release.source, offered, now)
    runs.journal(db, Run(release.source, now, now, "unchanged"))
    runs.states(db)
    fetches.validators(db, "https://l/")


def read_the_past(db, source, offered, now):
    """Do what a backfill does for one day, and what each check asks of the archive."""
    archive.want(db, source, [now.date()])
    archive.take(db, source, now.date(), offered, now, listing_url="https://a/", validators=None, final=True)
    archive.days(db, source, now.date(), now.date())
    archive.owed(db, source, now.date())
    archive.settle(db, source, now.date(), now)
    archive.failed(db, source, now.date(), now, "http 500")
    archive.absent(db, source, now.date(), now)
    archive.unchanged(db, source, now.date(), now, final=True)
    archive.to_fill(db, source, now, 9)


def tell_more(db, make, thought, now):
    """Do what digests, holds, notices and those who look after them ask for."""
    later, route = now + LEASE, lambda notice: ["desk"]
    hold = outbox.hold_open(db, "hk_gia_en", now, "30 at once")
    releases.record(db, make(20), thought, now, hold=hold, route=route)
    outbox.holds(db)
    outbox.gather(db, "desk", "catch-up", now, {}, empty=False, hold=hold)
    outbox.hold_settle(db, hold, "released", now, "test")
    releases.record(db, make(21), thought, now, route=route)
    outbox.gather(db, "desk", now, now, {}, empty=True)
    outbox.notify(db, "desk", "key", {}, now)
    outbox.claim(db, now, LEASE, postpone=lambda delivery: None)
    for delivery in outbox.claim(db, later, LEASE, gathered={"desk"}):
        outbox.took(db, delivery, ["mark"])
        outbox.dead(db, delivery, later, "550")
    outbox.retry(db, now)
    outbox.retry(db, now, [1, 2], "desk")
    outbox.next_due(db, busy={"x"}, gathered={"desk"})
    for change in accounts.alertable(db, now - LEASE, later):
        accounts.deliveries_of(db, change)
        story_id = db.value("SELECT story_id FROM change WHERE id = ?", (change,))
    with db.transaction():
        outbox.bump(db, story_id, now)
    accounts.queues(db)
    history.history(db, 1)
    ledger.ledger(db, now, now - LEASE, ["hk_gia_en"])
    subscribers.meet(db, {"desk": ("a", "b")}, now)
    subscribers.meet(db, {"desk": ("b", "a")}, now)
    subscribers.disable(db, "desk", "410", now)
    subscribers.through(db, "desk", now)
    incidents.open_(db, "disk", "/", {}, now)
    incidents.open_now(db)
    incidents.close(db, "disk", "/", now)
    incidents.recent(db, 9)


def test_no_statement_reads_a_whole_table(db, make, thought, now):
    asked = set()
    ask = db._conn.execute

    class Listening:
        def __getattr__(self, name):
            return getattr(conn, name)

        def execute(self, sql, params=()):
            asked.add(sql)
            return ask(sql, params)

    conn, db._conn = db._conn, Listening()
    work(db, make, thought, now)
    db._conn = conn
    scans = set()
    for sql in asked:
        if sql.split()[0] in ("SELECT", "UPDATE", "DELETE"):
            blanks = [None] * sql.count("?")
            steps = [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", blanks)]
            whole = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
            scans |= {f"{sql}: {step}" for step in whole if step.split()[1] not in SMALL}
    assert len(asked) > 30
    assert scans == set()


def fill(db, many, text):
    """Put many releases in quickly, as recording would."""
    with db.transaction():
        db.execute(
            "INSERT INTO release (key, source, portal, url, language, published, first_seen, last_read, version)"
            " WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " SELECT 'k/' || i, 'hk_gia_en', 'p', 'https://p/' || i, 'en', printf('2020-01-01T00:%08dZ', i),"
            "        printf('2020-01-01T00:%08d', i), '', 1 FROM n",
            (many,),
        )
        db.execute(
            "INSERT INTO version (release_id, number, fingerprint, title, text, seen)"
            " SELECT id, 1, hex(randomblob(32)), 'T', ?, '' FROM release WHERE portal = 'p'",
            (text,),
        )
        db.execute("INSERT INTO story (id, made) SELECT id + 1000000000, '' FROM release WHERE portal = 'p'")
        db.execute(
            "INSERT INTO story_member (release_id, story_id, why)"
            " SELECT id, id + 1000000000, 'first' FROM release WHERE portal = 'p'"
        )
        db.execute(
            "INSERT INTO change (event, kind, release_id, story_id, version, at)"
            " SELECT hex(randomblob(32)), 'new', id, id + 1000000000, 1, '' FROM release WHERE portal = 'p'"
        )
        db.execute(
            "INSERT OR IGNORE INTO link (source, key, url, state, first_listed, last_listed)"
            " SELECT source, key, url, 'read', '', '' FROM release WHERE portal = 'p'"
        )


def cost(db, make, thought, now, start, times=150):
    """Return the CPU seconds of recording one new release and of one listing of 20 known links."""
    offered = [Link(f"k/{i}", f"https://p/{i}") for i in range(1, 21)]
    links.take(db, "hk_gia_en", offered, now, listing_url="https://l/", validators=None)
    began = time.process_time()
    for number in range(start, start + times):
        releases.record(db, make(number), thought, now, route=lambda notice: ["desk"])
    recorded = time.process_time() - began
    began = time.process_time()
    for _ in range(times):
        links.take(db, "hk_gia_en", offered, now, listing_url="https://l/", validators=None)
        links.pending(db, "hk_gia_en", now)
        lookup.due(db, "hk_gia_en", now, 50)
    return recorded / times, (time.process_time() - began) / times


@pytest.mark.parametrize(
    ("many", "dearer"),
    [(20_000, 3.0), pytest.param(1_000_000, 2.0, marks=pytest.mark.bench)],
    ids=["20 thousand", "a million"],
)
def test_recording_and_an_unchanged_check_cost_the_same_in_a_large_database(db, make, thought, now, many, dearer):
    empty = cost(db, make, thought, now, 10_000_000)
    fill(db, many, "x" * 200)
    db.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    cost(db, make, thought, now, 20_000_000)  # the first ones pay for reading the large file's pages
    full = cost(db, make, thought, now, 30_000_000)
    (record_empty, check_empty), (record_full, check_full) = ((1e3 * one for one in each) for each in (empty, full))
    said = (
        f"{many:,}: record {record_empty:.2f} -> {record_full:.2f} ms, check {check_empty:.2f} -> {check_full:.2f} ms"
    )
    print(said)
    assert full[0] < dearer * empty[0], said
    assert full[1] < dearer * empty[1], said


MEMORY = """
import sys
from datetime import UTC, datetime, timedelta
from storage import outbox, releases
from storage.database import Database
from storage.model import Assessment, Release
now = datetime(2026, 11, 21, tzinfo=UTC)
with Database.open(sys.argv[1]) as db:
    for number in range(600):
        release = Release(f"k/{number}", "s", "p", f"https://p/{number}", "en", "T", f"{number} " + "word " * 2000)
        releases.record(db, release, Assessment(True, 1.0, "1"), now, route=lambda notice: ["desk"])
        for delivery in outbox.claim(db, now, timedelta(minutes=1)):
            outbox.sent(db, delivery, now, "200 OK")
# VmHWM, not ru_maxrss: that one also remembers the process that started us.
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc")
def test_the_process_that_keeps_the_database_stays_small(path):
    done = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 45, "MB at most, of the 60 the whole service may take"
