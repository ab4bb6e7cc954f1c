"""Storm or news? The brake's rules by themselves."""

from datetime import timedelta

import pytest

from scheduler.brake import Burst, Past, Ruling, is_storm, may_storm, rule

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEKS = Past(busiest_alerts=4, busiest_day=90, days=60)
NEW_HERE = Past()


def ruling(burst, past=WEEKS, **more):
    return rule(burst, past, **more)[0]


@pytest.mark.parametrize(("count", "asked"), [(20, False), (21, True), (500, True)])
def test_more_than_twenty_alerts_in_one_run_are_asked_about_whatever_the_history(count, asked):
    assert is_storm(count, 0, 0) is asked
    assert is_storm(count, 40, 365) is asked


def test_far_fewer_are_asked_about_where_they_are_far_above_a_known_history():
    assert is_storm(13, busiest_day=4, days_known=60)
    assert not is_storm(12, busiest_day=4, days_known=60)
    assert not is_storm(13, busiest_day=4, days_known=3), "three days say nothing about a portal"


def test_a_quiet_portals_third_alert_is_no_flood():
    assert not is_storm(10, busiest_day=0, days_known=365)
    assert is_storm(11, busiest_day=0, days_known=365)


def test_what_gathered_over_days_is_measured_by_days():
    assert not is_storm(60, busiest_day=8, days_known=60, days=8)
    assert is_storm(161, busiest_day=8, days_known=60, days=8)


def test_the_configured_number_counts():
    assert ruling(Burst(alerts=6, fresh=6), NEW_HERE, storm=5) is Ruling.ASK
    assert ruling(Burst(alerts=40, fresh=40), NEW_HERE, storm=50) is Ruling.LET_OUT


def test_only_a_run_with_much_to_read_or_much_to_catch_up_on_is_held_at_all():
    assert not may_storm(20, HOUR)
    assert may_storm(21, HOUR)
    assert may_storm(1, 25 * HOUR)


def test_a_night_of_a_busy_portal_with_three_alerts_is_let_out():
    assert ruling(Burst(alerts=3, fresh=60, away=9 * HOUR)) is Ruling.LET_OUT


def test_five_hundred_new_releases_are_one_question_that_says_how_many_and_what_is_usual():
    made, why = rule(Burst(alerts=500, fresh=500), WEEKS)
    assert made is Ruling.ASK
    assert why == "500 alerts in one run; its busiest day had 4"


def test_a_renumbered_archive_is_asked_about_though_few_of_it_would_be_told():
    made, why = rule(Burst(alerts=3, fresh=500), WEEKS)
    assert made is Ruling.ASK
    assert "500 new addresses" in why
    assert "3 would be told" in why


def test_a_renumbered_archive_of_which_nobody_would_be_told_is_no_question():
    assert ruling(Burst(alerts=0, fresh=500)) is Ruling.LET_OUT


def test_sixty_releases_after_seven_days_are_caught_up_on_without_a_question():
    made, why = rule(Burst(alerts=60, fresh=60, away=7 * DAY), WEEKS)
    assert (made, why) == (Ruling.CATCH_UP, "not read well for 7 days")


def test_two_thousand_after_seven_days_are_asked_about():
    assert ruling(Burst(alerts=2000, fresh=2000, away=7 * DAY)) is Ruling.ASK


def test_a_run_cut_short_is_waited_for_and_not_for_ever():
    cut = Burst(alerts=2, fresh=300, unread=280)
    assert ruling(cut, NEW_HERE) is Ruling.WAIT
    assert ruling(cut, NEW_HERE, patient=False) is Ruling.LET_OUT
    assert ruling(Burst(alerts=0, fresh=300, unread=280), NEW_HERE) is Ruling.WAIT


def test_a_few_links_left_over_are_not_waited_for():
    assert ruling(Burst(alerts=2, fresh=22, unread=20), NEW_HERE) is Ruling.LET_OUT
