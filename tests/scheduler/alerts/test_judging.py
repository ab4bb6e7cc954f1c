"""Conditions of every sort, what a judgement says of them, and what holds whatever the conditions are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.alerts.persons import people
from scheduler.alerts.rules import asks_for, judge, listens_to, mark, matches, route
from scheduler.config import Conditions, Subscription, Where
from storage.model import Assessment, Change, ChangeKind, FigureChange, Grade, Mention, Notice, Pair, Release

AT = datetime(2026, 11, 21, 8, tzinfo=UTC)


def wanting(name="office", **where):
    return Subscription(name=name, channel="webhook", url="https://example.org/hook", where=Where(**where))


def conditions(**given):
    return Conditions(**given)


def notice_of(kind=ChangeKind.NEW, *, grade=None, pairs=(), programme="Voucher Scheme", **more):
    assessment = Assessment(
        **{
            "cooperation": True,
            "score": 0.8,
            "detector": "test-1",
            "kind": "training",
            "jurisdictions": ("Hong Kong", "Mainland", "Shenzhen", "Guangdong"),
            "parties": (
                Mention("Hospital Authority", 0, 2, "HA", jurisdiction="Hong Kong", aliases=("醫院管理局",)),
                Mention("Guangzhou First Hospital", 3, 5, "x", jurisdiction="Guangzhou"),
            ),
            "programmes": (Mention("Voucher Scheme", 6, 8, "醫療券", aliases=("Health Care Voucher",)),),
        }
        | more.pop("assessment", {})
    )
    release = Release(
        **{
            "key": "a/1",
            "source": "hk_gia_en",
            "portal": "www.info.gov.hk",
            "url": "https://www.info.gov.hk/a/1",
            "language": "en",
            "title": "Nurses trained",
            "text": "An organ transplant course",
            "jurisdiction": "Hong Kong",
        }
        | more
    )
    change = Change(1, "e", kind, 7, 3, 1, AT)
    figure = FigureChange(programme, "service points", 7, 19, 0, 2, "https://x/") if kind is ChangeKind.FIGURE else None
    return Notice(change, release, assessment, figure=figure, grade=grade, first_pairs=pairs)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"portals": ("WWW.info.gov.hk",)}, True),
        ({"portals": ("info.gov.hk",)}, False),
        ({"pairs": (("Hong Kong", "Guangdong"),)}, True),
        ({"pairs": (("Guangzhou", "hong kong"),)}, True),
        ({"pairs": (("Hong Kong", "Macao"), ("Macao", "Shenzhen"))}, False),
        ({"parties": ("Hospital Authority",)}, True),
        ({"parties": ("醫院管理局",)}, True),
        ({"parties": ("Hospital",)}, False),
        ({"kinds": ("visit", "training")}, True),
        ({"kinds": ("visit",)}, False),
        ({"programmes": ("Voucher Scheme",)}, True),
        ({"programmes": ("Other Scheme",)}, False),
        ({"all": (conditions(kinds=("training",)), conditions(words=("organ",)))}, True),
        ({"all": (conditions(kinds=("training",)), conditions(words=("kidney",)))}, False),
        ({"any": (conditions(kinds=("visit",)), conditions(words=("organ",)))}, True),
        ({"any": (conditions(kinds=("visit",)), conditions(words=("kidney",)))}, False),
        ({"any": (conditions(kinds=("training",), words=("kidney",)),)}, False),
        ({"none": (conditions(kinds=("visit",)), conditions(words=("kidney",)))}, True),
        ({"none": (conditions(kinds=("visit",)), conditions(words=("organ",)))}, False),
        ({"none": (conditions(kinds=("training",), words=("kidney",)),)}, True),
        ({"first_pairs": ("parties",)}, False),
    ],
)
def test_conditions_of_every_sort_decide(where, told):
    assert matches(wanting(**where), notice_of()) is told


@pytest.mark.parametrize(("asked", "told"), [("parties", True), ("places", False), ("jurisdictions", False)])
def test_a_first_pair_is_told_to_those_who_ask_for_its_sort(asked, told):
    notice = notice_of(pairs=(Pair("party", "Guangzhou First Hospital", "Hospital Authority"),))
    assert matches(wanting(first_pairs=(asked,)), notice) is told


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (("Guangdong", "Guangzhou"), False),
        (("Guangzhou", "Mainland"), False),
        (("Guangdong", "Macao"), True),
        (("Foshan", "Guangzhou"), True),
    ],
)
def test_a_city_and_its_own_province_are_no_pair(pair, told):
    notice = notice_of(pairs=(Pair("jurisdiction", *pair),))
    judgement = judge(wanting(first_pairs=("jurisdictions",)), notice)
    assert judgement.told is told
    assert told or judgement.failed[0].saw == "none"


def test_revisions_are_told_from_wording_up_unless_asked_otherwise():
    graded = {grade: notice_of(ChangeKind.REVISED, grade=grade) for grade in Grade}
    assert [grade.value for grade in Grade if not matches(wanting(), graded[grade])] == ["cosmetic"]
    assert all(matches(wanting(min_grade="cosmetic"), one) for one in graded.values())
    assert [grade.value for grade in Grade if matches(wanting(min_grade="date"), graded[grade])] == [
        "date", "party", "withdrawn",
    ]  # fmt: skip
    assert matches(wanting(min_grade="party"), notice_of()), "what is new has no grade"


def test_figures_ask_for_changes_of_that_programmes_figures_alone():
    voucher = notice_of(ChangeKind.FIGURE)
    assert matches(wanting(figures=("voucher scheme",)), voucher)
    assert not matches(wanting(figures=("Other Scheme",)), voucher)
    assert not matches(wanting(figures=("Voucher Scheme",)), notice_of())
    assert matches(wanting(any=(conditions(figures=("Voucher Scheme",)), conditions(words=("organ",)))), voucher)
    assert not matches(wanting(any=(conditions(words=("organ",)),)), voucher)


def test_a_further_telling_is_told_to_those_who_ask():
    assert not matches(wanting(), notice_of(ChangeKind.ALSO))
    assert matches(wanting(changes=("new", "also")), notice_of(ChangeKind.ALSO))
    assert asks_for(wanting(changes=("also",)), ChangeKind.ALSO)
    assert not asks_for(wanting(), ChangeKind.ALSO)
    assert asks_for(wanting(any=(conditions(figures=("x",)),)), ChangeKind.FIGURE)


def test_the_canary_reaches_its_subscription_alone_whatever_that_asks_for():
    canary = notice_of(source="canary")
    chosen = replace(wanting("c", words=("nothing of the kind",)), canary=True)
    assert list(route([wanting("a"), chosen])(canary)) == ["c"]
    assert [one.name for one in judge(wanting("a"), canary).failed] == ["canary"]


def test_the_operator_hears_of_no_change():
    operator = Subscription(name="operator-1", channel="command", command=("true",), operator=True)
    assert not matches(operator, notice_of())
    assert not asks_for(operator, ChangeKind.NEW)
    assert not listens_to(operator, "hk_gia_en", "en", "www.info.gov.hk")


def test_a_judgement_says_what_was_wanted_and_what_was_seen():
    judgement = judge(
        wanting(
            pairs=(("Hong Kong", "Macao"),),
            words=("organ", "kidney"),
            any=(conditions(kinds=("visit",)), conditions(min_score=0.9)),
            none=(conditions(parties=("Hospital Authority",)),),
        ),
        notice_of(),
    )
    said = {one.name: (one.wanted, one.held, one.saw) for one in judgement.conditions}
    assert not judgement.told
    assert said["pairs"] == (
        "Hong Kong with Macao", False, "Hong Kong, Mainland, Shenzhen, Guangdong, Guangzhou",
    )  # fmt: skip
    assert said["words"] == ("organ, kidney", True, "organ")
    assert said["any"] == ("kinds visit or min_score 0.9 or more", False, "kinds training; min_score 0.80")
    assert said["none[0]"][:2] == ("not (parties Hospital Authority)", False)
    assert said["cooperation"][1]
    assert {one.name for one in judgement.failed} == {"pairs", "any", "none[0]"}


@pytest.mark.parametrize(
    ("where", "heard"),
    [
        ({}, True),
        ({"sources": ("mo_gcs_zh",)}, False),
        ({"portals": ("www.gov.mo",)}, False),
        ({"languages": ("zh",)}, False),
        ({"all": (conditions(languages=("zh",)),)}, False),
        ({"any": (conditions(languages=("zh",)), conditions(sources=("hk_gia_en",), words=("x",)))}, True),
        ({"none": (conditions(languages=("en",), words=("x",)),)}, True),
        ({"none": (conditions(languages=("en",)),)}, False),
    ],
)
def test_who_could_ever_hear_of_a_source_is_known_from_the_conditions(where, heard):
    assert listens_to(wanting(**where), "hk_gia_en", "en", "www.info.gov.hk") is heard


def test_people_are_one_by_their_address_whatever_the_subscription():
    ann = Subscription(name="a", channel="email", to=("Ann@example.org", "bob@example.org"))
    also = Subscription(name="b", channel="email", to=("ann@EXAMPLE.org",))
    assert people(also) < people(ann)
    assert not any("ann" in one for one in people(ann))
    assert people(wanting("a")) == people(wanting("b"))
    assert people(Subscription(name="a", channel="feed", folder="f")) != people(
        Subscription(name="b", channel="feed", folder="f")
    )


# --- whatever the conditions are ---------------------------------------------------------------------------------

SOME = {
    "sources": ("hk_gia_en", "mo_gcs_zh"),
    "portals": ("www.info.gov.hk", "www.gov.mo"),
    "languages": ("en", "zh", "zh-Hant"),
    "jurisdictions": ("Hong Kong", "Macao", "Shenzhen"),
    "pairs": (("Hong Kong", "Shenzhen"), ("Macao", "Shenzhen")),
    "parties": ("Hospital Authority", "Health Bureau"),
    "kinds": ("training", "visit"),
    "programmes": ("Voucher Scheme", "Other"),
    "words": ("organ", "kidney", "護士"),
    "changes": ("new", "revised", "gone", "figure", "also"),
    "figures": ("Voucher Scheme", "Other"),
    "first_pairs": ("parties", "places"),
}


def given_conditions(least):
    lists = {
        key: st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)
        for key, values in SOME.items()
    }
    scores = {"min_score": st.sampled_from([0.1, 0.5, 0.9]), "min_grade": st.sampled_from([g.value for g in Grade])}
    return st.lists(st.sampled_from([*lists, *scores]), min_size=least, max_size=3, unique=True).flatmap(
        lambda keys: st.fixed_dictionaries({key: (lists | scores)[key] for key in keys})
    )


PART = given_conditions(1).map(lambda keys: Conditions(**keys))
PARTS = st.lists(PART, max_size=2).map(tuple)
WHERE = st.builds(
    lambda keys, all_, any_, none: Where(**keys, all=all_, any=any_, none=none),
    given_conditions(0),
    PARTS,
    PARTS,
    PARTS,
)
NOTICE = st.builds(
    lambda kind, grade, language, title, cooperation, score, who, pairs: notice_of(
        kind,
        grade=grade if kind in (ChangeKind.REVISED, ChangeKind.GONE) else None,
        pairs=pairs,
        language=language,
        title=title,
        source="hk_gia_en" if language == "en" else "mo_gcs_zh",
        assessment={"cooperation": cooperation, "score": score, "jurisdictions": who},
    ),
    st.sampled_from(ChangeKind),
    st.sampled_from([None, *Grade]),
    st.sampled_from(["en", "zh-Hant"]),
    st.sampled_from(["Kidney day", "護士交流", "Nurses"]),
    st.sampled_from([True, True, False]),
    st.sampled_from([0.05, 0.5, 0.95]),
    st.sampled_from([("Hong Kong", "Shenzhen"), ("Macao", "Shenzhen"), ()]),
    st.sampled_from([(), (Pair("party", "a", "b"),), (Pair("place", "a", "b"),)]),
)


@given(WHERE, NOTICE)
def test_a_judgement_always_agrees_with_the_quick_answer(where, notice):
    subscription = wanting()
    subscription = replace(subscription, where=where)
    judgement = judge(subscription, notice)
    assert judgement.told is matches(subscription, notice)
    assert judgement.told is not bool(judgement.failed)
    assert all(one.wanted and one.saw for one in judgement.conditions)


@given(WHERE, PART, NOTICE)
def test_one_more_condition_that_must_hold_never_tells_more(where, part, notice):
    narrow = replace(wanting(), where=replace(where, all=(*where.all, part)))
    assert matches(replace(wanting(), where=where), notice) or not matches(narrow, notice)


@given(WHERE, PART, NOTICE)
def test_one_more_condition_that_must_not_hold_never_tells_more(where, part, notice):
    narrow = replace(wanting(), where=replace(where, none=(*where.none, part)))
    assert matches(replace(wanting(), where=where), notice) or not matches(narrow, notice)


@given(WHERE, st.lists(PART, min_size=1, max_size=3).map(tuple), NOTICE)
def test_none_of_is_the_opposite_of_any_of_among_what_is_told_without_them(where, parts, notice):
    bare = replace(wanting(), where=replace(where, any=(), none=()))
    if matches(bare, notice):
        with_any = replace(bare, where=replace(bare.where, any=parts))
        with_none = replace(bare, where=replace(bare.where, none=parts))
        assert matches(with_any, notice) is not matches(with_none, notice)


@given(WHERE, WHERE)
def test_conditions_have_one_mark_and_other_conditions_another(one, other):
    assert (mark(one) == mark(other)) is (one == other)
