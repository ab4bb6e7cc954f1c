"""Which story a release joins, who is told, and what people may put right. Tellings here are made by hand."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from zlib import crc32

import pytest

from storage import stories
from storage.lookup import stories as listing
from storage.lookup import story
from storage.model import Verdict
from storage.notices import notice
from storage.releases import reassess, record
from storage.telling import Clue, Telling
from storage.tellings import BY_NAME, candidates, is_kept, keep, load
from storage.wording import TEXT, pack, sample

DAY = 739_941
HOUR = timedelta(hours=1)


def telling(event, *, language="en", day=DAY, days=None, figure=None, noise=0):
    """Return a telling of an invented event: what two of one event share is told by its number."""
    figure = figure if figure is not None else 1000.0 + 37 * event
    clues = [Clue("party", f"hospital {event}", 4.0), Clue("person", f"dr {event}", 4.0)]
    clues += [Clue("place", f"place {event}", 3.5), Clue("number", f"{figure:g}", 4.0)]
    words = [event * 1000 + at for at in range(30)] + [900_000 + noise * 100 + at for at in range(10)]
    return Telling(
        "1",
        language,
        day,
        (day,) if days is None else days,
        tuple(clues),
        (figure,),
        sample(pack(word * 7919 + (language == "zh"), 3.0, TEXT) for word in words),
        tuple(crc32(f"{clue.kind}|{clue.value}".encode()) for clue in clues),
    )


@pytest.fixture
def put(db, make, thought, now):
    """Record a release with a telling; return what became of it."""

    def done(number, told, *, cooperation=True, silent=None, names=("desk",), **fields):
        assessment = replace(thought, cooperation=cooperation)
        release = make(number, **{"source": f"portal_{number}"} | fields)
        return record(db, release, assessment, now, telling=told, silent=silent, route=lambda _: names)

    return done


def story_of(db, done):
    return stories.story_of(db, done.release_id)


def test_one_source_does_not_tell_an_event_twice_in_other_words(db, put):
    first, second = put(1, telling(1), source="hk_gia_en"), put(2, telling(1, noise=3), source="hk_gia_en")
    assert story_of(db, second) != story_of(db, first)
    assert second.promised == ("desk",)


def test_nor_by_way_of_another_source_that_tells_it_too(db, put):
    first, other = put(1, telling(1), source="hk_gia_en"), put(2, telling(1, noise=3), source="hk_news_en")
    third = put(3, telling(1, noise=5), source="hk_gia_en")
    assert story_of(db, first) == story_of(db, other) != story_of(db, third)


def test_one_source_tells_an_event_again_in_the_same_words(db, put):
    first, second = put(1, telling(1), source="hk_gia_en"), put(2, telling(1), source="hk_gia_en", title="Once more")
    assert story_of(db, second) == story_of(db, first)


def test_a_telling_of_a_known_event_joins_its_story_with_the_reason(db, put):
    first, second = put(1, telling(1)), put(2, telling(1, language="zh"))
    assert story_of(db, second) == story_of(db, first)
    why = db.value("SELECT why FROM story_releases WHERE release_id = ?", (second.release_id,))
    assert why == f"translation: same day, 1 party, 1 person, 1 place and 1 figure shared (release {first.release_id})"


def test_another_event_begins_another_story(db, put):
    assert story_of(db, put(1, telling(1))) != story_of(db, put(2, telling(2)))


def test_without_a_telling_only_the_same_text_joins(db, put):
    first = put(1, telling(1))
    assert story_of(db, put(2, None)) != story_of(db, first)
    assert story_of(db, put(3, None, text=db.value("SELECT text FROM releases WHERE id = 1"))) == story_of(db, first)


def test_a_retelling_is_recorded_as_new_and_told_to_nobody_twice(db, put):
    first, second = put(1, telling(1)), put(2, telling(1, noise=1))
    assert first.promised == ("desk",)
    assert (second.verdict, second.promised) == (Verdict.NEW, ())
    assert second.change.silent == f"told already: story {story_of(db, first)}"
    assert db.value("SELECT silent FROM changes WHERE release_id = ?", (second.release_id,)) == second.change.silent
    assert db.value("SELECT silent FROM releases WHERE id = ?", (second.release_id,)) == second.change.silent
    assert db.value("SELECT count(*) FROM delivery") == 1


def test_whoever_wanted_only_the_second_telling_hears_of_the_story_once(db, put):
    put(1, telling(1), names=("english",))
    second = put(2, telling(1, language="zh"), names=("english", "chinese"))
    assert (second.promised, second.change.silent) == (("chinese",), None)
    assert put(3, telling(1, noise=1), names=("english", "chinese")).promised == ()


def test_a_retelling_of_what_was_known_before_anybody_could_be_told_is_quiet(db, put):
    first = put(1, telling(1), silent="import")
    second = put(2, telling(1, noise=1))
    assert second.change.silent == f"known already: story {story_of(db, first)}"


def test_the_first_telling_that_is_about_cooperation_is_told(put):
    put(1, telling(1), cooperation=False, silent="first sight")
    put(2, telling(1, noise=1), cooperation=False, names=())
    third = put(3, telling(1, noise=2))
    assert (third.promised, third.change.silent) == (("desk",), None)
    assert put(4, telling(1, noise=3)).promised == ()


def test_revisions_are_told_as_before(db, put, make, thought, now):
    put(1, telling(1))
    revised = record(
        db,
        make(1, text="Corrected."),
        thought,
        now + HOUR,
        telling=telling(1, noise=4),
        route=lambda _: ("desk",),
    )
    assert (revised.verdict, revised.promised) == (Verdict.REVISED, ("desk",))


EVENTS = [(1, "en", 0), (1, "zh", 1), (1, "en", 2), (2, "en", 3), (2, "zh", 4)]


def test_the_order_of_arrival_does_not_change_the_grouping(db, put):
    for turn, order in enumerate(permutations(EVENTS)):
        if turn % 10 == 0:
            day = DAY + 20 * turn
            put_ones = [
                (event, put(1 + turn * 10 + at, telling(event, language=language, noise=noise, day=day)))
                for at, (event, language, noise) in enumerate(order)
            ]
            groups = {event: {story_of(db, done) for name, done in put_ones if name == event} for event in (1, 2)}
            assert [len(group) for group in groups.values()] == [1, 1], order
            assert groups[1] != groups[2]


def test_a_bridge_joins_the_story_it_fits_best_and_glues_nothing(db, put):
    one, two = put(1, telling(1)), put(2, telling(2))
    mixed = telling(1)
    bridge = replace(mixed, clues=(*mixed.clues, *telling(2).clues), marks=(*mixed.marks, *telling(2).marks))
    joined = put(3, bridge)
    assert story_of(db, joined) == story_of(db, one)
    assert story_of(db, two) != story_of(db, one)


def test_a_telling_that_contradicts_any_release_of_a_story_stays_out_of_it(db, put):
    """The second fits the short first; the third fits it too, and contradicts the second."""
    short = replace(telling(1), numbers=())
    first, second = put(1, short), put(2, replace(telling(1), numbers=(5.0, 70.0, 300.0)))
    assert story_of(db, first) == story_of(db, second)
    third = put(3, replace(telling(1), numbers=(9.0, 44.0, 810.0)))
    assert story_of(db, third) != story_of(db, first)


def test_a_split_release_has_a_story_of_its_own_and_keeps_it(db, put, now, thought):
    first, second, third = (put(number, telling(1, noise=number)) for number in (1, 2, 3))
    made = stories.split(db, second.release_id, now)
    assert story_of(db, second) == made != story_of(db, first)
    reassess(db, second.release_id, thought, now, telling(1, noise=9))
    assert story_of(db, second) == made
    assert story_of(db, third) == story_of(db, first)
    shown = story(db, made)
    assert [row["why"] for row in shown["told_by"]] == ["split by hand"]
    assert [(row["release_id"], row["what"]) for row in shown["by_hand"]] == [(second.release_id, "split by hand")]


def test_a_release_joined_by_hand_stays_and_the_empty_story_is_shown_no_more(db, put, now):
    one, two = put(1, telling(1)), put(2, telling(2))
    before = story_of(db, two)
    assert stories.join(db, two.release_id, story_of(db, one), now) == before
    assert story_of(db, two) == story_of(db, one)
    assert story(db, before) is None
    assert [row["releases"] for row in listing(db)] == [2]


def test_what_cannot_be_moved_is_refused(db, put, now):
    one = put(1, telling(1))
    with pytest.raises(ValueError, match="alone"):
        stories.split(db, one.release_id, now)
    with pytest.raises(ValueError, match="already"):
        stories.join(db, one.release_id, story_of(db, one), now)
    with pytest.raises(KeyError, match="no story"):
        stories.join(db, one.release_id, 99, now)
    with pytest.raises(KeyError, match="no release"):
        stories.split(db, 99, now)
    assert db.value("SELECT count(*) FROM story_hand") == 0


def test_the_listing_can_be_narrowed(db, put, now):
    for number, (event, cooperation) in enumerate([(1, True), (1, True), (2, True), (3, False)], 1):
        put(number, telling(event, noise=number), cooperation=cooperation)
    assert [row["releases"] for row in listing(db)] == [1, 1, 2]
    assert len(listing(db, cooperation=True)) == 2
    assert [row["languages"] for row in listing(db, several=True)] == ["en"]
    assert len(listing(db, limit=1)) == 1
    assert listing(db, since=now + HOUR) == []


def test_a_telling_reads_back_as_it_was_kept_and_goes_when_another_takes_its_place(db, put):
    told = telling(1)
    done = put(1, told)
    assert load(db, [done.release_id, 99]) == {done.release_id: told}
    assert is_kept(db, done.release_id, told)
    with db.transaction():
        keep(db, done.release_id, telling(2))
    assert candidates(db, told) == []
    assert candidates(db, telling(2)) == [done.release_id]
    assert db.value("SELECT count(*) FROM telling_mark") == 2 * len(told.marks)


def test_an_undated_telling_is_found_by_what_it_names_and_finds_so(db, put):
    dated = put(1, telling(1))
    undated = replace(telling(1), day=None, days=())
    assert candidates(db, undated) == [dated.release_id]
    with db.transaction():
        keep(db, dated.release_id, undated)
    assert candidates(db, telling(1)) == [dated.release_id]
    assert db.value("SELECT count(*) FROM telling_mark WHERE day = ?", (BY_NAME,)) == 4


def test_candidates_are_looked_up_by_index(db):
    asked = []
    tuples = db.tuples
    db.tuples = lambda sql, params=(): asked.append((sql, params)) or tuples(sql, params)
    candidates(db, telling(1))
    assert asked
    plans = {row["detail"] for sql, params in asked for row in db.rows(f"EXPLAIN QUERY PLAN {sql}", params)}
    assert plans == {"SEARCH telling_mark USING PRIMARY KEY (day=? AND mark=?)"}


def test_another_portal_that_joins_by_what_it_tells_is_told_also_and_no_news(db, put, now):
    first = put(1, telling(1))
    late = put(2, telling(1, language="zh"), language="zh-Hant", portal="zh.test", names=("desk", "new"))
    assert story_of(db, late) == story_of(db, first)
    assert (late.change.silent, late.promised) == (None, ("new", "desk"))
    kinds = {row["id"]: row["kind"] for row in db.rows("SELECT id, kind FROM change")}
    assert kinds == {first.change.id: "new", late.change.id: "new", late.also.id: "also"}
    rows = db.rows("SELECT change_id, subscription FROM delivery ORDER BY id")
    assert [(kinds[row["change_id"]], row["subscription"]) for row in rows] == [
        ("new", "desk"),
        ("new", "new"),  # who hears of the story only now
        ("also", "desk"),  # who was told of it before
    ]


def test_a_further_telling_of_a_story_known_before_anybody_was_told_tells_nobody(db, put):
    put(1, telling(1), silent="import")
    late = put(2, telling(1, noise=2), portal="other.test")
    assert (late.change.silent, late.also.silent, late.promised) == (
        f"known already: story {late.change.story_id}",
        f"known already: story {late.change.story_id}",
        (),
    )


def test_the_alerts_of_a_story_have_one_key_for_all_its_releases(db, put):
    first, late = put(1, telling(1)), put(2, telling(1, language="zh"), language="zh-Hant", portal="zh.test")
    assert notice(db, first.change.id).story_key == notice(db, late.also.id).story_key == "example.test/1"
    assert [one.language for one in notice(db, first.change.id).editions] == ["zh-Hant"]
