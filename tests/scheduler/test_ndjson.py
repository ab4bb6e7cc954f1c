"""The lines that assess and import take."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.ndjson import LONGEST_LINE, LineError, Told, told, told_lines
from storage.model import Precision

ZONE = ZoneInfo("Asia/Hong_Kong")
GOOD = {
    "id": "a1",
    "url": "https://example.org/1",
    "lang": "en",
    "title": "T",
    "text": "One.\nTwo.",
    "date": "2026-11-21",
}


def line(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def test_a_line_tells_a_release():
    found = told(line(), ZONE)
    assert found == Told(
        "a1", "https://example.org/1", "en", "T", "One.\nTwo.", datetime(2026, 11, 21, tzinfo=ZONE), Precision.DAY
    )


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2026-11-21T15:30:00+08:00", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026-11-21T15:30:00", datetime(2026, 11, 21, 7, 30, tzinfo=UTC)),
        ("2026-11-21T15:30Z", datetime(2026, 11, 21, 15, 30, tzinfo=UTC)),
    ],
)
def test_a_time_without_offset_is_the_zones(date, moment):
    assert told(line(date=date), ZONE).date == moment


def test_address_and_date_may_be_missing():
    bare = {key: GOOD[key] for key in ("id", "lang", "title", "text")}
    found = told(json.dumps(bare).encode(), ZONE)
    assert (found.url, found.date, found.precision) == (None, None, None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "is not JSON"),
        (b"\xff{}", "is not UTF-8"),
        (b"[1]", "is no JSON object"),
        (b"null", "is no JSON object"),
        (b"[" * 100_000, "nested too deep"),
        (b"1" * 10_000, "is not JSON"),
        (b"{}", "title is missing"),
        (line(title=3), "title must be text"),
        (line(text=None), "text must be text"),
        (line(title=" ", text=""), "both empty"),
        (line(title="x" * 2001), "title is longer"),
        (line(lang="zh"), "lang must be one of en, zh-Hant"),
        (line(lang=["en"]), "lang must be one of"),
        (line(id=None), "id must be"),
        (line(id=True), "id must be"),
        (line(id=""), "id must be"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(body, words):
    with pytest.raises(LineError, match=words):
        told(body, ZONE)


@pytest.mark.parametrize("url", ["local:a 1", "urn:x:1", "ftp://example.org/", "https://[::1", "衞生署/2026-1"])
def test_a_name_that_is_no_web_address_is_kept_as_it_stands(url):
    assert (told(line(url=url), ZONE).url, told(line(url=url), ZONE).notes) == (url, ())


@pytest.mark.parametrize("date", ["2024", "2024-01"])
def test_a_date_of_a_month_or_a_year_is_kept_as_coarse_as_it_is(date):
    found = told(line(date=date), ZONE)
    assert (found.coarse, found.date, found.precision, found.notes) == (date, None, None, ())


@pytest.mark.parametrize(
    "date", ["21.11.2026", "2026-13-01", "1026-01-01", "0001-01-01T00:00:00+14:00", 20261121, "soon", "2024-13", []]
)
def test_a_date_that_cannot_be_used_is_noted_and_unknown(date):
    found = told(line(date=date), ZONE)
    assert (found.date, found.coarse) == (None, None)
    assert found.notes[0].startswith("date ")


@pytest.mark.parametrize("url", [1, "https://example.org/\n", ["x"], " "])
def test_an_address_that_cannot_be_used_is_noted_and_missing(url):
    found = told(line(url=url), ZONE)
    assert (found.url, found.notes) == (None, ("url is no printable text and is not used",))


def test_a_bad_line_spoils_no_other_and_is_told_with_its_number():
    stream = io.BytesIO(line() + b"\n\n{\n" + b"\xff\n" + line(id=2))
    found = list(told_lines(stream, ZONE))
    assert [number for number, _ in found] == [1, 3, 4, 5]
    assert [isinstance(what, Told) for _, what in found] == [True, False, False, True]


def test_a_line_without_end_is_skipped_without_being_held():
    stream = io.BytesIO(b"x" * (LONGEST_LINE + 10) + b"\n" + line())
    found = list(told_lines(stream, ZONE))
    assert [type(what).__name__ for _, what in found] == ["LineError", "Told"]


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_make_a_bad_line(body):
    for _, what in told_lines(io.BytesIO(body), ZONE):
        assert isinstance(what, (Told, LineError))
