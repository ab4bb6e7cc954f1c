from datetime import timedelta

from storage import outbox
from storage.accounts import alertable, deliveries_of, queues
from storage.history import history
from storage.links import seeded, take
from storage.model import DeliveryState, Link
from storage.releases import record, record_missing

LEASE = timedelta(seconds=60)
HOUR = timedelta(hours=1)


def test_what_may_be_told_is_what_is_not_silent(db, make, thought, everybody, now):
    record(db, make(1), thought, now - HOUR, route=everybody)
    told = record(db, make(2), thought, now, route=everybody)
    record(db, make(3), thought, now, silent="import", route=everybody)
    last = record(db, make(4), thought, now + HOUR, route=everybody)
    assert alertable(db, now, now + HOUR) == [told.change.id]
    assert alertable(db, now, now + 2 * HOUR) == [told.change.id, last.change.id]


def test_what_may_be_told_is_found_by_index(db):
    (row,) = db.rows(
        "EXPLAIN QUERY PLAN SELECT id FROM change WHERE silent IS NULL AND at >= '' AND at < '' ORDER BY at"
    )
    assert "change_told" in row["detail"]


def test_the_account_of_a_change_says_where_each_promise_stands(db, make, thought, everybody, now):
    done = record(db, make(1), thought, now, route=everybody)
    (claimed,) = outbox.claim(db, now, LEASE, busy={"archive"})
    outbox.again(db, claimed, now, now + HOUR, "503")
    digest = outbox.gather(db, "archive", now, now, {}, empty=False)
    desk, archive = deliveries_of(db, done.change.id)
    assert (desk.subscription, desk.state, desk.attempts, desk.next_try, desk.trouble) == (
        "desk",
        DeliveryState.WAITING,
        1,
        now + HOUR,
        "503",
    )
    assert (archive.state, archive.bundle_id, archive.bundle_state) == (
        DeliveryState.BUNDLED,
        digest.id,
        DeliveryState.WAITING,
    )


def test_the_queue_is_seen_by_subscription(db, make, thought, everybody, now):
    for number in (1, 2, 3):
        record(db, make(number), thought, now + number * HOUR, route=everybody)
    (claimed,) = outbox.claim(db, now + HOUR, LEASE, busy={"archive"})
    outbox.dead(db, claimed, now, "410")
    outbox.gather(db, "archive", now, now + 9 * HOUR, {}, empty=False)
    archive, desk = queues(db)
    assert (archive.subscription, archive.states, archive.oldest) == (
        "archive",
        {"bundled": 3, "waiting": 1},
        now + HOUR,
    )
    assert (desk.states, desk.oldest) == ({"dead": 1, "waiting": 2}, now + 2 * HOUR)


def test_the_history_of_a_release_tells_it_all(db, make, thought, everybody, now):
    release = make(1)
    seeded(db, release.source, now)
    take(db, release.source, [Link(release.key, release.url)], now, listing_url="https://l/", validators=None)
    record(db, release, thought, now, route=everybody)
    for claimed in outbox.claim(db, now, LEASE):
        outbox.sent(db, claimed, now, "250 OK")
    text = release.text.replace("training", "teaching")
    record(db, make(1, text=text), thought, now + HOUR, route=lambda notice: ["desk"])
    outbox.gather(db, "desk", now, now + HOUR, {}, empty=False)
    (digest,) = outbox.claim(db, now + HOUR, LEASE)
    outbox.again(db, digest, now + HOUR, now + 2 * HOUR, "451")
    record_missing(db, release.key, now + HOUR, route=everybody)
    found = history(db, 1)
    assert (found.release.text, found.state, found.story_id, found.why) == (text, "missing", 1, "first")
    assert (found.listed.source, found.listed.state, found.listed.first_listed) == (release.source, "read", now)
    assert [one.number for one in found.versions] == [1, 2]
    assert found.assessment == thought
    new, revised = found.changes
    assert [(one.promised.subscription, one.attempts[0].detail) for one in new.deliveries] == [
        ("desk", "250 OK"),
        ("archive", "250 OK"),
    ]
    assert (revised.grade, revised.change.silent) == ("wording", None)
    ((told,),) = [revised.deliveries]
    assert (told.promised.bundle_id, told.attempts[0].outcome, told.attempts[0].detail) == (digest.id, "again", "451")


def test_the_history_says_what_a_hold_keeps_back(db, make, thought, everybody, now):
    hold = outbox.hold_open(db, "s", now, "30 at once")
    record(db, make(1), thought, now, hold=hold, route=everybody)
    (change,) = history(db, 1).changes
    assert [(one.promised.state.value, one.hold.why) for one in change.deliveries] == [("held", "30 at once")] * 2
    assert history(db, 1).listed is None
    assert history(db, 99) is None
