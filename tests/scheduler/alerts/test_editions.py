"""Which edition a reader is shown, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from scheduler.alerts.catalogue import words
from scheduler.alerts.editions import fits, lag, shown
from scheduler.alerts.firsts import notable
from scheduler.alerts.message import word
from scheduler.config import Subscription
from storage.model import ChangeKind, Edition, Grade, Mention, Pair, Precision

HAN = "醫院管理局與海港醫科大學簽署協議"
URL = "https://www.info.gov.hk/gia/general/202611/21/P2026112100100.htm"


@pytest.fixture
def chinese(make_notice):
    """The Chinese edition of the release that `make_notice` tells of."""
    told = make_notice().release
    made = replace(make_notice().assessment, kind="agreement", evidence=())
    return Edition(
        *(8, "zh-Hant", URL, HAN, HAN, told.portal, "hk_gia_zh", told.published),
        first_seen=told.published,
        version=1,
        precision=Precision.MINUTE,
        assessment=made,
        key="info.gov.hk/P2026112100100",
    )


def reader(language):
    return Subscription(name="office", channel="email", language=language)


@pytest.mark.parametrize(
    ("language", "wish", "how_well"),
    [("zh-Hant", "zh-Hant", 2), ("zh-Hant", "zh", 2), ("zh-Hant", "zh-Hans", 1), ("en", "zh-Hans", 0), ("en", "en", 2)],
)
def test_a_language_meets_a_wish(language, wish, how_well):
    assert fits(language, wish) == how_well


def test_a_reader_is_shown_the_edition_in_their_language(make_delivery, chinese):
    told = make_delivery()
    told = replace(told, notice=replace(told.notice, editions=(chinese,)))
    message = word(told, reader("zh-Hant"))
    assert message.subject == f"最新發布：{HAN}"
    assert message.language == "zh-Hant"
    assert URL in message.text
    assert "英文：Hospital Board & Harbour Medical University sign" in message.text  # the other edition, with its link
    assert told.notice.release.url in message.text
    assert message.data["title"] == told.notice.release.title  # programs get the release that was told
    assert [one["url"] for one in message.data["editions"]] == [URL]
    english = word(told, reader("en"))
    assert english.subject.startswith("New: Hospital Board & Harbour")
    assert f"Traditional Chinese: {HAN}\n  {URL}" in english.text


def test_the_same_tongue_in_other_characters_is_better_than_another_tongue(make_notice, chinese):
    notice = replace(make_notice(), editions=(chinese,))
    assert shown(notice, "zh-Hans").title == HAN
    assert shown(notice, None).title == shown(notice, "en").title == notice.release.title
    assert shown(replace(notice, editions=(replace(chinese, state="gone"),)), "zh-Hant").edition is None


def test_a_missing_edition_is_said_to_be_missing_and_no_other(make_delivery, chinese):
    told = make_delivery()
    assert "目前沒有繁體中文版；以下為英文版。" in word(told, reader("zh-Hant")).text
    both = replace(told, notice=replace(told.notice, editions=(chinese,)))
    assert "目前沒有" not in word(both, reader("zh-Hant")).text
    assert "edition so far" not in word(told, reader("en")).text
    assert "edition so far" not in word(told, reader(None)).text


@pytest.mark.parametrize(
    ("revised", "said"),
    [
        (None, "The Traditional Chinese edition has not been changed."),
        (
            timedelta(minutes=-9),
            "The Traditional Chinese edition was changed too, on 21 November 2026, 16:22 (UTC+08:00).",
        ),
        (
            timedelta(days=-3),
            "The Traditional Chinese edition was last changed on 18 November 2026, 16:31 (UTC+08:00).",
        ),
    ],
)
def test_a_revision_says_what_the_other_edition_did(make_delivery, chinese, revised, said):
    told = make_delivery(kind=ChangeKind.REVISED, before="The Hospital Board signed nothing.")
    other = replace(chinese, revised=revised and told.notice.change.at + revised)
    told = replace(told, notice=replace(told.notice, editions=(other,), grade=Grade.FIGURE))
    message = word(told, reader("en"))
    assert said in message.text
    assert "Change: Figures differ" in message.text
    assert message.data["grade"] == "figure"
    theirs = word(told, reader("zh-Hant"))
    assert theirs.subject == f"內容修訂：{HAN}"
    assert "有修改的是英文版。" in theirs.text
    assert "英文版的改動之處" in theirs.text


def test_a_withdrawn_release_is_shown_itself_and_what_still_stands_is_named(make_delivery, chinese):
    told = make_delivery(kind=ChangeKind.GONE)
    told = replace(told, notice=replace(told.notice, editions=(chinese,), grade=Grade.WITHDRAWN))
    message = word(told, reader("zh-Hant"))
    assert message.subject.startswith("已撤下：Hospital Board")
    assert "繁體中文版仍然刊載。" in message.text
    gone = replace(told, notice=replace(told.notice, editions=(replace(chinese, state="gone"),)))
    assert "The Traditional Chinese edition is withdrawn." in word(gone, reader("en")).text


def test_who_spoke_first_is_told(make_delivery, chinese):
    told = make_delivery(kind=ChangeKind.ALSO, portal="www.gcs.gov.mo")
    first = replace(chinese, published=told.notice.release.published - timedelta(hours=3, minutes=20))
    told = replace(told, notice=replace(told.notice, first=first, editions=(first,)))
    message = word(told, reader("en"))
    assert message.subject.startswith("Also published: Hospital Board")
    assert "www.gcs.gov.mo published it 3 hours after www.info.gov.hk." in message.text
    assert f"First told by: www.info.gov.hk ({HAN})" in message.text
    assert message.data["first"]["url"] == URL
    assert message.data["type"] == "release.also"
    # Another portal's edition is never shown in the place of this one's.
    assert "www.gcs.gov.mo 比 www.info.gov.hk 遲3小時發布。" in word(told, reader("zh-Hant")).text
    assert word(told, reader("zh-Hant")).subject.startswith("其他網站亦有發布：Hospital Board")


@pytest.mark.parametrize(
    ("earlier", "precision", "said"),
    [
        (timedelta(seconds=20), Precision.SECOND, "at the same time as"),
        (timedelta(minutes=100), Precision.MINUTE, "100 minutes after"),
        (timedelta(hours=50), Precision.MINUTE, "2 days after"),
        (timedelta(minutes=-100), Precision.MINUTE, "100 minutes before www.info.gov.hk, which was read first"),
        (timedelta(hours=5), Precision.DAY, "on the same day as"),
        (timedelta(hours=20), Precision.DAY, "1 day after"),
    ],
)
def test_a_lag_is_as_exact_as_what_both_portals_say(make_notice, chinese, earlier, precision, said):
    release = replace(make_notice().release, portal="www.gcs.gov.mo", precision=precision)
    # A portal elsewhere tells its times with another offset.
    moment = (release.published - earlier).astimezone(timezone(timedelta(hours=-5)))
    assert said in lag(release, replace(chinese, published=moment), words("en"))


def test_who_is_named_together_for_the_first_time_is_told(make_delivery):
    told = make_delivery()
    pairs = (
        Pair("jurisdiction", "Hong Kong", "Mainland"),
        Pair("party", "Harbour Medical University", "Hospital Board"),
    )
    told = replace(told, notice=replace(told.notice, first_pairs=pairs))
    message = word(told, reader("en"))
    party = "For the first time on record, Harbour Medical University and Hospital Board are named together."
    side = "For the first time on record, Hong Kong and Mainland take part together."
    assert message.text.index(party) < message.text.index(side)
    assert "香港與內地在紀錄中首次一同參與。" in word(told, reader("zh-Hant")).text
    assert message.data["first_pairs"][1] == {"what": "jurisdiction", "one": "Hong Kong", "other": "Mainland"}


def test_pairs_that_tell_nothing_are_left_out(make_notice):
    pairs = [
        Pair("place", "Hong Kong", "Singapore"),
        Pair("jurisdiction", "Hong Kong", "Singapore"),
        Pair("jurisdiction", "Mainland", "Shanghai"),
        Pair("party", "A", "B"),
        Pair("jurisdiction", "Guangdong", "Guangzhou"),
        Pair("jurisdiction", "Guangzhou", "Mainland"),
        Pair("place", "Guangdong", "Nansha"),
        Pair("place", "Guangdong", "Harbour Village"),
    ]
    own = (Mention("Harbour Village", 0, 1, "x", jurisdiction="Nansha"),)
    notice = replace(make_notice(), first_pairs=tuple(pairs))
    assert notable(replace(notice, assessment=replace(notice.assessment, places=own))) == [pairs[3], pairs[1]]


def test_a_city_stands_for_its_province_and_the_mainland(make_delivery):
    told = make_delivery()
    sides = ("Mainland", "Guangzhou", "Guangdong", "Hong Kong")
    made = replace(told.told.assessment, jurisdictions=sides)
    told = replace(told, notice=replace(told.told, assessment=made))
    assert "Between: Guangzhou, Hong Kong\n" in word(told, reader("en")).text
    assert "：廣州、香港\n" in word(told, reader("zh-Hant")).text


def test_mails_of_one_story_have_one_thread(make_delivery):
    told = make_delivery()
    told = replace(told, notice=replace(told.notice, story_key="info.gov.hk/P2026112100099"))
    assert word(told, reader("en")).story == word(told, reader("zh-Hans")).story == "info.gov.hk/P2026112100099"
    assert word(make_delivery(), reader("en")).story is None
