"""The lines between the service and its child."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper import wire
from scraper.wire import Answer, Job
from storage.model import (
    Assessment,
    Dated,
    Evidence,
    Figure,
    Link,
    Mention,
    Page,
    Precision,
    Release,
    Validators,
)

WHEN = datetime(2026, 11, 21, 8, 30, 0, 123456, timezone(timedelta(hours=8)))
RELEASE = Release(
    key="info.gov.hk/P1",
    source="hk_gia_zh",
    portal="www.info.gov.hk",
    url="https://www.info.gov.hk/a",
    language="zh-Hant",
    title="衞生署\u2028與澳門",
    text="第一段\n第二段",
    jurisdiction="Hong Kong",
    published=WHEN,
    precision=Precision.SECOND,
    department=None,
    captions=("甲", "乙"),
    page="ab" * 32,
)
ASSESSMENT = Assessment(
    True, 0.75, "d1", "visit", "Two bodies meet.", ("Hong Kong", "Macao"),
    evidence=(Evidence(0, 3, "第一段", "names a body", 1.0),),
    parties=(Mention("Department of Health", 0, 3, "衞生署", "Hong Kong", aliases=("DH",)),),
    dates=(Dated("2026-11", "begins", 1, 2),),
    figures=(Figure(3, "patients", "treated", 1, 2, "over"),),
)  # fmt: skip
FULL = Answer(
    7, "read", status=200, release=RELEASE, assessment=ASSESSMENT, page=Page("ab" * 32, b"\x00\xff\n", 3, "text/html"),
    links=(Link("k", "https://a/", "t", WHEN, "d"),), validators=Validators('"e"', "Sat", None), memory=1 << 40,
)  # fmt: skip


@pytest.mark.parametrize(
    "value",
    [FULL, Answer(1, "failed", trouble="http 503"), Job(3, "article", "s", "https://a/", validators=Validators())],
)
def test_a_value_comes_back_as_it_was(value):
    line = wire.write(value)
    assert line.count(b"\n") == 1
    assert wire.read(type(value), line) == value


@given(st.builds(Job, st.integers(), st.text(), st.text(), st.text(), body=st.binary(), timeout=st.floats(0, 1e9)))
def test_any_job_comes_back_as_it_was(job):
    returned = wire.read(Job, wire.write(job))
    for field in fields(Job):
        before = getattr(job, field.name)
        if isinstance(before, str):  # a lone surrogate cannot travel as UTF-8
            before = before.encode("utf-8", "replace").decode()
        assert getattr(returned, field.name) == before


def test_what_is_at_its_default_does_not_travel():
    assert json.loads(wire.write(Answer(1, "unread"))) == {"id": 1, "outcome": "unread"}


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json",
        b"[1]",
        b'{"id": 1}',
        b'{"id": "1", "outcome": "read"}',
        b'{"id": 1, "outcome": "read", "surprise": 1}',
        b'{"id": 1, "outcome": "read", "page": {"digest": "d", "content": "%%", "size": 1, "content_type": ""}}',
        b'{"id": 1, "outcome": "links", "links": [{"key": "k"}]}',
        b'{"id": 1, "outcome": "links", "links": {"key": "k"}}',
        b'{"id": true, "outcome": "read"}',
        b'{"id": 1, "outcome": "read", "release": "text"}',
        b"[" * 100_000,
    ],
)
def test_a_line_that_is_no_answer_is_refused(line):
    with pytest.raises(wire.WireError):
        wire.read(Answer, line)


def test_times_keep_the_portals_own_offset():
    returned = wire.read(Answer, wire.write(FULL))
    assert returned.release.published.utcoffset() == timedelta(hours=8)
    assert returned.release.published == WHEN.astimezone(UTC)
