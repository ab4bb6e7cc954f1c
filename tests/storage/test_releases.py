from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import links, releases
from storage.errors import RefusedError
from storage.model import ChangeKind, Link, Precision, Verdict
from storage.pages import load, pack
from storage.releases import record, record_missing, record_unread
from storage.times import from_text

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def count(db, table):
    return db.value(f"SELECT count(*) FROM {table}")


def counts(db):
    tables = ("release", "version", "assessment", "story", "story_member", "change", "delivery", "page")
    return {table: count(db, table) for table in tables}


def test_a_new_release_is_kept_with_all_that_belongs_to_it(db, make, thought, everybody, now):
    page = pack(b"<html>the page</html>", "text/html; charset=utf-8")
    done = record(db, make(), thought, now, page=page, route=everybody)
    assert done.verdict is Verdict.NEW
    assert done.change.kind is ChangeKind.NEW
    assert done.promised == ("desk", "archive")
    assert set(counts(db).values()) == {1, 2}
    assert count(db, "delivery") == 2
    assert load(db, page.digest) == (b"<html>the page</html>", "text/html; charset=utf-8")


def test_it_reads_back_as_it_was_recorded(db, make, thought, nobody):
    told = datetime.fromisoformat("2026-11-21T16:05:00+08:00")
    release = make(published=told, captions=("Nurses in a row.",), department="Department of Health")
    done = record(db, release, thought, told + HOUR, route=nobody)
    notice = releases.notice(db, done.change.id)
    assert notice.release == release
    assert notice.release.published.utcoffset() == timedelta(hours=8)
    assert notice.assessment == thought
    assert notice.before is None
    assert notice.change == done.change


def test_the_same_release_again_is_unchanged_and_adds_nothing(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    before = counts(db)
    again = record(
        db, make(title="Two cities sign health memorandum (with photos)"), thought, now + HOUR, route=everybody
    )
    assert (again.verdict, again.change, again.promised) == (Verdict.UNCHANGED, None, ())
    assert counts(db) == before


def test_other_captions_are_no_revision(db, make, thought, nobody, now):
    record(db, make(captions=("One.",)), thought, now, route=nobody)
    assert record(db, make(captions=("Two.",)), thought, now, route=nobody).verdict is Verdict.UNCHANGED


def test_another_text_is_a_second_version_and_the_first_is_kept(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    page = pack(b"second", "text/html")
    done = record(db, make(text="It was put off."), replace(thought, score=0.1), now + HOUR, page=page, route=everybody)
    assert done.verdict is Verdict.REVISED
    assert [version.text[:6] for version in releases.versions(db, done.release_id)] == ["The tw", "It was"]
    notice = releases.notice(db, done.change.id)
    assert notice.release.text == "It was put off."
    assert notice.before.text == make().text
    assert notice.assessment.score == 0.1
    assert load(db, page.digest) is not None


def test_a_revision_taken_back_is_a_third_version_and_told_again(db, make, thought, everybody, now):
    for at, text in enumerate(["One.", "Two.", "One."]):
        done = record(db, make(text=text), thought, now + at * HOUR, route=everybody)
    assert done.verdict is Verdict.REVISED
    assert done.change.version == 3
    assert count(db, "delivery") == 6


def test_the_notice_of_an_earlier_change_tells_the_earlier_text(db, make, thought, everybody, now):
    first = record(db, make(), thought, now, route=everybody)
    record(db, make(text="Later."), thought, now + HOUR, route=everybody)
    releases.reassess(db, first.release_id, replace(thought, detector="2", score=0.2), now)
    assert releases.notice(db, first.change.id).release.text == make().text
    assert releases.notice(db, first.change.id).assessment == thought


def test_the_same_text_under_another_key_is_a_duplicate_told_once(db, make, thought, everybody, now):
    first = record(db, make(), thought, now, route=everybody)
    twin = record(db, make(key="other.test/9", url="https://other.test/9"), thought, now, route=everybody)
    assert (twin.verdict, twin.change) == (Verdict.DUPLICATE, None)
    assert db.rows("SELECT story_id, release_id, why FROM story_releases ORDER BY release_id") == [
        {"story_id": 1, "release_id": first.release_id, "why": "first"},
        {"story_id": 1, "release_id": twin.release_id, "why": "same text"},
    ]
    assert releases.find(db, "other.test/9")["duplicate_of"] == first.release_id
    third = record(db, make(key="third.test/9", url="https://third.test/9"), thought, now, route=everybody)
    assert releases.find(db, third.release_id)["duplicate_of"] == first.release_id


@pytest.mark.parametrize(
    "fields",
    [{"language": "zh-Hant"}, {"published": datetime(2026, 10, 1, tzinfo=UTC)}, {"text": "Other words."}],
    ids=["language", "time", "text"],
)
def test_another_language_time_or_text_is_no_duplicate(db, make, thought, nobody, now, fields):
    record(db, make(), thought, now, route=nobody)
    assert record(db, make(key="other.test/9", **fields), thought, now, route=nobody).verdict is Verdict.NEW


def test_two_releases_without_text_are_not_taken_for_one(db, make, thought, nobody, now):
    record(db, make(text=""), thought, now, route=nobody)
    assert record(db, make(key="other.test/9", text=""), thought, now, route=nobody).verdict is Verdict.NEW


def test_what_fails_in_the_middle_leaves_nothing(db, make, thought, now):
    def broken(notice):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        record(db, make(), thought, now, page=pack(b"x", ""), route=broken)
    assert set(counts(db).values()) == {0}
    assert not db.in_transaction


def test_the_link_is_read_with_the_release_in_one(db, make, thought, nobody, now):
    release = make()
    links.take(db, release.source, [Link(release.key, release.url)], now, listing_url="https://l/", validators=None)
    record(db, release, thought, now, route=nobody)
    assert links.pending(db, release.source, now + DAY) == []
    assert db.value("SELECT state FROM link") == "read"


def sight(db, release, now):
    link = Link(release.key, release.url)
    links.take(db, release.source, [link], now, listing_url="https://l/", validators=None)


def test_a_first_sight_is_recorded_silently(db, make, thought, everybody, now):
    release = make(published=now - DAY)
    sight(db, release, now)
    done = record(db, release, thought, now, route=everybody)
    assert done.verdict is Verdict.NEW
    assert (done.change.silent, done.promised) == ("first sight", ())
    assert count(db, "delivery") == 0
    revised = record(db, make(text="Corrected."), thought, now + HOUR, route=everybody)
    assert revised.promised == ("desk", "archive")


def test_what_is_published_during_the_first_check_is_told(db, make, thought, everybody, now):
    release = make(published=now + timedelta(minutes=1))
    sight(db, release, now)
    assert record(db, release, thought, now + HOUR, route=everybody).promised == ("desk", "archive")


def test_after_the_first_whole_check_everything_is_told(db, make, thought, everybody, now):
    links.seeded(db, "hk_gia_en", now)
    release = make(published=now - DAY, precision=Precision.DAY)
    sight(db, release, now)
    assert record(db, release, thought, now, route=everybody).promised == ("desk", "archive")


def test_an_import_is_silent_and_passes_to_the_source_that_reads_it(db, make, thought, everybody, now):
    done = record(db, make(source="import"), thought, now, silent="import", route=everybody)
    assert (done.change.silent, done.promised) == ("import", ())
    record(db, make(), thought, now, route=everybody)
    assert releases.find(db, make().key)["source"] == "hk_gia_en"


def test_a_page_is_gone_only_after_the_second_time_and_may_return(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    first = record_missing(db, make().key, now + HOUR, route=everybody)
    assert (first.verdict, first.change) == (Verdict.MISSING, None)
    assert releases.due(db, "hk_gia_en", now + 7 * HOUR, 9)[0].key == make().key
    assert record_missing(db, make().key, now + 2 * HOUR, route=everybody).verdict is Verdict.MISSING
    second = record_missing(db, make().key, now + 7 * HOUR, route=everybody)
    assert (second.verdict, second.change.kind, second.promised) == (Verdict.GONE, ChangeKind.GONE, ("desk", "archive"))
    assert record_missing(db, make().key, now + 31 * HOUR, route=everybody).verdict is Verdict.UNCHANGED
    back = record(db, make(), thought, now + 32 * HOUR, route=everybody)
    assert (back.verdict, back.change.kind) == (Verdict.RETURNED, ChangeKind.RETURNED)
    assert releases.find(db, make().key)["state"] == "present"


def test_it_can_go_and_return_twice_and_each_is_told(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    for at in (10, 30):
        record_missing(db, make().key, now + at * HOUR, route=everybody)
        record_missing(db, make().key, now + at * HOUR, by_hand=True, route=everybody)
        record(db, make(), thought, now + (at + 10) * HOUR, route=everybody)
    kinds = [row["kind"] for row in db.rows("SELECT kind FROM change ORDER BY id")]
    assert kinds == ["new", "gone", "returned", "gone", "returned"]
    assert count(db, "delivery") == 10


def test_an_unknown_page_cannot_go_missing(db, now, nobody):
    assert record_missing(db, "nothing", now, route=nobody) is None


def test_a_hiccup_leaves_no_trace(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    record_missing(db, make().key, now + HOUR, route=everybody)
    record_unread(db, make().key, now + 2 * HOUR)
    row = releases.find(db, make().key)
    assert (row["state"], row["missing_since"]) == ("present", None)
    assert count(db, "change") == 1


def test_a_release_is_read_again_as_planned_and_then_no_more(db, make, thought, nobody, now):
    record(db, make(), thought, now, route=nobody)
    read_at, clock = [], now
    while clock < now + timedelta(days=9):
        if releases.due(db, "hk_gia_en", clock, 9):
            read_at.append((clock - now) // HOUR)
            record_unread(db, make().key, clock)
        clock += HOUR
    assert read_at == [1, 6, 24, 96]


def test_within_finds_what_was_first_seen_lately_newest_first(db, make, thought, nobody, now):
    for number in range(5):
        record(db, make(number), thought, now + number * DAY, route=nobody)
    found = releases.within(db, "hk_gia_en", now + 2 * DAY, 2)
    assert [due.key for due in found] == ["example.test/4", "example.test/3"]


def test_known_names_the_keys_that_are_kept(db, make, thought, nobody, now):
    record(db, make(1), thought, now, route=nobody)
    assert releases.known(db, ["example.test/1", "example.test/2"]) == {"example.test/1"}


def test_find_knows_number_key_and_any_generic_spelling_of_the_address(db, make, thought, nobody, now):
    done = record(db, make(), thought, now, route=nobody)
    for name in (done.release_id, "1", "example.test/1", "http://WWW.example.test/1.htm?utm_source=x#top", make().url):
        assert releases.find(db, name)["key"] == "example.test/1"
    for name in ("2", "nothing", "http://[bad/", "https://www.example.test/2.htm", "9" * 40, "", "²"):
        assert releases.find(db, name) is None


def test_the_listing_takes_what_is_asked_newest_first(db, make, thought, nobody, now):
    other = replace(thought, cooperation=False, score=0.1)
    for number in range(6):
        source = "hk_gia_en" if number < 4 else "mo_gcs_zh"
        assessment = thought if number % 2 else other
        one = make(number, source=source, published=now + number * HOUR if number else None)
        record(db, one, assessment, now + (6 - number) * HOUR if number else now, route=nobody)

    def numbers(**asked):
        return [int(row["key"].split("/")[1]) for row in releases.listing(db, **asked)]

    assert numbers() == [5, 4, 3, 2, 1, 0]
    assert numbers(cooperation=True) == [5, 3, 1]
    assert numbers(cooperation=False, source="hk_gia_en") == [2, 0]
    assert numbers(since=now + 4 * HOUR) == [5, 4]
    assert numbers(limit=2) == [5, 4]
    assert numbers(limit=0) == [5, 4, 3, 2, 1, 0]


def test_another_detector_leaves_an_assessment_beside_the_first_and_tells_nobody(db, make, thought, everybody, now):
    done = record(db, make(), thought, now, route=everybody)
    releases.reassess(db, done.release_id, replace(thought, detector="2", cooperation=False, score=0.2), now + HOUR)
    row = releases.find(db, done.release_id)
    assert (row["cooperation"], row["score"], row["detector"]) == (0, 0.2, "2")
    assert releases.listing(db, cooperation=True) == []
    assert count(db, "assessment") == 2
    assert count(db, "change") == 1
    releases.reassess(db, done.release_id, replace(thought, score=0.8), now + HOUR)
    assert releases.find(db, done.release_id)["score"] == 0.8
    assert count(db, "assessment") == 2


def test_a_re_read_by_a_newer_detector_brings_its_assessment(db, make, thought, everybody, now):
    record(db, make(), thought, now, route=everybody)
    again = record(db, make(), replace(thought, detector="2", score=0.7), now + HOUR, route=everybody)
    assert again.verdict is Verdict.UNCHANGED
    assert releases.find(db, make().key)["score"] == 0.7


def test_reassessing_what_is_not_there_is_an_error(db, thought, now):
    with pytest.raises(KeyError):
        releases.reassess(db, 9, thought, now)
    with pytest.raises(KeyError):
        releases.notice(db, 9)


def test_a_fingerprint_by_an_earlier_rule_is_no_revision(db, make, thought, nobody, now):
    record(db, make(), thought, now, route=nobody)
    with db.transaction():
        db.execute("UPDATE version SET fingerprint = '0:abc'")
    assert record(db, make(), thought, now + HOUR, route=nobody).verdict is Verdict.UNCHANGED
    assert record(db, make(text="New."), thought, now + HOUR, route=nobody).verdict is Verdict.REVISED


def test_the_time_of_publication_may_become_more_exact(db, make, thought, nobody, now):
    record(db, make(published=now - DAY, precision=Precision.DAY), thought, now, route=nobody)
    record(db, make(), thought, now, route=nobody)
    row = releases.find(db, make().key)
    assert (from_text(row["published"]), row["precision"]) == (now, "minute")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": "a\x00b"}, "the title holds U\\+0000"),
        ({"text": "a\ud83d"}, "the text holds U\\+D83D"),
        ({"title": "x" * 10_000_000}, "the title has 10,000,000 characters"),
        ({"captions": ("ok", "\x00")}, "the captions holds"),
        ({"department": "\udfff"}, "the department holds"),
        ({"key": ""}, "the key is empty"),
        ({"published": datetime(2026, 11, 21)}, "no offset"),
    ],
)
def test_what_must_not_be_stored_is_refused_and_leaves_nothing(db, make, thought, nobody, now, fields, said):
    with pytest.raises(RefusedError, match=said) as caught:
        record(db, make(**fields), thought, now, route=nobody)
    assert caught.value.exit_code == 65
    assert set(counts(db).values()) == {0}


@pytest.mark.parametrize(
    "title", ["👩‍👩‍👧‍👦 family", "e\u0301", "{{7*7}} %s {0.__class__}", "'; DROP TABLE release; --", "\u202ertl"]
)
def test_odd_but_whole_texts_come_back_as_they_went_in(db, make, thought, nobody, now, title):
    done = record(db, make(title=title, text=title), thought, now, route=nobody)
    assert releases.find(db, done.release_id)["title"] == title
    assert releases.versions(db, done.release_id)[0].text == title
