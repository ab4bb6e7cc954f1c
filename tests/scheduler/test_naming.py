from scheduler.naming import OFFERED, meant

FORMS = {
    "Harbour Hospital": {"harbour hospital", "港 口 医 院", "hh"},
    "Harbour Hospital Board": {"harbour hospital board"},
    "Northern Hospital": {"northern hospital"},
    "Hospital": {"hospital"},
}


def test_a_whole_name_beats_all_of_which_it_is_a_part():
    assert meant("hospital", FORMS).name == "Hospital"
    assert meant("harbour hospital", FORMS).name == "Harbour Hospital"
    assert meant("hh", FORMS).name == "Harbour Hospital"


def test_a_part_is_enough_where_it_fits_only_one():
    assert meant("northern", FORMS).name == "Northern Hospital"
    assert meant("港 口", FORMS).name == "Harbour Hospital"
    assert meant("board", FORMS).name == "Harbour Hospital Board"


def test_whole_words_are_looked_for_before_parts_of_words():
    assert meant("art", {"State of the Art": {"state of the art"}, "Party": {"party"}}).name == "State of the Art"


def test_a_part_that_fits_several_names_them():
    found = meant("harbour", FORMS)
    assert found.name is None
    assert found.several
    assert found.near == ("Harbour Hospital", "Harbour Hospital Board")


def test_what_is_kept_is_meant_before_what_is_only_known():
    assert meant("harbour", FORMS, first={"Harbour Hospital Board"}).name == "Harbour Hospital Board"
    assert meant("northern", FORMS, first={"Harbour Hospital Board"}).name == "Northern Hospital"


def test_a_slip_of_the_pen_gets_the_nearest_names():
    found = meant("harbor hospitl", FORMS)
    assert found.name is None
    assert not found.several
    assert found.near[0] == "Harbour Hospital"


def test_nothing_near_is_nothing():
    assert meant("zzzz", FORMS).near == ()
    assert meant("", FORMS).near == ()


def test_no_more_are_offered_than_people_read():
    many = {f"Hospital {number:02}": {f"hospital {number:02}"} for number in range(40)}
    assert len(meant("hospital", many).near) == OFFERED
