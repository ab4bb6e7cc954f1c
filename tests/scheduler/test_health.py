"""What counts as not well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from scheduler.config import Config, SourceConfig
from scheduler.health import problems
from storage.links import Unread
from storage.runs import SourceState

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CONFIG = Config(sources={"hk_gia_en": SourceConfig(), "mo_gcs_zh": SourceConfig(enabled=False)})


def state(**changes: object) -> SourceState:
    lately = NOW - timedelta(minutes=10)
    return SourceState("hk_gia_en", **({"last_attempt": lately, "last_good": lately} | changes))


def said(*states: SourceState, deliveries: dict[str, int] | None = None, oldest: datetime | None = None) -> str:
    return " / ".join(problems(CONFIG, states, deliveries or {}, oldest, NOW))


def test_a_source_checked_well_lately_is_fine_and_a_disabled_one_is_not_looked_at():
    assert said(state()) == ""


def test_a_source_never_checked_is_named():
    assert said() == "hk_gia_en was never checked"


def test_a_failing_source_is_named_with_its_trouble():
    assert said(state(failures=1, trouble="http 503")) == "hk_gia_en failed once: http 503"
    assert said(state(failures=4, trouble="dns")) == "hk_gia_en failed 4 times in a row: dns"


def test_a_held_source_is_named_until_the_hold_is_over():
    assert "is held: http 429" in said(state(held_until=NOW + timedelta(hours=1), trouble="http 429"))
    assert said(state(held_until=NOW - timedelta(hours=1), trouble="http 429")) == ""


def test_a_source_that_nobody_checks_any_more_is_named():
    assert said(state(last_attempt=NOW - timedelta(hours=5), last_good=NOW - timedelta(hours=5))) == (
        "hk_gia_en was last checked well 5h ago"
    )
    assert said(state(last_good=None)) == "hk_gia_en was never checked well"


def test_dead_letters_and_promises_that_wait_too_long_are_named():
    assert "2 deliveries were given up" in said(state(), deliveries={"dead": 2})
    assert "waiting for 20m" in said(state(), oldest=NOW - timedelta(minutes=20, seconds=5))
    assert said(state(), deliveries={"waiting": 3}, oldest=NOW - timedelta(minutes=14)) == ""


def test_releases_that_could_not_be_read_are_named_with_their_trouble():
    def told(*unread: Unread) -> tuple[str, ...]:
        return problems(CONFIG, [state()], {}, None, NOW, unread)

    assert told(Unread("hk_gia_en", 1, 0, "http 500")) == (
        "hk_gia_en: 1 release could not be read yet and will be tried again: http 500",
    )
    (both,) = told(Unread("hk_gia_en", 3, 2, "blocked: a challenge"))
    assert both.startswith("hk_gia_en: 3 releases could not be read yet and will be tried again, 2 releases could not")
    assert both.endswith("be read and were given up: blocked: a challenge")
    assert told(Unread("mo_gcs_zh", 1, 0, "http 500")) == ()
