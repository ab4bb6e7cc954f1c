"""What a text states: parties, people, places, programmes, dates and figures, each where it says so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scraper.cooperation import assess
from scraper.cooperation.numerals import value
from storage.model import Assessment

SEEDS = sorted((Path(__file__).parents[4] / "shared" / "seeds").glob("0*.txt"))
FRIDAY = date(2026, 11, 20)


def told(text: str, published: date | None = FRIDAY) -> Assessment:
    """Return what is made of a text published on a Friday in Hong Kong."""
    return assess("", text, language="en", published=published, jurisdiction="Hong Kong")


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("It opened today (November 20).", ["2026-11-20"]),
        ("It starts on December 3 and 4.", ["2026-12-03", "2026-12-04"]),
        ("It was signed on 5 March 2019.", ["2019-03-05"]),
        ("The scheme starts next month.", ["2026-12"]),
        ("They met on Monday.", ["2026-11-16"]),
        ("The centre was set up in 2019.", ["2019"]),
        ("It will end on January 5.", ["2027-01-05"]),
        ("兩院今日(20日)簽署協議。", ["2026-11-20"]),
        ("會議於二〇二四年五月八日舉行。", ["2024-05-08"]),
        ("計劃本月8日展開。", ["2026-11-08"]),
        ("他將於周五返港。", ["2026-11-20"]),
        ("代表團27日訪問當地。", ["2026-11-27"]),
        ("計劃自2002年推行。", ["2002"]),
        ("2月30日並不存在。", []),
    ],
)
def test_a_date_is_resolved_against_the_day_of_publishing(text: str, dates: list[str]) -> None:
    assert [d.date for d in told(text).dates] == dates


def test_a_date_that_needs_the_day_of_publishing_is_left_out_without_it() -> None:
    assert [d.date for d in told("They met today, on May 3, and on June 4, 2020.", None).dates] == ["2020-06-04"]


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Over 100 healthcare personnel took part.", [(100.0, "over")]),
        ("It covers seven specialties and 12 hospitals.", [(7.0, None), (12.0, None)]),
        ("About 1 200 patients and up to 3,400 nurses.", [(1200.0, "about"), (3400.0, "up to")]),
        ("The grant is HK$1.5 million.", [(1_500_000.0, None)]),
        ("收錄逾220種中藥材。", [(220.0, "over")]),
        ("雙方續簽兩份協議，約三萬名長者受惠。", [(2.0, None), (30000.0, "about")]),
        ("第三次會議在一國兩制下於2026年11月8日舉行。", []),
        ("The meeting was held on November 8, 2026 in the two places.", []),
    ],
)
def test_a_figure_has_its_value_and_qualifier_and_dates_are_none(
    text: str, figures: list[tuple[float, str | None]]
) -> None:
    assert [(f.value, f.qualifier) for f in told(text).figures] == figures


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12),
        ("1,234", 1234),
        ("二百三十", 230),
        ("十二", 12),
        ("二〇二四", 2024),
        ("twenty-one", 21),
        ("无", None),
    ],
)
def test_numbers_are_read_however_they_are_written(written: str, number: float | None) -> None:
    assert value(written) == number


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("The Secretary for Health, Professor Lo Chung-mau, met Dr Anna Berg.", ["Lo Chung-mau", "Anna Berg"]),
        ("A group led by Tan Wei Ming visited the centre.", ["Tan Wei Ming"]),
        ("局長盧寵茂與副主任胡大文會面。", ["Lo Chung-mau", "胡大文"]),
        ("衞生署署長今日出席會議。", []),
    ],
)
def test_people_are_found_by_list_office_or_title(text: str, people: list[str]) -> None:
    assert [p.name for p in told(text).people] == people


def test_one_body_has_one_name_whatever_the_text_calls_it() -> None:
    said = told("港大深圳醫院今日開幕。香港大學深圳醫院（HKU-SZH）有千張病床。")
    (party,) = said.parties
    assert party.name == "University of Hong Kong-Shenzhen Hospital"
    assert {"港大深圳醫院", "HKU-SZH"} <= set(party.aliases)
    assert party.jurisdiction == "Shenzhen"


def test_compounds_and_city_bodies_tell_places_and_regions_do_not() -> None:
    said = told("滬港兩地與佛山市衞生健康局在大灣區及內地合作。")
    assert [p.name for p in said.places] == ["Shanghai", "Hong Kong", "Foshan"]


def test_the_government_is_the_publishers_own() -> None:
    text = "The Government thanked doctors of Guangdong."
    assert [p.name for p in assess("", text, language="en", jurisdiction="Hong Kong").parties] == ["HKSAR Government"]
    assert [p.name for p in assess("", text, language="en", jurisdiction="Macao").parties] == ["Macao SAR Government"]


@pytest.mark.skipif(not SEEDS, reason="the reference shelf ../shared is not here")
def test_the_first_seed_states_what_its_readme_says() -> None:
    title, _, text = SEEDS[0].read_text(encoding="utf-8").partition("\n")
    said = assess(title, text, language="en", published=date(2024, 8, 6), jurisdiction="Hong Kong")
    assert {"Health Bureau", "Southern Medical University", "Guangdong Provincial Health Commission"} <= {
        p.name for p in said.parties
    }
    assert {"Lo Chung-mau", "Zhang Yurun"} == {p.name for p in said.people}
    assert {"Hong Kong", "Guangdong", "Shenzhen", "Guangzhou", "Zhongshan"} == {p.name for p in said.places}
    assert {"2024-08-06", "2024-08-14"} <= {d.date for d in said.dates}
    assert (100.0, "over") in {(f.value, f.qualifier) for f in said.figures}
    assert 7.0 in {f.value for f in said.figures}


@pytest.mark.skipif(not SEEDS, reason="the reference shelf ../shared is not here")
def test_the_second_seed_states_what_its_readme_says() -> None:
    title, _, text = SEEDS[1].read_text(encoding="utf-8").partition("\n")
    said = assess(title, text, language="en", published=date(2023, 10, 12), jurisdiction="Hong Kong")
    assert {
        "Hong Kong Academy of Medicine",
        "Shenzhen Municipal Health Commission",
        "Shenzhen Medical Doctor Association",
        "University of Hong Kong-Shenzhen Hospital",
        "Health Bureau",
    } <= {p.name for p in said.parties}
    assert "Shenzhen-Hong Kong Medical Specialist Training Centre" in {p.name for p in said.programmes}
    assert {"2023-10-12", "2019"} <= {d.date for d in said.dates}
    assert {7.0, 12.0} <= {f.value for f in said.figures}
