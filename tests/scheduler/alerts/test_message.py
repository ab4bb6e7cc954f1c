"""One change in the words of a mail and the body of a webhook."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator

from scheduler.alerts.catalogue import words
from scheduler.alerts.message import word
from scheduler.config import Subscription
from storage.model import ChangeKind, Evidence, FigureChange, Mention, Precision

OFFICE = Subscription(name="office", channel="webhook", url="https://example.org/hook")
SCHEMA = json.loads(files("scheduler.alerts").joinpath("alert-1.schema.json").read_text(encoding="utf-8"))
HOSTILE = "<script>alert(1)</script>{{7*7}}{% raw %}{0.__class__}%s\u202e\x1b]8;;x\x07\"'><img src=https://x/y.png>"


def faults(message):
    """Return what the published schema finds wrong with the bytes that are sent."""
    data = json.loads(message.body)
    return [fault.message for fault in Draft202012Validator(SCHEMA).iter_errors(data)]


class Page(HTMLParser):
    """Collects the tags, links, and text of a page."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.links, self.text = set(), [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text += data


def test_the_schema_is_a_schema_and_names_its_version():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == SCHEMA["title"] == "coopwatch.alert/1"


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_every_kind_of_change_has_words_and_a_valid_body(make_delivery, kind):
    before = "The Hospital Board signed nothing." if kind is ChangeKind.REVISED else None
    message = word(make_delivery(kind=kind, before=before), OFFICE)
    assert faults(message) == []
    assert message.data["kind"] == kind
    assert message.data["type"] == f"release.{kind}"
    name = words("en")(f"change.{kind}")
    assert message.subject.startswith(name + ": Hospital Board")
    for part in (message.subject, message.text, Page(message.html).text):
        assert name in part


def test_the_body_holds_what_a_receiver_needs(make_delivery):
    data = json.loads(word(make_delivery(), OFFICE).body)
    assert data["id"] == "msg_0123456789abcdef0123456789"
    assert data["title"] == "Hospital Board & Harbour Medical University sign <agreement> (with photos)"
    assert data["url"] == "https://www.info.gov.hk/gia/general/202611/21/P2026112100099.htm"
    assert (data["source"], data["portal"], data["language"]) == ("hk_gia_en", "www.info.gov.hk", "en")
    assert data["published"] == "2026-11-21T16:30:00+08:00"
    assert data["detected"] == data["timestamp"] == "2026-11-21T08:31:05.250000+00:00"
    assert (data["story"], data["release"], data["version"]) == (3, 7, 1)
    made = data["cooperation"]
    assert (made["score"], made["kind"], made["cooperation"]) == (0.93, "training", True)
    assert made["jurisdictions"] == ["Hong Kong", "Mainland", "Guangdong"]
    assert made["parties"][1] == {"name": "Harbour Medical University", "jurisdiction": "Guangdong"}
    assert (made["evidence"][0]["start"], made["evidence"][0]["end"]) == (0, 62)
    assert made["evidence"][0]["text"].startswith("The Hospital Board and the Harbour")
    assert (data["before"], data["diff"], data["shortened"]) == (None, None, False)


def test_a_revision_tells_what_was_taken_out_and_put_in(make_delivery):
    before = make_delivery().notice.release.text.replace("40 nurses", "30 nurses")
    message = word(make_delivery(kind=ChangeKind.REVISED, before=before), OFFICE)
    changed = [(piece["op"], piece["text"].strip()) for piece in message.data["diff"] if piece["op"] != "same"]
    assert changed == [("removed", "30"), ("added", "40")]
    assert message.data["before"]["version"] == 1
    assert re.search(r"\[- ?30 ?-\]\[\+ ?40 ?\+\]", message.text)
    assert re.search(r"<del [^>]+> ?30 ?</del><ins [^>]+> ?40 ?</ins>", message.html)


def test_a_changed_title_is_told(make_delivery):
    delivery = make_delivery(kind=ChangeKind.REVISED, before="Text.", title="Another title")
    message = word(delivery, OFFICE)
    assert "Title before: Hospital Board & Harbour" in message.text
    assert message.data["before"]["title"].startswith("Hospital Board & Harbour")


def test_the_html_part_is_plain_enough_for_any_mail_program(make_delivery):
    page = Page(word(make_delivery(), OFFICE).html)
    assert page.links == ["https://www.info.gov.hk/gia/general/202611/21/P2026112100099.htm"]
    assert not page.tags & {"script", "style", "link", "img", "iframe", "form", "object"}
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "background", "class"}]
    assert "sign <agreement>" in page.text
    assert "21 November 2026, 16:30 (UTC+08:00)" in page.text
    assert "21 November 2026, 16:31 (UTC+08:00)" in page.text  # detected, in the portal's time too


def test_a_day_is_told_as_a_day(make_delivery):
    assert "Published: 21 November 2026\n" in word(make_delivery(precision=Precision.DAY), OFFICE).text
    assert "Published: at a time the portal does not tell\n" in word(make_delivery(published=None), OFFICE).text


def test_hostile_texts_are_shown_and_do_nothing(make_delivery):
    hostile = {
        "assessment": {
            "reason": HOSTILE,
            "kind": HOSTILE,
            "jurisdictions": (HOSTILE,),
            "parties": (Mention(HOSTILE, 0, 1, HOSTILE, jurisdiction=HOSTILE),),
            "evidence": (Evidence(0, 1, HOSTILE, HOSTILE, 1.0),),
        },
        "title": HOSTILE,
        "department": HOSTILE,
        "portal": HOSTILE,
        "language": '"><script>',
        "url": f"javascript:{HOSTILE}",
        "text": HOSTILE,
    }
    message = word(make_delivery(kind=ChangeKind.REVISED, before=HOSTILE[::-1], **hostile), OFFICE)
    page = Page(message.html)
    assert page.links == []
    assert not page.tags & {"script", "img"}
    for part in (message.subject, message.text, page.text):
        assert "{{7*7}}" in part
        assert "\u202e" not in part
        assert "\x1b" not in part
    assert faults(message) == []
    assert json.loads(message.body)["title"] == HOSTILE


@pytest.mark.parametrize("filling", ["x", "器", '"\\', "\x00", "𠝹"])
def test_the_longest_of_everything_stays_valid_and_under_20_kb(make_delivery, filling):
    long = filling * 50_000
    message = word(
        make_delivery(
            kind=ChangeKind.REVISED,
            before=long,
            title=long,
            portal=long,
            department=long,
            text="y" + long,
            url="https://example.org/" + "p" * 1980,
            assessment={
                "reason": long,
                "kind": "training",
                "detector": long,
                "jurisdictions": (long,) * 100,
                "parties": tuple(Mention(str(n) + long, n, n + 1, long, jurisdiction=long) for n in range(500)),
                "evidence": tuple(Evidence(n, n + 1, long, long, 1.0) for n in range(500)),
            },
        ),
        OFFICE,
    )
    assert faults(message) == []
    assert len(message.body) < 20_000
    assert message.data["shortened"] is True
    assert len(message.text) + len(message.html) < 200_000
    assert json.loads(message.body)["url"].endswith("ppp")


def test_a_mail_quotes_a_passage_once_with_all_it_counts_for(make_delivery):
    passage = "The two bodies signed an agreement."
    whys = ("names both sides", "tells of an agreement", "speaks of health")
    evidence = tuple(Evidence(0, 35, passage, why, 1.0 + n) for n, why in enumerate(whys))
    message = word(
        make_delivery(assessment={"evidence": (*evidence, Evidence(40, 44, "last", "tells the end", 9.0))}), OFFICE
    )
    for part in (message.text, Page(message.html).text):
        assert part.count(passage) == 1
        places = [part.index(one) for one in (passage, *reversed(whys), "last", "tells the end")]
        assert places == sorted(places)


def test_a_mail_quotes_only_what_speaks_for_it(make_delivery):
    told = Evidence(0, 4, "told", "tells of a meeting", 1.0)
    against = Evidence(5, 12, "housing", "speaks of another field", -1.0)
    message = word(make_delivery(assessment={"evidence": (told, against)}), OFFICE)
    assert "tells of a meeting" in message.text
    assert "another field" not in message.text + message.html
    assert "another field" in json.dumps(message.data)


def test_quotes_are_shortened_before_anything_is_left_out(make_delivery):
    evidence = tuple(Evidence(n * 1000, n * 1000 + 999, "q" * 999, "why", 1.0 + n) for n in range(18))
    data = json.loads(word(make_delivery(assessment={"evidence": evidence}), OFFICE).body)
    assert data["shortened"] is True
    assert len(data["cooperation"]["evidence"]) == 18
    assert data["cooperation"]["evidence"][0]["text"].endswith("…")
    assert data["cooperation"]["evidence"][0]["end"] == 999


def test_half_characters_cannot_break_a_body(make_delivery):
    message = word(make_delivery(title="half \ud83d pair"), OFFICE)
    assert json.loads(message.body)["title"] == "half ? pair"
    assert "half  pair" not in message.html
    message.html.encode()
    message.text.encode()


def test_the_same_delivery_always_gives_the_same_message(make_delivery):
    assert word(make_delivery(attempts=1), OFFICE) == word(make_delivery(attempts=7), OFFICE)


def test_a_release_below_the_bar_is_not_called_cooperation(make_delivery):
    message = word(make_delivery(assessment={"cooperation": False, "score": 0.2}), OFFICE)
    assert "A new release.\n" in message.text
    assert "about health co-operation" not in message.text


FIGURE = FigureChange(
    "Harbour Voucher <Pilot> Scheme",
    "service points",
    7.0,
    1200.0,
    119,
    121,
    "https://www.info.gov.hk/gia/general/202601/21/P2026012100001.htm",
    before_published=datetime(2026, 1, 21, 8, tzinfo=UTC),
    after_qualifier="over",
)


def test_a_changed_figure_is_worded_with_what_it_was_and_the_sentence_that_states_it(make_delivery):
    delivery = make_delivery(kind=ChangeKind.FIGURE)
    delivery = replace(delivery, notice=replace(delivery.notice, figure=FIGURE))
    message = word(delivery, OFFICE)
    line = "Harbour Voucher <Pilot> Scheme: service points over 1,200, before 7"
    assert message.subject == f"Changed figure: {line}"
    for part in (message.text, Page(message.html).text):
        assert line in part
        assert "The first 40 nurses will travel in March." in part
        assert "of 21 January 2026" in part
    assert len(Page(message.html).links) == 1
    assert faults(message) == []
    told = message.data["figure"]
    assert (told["programme"], told["counts"]) == ("Harbour Voucher <Pilot> Scheme", "service points")
    assert told["before"]["value"] == 7
    assert told["after"] == {"value": 1200, "qualifier": "over"}
    assert told["text"] == "The first 40 nurses will travel in March."


def test_a_changed_figure_fits_its_body_whatever_is_long(make_delivery):
    delivery = make_delivery(kind=ChangeKind.FIGURE, text="very long words " * 5000)
    long = replace(FIGURE, programme="p" * 500, counts="c" * 500, before_url="https://e.test/" + "u" * 3000)
    message = word(replace(delivery, notice=replace(delivery.notice, figure=long)), OFFICE)
    assert len(message.body) < 20_000
    assert faults(message) == []


def test_nothing_but_a_changed_figure_has_one(make_delivery):
    assert word(make_delivery(), OFFICE).data["figure"] is None
