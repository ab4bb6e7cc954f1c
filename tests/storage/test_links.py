from datetime import timedelta

import pytest

from storage import fetches, links, releases
from storage.links import MOST_ATTEMPTS, STILL_LISTED, Taken, Unread, failed, pending, seeded, take, unread, wait_after
from storage.model import Link, Validators
from storage.runs import state

URL = "https://www.example.test/feed.xml"
HOUR = timedelta(hours=1)


def offer(*numbers, digest=""):
    return [Link(f"e/{n}", f"https://www.example.test/{n}", f"Title {n}", digest=digest) for n in numbers]


def bring(db, offered, now, **rest):
    return take(db, "hk_gia_en", offered, now, **({"listing_url": URL, "validators": None} | rest))


def keys(db, now, **rest):
    return [link.key for link in pending(db, "hk_gia_en", now, **rest)]


def test_new_links_are_kept_to_be_read_with_the_validators(db, now):
    found = Validators('"a"', "Sat, 21 Nov 2026 08:30:00 GMT", "d")
    assert bring(db, offer(1, 2, 1), now, validators=found) == Taken(2, 2, 0)
    assert keys(db, now) == ["e/1", "e/2"]
    assert fetches.validators(db, URL) == found
    assert state(db, "hk_gia_en").first_sight == now


def test_a_listing_seen_before_brings_nothing_and_writes_nothing(db, now):
    bring(db, offer(1, 2), now, validators=Validators("a"))
    before = db._conn.total_changes
    assert bring(db, offer(1, 2), now, validators=Validators("a")) == Taken(2, 0, 0)
    assert db._conn.total_changes == before


def test_the_links_of_one_source_are_not_those_of_another(db, now):
    bring(db, offer(1), now)
    assert take(db, "hk_gia_zh", offer(1), now, listing_url=URL, validators=None).fresh == 1
    assert pending(db, "mo_gcs_zh", now) == []


def test_a_gap_check_alone_is_no_first_sight(db, now):
    bring(db, offer(1), now, gap_check=True)
    assert state(db, "hk_gia_en").first_sight is None
    bring(db, offer(1), now + HOUR)
    assert state(db, "hk_gia_en").first_sight == now + HOUR


def test_links_are_silent_until_the_source_is_seeded(db, now):
    bring(db, offer(1), now)
    seeded(db, "hk_gia_en", now + HOUR)
    seeded(db, "hk_gia_en", now + 2 * HOUR)
    bring(db, offer(2), now + HOUR)
    silent = {row["key"]: row["silent"] for row in db.rows("SELECT key, silent FROM link")}
    assert silent == {"e/1": "first sight", "e/2": None}
    assert state(db, "hk_gia_en").seeded == now + HOUR


def test_links_somebody_waits_for_are_read_before_those_of_the_first_sight(db, now):
    bring(db, offer(1, 2), now)
    seeded(db, "hk_gia_en", now)
    bring(db, offer(3), now + HOUR)
    assert keys(db, now + HOUR) == ["e/3", "e/1", "e/2"]
    assert keys(db, now + HOUR, limit=1) == ["e/3"]


def test_another_text_under_a_known_key_has_the_release_read_again(db, make, thought, nobody, now):
    bring(db, offer(1, digest="a"), now)
    releases.record(db, make(key="e/1"), thought, now, route=nobody)
    assert releases.due(db, "hk_gia_en", now, 9) == []
    assert bring(db, offer(1, digest="b"), now + timedelta(minutes=5)).changed == 1
    assert [due.key for due in releases.due(db, "hk_gia_en", now + timedelta(minutes=5), 9)] == ["e/1"]
    assert bring(db, offer(1, digest="b"), now + timedelta(minutes=6)).changed == 0


def test_a_digest_told_for_the_first_time_or_not_at_all_is_no_change(db, now):
    bring(db, offer(1), now)
    assert bring(db, offer(1, digest="a"), now).changed == 0
    assert bring(db, offer(1), now).changed == 0
    assert bring(db, offer(1, digest="b"), now).changed == 1


def test_a_link_that_fails_is_tried_later_and_later_and_then_given_up(db, now):
    bring(db, offer(1), now)
    clock, waits = now, []
    for _ in range(MOST_ATTEMPTS):
        assert keys(db, clock) == ["e/1"]
        failed(db, "hk_gia_en", "e/1", clock, "timeout")
        following = clock
        while not keys(db, following) and following - clock < timedelta(days=2):
            following += timedelta(minutes=5)
        waits.append(following - clock)
        clock = following
    assert waits[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert max(waits[:-1]) == 12 * HOUR
    assert db.row("SELECT state, attempts, trouble FROM link") == {
        "state": "dead",
        "attempts": 12,
        "trouble": "timeout",
    }
    assert bring(db, offer(1), clock).fresh == 0
    assert keys(db, clock) == []


def test_links_that_failed_are_told_until_they_are_read_or_no_longer_listed(db, make, thought, nobody, now):
    bring(db, offer(1, 2, 3), now)
    assert unread(db, now) == []
    failed(db, "hk_gia_en", "e/1", now, "http 500")
    for _ in range(MOST_ATTEMPTS):
        failed(db, "hk_gia_en", "e/2", now, "http 500")
    assert unread(db, now) == [Unread("hk_gia_en", 1, 1, "http 500")]
    releases.record(db, make(key="e/1"), thought, now, route=nobody)
    assert unread(db, now) == [Unread("hk_gia_en", 0, 1, "http 500")]
    assert unread(db, now + STILL_LISTED + HOUR) == []


def test_a_dead_link_whose_text_changes_is_tried_again(db, now):
    bring(db, offer(1, digest="a"), now)
    for _ in range(MOST_ATTEMPTS):
        failed(db, "hk_gia_en", "e/1", now, "timeout")
    bring(db, offer(1, digest="b"), now)
    assert keys(db, now) == ["e/1"]


def test_a_re_read_that_fails_is_put_off_and_a_good_one_forgets_the_failures(db, make, thought, nobody, now):
    bring(db, offer(1), now)
    releases.record(db, make(key="e/1"), thought, now, route=nobody)
    failed(db, "hk_gia_en", "e/1", now + HOUR, "timeout")
    assert releases.due(db, "hk_gia_en", now + HOUR, 9) == []
    assert len(releases.due(db, "hk_gia_en", now + HOUR + wait_after(1), 9)) == 1
    assert db.value("SELECT state FROM link") == "read"
    releases.record(db, make(key="e/1"), thought, now + 2 * HOUR, route=nobody)
    assert db.value("SELECT attempts FROM link") == 0


def test_a_release_without_a_link_is_put_off_as_well(db, make, thought, nobody, now):
    releases.record(db, make(), thought, now, route=nobody)
    failed(db, "hk_gia_en", make().key, now + HOUR, "timeout")
    assert releases.due(db, "hk_gia_en", now + HOUR, 9) == []


@pytest.mark.parametrize(
    "bad", [Link("e/\x00", "https://e.test/"), Link("e/\ud800", "https://e.test/"), Link("e/9", "x" * 9999)]
)
def test_a_link_that_must_not_be_stored_is_refused_and_the_others_are_kept(db, now, bad):
    taken = bring(db, [bad, *offer(1)], now)
    assert (taken.listed, taken.fresh, len(taken.refused)) == (1, 1, 1)
    assert keys(db, now) == ["e/1"]


def test_a_clock_that_is_set_back_does_not_keep_links_waiting(db, now):
    bring(db, offer(1), now)
    assert keys(db, now - HOUR) == ["e/1"]


def test_a_title_is_cut_and_cleaned_rather_than_refused(db, now):
    bring(db, [Link("e/1", "https://e.test/", "a\x00\ud800" + "x" * 10_000_000)], now)
    title = pending(db, "hk_gia_en", now)[0].title
    assert title.startswith("a\ufffd\ufffdx")
    assert len(title) == links.LONGEST_TITLE
