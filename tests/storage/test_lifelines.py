"""A programme's figures over releases: what is a change, what is none, and who hears of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.lifelines import Point, latest, moved
from storage.model import ChangeKind, Figure, Mention
from storage.notices import notice
from storage.releases import reassess, record, record_missing

SCHEME = "Harbour Voucher Pilot Scheme"
DAY = timedelta(days=1)
TEXT = "Harbour Voucher Pilot Scheme: {} service points."


def stating(thought, value, *, counts="service points", qualifier=None, detector="1"):
    text = TEXT.format(value)
    start = text.index(str(value))
    figure = Figure(float(value), "", text, start, start + len(str(value)), qualifier, SCHEME, counts)
    programme = Mention(SCHEME, 0, len(SCHEME), SCHEME, "Hong Kong", "service", aliases=("港灣券試點計劃",))
    return replace(thought, figures=(figure,), programmes=(programme,), detector=detector)


@pytest.fixture
def tell(db, make, thought, everybody, now):
    """Record a release that states so many service points, published so many days after the first."""

    def record_it(number, value, day, *, silent=None, key=None, route=everybody, text=None, **fields):
        made = make(number, published=now + day * DAY, text=text or TEXT.format(value), **fields)
        made = replace(made, key=key or made.key)
        return record(db, made, stating(thought, value), now + day * DAY, silent=silent, route=route)

    return record_it


def test_the_first_figure_of_a_lifeline_is_no_change(tell):
    done = tell(1, 2, 0)
    assert done.figures == ()
    assert done.change.kind is ChangeKind.NEW


def test_another_figure_in_a_later_release_is_a_change_told_with_both(db, tell):
    tell(1, 2, 0)
    done = tell(2, 7, 30)
    assert [change.kind for change in done.figures] == [ChangeKind.FIGURE]
    told = notice(db, done.figures[0].id).figure
    assert (told.programme, told.counts, told.before, told.after) == (SCHEME, "service points", 2.0, 7.0)
    assert told.before_url == "https://www.example.test/1.htm"
    assert notice(db, done.figures[0].id).release.text[told.start : told.end] == "7"
    assert db.value("SELECT count(*) FROM delivery WHERE change_id = ?", (done.figures[0].id,)) == 2


def test_the_same_figure_again_is_no_change(tell):
    tell(1, 7, 0)
    assert tell(2, 7, 1).figures == ()


def test_an_older_release_that_comes_in_late_is_no_change(db, tell):
    tell(1, 7, 30)
    assert tell(2, 2, 0, silent="import").figures == ()
    assert latest(db, SCHEME, "service points").value == 7.0


def test_what_follows_an_older_release_is_compared_with_the_newest(db, tell):
    tell(1, 7, 30)
    tell(2, 2, 0, silent="import")
    change = tell(3, 19, 60).figures[0]
    assert notice(db, change.id).figure.before == 7.0


def test_a_correction_of_the_newest_figure_is_a_change(db, tell):
    tell(1, 2, 0)
    tell(2, 7, 1)
    change = tell(2, 9, 1).figures[0]
    assert (notice(db, change.id).figure.before, notice(db, change.id).figure.after) == (7.0, 9.0)


def test_a_correction_of_an_older_figure_is_none(tell):
    tell(1, 2, 0)
    tell(2, 7, 1)
    assert tell(1, 3, 0).figures == ()


def test_a_figure_changed_in_a_silent_recording_is_a_change_nobody_hears_of(db, tell):
    tell(1, 2, 0)
    done = tell(2, 7, 1, silent="import")
    assert [change.silent for change in done.figures] == ["import"]
    assert db.value("SELECT count(*) FROM delivery WHERE change_id = ?", (done.figures[0].id,)) == 0


def test_the_same_text_under_another_key_changes_no_figure(tell):
    tell(1, 7, 0)
    tell(2, 19, 1)
    again = tell(3, 7, 2)
    assert again.change is None
    assert again.figures == ()
    assert tell(4, 19, 3, text="Still 19 of them.").figures == ()


def test_a_withdrawn_figure_is_no_longer_the_one_before(db, tell, make, nobody, now):
    tell(1, 2, 0)
    tell(2, 70, 1)
    for hour in (0, 7):
        record_missing(db, "example.test/2", now + DAY + timedelta(hours=hour), route=nobody)
    change = tell(3, 7, 2).figures[0]
    assert notice(db, change.id).figure.before == 2.0


def test_an_undated_release_is_no_point(db, tell, make, thought, nobody, now):
    tell(1, 2, 0)
    undated = make(2, published=None, precision=None, text=TEXT.format(7))
    assert record(db, undated, stating(thought, 7), now + DAY, route=nobody).figures == ()
    assert latest(db, SCHEME, "service points").value == 2.0


def test_another_quantity_has_a_lifeline_of_its_own(db, tell, make, thought, everybody, now):
    tell(1, 2, 0)
    other = stating(thought, 9, counts="cities")
    assert record(db, make(2, published=now + DAY), other, now + DAY, route=everybody).figures == ()


def test_the_event_is_the_same_wherever_it_is_recorded(tmp_path, make, thought, nobody, now):
    from storage.database import Database

    events = []
    for name in ("a.db", "b.db"):
        with Database.open(tmp_path / name) as db:
            if name == "b.db":
                record(db, make(9), thought, now, route=nobody)
            record(db, make(1, published=now), stating(thought, 2), now, route=nobody)
            done = record(db, make(2, published=now + DAY), stating(thought, 7), now + DAY, route=nobody)
            events.append(done.figures[0].event)
    assert events[0] == events[1]


def test_a_new_detector_changes_no_figure(db, make, thought, everybody, now, tell):
    tell(1, 2, 0)
    tell(2, 7, 1)
    before = db.value("SELECT count(*) FROM change")
    reassess(db, 2, stating(thought, 19, detector="2"), now + 2 * DAY)
    assert db.value("SELECT count(*) FROM change") == before
    assert latest(db, SCHEME, "service points").value == 19.0


def test_what_is_no_co_operation_leaves_no_facts(db, make, thought, nobody, now, tell):
    tell(1, 2, 0)
    reassess(db, 1, replace(stating(thought, 2, detector="2"), cooperation=False), now)
    for table in ("mention", "figure"):
        assert db.value(f"SELECT count(*) FROM {table}") == 0


def test_qualifiers_are_kept_and_are_no_change_by_themselves(db, make, thought, nobody, now):
    record(db, make(1, published=now), stating(thought, 100, qualifier="over"), now, route=nobody)
    assert latest(db, SCHEME, "service points").qualifier == "over"
    later = record(db, make(2, published=now + DAY), stating(thought, 100), now + DAY, route=nobody)
    assert later.figures == ()


def test_moved_needs_a_point_before_and_a_date():
    figure = Figure(7.0, "", "", 0, 1)
    point = Point(1, 1, "2026-01-01T00:00:00Z", 2.0)
    assert moved(point, figure, "2026-01-01T00:00:00Z")
    assert not moved(point, figure, "2025-12-31T00:00:00Z")
    assert not moved(point, figure, None)
    assert not moved(None, figure, "2026-01-01T00:00:00Z")


def test_the_last_point_of_a_lifeline_is_found_by_index(db):
    from storage import lifelines

    steps = [row["detail"] for row in db.rows(f"EXPLAIN QUERY PLAN {lifelines._LATEST}", ("a", "b", 1))]
    assert not [step for step in steps if step.startswith("SCAN")], steps
