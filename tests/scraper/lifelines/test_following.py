"""Which figures are one quantity of one programme, in whatever language, and which must not be taken for it."""

import time

import pytest

from scraper.cooperation import assess
from scraper.lifelines import followed
from scraper.lifelines.following import settled
from storage.model import Figure

PILOT = "Elderly Health Care Voucher Greater Bay Area Pilot Scheme"
CENTRE = "Shenzhen-Hong Kong Medical Specialist Training Centre"


def lifelines(text, title="Health Bureau announces", language="en"):
    """Return the figures that are followed: value by programme and what is counted."""
    made = followed(title, text, assess(title, text, language=language, published="2026-11-21"))
    return {(one.programme, one.counts): one.value for one in made.figures if one.counts}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (f"The {PILOT} begins with two service points on the Mainland.", 2),
        (f"Under the {PILOT}, the number of service points will be increased from two to seven.", 7),
        (f"The {PILOT} grows. With 12 additional points there are now 19 service points under the Pilot Scheme.", 19),
        ("長者醫療券大灣區試點計劃的服務點由七個增至十九個。", 19),
        ("长者医疗券大湾区试点计划新增十二个服务点，服务点总数增至19个。", 19),
        ("「長者醫療券大灣區試點計劃」今日起擴展。\n目前內地共有七個服務點。", 7),
        ("Elderly Health Care Vouchers can be used at 19 service points in the bay area.", 19),
    ],
)
def test_the_service_points_of_one_scheme_are_one_lifeline_in_every_language(text, value):
    assert lifelines(text) == {(PILOT, "service points"): value}


@pytest.mark.parametrize(
    "text",
    [
        f"The {PILOT} adds five more service points.",
        f"The {PILOT} has service points in Guangdong, each with two doctors.",
        f"Five new service points join the {PILOT}.",
        "長者醫療券大灣區試點計劃新增五個服務點。",
        "長者醫療券大灣區試點計劃增加五個服務點。",
        "長者醫療券大灣區試點計劃的服務點，其中兩個在廣州。",
        f"Seven service points were closed for a day. Officials then spoke of the {PILOT} and of {CENTRE}.",
        f"The {PILOT} was discussed with three hospital managers.",
        "長者醫療券大灣區試點計劃簡介會有三名醫院管理局代表出席。",
    ],
)
def test_what_was_added_or_is_a_part_or_another_thing_is_no_state_of_the_scheme(text):
    assert lifelines(text) == {}


def test_people_at_one_occasion_are_followed_only_where_the_text_counts_them_all():
    assert lifelines(f"Today 30 doctors visited the {CENTRE}.") == {}
    assert lifelines(f"So far a total of 300 doctors have been trained by the {CENTRE}.") == {(CENTRE, "doctors"): 300}


def test_a_count_limited_to_a_place_is_another_lifeline_than_the_whole():
    assert lifelines(f"The {CENTRE} works with 12 hospitals in Shenzhen.") == {(CENTRE, "hospitals in Shenzhen"): 12}
    assert lifelines("深港醫學專科培訓中心與深圳的12間醫院合作。") == {(CENTRE, "hospitals in Shenzhen"): 12}
    assert lifelines(f"The {CENTRE} works with 12 hospitals in Shenzhen and Guangzhou.") == {(CENTRE, "hospitals"): 12}
    assert lifelines("深港醫學專科培訓中心在廣州市及深圳的12間醫院設點。") == {(CENTRE, "hospitals"): 12}


def test_the_programme_named_last_is_taken_up_by_the_word_for_what_it_is():
    text = f"The {CENTRE} opened in Shenzhen today.\nAt present, the Training Centre offers seven specialties."
    assert lifelines(text) == {(CENTRE, "specialties"): 7}


def test_of_two_programmes_in_a_sentence_the_one_before_the_figure_is_meant():
    text = f"While the {PILOT} has seven service points, the {CENTRE} offers training in nine specialties."
    assert lifelines(text) == {(PILOT, "service points"): 7, (CENTRE, "specialties"): 9}


def test_a_figure_keeps_the_programme_that_the_assessment_gave_it():
    text = f"The {PILOT} has seven service points."
    made = assess("T", text, language="en")
    given = Figure(7.0, "", "", text.index("seven"), text.index("seven") + 5, programme="Another Scheme")
    from dataclasses import replace

    assert followed("T", text, replace(made, figures=(given,))).figures[0].programme == "Another Scheme"


def test_two_values_of_one_quantity_leave_the_one_the_text_says_it_has_come_to_or_none():
    def stated(value, grown):
        return Figure(value, "", "", 0, 1, programme="S", counts="beds"), grown

    assert [one.counts for one in settled([stated(2.0, False), stated(7.0, True)])] == [None, "beds"]
    assert [one.counts for one in settled([stated(2.0, False), stated(7.0, False)])] == [None, None]
    assert [one.counts for one in settled([stated(7.0, False), stated(7.0, True)])] == ["beds", "beds"]


def test_no_figure_is_lost_or_moved():
    text = f"The {PILOT} has seven service points, 30 doctors and 300 nurses." + " It had 12 beds." * 300
    made = assess("T", text, language="en")
    after = followed("T", text, made)
    assert len(made.figures) > 200
    assert [(one.start, one.end, one.value) for one in after.figures] == [
        (one.start, one.end, one.value) for one in made.figures
    ]


@pytest.mark.parametrize(
    "piece",
    ["7 service points, ", "增至七個服務點，", "has 7 ", "increase to ", "其中每批", "from 2 to "],
)
def test_a_hostile_text_of_50_kilobytes_costs_no_more_than_reading_it(piece):
    text = (f"{PILOT} 長者醫療券計劃 " + piece * 50_000)[:50_000]
    made = assess("T", text, language="en")
    began = time.process_time()
    followed(PILOT, text, made)
    assert time.process_time() - began < 0.15, "three times what it takes, for slow machines"


def test_a_count_is_followed_over_a_long_name_before_it():
    text = (
        "Five more institutions join from July, bringing the number of service points under the Elderly Health Care "
        "Voucher Greater Bay Area Pilot Scheme to 26."
    )
    figures = followed("", text, assess("", text, language="en")).figures
    assert [(f.value, f.counts) for f in figures] == [(5.0, None), (26.0, "service points")]
