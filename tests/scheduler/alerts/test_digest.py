"""A digest in words and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from scheduler.alerts import chat
from scheduler.alerts.message import word
from scheduler.config import Subscription
from scheduler.digesting import most_in
from storage.ledger import Ledger, Watched
from storage.model import ChangeKind, Delivery, FigureChange, Grade
from storage.times import stamp

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SCHEMA = json.loads(files("scheduler.alerts").joinpath("digest-1.schema.json").read_text(encoding="utf-8"))
LEDGER = Ledger(
    NOW - timedelta(days=1), NOW, (Watched("hk_gia_en", 96, 0, NOW - timedelta(minutes=7), None, None, None),)
)
BLIND = replace(LEDGER, sources=(replace(LEDGER.sources[0], trouble="server: 503"),))


def reader(language="en"):
    return Subscription(name="office", channel="email", language=language)


def faults(message):
    return [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(json.loads(message.body))]


@pytest.fixture
def member(make_delivery):
    """Return a function that makes an alert of a digest: number, story, and what `make_delivery` takes."""

    def make(number, story="a story", kind=ChangeKind.NEW, minutes=0, **more):
        changed = {name: more.pop(name) for name in ("grade", "figure") if name in more}
        made = make_delivery(kind=kind, **more)
        told = replace(made.notice, story_key=story, **changed)
        at = told.change.at + timedelta(minutes=minutes)
        told = replace(told, change=replace(told.change, release_id=number, at=at))
        return replace(made, id=number, message_id=f"msg_{number:026}", notice=told)

    return make


def digest(*members, **body):
    body = {"since": stamp(NOW - timedelta(days=1)), "until": stamp(NOW), **body}
    same = {"what": "digest", "body": body, "as_of": NOW, "members": members, "slot": stamp(NOW)}
    return Delivery(99, "msg_digest", "office", None, 1, NOW, **same)


def test_the_schema_is_a_schema_and_names_its_version():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA["title"] == "coopwatch.digest/1"


def test_stories_stand_in_sections_by_what_happened_each_once(member):
    told = (
        member(1, "one", title="First story"),
        member(2, "two", ChangeKind.GONE, title="Second story", grade=Grade.WITHDRAWN),
        member(3, "one", ChangeKind.REVISED, 30, title="First story", before="x", grade=Grade.DATE),
        member(4, "three", title="Third story", published=datetime(2026, 11, 21, 9, tzinfo=UTC)),
    )
    message = word(digest(*told), reader(), ledger=LEDGER)
    assert faults(message) == []
    assert message.subject == "Digest: 3 stories: Third story, and more"
    order = [
        "New (2)",
        "Third story",
        "First story",
        "Revised: Dates differ · 21 November 2026, 17:01",
        "Withdrawn (1)",
    ]
    places = [message.text.index(one) for one in (*order, "Second story")]
    assert places == sorted(places)
    assert message.text.count("First story") == 1
    data = message.data
    assert (data["count"], data["alerts"], data["shortened"]) == (3, 4, False)
    assert [one["id"] for one in data["stories"][1]["alerts"]] == [f"msg_{1:026}", f"msg_{3:026}"]
    revised = data["stories"][1]["alerts"][1]
    assert (revised["kind"], revised["grade"], revised["release"], revised["version"]) == ("revised", "date", 3, 2)


def test_a_changed_figure_and_a_second_telling_are_told_in_one_line_each(member):
    figure = FigureChange(
        "Voucher Scheme", "service points", 7, 19, 0, 3, "https://example.org/", after_qualifier="over"
    )
    message = word(digest(member(1, kind=ChangeKind.FIGURE, figure=figure)), reader())
    assert "Changed figure: Voucher Scheme: service points over 19, before 7 · 21 November" in message.text
    assert (
        "數字更改：Voucher Scheme：服務點超過19，先前為7"
        in word(digest(member(1, kind=ChangeKind.FIGURE, figure=figure)), reader("zh-Hant")).text
    )


@pytest.mark.parametrize(
    ("language", "ledger", "subject", "said"),
    [
        ("en", LEDGER, "Digest: Nothing new", "Every source was read in this time"),
        ("en", BLIND, "Digest: Nothing new", "Not every source could be read in this time"),
        ("zh-Hant", LEDGER, "摘要：沒有新消息", "期間所有來源均已讀取"),
        ("zh-Hans", BLIND, "摘要：没有新消息", "期间并非所有来源都能读取"),
    ],
)
def test_nothing_new_is_said_with_what_it_rests_on(language, ledger, subject, said):
    message = word(digest(), reader(language), ledger=ledger)
    assert faults(message) == []
    assert message.subject == subject
    assert said in message.text
    assert "96" in message.text
    assert message.data["stories"] == []
    assert message.data["watch"]["sources"][0]["runs"] == 96


def test_nothing_is_claimed_of_checks_that_nobody_counted():
    message = word(digest(), reader())
    assert "Nothing new fits this subscription.\n" in message.text
    assert "very source" not in message.text
    assert message.data["watch"] is None


def test_what_was_left_out_and_what_is_held_is_counted(member):
    message = word(digest(member(1), left_out=1, held=3), reader())
    assert "1 alert is left out: you have it by another subscription." in message.text
    assert "3 alerts are held until the operator decides." in message.text
    assert (message.data["left_out"], message.data["held"]) == (1, 3)


def test_a_digest_after_a_break_says_so(member):
    message = word(digest(member(1), catch_up="mo_gcs_zh"), reader())
    assert message.subject.startswith("Catch-up after a break: 1 story: Hospital Board")
    assert "Macao: news of the departments (Chinese) could not be read for a while." in message.text
    assert message.data["catch_up"] == "mo_gcs_zh"
    assert faults(message) == []


def test_hostile_texts_in_a_digest_are_shown_and_do_nothing(member):
    hostile = "<script>alert(1)</script>{{7*7}}{% raw %}{0.__class__}%s\u202e\x1b]8;;x\x07\"'><img src=https://x/y.png>"
    story = member(1, title=hostile, portal=hostile, url=f"javascript:{hostile}", assessment={"reason": hostile})
    message = word(digest(story, catch_up=hostile), reader("zh-Hant"), ledger=BLIND)
    assert "<script" not in message.html
    assert "<img" not in message.html
    assert "href" not in message.html
    for part in (message.subject, message.text, message.html):
        assert "{{7*7}}" in part
        assert not {"\u202e", "\x1b"} & set(part)
    assert faults(message) == []


@pytest.mark.parametrize("filling", ["x", "器", '"\\', "\x00", "𠝹"])
@pytest.mark.parametrize("number", [3, 60, 400])
def test_the_longest_digest_stays_valid_and_under_20_kb(member, filling, number):
    long = filling * 3000
    told = [member(n, f"story {n}", title=long, portal=long, assessment={"reason": long}) for n in range(number)]
    message = word(digest(*told), reader(), ledger=LEDGER)
    assert faults(message) == []
    assert len(message.body) < 20_000
    assert message.data["count"] == message.data["alerts"] == number
    assert message.data["shortened"] or number == 3
    assert len(message.data["stories"]) + len(message.data["more"]) == number  # not one is lost
    assert len(message.html.encode()) < 102_000  # Gmail cuts off what is longer


def test_a_digest_of_usual_length_is_told_whole(member):
    told = [member(n, f"story {n}", url=f"https://www.info.gov.hk/{n}.htm") for n in range(30)]
    message = word(digest(*told), reader(), ledger=LEDGER)
    assert len(message.data["stories"]) == 30
    assert all(one["reason"] for one in message.data["stories"])
    assert message.text.count("https://www.info.gov.hk/") == 30


def test_more_stories_than_a_mail_can_hold_are_counted(member):
    told = [member(n, f"story {n}") for n in range(250)]
    message = word(digest(*told), reader())
    shown = message.text.count("Hospital Board & Harbour Medical University sign")
    assert 100 < shown < 220
    assert f"And {250 - shown} more stories; `coopwatch alerts` lists them." in message.text
    assert 60_000 < len(message.html.encode()) < 102_000


@pytest.mark.parametrize(("channel", "long"), [("webhook", 298), ("email", 120), ("apprise", 120)])
def test_as_many_as_one_digest_takes_are_all_named_with_their_links_whatever_their_length(member, channel, long):
    office = Subscription(name="office", channel=channel, language="zh-Hant")
    address = f"https://www.example.org/releases/{'p' * (140 if channel == 'webhook' else 40)}"
    told = [
        member(number, str(number), title=f"{number}" + "長" * long, url=f"{address}{number}")
        for number in range(100, 100 + most_in(office))
    ]
    message = word(digest(*told), office, ledger=LEDGER)
    data = json.loads(message.body)
    shown = {
        "webhook": "\n".join(one["url"] for one in data["stories"]),
        "email": message.text if all(one.told.release.url in message.html for one in told) else "",
        "apprise": message.text[: chat.LONGEST],
    }[channel]
    assert [one.told.release.url for one in told if one.told.release.url not in shown] == []
    assert len(message.body) < 20_000
    assert len(message.html.encode()) < 102_000


def test_a_digest_in_parts_says_which_part_it_is(member):
    told = digest(member(1, "a"), part=2, parts=10)
    assert word(told, reader(), ledger=LEDGER).subject.startswith("Digest: 1 story, part 2 of 10")
    for language in ("zh-Hant", "zh-Hans"):
        assert "第2部分，共10部分" in word(told, reader(language), ledger=LEDGER).text


def test_the_same_digest_always_gives_the_same_message(member):
    told = digest(member(1), member(2, "two"))
    assert word(told, reader(), ledger=LEDGER) == word(replace(told, attempts=7), reader(), ledger=LEDGER)
    assert word(told, reader()).story is None
