"""Feeds and the calendar as readers and calendar programs see them: real deliveries, read by others' libraries."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count

import feedparser
import icalendar
import pytest

from scheduler.alerts import feed
from scheduler.alerts.channels import Context
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.rules import route
from scheduler.config import Config, Subscription
from scheduler.delivering import Dispatcher
from storage import stories
from storage.database import Database
from storage.model import Dated
from storage.releases import record

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def desk(tmp_path):
    return Subscription(name="desk", channel="feed", folder=str(tmp_path / "feeds"))


@pytest.fixture
def db(tmp_path):
    with Database.open(tmp_path / "coopwatch.db") as opened:
        yield opened


@pytest.fixture
def publish(db, desk, make_notice):
    """Return a function that records a release, new or again, and delivers what is due; returns the files' folder."""
    moments = count()

    def make(number, *dates, **release):
        at = NOW + timedelta(minutes=next(moments))
        told = make_notice(
            **{"key": f"import/{number}", "url": f"https://example.org/{number}", "published": NOW, **release}
        )
        made = replace(told.assessment, dates=tuple(Dated(day, what, 0, 1) for day, what in dates))
        record(db, told.release, made, at, route=route([desk]))
        Dispatcher(db, Config(subscriptions=(desk,)), clock=lambda: at).once()

    return make


def atom(desk):
    return feedparser.parse((feed._folder(desk) / "desk.atom").read_bytes())


def items(desk):
    return json.loads((feed._folder(desk) / "desk.json").read_text())["items"]


def events(desk):
    made = icalendar.Calendar.from_ical((feed._folder(desk) / "desk.ics").read_bytes())
    return list(made.walk("VEVENT"))


def test_each_alert_is_an_entry_the_newest_first(publish, desk):
    publish(1, title="Agreement on organ sharing", text="One text of many words.")
    publish(2, title="器官移植合作協議", text="另一段文字。", language="zh-Hant")
    read = atom(desk)
    assert not read.bozo
    assert (read.version, read.feed.title) == ("atom10", "coopwatch: desk")
    assert [entry.link for entry in read.entries] == ["https://example.org/2", "https://example.org/1"]
    assert "器官移植合作協議" in read.entries[0].title
    assert [one["id"] for one in items(desk)] == [entry.id for entry in read.entries]
    assert len({read.feed.id, *(entry.id for entry in read.entries)}) == 3


def test_the_json_feed_has_what_version_1_1_asks_for(publish, desk):
    publish(1, title="Agreement on organ sharing")
    made = json.loads((feed._folder(desk) / "desk.json").read_text())
    assert made["version"] == "https://jsonfeed.org/version/1.1"
    for item in made["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"].startswith("<p>")
        assert datetime.fromisoformat(item["date_published"]).tzinfo
        assert datetime.fromisoformat(item["date_modified"]).tzinfo


def test_a_revision_is_an_entry_of_its_own_and_the_first_one_stays(publish, desk):
    publish(1, title="Agreement on organ sharing", text="Seven hospitals take part.")
    (first,) = items(desk)
    publish(1, title="Agreement on organ sharing", text="Nineteen hospitals and two universities take part.")
    again = items(desk)
    assert len(again) == 2
    assert again[1] == first
    publish(1, title="Agreement on organ sharing", text="Nineteen hospitals and two colleges take part.")
    assert len({one["id"] for one in items(desk)}) == len(items(desk))


def test_hostile_words_stay_text(publish, desk):
    title = "<script>alert(1)</script> {{7*7}} ]]> \x1b[31m \ufffe &amp;"
    publish(1, title=title, text='<img src=x onerror="alert(1)"> javascript:alert(1)', url="https://example.org/1")
    read = atom(desk)
    assert not read.bozo
    raw = (feed._folder(desk) / "desk.atom").read_text()
    assert "<script" not in raw
    assert "<img" not in raw
    assert "{{7*7}}" in read.entries[0].title
    assert "<img" not in items(desk)[0]["content_html"]
    assert "<script" not in items(desk)[0]["content_html"]


def test_dates_to_come_are_events_with_their_passage(publish, desk):
    opens = (NOW.date() + timedelta(days=30)).isoformat()
    month = f"{NOW.year + 1}-02"
    publish(1, (opens, f"The centre opens on {opens}, as agreed."), (month, "A forum follows."), ("2019", "Founded."))
    day, span = events(desk)
    assert day["dtstart"].dt == date.fromisoformat(opens)
    assert day["dtend"].dt - day["dtstart"].dt == timedelta(days=1)
    assert f"The centre opens on {opens}, as agreed." in day["description"]
    assert "https://example.org/1" in day["description"]
    assert (span["dtstart"].dt, span["dtend"].dt) == (date(NOW.year + 1, 2, 1), date(NOW.year + 1, 3, 1))
    assert (day["transp"], span["transp"]) == ("OPAQUE", "TRANSPARENT")


def test_a_revision_moves_the_event_under_the_same_uid(publish, desk):
    first, later = (NOW.date() + timedelta(days=days) for days in (30, 37))
    publish(1, (first.isoformat(), "The centre opens on that day."), text="It opens then.")
    (before,) = events(desk)
    publish(1, (later.isoformat(), "The centre opens on that day."), text="It opens a week later, after all.")
    (after,) = events(desk)
    assert (before["dtstart"].dt, after["dtstart"].dt) == (first, later)
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (0, 1)


def test_a_reader_who_prefers_a_language_is_led_to_that_edition(publish, desk, db):
    opens = (NOW.date() + timedelta(days=30)).isoformat()
    text = "Ada Lam of Harbour Hospital signed for 320 nurses."
    publish(1, (opens, "The centre opens then."), title="Centre to open", text=text)
    publish(
        2,
        (opens, "中心屆時啟用。"),
        title="中心將啟用",
        text="林愛達代表港灣醫院簽署，涉及320名護士。",
        language="zh-Hant",
    )
    (english, chinese) = (row["story_id"] for row in db.rows("SELECT story_id FROM story_member ORDER BY release_id"))
    if english != chinese:
        stories.join(db, 2, english, NOW)
    reader = replace(desk, language="zh-Hant")
    feed._WORDED.clear()
    feed.deliver(None, reader, Context(Config(subscriptions=(reader,)), db), frozenset())
    first = atom(desk).entries[-1]
    assert first.link == "https://example.org/2"
    assert [event["description"].splitlines()[0] for event in events(desk)] == ["中心屆時啟用。"]
    assert all(event["summary"] == "中心將啟用" for event in events(desk))
    (before,) = events(desk)
    later = (NOW.date() + timedelta(days=37)).isoformat()
    publish(1, (later, "The centre opens then."), title="Centre to open", text=text + " It opens a week later.")
    feed.deliver(None, reader, Context(Config(subscriptions=(reader,)), db), frozenset())
    (after,) = events(desk)
    assert (after["uid"], after["sequence"]) == (before["uid"], before["sequence"] + 1)
    assert after["dtstart"].dt.isoformat() == later, "the edition that moved the date speaks until the other follows"


def test_a_spoilt_file_is_whole_again_with_the_next_alert(publish, desk):
    publish(1, title="Agreement on organ sharing", text="One text of many words.")
    path = feed._folder(desk) / "desk.atom"
    path.write_bytes(b"<feed")
    publish(2, title="Another agreement, on nurses", text="Another text with other words.")
    assert len(atom(desk).entries) == 2
    assert sorted(each.name for each in path.parent.iterdir()) == ["desk.atom", "desk.ics", "desk.json"]


def test_a_folder_that_is_none_is_said_so_and_tried_again(publish, desk, db, tmp_path):
    (tmp_path / "feeds").write_text("in the way")
    with pytest.raises(DeliveryError, match="cannot be written to"):
        feed.probe(desk, Config())
    publish(1)
    row = db.row("SELECT state, trouble FROM delivery")
    assert row["state"] == "waiting"
    assert "cannot be written to" in row["trouble"]
