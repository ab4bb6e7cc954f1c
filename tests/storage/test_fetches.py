from datetime import timedelta

import pytest

from storage import fetches
from storage.errors import CorruptError
from storage.fetches import Robots
from storage.model import Validators
from storage.pages import keep, load, pack

URL = "https://www.example.test/feed.xml"
ORIGIN = "https://www.example.test"
HOUR = timedelta(hours=1)


def test_an_address_never_asked_has_no_validators(db):
    assert fetches.validators(db, URL) == Validators()


def test_validators_are_those_of_the_last_answer(db, now):
    fetches.save_validators(db, URL, Validators("a", "b", "c"), now)
    fetches.save_validators(db, URL, Validators(digest="d"), now)
    assert fetches.validators(db, URL) == Validators(digest="d")


def test_the_same_validators_again_write_nothing(db, now):
    fetches.save_validators(db, URL, Validators("a"), now)
    before = db._conn.total_changes
    fetches.save_validators(db, URL, Validators("a"), now + HOUR)
    assert db._conn.total_changes == before


def test_the_last_good_robots_txt_is_kept_while_the_host_fails(db, now):
    assert fetches.robots(db, ORIGIN) is None
    good = Robots(200, "User-agent: *", now, "User-agent: *", now)
    fetches.save_robots(db, ORIGIN, good)
    assert fetches.robots(db, ORIGIN) == good
    fetches.save_robots(db, ORIGIN, Robots(None, "", now + HOUR))
    assert fetches.robots(db, ORIGIN) == Robots(None, "", now + HOUR, "User-agent: *", now)


def test_a_page_is_kept_once_and_comes_back_byte_for_byte(db, now):
    page = pack(bytes(range(256)) * 100, "text/html")
    assert len(page.content) < page.size == 25_600
    for _ in range(2):
        with db.transaction():
            keep(db, page, now)
    assert db.value("SELECT count(*) FROM page") == 1
    assert load(db, page.digest) == (bytes(range(256)) * 100, "text/html")
    assert load(db, "0" * 64) is None


@pytest.mark.parametrize("content", [b"not packed", pack(b"another", "").content])
def test_a_page_that_is_not_what_was_kept_is_an_error(db, now, content):
    page = pack(b"page", "")
    with db.transaction():
        keep(db, page, now)
        db.execute("UPDATE page SET content = ?", (content,))
    with pytest.raises(CorruptError, match=page.digest):
        load(db, page.digest)
