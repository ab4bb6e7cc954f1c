from datetime import timedelta

import pytest

from storage import outbox, stories
from storage.editions import editions, members_at, story_at
from storage.model import ChangeKind
from storage.notices import notice
from storage.releases import record, record_missing

HOUR = timedelta(hours=1)
LEASE = timedelta(seconds=60)


@pytest.fixture
def told(db, make, thought, everybody, now):
    """One text told by three portals, an hour apart: releases 1, 2 and 3 of one story."""
    for number, portal in enumerate(("a.test", "b.test", "c.test"), 1):
        release = make(key=f"{portal}/1", portal=portal, url=f"https://{portal}/1", published=now + number * HOUR)
        record(db, release, thought, now + number * HOUR, route=everybody)
    return db


def test_the_story_is_known_as_it_stood(told, now):
    found, key = editions(told, 2, now + 2 * HOUR)
    assert [(one.release_id, one.portal, one.language, one.version, one.state) for one in found] == [
        (1, "a.test", "en", 1, "present")
    ]
    assert key == "a.test/1"
    assert [one.release_id for one in editions(told, 2)[0]] == [1, 3]
    assert found[0].moment == now + HOUR
    assert found[0].assessment.cooperation
    assert found[0].revised is None


def test_an_edition_has_the_words_it_had(told, make, thought, everybody, now):
    release = make(key="a.test/1", portal="a.test", url="https://a.test/1", text="Corrected.", published=now)
    record(told, release, thought, now + 5 * HOUR, route=everybody)
    (first, _), _ = editions(told, 3, now + 4 * HOUR)
    (later, _), _ = editions(told, 3, now + 5 * HOUR)
    assert (first.version, first.revised, first.text == make().text) == (1, None, True)
    assert (later.version, later.revised, later.text) == (2, now + 5 * HOUR, "Corrected.")


def test_an_edition_that_is_withdrawn_is_so_from_then_on(told, everybody, now):
    record_missing(told, "a.test/1", now + 4 * HOUR, route=everybody)
    record_missing(told, "a.test/1", now + 20 * HOUR, route=everybody)
    assert editions(told, 3, now + 19 * HOUR)[0][0].state == "present"
    assert editions(told, 3, now + 20 * HOUR)[0][0].state == "gone"


def test_what_people_moved_later_stood_elsewhere_before(told, now):
    other = stories.split(told, 2, now + 9 * HOUR)
    assert (story_at(told, 2), story_at(told, 2, now + 8 * HOUR)) == (other, 1)
    assert [one.release_id for one in editions(told, 1)[0]] == [3]
    assert [one.release_id for one in editions(told, 1, now + 8 * HOUR)[0]] == [2, 3]
    assert members_at(told, other, now + 8 * HOUR) == []
    assert editions(told, 2) == ((), "b.test/1")
    assert editions(told, 2, now + 8 * HOUR)[1] == "a.test/1"
    stories.join(told, 2, 1, now + 10 * HOUR)
    assert [one.release_id for one in editions(told, 1, now + 9.5 * HOUR)[0]] == [3]
    assert [one.release_id for one in editions(told, 1)[0]] == [2, 3]


def test_every_attempt_tells_the_same_whatever_joins_the_story_meanwhile(told, make, thought, everybody, now):
    (first,) = outbox.claim(told, now + 3 * HOUR, LEASE, busy={"archive"})
    assert first.as_of == now + 3 * HOUR
    outbox.again(told, first, now + 3 * HOUR, now + 4 * HOUR, "503")
    release = make(key="d.test/1", portal="d.test", url="https://d.test/1", published=now + 4 * HOUR)
    record(told, release, thought, now + 4 * HOUR, route=everybody)
    other = {"url": "https://b.test/moved", "portal": "moved.test", "published": now, "department": "Board"}
    record(told, make(key="b.test/1", text="Other.", **other), thought, now + 5 * HOUR, route=everybody)
    record(told, make(key="a.test/1", **other), thought, now + 5 * HOUR, route=everybody)
    (second,) = outbox.claim(told, now + 6 * HOUR, LEASE, busy={"archive"})
    assert second.id == first.id
    assert second.told == first.told
    assert len(notice(told, first.told.change.id).editions) == 3


def test_a_release_alone_in_its_story_has_no_edition(db, make, thought, everybody, now):
    done = record(db, make(), thought, now, route=everybody)
    told = notice(db, done.change.id)
    assert (told.editions, told.story_key, told.first) == ((), make().key, None)


def also(db):
    rows = db.rows("SELECT id, release_id, silent FROM change WHERE kind = 'also' ORDER BY id")
    return [(row["release_id"], row["silent"]) for row in rows]


def test_another_portal_that_tells_a_told_story_is_told_to_those_who_ask(db, make, thought, now):
    def route(told):
        return ["also"] if told.change.kind is ChangeKind.ALSO else ["desk"]

    record(db, make(), thought, now, route=route)
    twin = make(key="b.test/1", portal="b.test", url="https://b.test/1", published=now + HOUR)
    done = record(db, twin, thought, now + 2 * HOUR, route=route)
    assert (done.change, done.promised, done.also.kind) == (None, ("also",), ChangeKind.ALSO)
    told = notice(db, done.also.id)
    assert (told.first.portal, told.first.moment, told.release.portal) == ("www.example.test", now, "b.test")
    assert told.release.published - told.first.moment == HOUR
    assert record(db, twin, thought, now + 3 * HOUR, route=route).also is None
    assert also(db) == [(2, None)]


def test_who_spoke_first_is_who_published_first_not_whom_we_read_first(db, make, thought, nobody, now):
    record(db, make(published=now), thought, now, route=nobody)
    twin = make(key="b.test/1", portal="b.test", url="https://b.test/1", published=now - HOUR)
    record(db, twin, thought, now, route=nobody)
    late = make(key="c.test/1", portal="c.test", url="https://c.test/1", published=now + HOUR)
    done = record(db, late, thought, now, route=nobody)
    assert notice(db, done.also.id).first.portal == "b.test"


def test_another_edition_of_the_same_portal_is_no_further_telling(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    record(db, make(key="example.test/9"), thought, now, route=everybody)
    assert also(db) == []


def test_a_story_that_is_no_cooperation_is_not_told_also(db, make, thought, everybody, now):
    from dataclasses import replace

    plain = replace(thought, cooperation=False)
    record(db, make(), plain, now, route=everybody)
    record(db, make(key="b.test/1", portal="b.test"), plain, now, route=everybody)
    assert also(db) == []


def test_a_telling_found_at_first_sight_is_told_also_to_nobody(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    record(db, make(key="b.test/1", portal="b.test"), thought, now, silent="first sight", route=everybody)
    assert [silent for _, silent in also(db)] == ["first sight"]
    assert db.value("SELECT count(*) FROM delivery") == 2


def test_who_hears_of_the_story_by_this_very_release_does_not_hear_that_it_is_told_also(db, make, thought, now):
    def route(told):
        return ["desk"] if told.release.portal == "b.test" or told.change.kind is ChangeKind.ALSO else ["archive"]

    record(db, make(), thought, now, route=route)
    telling_twice = make(key="b.test/1", portal="b.test", text=make().text)
    done = record(db, telling_twice, thought, now, route=route)
    assert done.verdict.value == "duplicate"
    assert done.promised == ("desk",)
    assert db.value("SELECT count(*) FROM delivery WHERE subscription = 'desk'") == 1
