from datetime import timedelta

from storage.incidents import close, incident, open_, open_now, recent

HOUR = timedelta(hours=1)


def test_an_incident_is_open_once(db, now):
    one = open_(db, "source-blind", "hk_gia_en", {"since": "08:00"}, now)
    assert (one.kind, one.subject, one.opened, one.closed, one.evidence) == (
        "source-blind",
        "hk_gia_en",
        now,
        None,
        {"since": "08:00"},
    )
    assert open_(db, "source-blind", "hk_gia_en", {"since": "09:00"}, now + HOUR) is None
    other = open_(db, "source-blind", "hk_gia_tc", {}, now)
    disk = open_(db, "disk", "hk_gia_en", {"free": 3}, now)
    assert [each.id for each in open_now(db)] == [one.id, other.id, disk.id]


def test_an_incident_is_closed_once_with_what_was_seen(db, now):
    one = open_(db, "disk", "/", {"free": 1}, now)
    closed = close(db, "disk", "/", now + HOUR, {"free": 900})
    assert (closed.id, closed.closed, closed.evidence, closed.closing) == (
        one.id,
        now + HOUR,
        {"free": 1},
        {"free": 900},
    )
    assert close(db, "disk", "/", now + HOUR) is None
    assert open_now(db) == []
    assert incident(db, one.id) == closed
    assert incident(db, 99) is None


def test_what_is_over_may_happen_again(db, now):
    first = open_(db, "disk", "/", {}, now)
    close(db, "disk", "/", now)
    second = open_(db, "disk", "/", {}, now + HOUR)
    assert second.id != first.id
    assert [one.id for one in recent(db, 9)] == [second.id, first.id]
    assert [one.id for one in recent(db, 1)] == [second.id]
