"""The detector as a whole: seeds, near misses in three scripts, evidence, speed, and the labelled corpus."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.cooperation import DETECTOR, THRESHOLD, assess
from scraper.cooperation.folding import fold

HERE = Path(__file__).parent
SHARED = Path(__file__).parents[4] / "shared"
SEEDS = sorted((SHARED / "seeds").glob("0*.txt"))
CORPUS = SHARED / "corpus" / "releases.jsonl"


def labelled(path: Path) -> list[dict[str, str]]:
    """Return the releases of a labelled file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def f1(rows: list[dict[str, str]]) -> float:
    """Return the F1 of the detector on labelled releases."""
    said = [(assess(r["title"], r["text"], language=r["lang"]).cooperation, r["label"] == "cooperation") for r in rows]
    hit = sum(got and want for got, want in said)
    return 2 * hit / (sum(got for got, _ in said) + sum(want for _, want in said))


@pytest.mark.skipif(not SEEDS, reason="the reference shelf ../shared is not here")
@pytest.mark.parametrize(
    ("seed", "kind"), list(zip(SEEDS, ["meeting", "training"], strict=False)), ids=lambda v: str(v)[-8:]
)
def test_both_seeds_are_co_operation_of_the_kind_their_readme_names(seed: Path, kind: str) -> None:
    title, _, text = seed.read_text(encoding="utf-8").partition("\n")
    said = assess(title, text.strip(), language="en", jurisdiction="Hong Kong")
    assert said.cooperation
    assert said.kind == kind
    assert {"Hong Kong", "Guangdong", "Mainland"} <= set(said.jurisdictions)


@pytest.mark.parametrize("near", labelled(HERE / "near_misses.jsonl"), ids=lambda near: near["title"])
def test_what_only_looks_like_co_operation_is_told_apart_with_reasons(near: dict[str, str]) -> None:
    said = assess(near["title"], near["text"], language=near["lang"], jurisdiction="Hong Kong")
    assert not said.cooperation
    assert said.kind is None
    assert any(e.weight < 0 for e in said.evidence)
    assert said.reason.startswith("Not co-operation")


def test_a_hit_says_in_plain_words_what_counted_and_quotes_it() -> None:
    text = (
        "Opening.\nThe Hospital Authority and the Foshan Municipal Health Commission signed an agreement on training."
    )
    said = assess("Two sides sign", text, language="en")
    assert said.cooperation
    assert all(e.text == text[e.start : e.end] for e in said.evidence)
    assert any("signed an agreement" in e.text and e.weight > 0.5 for e in said.evidence)
    assert said.detector == DETECTOR
    assert said.score >= THRESHOLD


def test_the_reason_is_a_sentence_of_who_does_what_with_whom() -> None:
    text = "The Hospital Authority and the Foshan Municipal Health Commission signed an agreement on nurses today."
    said = assess("Hospital Authority signs agreement with Foshan", text, language="en", jurisdiction="Hong Kong")
    named = "Hospital Authority; Foshan Municipal Health Commission"
    assert said.reason == f"Agreement in health between Hong Kong and Foshan: {named}."


def test_the_publishers_own_side_counts_as_one_of_the_two() -> None:
    text = "Doctors of the Guangdong Provincial Health Commission gave training in intensive care last week."
    assert assess("Training in intensive care", text, language="en", jurisdiction="Hong Kong").cooperation


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Vouchers can be used in hospitals in Mainland cities of the Greater Bay Area, like Foshan.", "en"),
        ("Vouchers can be used in hospitals of the Greater Bay Area Mainland cities, like Foshan.", "en"),
        ("長者醫療券可在粵港澳大灣區內地城市的醫院使用，例如佛山。", "zh-Hant"),
        ("长者医疗券可在大湾区九个内地城市的医院使用，例如佛山。", "zh-Hans"),
    ],
)
def test_the_bay_areas_mainland_cities_are_none_of_macao(text: str, language: str) -> None:
    said = assess("x", text, language=language, jurisdiction="Hong Kong").jurisdictions
    assert set(said) - {"Hong Kong"} == {"Mainland", "Foshan", "Guangdong"}


@pytest.mark.parametrize(
    "pair",
    [
        ("醫院管理局與深圳市衞生健康委員會簽署合作協議", "醫院管理局與深圳巿衛生健康委員會簽署合作協議"),
        ("Macau and Guangdong hospitals sign co-operation pact", "Macao and Guangdong hospitals sign cooperation pact"),
        ("ＤＨ與國家藥監局會面交流藥物監管", "DH與國家藥監局會面交流藥物監管"),
    ],
)
def test_spellings_of_one_thing_make_no_difference(pair: tuple[str, str]) -> None:
    one, two = (assess(text, text, language="zh-Hant") for text in pair)
    assert one.score == two.score
    assert [p.name for p in one.parties] == [p.name for p in two.parties]


def test_an_abbreviation_that_is_also_a_word_counts_in_capitals_only() -> None:
    assert not assess("x", "Those who feel ill must rest.", language="en").parties
    assert [p.name for p in assess("x", "WHO said so.", language="en").parties] == ["World Health Organization"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Cambodian surgeons finish course", "The Hospital Authority taught keyhole surgery to eight of them."),
        ("More Mainland doctors arrive", "They will treat patients in a public hospital."),
        ("港護士可在粵執業", "安排由下月起生效，名額一百個。"),
    ],
)
def test_title_and_opening_are_read_as_one(title: str, text: str) -> None:
    assert assess(title, text, language="en").cooperation


def test_who_says_the_mainland_is_not_there() -> None:
    text = "The Mainland health authority sent test kits to hospitals."
    assert {"Mainland"} == set(assess("Test kits arrive", text, language="en").jurisdictions)
    assert assess("Test kits arrive", text, language="en").cooperation


@given(st.text(max_size=300), st.text(max_size=800))
@settings(max_examples=150, deadline=None)
def test_any_text_is_assessed_and_every_offset_holds(title: str, text: str) -> None:
    said = assess(title, text, language="en")
    assert 0.0 <= said.score <= 1.0
    for piece in (*said.evidence, *said.parties, *said.people, *said.places, *said.programmes):
        assert text[piece.start : piece.end] == piece.text
    for fact in (*said.dates, *said.figures):
        assert 0 <= fact.start < fact.end <= len(text)


PIECES = st.sampled_from(
    [
        "香港",
        "醫院管理局",
        "與",
        "深圳市衞生健康委員會",
        "簽署",
        "合作協議",
        "，",
        "。",
        "個案",
        "確診",
        "today (October 12)",
        " 12 ",
        "Secretary for Health",
        " met ",
        "Guangdong",
        "over 100 doctors",
        "\n",
        "《",
        "》",
        "（",
        "十二月",
        "本月8日",
        "%",
        "逾220種",
        "局長陳大文",
        "兩地",
    ]
)


def simplified(text: str) -> str:
    """Return a text with its Traditional characters Simplified, and nothing else changed."""
    return "".join(fold(char) if "\u3400" <= char <= "\u9fff" else char for char in text)


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=150, deadline=None)
def test_traditional_and_simplified_wordings_are_decided_alike(text: str) -> None:
    one = assess("", text, language="zh-Hant", published=date(2026, 11, 20))
    two = assess("", simplified(text), language="zh-Hans", published=date(2026, 11, 20))
    assert one.score == two.score
    assert [(e.start, e.end, e.why) for e in one.evidence] == [(e.start, e.end, e.why) for e in two.evidence]
    assert [(d.date, d.start) for d in one.dates] == [(d.date, d.start) for d in two.dates]
    assert [(f.value, f.start) for f in one.figures] == [(f.value, f.start) for f in two.figures]
    assert [p.start for p in one.people] == [p.start for p in two.people]


@pytest.mark.parametrize(
    "hostile",
    ["香港" * 25_000, "a" * 50_000, "深圳市衞生健康委員" * 5_500, "health, " * 6_000, "(" * 50_000, "1,2" * 16_000,
     "A-" * 25_000, "四川大學醫院和" * 7_000, "health authorities of Hong Kong, " * 1_500, "HK$1 million " * 3_800,
     "局長陳" * 16_000, "called \"A" * 6_000, "October 1 " * 5_000, "二零二四年" * 10_000,
     "\n" * 50_000, "Dr A B " * 7_000, "九" * 50_000, "co-" * 16_000],
    ids=lambda text: text[:9].strip() or "blank",
)  # fmt: skip
def test_no_text_takes_long(hostile: str) -> None:
    assess("warm", "up", language="en")
    took = []
    for _ in range(3):
        start = time.process_time()
        assess(hostile[:500], hostile, language="en")
        took.append(time.process_time() - start)
    assert min(took) < 0.25  # 50 ms are aimed at on an idle machine; tests run on busy ones


def test_a_text_of_a_million_characters_costs_no_more_than_its_first_part() -> None:
    text = "The Hospital Authority met Guangdong doctors on training. " * 18_000
    start = time.process_time()
    assert assess("Exchange", text, language="en").cooperation
    assert time.process_time() - start < 1.0


def test_the_detector_knows_its_own_labelled_texts() -> None:
    assert f1(labelled(HERE / "labelled.jsonl")) >= 0.95


@pytest.mark.skipif(not CORPUS.exists(), reason="the reference shelf ../shared is not here")
def test_the_detector_keeps_its_score_on_the_labelled_corpus() -> None:
    assert f1(labelled(CORPUS)) >= 0.95
