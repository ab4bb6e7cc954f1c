"""Whether pairs of texts are taken for one event or for two, from the text to the decision."""

import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.sameness import sameness

INVENTED = [json.loads(line) for line in Path(__file__).with_name("pairs.jsonl").read_text().splitlines()]
CORPUS = Path(__file__).parents[4] / "shared/corpus/pairs.jsonl"
LEAST = {"near": 0.95, "translation": 0.90, "different": 0.98}


@pytest.mark.parametrize("pair", INVENTED, ids=lambda pair: f"{pair['pair']} {pair['relation']}, {pair['note']}")
def test_a_pair_is_one_event_or_two_whichever_came_first(pair, tell):
    one, two = tell(pair["a"]), tell(pair["b"])
    decided = sameness(one, two)
    assert decided.same == (pair["relation"] != "different"), decided.reason
    assert sameness(two, one) == decided


def test_every_telling_is_the_same_event_as_itself(tell):
    for pair in INVENTED:
        one = tell(pair["a"])
        assert sameness(one, one).same


def test_two_tellings_of_one_event_share_marks_to_be_found_by(tell):
    for pair in INVENTED:
        if pair["relation"] != "different":
            assert len({*tell(pair["a"]).marks} & {*tell(pair["b"]).marks}) >= 2, pair["note"]


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled corpus is not beside the project")
def test_the_labelled_pairs_come_out_as_well_as_is_asked(tell):
    right: Counter[str] = Counter()
    pairs = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    asked = [pair for pair in pairs if pair["relation"] in LEAST]
    for pair in asked:
        same = sameness(tell(pair["a"]), tell(pair["b"])).same
        right[pair["relation"]] += same == (pair["relation"] != "different")
    counted = Counter(pair["relation"] for pair in asked)
    assert {name: right[name] / counted[name] >= least for name, least in LEAST.items()} == dict.fromkeys(LEAST, True)


REPORT = {
    "en": (
        "Health authority reports measles figures",
        "Harbour City found {} cases of measles, {} in nurseries; {} children are in hospital and {} had the vaccine.",
    ),
    "zh-Hant": (
        "海灣市公布麻疹數字",
        "海灣市衞生部門表示，學校發現{}宗麻疹個案，其中{}宗在幼稚園，{}名兒童入院，{}人接種疫苗。部門呼籲家長及早帶子女求醫。",
    ),
}
FIGURES = st.lists(st.integers(101, 9_999), min_size=4, max_size=4, unique=True)


def far(one, two):
    """Tell whether at least two figures of each are no rounding of any of the other."""
    other = [all(abs(a - b) > 0.03 * max(a, b) for b in two) for a in one]
    return sum(other) >= 2


@settings(max_examples=60, deadline=None)
@given(language=st.sampled_from(sorted(REPORT)), one=FIGURES, two=FIGURES, later=st.integers(0, 3))
def test_a_telling_is_never_taken_for_one_whose_figures_contradict_it(language, one, two, later, tell):
    title, text = REPORT[language]
    first = tell({"lang": language, "date": "2026-11-10", "title": title, "text": text.format(*one)})
    second = tell({"lang": language, "date": f"2026-11-{10 + later}", "title": title, "text": text.format(*two)})
    if far(one, two) and far(two, one):
        assert not sameness(first, second).same
    assert sameness(first, first).same


@settings(max_examples=40, deadline=None)
@given(days=st.lists(st.integers(1, 28), min_size=2, max_size=2, unique=True), figures=FIGURES)
def test_reports_of_different_days_are_never_one_event(days, figures, tell):
    title, text = REPORT["en"]
    one, two = (
        tell(
            {
                "lang": "en",
                "date": f"2026-11-{day:02}",
                "title": title,
                "text": f"Today (November {day}), {text.format(*figures)}",
            }
        )
        for day in days
    )
    assert not sameness(one, two).same
    assert sameness(one, two).contrary
