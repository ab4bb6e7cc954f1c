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
        ("It runs from 3 to 5 June.", ["2026-06-03", "2026-06-05"]),
        ("It starts in the third quarter of 2027.", ["2027-07/2027-09"]),
        ("It starts in the second half of next year.", ["2027-07/2027-12"]),
        ("They meet next Monday.", ["2026-11-23"]),
        ("計劃於明年第三季展開。", ["2027-07/2027-09"]),
        ("會議於12月3日至5日舉行。", ["2026-12-03", "2026-12-05"]),
        ("代表團昨(19)日到訪。", ["2026-11-19"]),
        ("他昨起訪問三日。", ["2026-11-19"]),
        ("課程為期三日，上月開辦。", []),
    ],
)
def test_a_date_is_resolved_against_the_day_of_publishing(text: str, dates: list[str]) -> None:
    assert [d.date for d in told(text).dates] == dates


@pytest.mark.parametrize(
    ("published", "dates"),
    [
        ("2026", ["2026", "2026-09-03"]),
        ("2026-11", ["2026-11", "2026-09-03"]),
        ("2026-11-20", ["2026-11-20", "2026-09-03"]),
    ],
)
def test_a_day_of_publishing_that_is_known_in_part_is_used_as_far_as_it_goes(published: str, dates: list[str]) -> None:
    text = "It opens today. Work began on September 3."
    assert [d.date for d in assess("", text, language="en", published=published).dates] == dates


def test_co_operation_that_names_no_day_is_of_the_day_of_publishing() -> None:
    text = "The Hospital Authority and the Hubei Provincial Health Commission signed an agreement on training."
    (signed,) = assess("Agreement on training", text, language="en", published=FRIDAY).dates
    assert (signed.date, text[signed.start : signed.end], signed.what) == ("2026-11-20", text, text)
    assert assess("Agreement on training", text, language="en").dates == ()


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
        ("Four more clinics opened; some 45 000 have used them.", [(4.0, None), (45000.0, "about")]),
        ("The number of places will be raised to 25.", [(25.0, None)]),
        (
            "One million doses came under a 2005 pact of the two places in 10 cities.",
            [(1_000_000.0, None), (10.0, None)],
        ),
        ("來自十五家醫院的四十二名護士，逾四萬五千人受惠。", [(15.0, None), (42.0, None), (45000.0, "over")]),
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
        (
            "Anna Berg, the minister of health, met Per Lind of the Foshan Municipal Health Commission.",
            ["Anna Berg", "Per Lind"],
        ),
        ("部長阿納斯塔與總幹事約翰·貝格會面。", ["阿納斯塔", "約翰·貝格"]),
        (
            "The Secretary for Culture of the Macao Special Administrative Region, Ms Anna Berg, met Tan Wei Ming.",
            ["Anna Berg"],
        ),
        (
            "The Chairman of the Xinjiang Uygur Autonomous Region met the President of the Republic, Dr Per Lind.",
            ["Per Lind"],
        ),
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


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("Staff of the Lantern Bay Hospital and the Guangdong Skin Association met.",
         ["Lantern Bay Hospital", "Guangdong Skin Association"]),
        ("He met the Director-General of the Ministry of Care of Laos, Dr Per Lind.", ["Ministry of Care of Laos"]),
        ("Per Lind of the Lantern Eye Foundation came.", ["Lantern Eye Foundation"]),
        ("The hospital and the Training Centre are full. The Health Commission said so.", []),
        ("代表團到訪四川大學第九附屬醫院及海港眼科基金會。", ["四川大學第九附屬醫院", "海港眼科基金會"]),
        ("兩間公立醫院與內地醫院的醫生會面，該院有千張病床。", []),
    ],
)  # fmt: skip
def test_bodies_in_no_list_are_told_by_their_form(text: str, parties: list[str]) -> None:
    assert [p.name for p in told(text).parties] == parties


@pytest.mark.parametrize(
    "text",
    [
        "The health authorities of Guangdong, Macao and Fiji were told.",
        "The Guangdong, Macao and Fiji health authorities were told.",
        "廣東、澳門及斐濟的衞生部門已獲通知。",
    ],
)
def test_authorities_told_by_their_places_are_parties(text: str) -> None:
    assert {p.name for p in told(text).parties} == {
        "Guangdong Provincial Health Commission", "Health Bureau of Macao", "Fiji health authority"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "programmes"),
    [
        ("She opened the 31st Harbour Forum on Rare Diseases.", ["31st Harbour Forum on Rare Diseases"]),
        ('A drill called "Swift Heron" was held.', ["Swift Heron"]),
        ("They signed a Framework Agreement on Hospital Care.", ["Framework Agreement on Hospital Care"]),
        ("They signed a Memorandum of Understanding.", []),
        ("雙方簽署《海港眼科合作備忘錄》，並出席第九屆海港眼科論壇。", ["海港眼科合作備忘錄", "第九屆海港眼科論壇"]),
    ],
)
def test_programmes_in_no_list_are_told_by_their_form(text: str, programmes: list[str]) -> None:
    assert [p.name for p in told(text).programmes] == programmes


def test_a_short_name_given_in_brackets_is_an_alias() -> None:
    (party,) = told("The Lantern Bay Hospital (LBH) opened.").parties
    assert party.aliases == ("LBH",)


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


def test_and_is_no_surname() -> None:
    text = "醫院管理局的醫生和護士今日與深圳市衞生健康委員會的醫生和護士會面，交流經驗。"
    assert assess("兩地醫護交流", text, language="zh-Hant", jurisdiction="Hong Kong").people == ()


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("York Chow will be in London to talk about influenza.", ["Health Bureau"]),
        ("York Chow and the Department of Health will talk about influenza.", ["Department of Health"]),
        ("The Government said that York Chow will be in London.", ["HKSAR Government"]),
        ("The Hospital Authority Healthcare Talents Visiting Programme goes on.", ["Hospital Authority"]),
        ("The Hospital Authority Convention goes on.", []),
    ],
)
def test_an_official_speaks_for_the_office_and_a_programme_for_its_owner(text: str, parties: list[str]) -> None:
    found = told(text).parties
    assert [party.name for party in found] == parties
    assert all(text[party.start : party.end] == party.text for party in found)


@pytest.mark.parametrize(
    ("text", "jurisdiction", "party"),
    [
        ("The Health Bureau met doctors.", "Macao", "Health Bureau of Macao"),
        ("The Health Bureau met doctors.", "Hong Kong", "Health Bureau"),
        ("The Health Bureau met doctors of Macao.", None, "Health Bureau of Macao"),
        ("The Health Bureau met doctors of Macao in Hong Kong.", None, "Health Bureau"),
        ("藥監局接待澳門訪客。", None, "Pharmaceutical Administration Bureau of Macao"),
        ("藥監局接待訪客。", "Hong Kong", "National Medical Products Administration"),
    ],
)
def test_a_name_of_two_bodies_is_read_as_its_publisher_means_it(
    text: str, jurisdiction: str | None, party: str
) -> None:
    assert [p.name for p in assess("", text, language="en", jurisdiction=jurisdiction).parties] == [party]


@pytest.mark.parametrize(
    ("text", "parties"),
    [
        ("廣州市副市長、市衞生健康委員會主任率團到訪。", ["Guangzhou Municipal Health Commission"]),
        ("代表團來自珠海，市疾控中心及省衞健委派員。",
         ["Zhuhai Municipal Center for Disease Control and Prevention", "Guangdong Provincial Health Commission"]),
        ("市衞健委派員到訪。", ["市衞生健康委員會"]),
        ("香港特區政府衞生署派員。", ["Department of Health"]),
    ],
)  # fmt: skip
def test_a_body_told_by_its_level_is_that_of_the_place_named_before(text: str, parties: list[str]) -> None:
    assert [party.name for party in told(text).parties] == parties


def test_what_the_title_alone_names_has_an_empty_passage() -> None:
    title = "LCQ6: Elderly Health Care Voucher Greater Bay Area Pilot Scheme and the Hospital Authority"
    found = assess(title, "The scheme goes on.", language="en")
    assert [(p.name, p.start, p.end) for p in found.parties] == [("Hospital Authority", 0, 0)]
    assert [(p.name, p.text) for p in found.programmes] == [
        ("Elderly Health Care Voucher Greater Bay Area Pilot Scheme", "")
    ]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Anna Berg and Ko Wing-man signed it.", ["Anna Berg", "Ko Wing-man"]),
        ("Ko Wing-man and Anna Berg signed it.", ["Ko Wing-man", "Anna Berg"]),
        ("The Hospital Authority and Ko Wing-man signed it.", ["Ko Wing-man"]),
        ("海南省衞健委主任周長強率團。", ["周長強"]),
        ("主任李明強調合作。", ["李明"]),
        ("院長王和表示歡迎。", ["王和"]),
        ("副局長黃先生表示歡迎。", []),
    ],
)
def test_people_are_found_beside_known_ones_and_by_where_a_name_ends(text: str, people: list[str]) -> None:
    assert [person.name for person in told(text).people] == people
