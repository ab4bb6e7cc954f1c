"""Who hears of what."""

from __future__ import annotations

import pytest

from scheduler.alerts.rules import matches, route, speaks
from scheduler.config import Subscription, Where
from storage.model import ChangeKind


def wanting(name="office", **where):
    return Subscription(name=name, channel="webhook", url="https://example.org/hook", where=Where(**where))


def test_without_conditions_only_cooperation_items_are_told(make_notice):
    assert matches(wanting(), make_notice())
    assert not matches(wanting(), make_notice(assessment={"cooperation": False, "score": 0.99}))


def test_a_least_score_replaces_the_detectors_own_bar(make_notice):
    doubtful = make_notice(assessment={"cooperation": False, "score": 0.3})
    assert matches(wanting(min_score=0.3), doubtful)
    assert matches(wanting(min_score=0.0), doubtful)
    assert not matches(wanting(min_score=0.31), doubtful)
    assert not matches(wanting(min_score=0.95), make_notice())


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"sources": ("hk_gia_en",)}, True),
        (
            {
                "sources": (
                    "mo_gcs_zh",
                    "hk_gia_en",
                )
            },
            True,
        ),
        ({"sources": ("mo_gcs_zh",)}, False),
        ({"languages": ("en",)}, True),
        ({"languages": ("EN",)}, True),
        (
            {
                "languages": (
                    "zh-Hant",
                    "pt",
                )
            },
            False,
        ),
        ({"jurisdictions": ("Guangdong",)}, True),
        ({"jurisdictions": ("guangdong",)}, True),
        (
            {
                "jurisdictions": (
                    "Macao",
                    "Mainland",
                )
            },
            True,
        ),
        ({"jurisdictions": ("Macao",)}, False),
        ({"words": ("nurse",)}, True),
        (
            {
                "words": (
                    "transplant",
                    "NURSE training",
                )
            },
            True,
        ),
        ({"words": ("transplant",)}, False),
        ({"sources": ("hk_gia_en",), "languages": ("en",), "words": ("nurse",), "jurisdictions": ("Mainland",)}, True),
        ({"sources": ("hk_gia_en",), "languages": ("zh-Hant",), "words": ("nurse",)}, False),
        ({"sources": ("hk_gia_en",), "words": ("transplant",), "jurisdictions": ("Mainland",)}, False),
    ],
)
def test_every_condition_must_hold_by_any_of_its_values(make_notice, where, told):
    assert matches(wanting(**where), make_notice()) is told


def test_the_publishers_own_jurisdiction_counts_too(make_notice):
    notice = make_notice(jurisdiction="Macao", assessment={"jurisdictions": ("Mainland",)})
    assert matches(wanting(jurisdictions=("Macao",)), notice)
    assert not matches(wanting(jurisdictions=("Hong Kong",)), notice)


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("器官移植", "兩地器官移植合作", True),
        ("器官移植", "两地器官移植合作", True),
        ("醫院", "广州医院", True),
        ("医院", "廣州醫院", True),
        ("vaccin", "new vaccines for all", True),
        ("ＡＩ", "an AI centre", True),
        ("AI", "an ＡＩ centre", True),
        ("AI", "medical aid", False),
        ("AI", "he said", False),
        ("MoU", "a MOU was signed", True),
        ("MOU", "two MoUs were signed", True),
        ("MOU", "a mountain", False),
        ("TB", "結核病TB防治", True),
        ("cord blood", "cord\nblood", True),
        ("cord  blood", "Cord Blood bank", True),
        ("C++ (beta)", "see c++ (beta) now", True),
        ("Café", "the cafe", True),
    ],
)
def test_words_are_found_whatever_their_case_width_and_script(make_notice, word, text, found):
    assert matches(wanting(words=(word,)), make_notice(title="-", text=text)) is found
    assert matches(wanting(words=(word,)), make_notice(title=text, text="-")) is found


def test_a_language_takes_in_its_scripts():
    assert speaks("zh-Hant", "zh")
    assert speaks("zh-Hant", "zh-hant")
    assert not speaks("zh-Hant", "zh-Hans")
    assert not speaks("zh", "zh-Hant")
    assert not speaks("zhx", "zh")


def test_a_route_names_each_wanting_subscription_once_and_in_order(make_notice):
    ask = route([wanting("b"), wanting("a", words=("nurse",)), wanting("b"), wanting("c", sources=("mo_gcs_zh",))])
    assert list(ask(make_notice())) == ["b", "a"]
    assert list(route([])(make_notice())) == []


def test_a_changed_figure_is_told_only_to_those_who_ask_for_it(make_notice):
    notice = make_notice(kind=ChangeKind.FIGURE)
    assert not matches(wanting(), notice)
    assert matches(wanting(changes=("figure",)), notice)
    assert matches(wanting(changes=("new", "figure")), notice)


def test_without_a_word_on_changes_all_that_happens_to_a_release_is_told(make_notice):
    told = {kind for kind in ChangeKind if matches(wanting(), make_notice(kind=kind))}
    assert told == set(ChangeKind) - {ChangeKind.FIGURE, ChangeKind.ALSO}


def test_only_the_changes_asked_for_are_told(make_notice):
    told = {kind.value for kind in ChangeKind if matches(wanting(changes=("gone", "returned")), make_notice(kind=kind))}
    assert told == {"gone", "returned"}


def test_the_other_conditions_hold_for_figures_too(make_notice):
    notice = make_notice(kind=ChangeKind.FIGURE, assessment={"cooperation": False})
    assert not matches(wanting(changes=("figure",)), notice)
