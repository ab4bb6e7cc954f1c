from dataclasses import replace

from storage.model import Mention, Pair
from storage.notices import notice
from storage.pairs import MOST, keep, pairs
from storage.releases import reassess, record


def naming(thought, *names, places=(), jurisdictions=(), cooperation=True):
    parties = tuple(Mention(name, 0, 3, "The") for name in names)
    there = tuple(Mention(name, 0, 3, "The") for name in places)
    return replace(thought, parties=parties, places=there, jurisdictions=tuple(jurisdictions), cooperation=cooperation)


def told(db, done):
    return {(one.what, one.one, one.other) for one in notice(db, done.change.id).first_pairs}


def test_who_is_named_together_is_paired_whatever_the_order(thought):
    made = pairs(naming(thought, "B", "A", "B", places=("Y", "X"), jurisdictions=("Macao", "Hong Kong")))
    assert made == (Pair("party", "A", "B"), Pair("place", "X", "Y"), Pair("jurisdiction", "Hong Kong", "Macao"))


def test_a_text_that_names_a_hundred_bodies_makes_no_thousands_of_pairs(thought):
    assert len(pairs(naming(thought, *(f"Body {number:03}" for number in range(100))))) == MOST * (MOST - 1) // 2


def test_a_text_that_is_no_cooperation_pairs_nobody(thought):
    assert pairs(naming(thought, "A", "B", cooperation=False)) == ()


def test_a_pair_is_told_the_first_time_only(db, make, thought, everybody, now):
    first = record(db, make(1), naming(thought, "A", "B"), now, route=everybody)
    second = record(db, make(2), naming(thought, "A", "B", "C"), now, route=everybody)
    third = record(db, make(3), naming(thought, "C", "B"), now, route=everybody)
    assert told(db, first) == {("party", "A", "B")}
    assert told(db, second) == {("party", "A", "C"), ("party", "B", "C")}
    assert told(db, third) == set()
    assert db.value("SELECT count(*) FROM first_pairs") == 3


def test_another_telling_of_the_same_story_tells_the_pair_as_a_first_too(db, make, thought, now):
    record(db, make(1), naming(thought, "A", "B"), now, route=lambda notice: ["desk"])
    (story,) = db.rows("SELECT story_id FROM story_member")
    twin = record(db, make(1, key="b.test/1"), naming(thought, "A", "B"), now, route=lambda notice: ["desk"])
    with db.transaction():
        assert keep(db, twin.release_id, story["story_id"], naming(thought, "A", "B")) == (Pair("party", "A", "B"),)
        assert keep(db, twin.release_id, story["story_id"] + 1, naming(thought, "A", "B")) == ()


def test_what_was_seen_silently_is_no_first_any_more(db, make, thought, everybody, now):
    record(db, make(1), naming(thought, "A", "B"), now, silent="first sight", route=everybody)
    assert told(db, record(db, make(2), naming(thought, "A", "B"), now, route=everybody)) == set()


def test_a_revision_tells_only_the_pairs_that_it_brings(db, make, thought, everybody, now):
    record(db, make(1), naming(thought, "A", "B"), now, route=everybody)
    done = record(db, make(1, text="C came too."), naming(thought, "A", "B", "C"), now, route=everybody)
    assert told(db, done) == {("party", "A", "C"), ("party", "B", "C")}


def test_a_rule_may_ask_for_first_pairs_when_the_change_is_made(db, make, thought, now):
    route = lambda notice: ["first"] if notice.first_pairs else []  # noqa: E731
    assert record(db, make(1), naming(thought, "A", "B"), now, route=route).promised == ("first",)
    assert record(db, make(2), naming(thought, "A", "B"), now, route=route).promised == ()


def test_what_is_assessed_anew_is_known_from_then_on(db, make, thought, everybody, now):
    record(db, make(1), naming(thought, "A", cooperation=False), now, route=everybody)
    reassess(db, 1, replace(naming(thought, "A", "B"), detector="2"), now)
    assert told(db, record(db, make(2), naming(thought, "A", "B"), now, route=everybody)) == set()
