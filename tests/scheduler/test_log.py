"""Log lines: one each, readable, without secrets."""

from __future__ import annotations

import logging
import sys
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from scheduler.log import LineFormatter


def formatted(
    message: str, *args: object, level: int = logging.INFO, secrets: tuple[str, ...] = (), error: bool = False
):
    record = logging.LogRecord("scheduler", level, __file__, 1, message, args, sys.exc_info() if error else None)
    record.created = 1795249865.5
    return LineFormatter(UTC, secrets).format(record)


def test_a_line_has_its_time_with_offset_and_its_words():
    assert formatted("%s: %d new", "hk_gia_en", 3) == "2026-11-21 08:31:05+00:00 hk_gia_en: 3 new"


def test_the_time_is_that_of_the_configured_zone():
    record = logging.LogRecord("x", logging.INFO, "", 1, "x", (), None)
    record.created = 0.0
    assert LineFormatter(ZoneInfo("Asia/Hong_Kong")).format(record) == "1970-01-01 08:00:00+08:00 x"


def test_what_is_more_than_information_says_so():
    assert formatted("x", level=logging.WARNING).endswith("warning: x")


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x1b[2Jb", "a\u2028b", "a\x85b", "\x9b1m", "\u202e", "\x07"])
def test_scraped_text_makes_neither_a_second_line_nor_a_control_character(text):
    line = formatted("title: %s", text)
    assert len(line.splitlines()) == 1
    assert line.isprintable() or "\ufffd" in line
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in line)


@pytest.mark.parametrize(
    "text",
    [
        "https://user:canary-7@example.org/x",
        "https://canary-7@example.org/",
        "https://example.org/?token=canary-7&x=1",
        "https://example.org/?x=1&api_key=canary-7",
        "HTTPConnectionPool: /hook?Signature=canary-7 (timeout)",
        "plain canary-7 anywhere",
    ],
)
def test_secrets_are_hidden_wherever_they_turn_up(text):
    assert "canary-7" not in formatted("trouble: %s", text, secrets=("canary-7",) if "plain" in text else ())


def test_a_longer_secret_is_hidden_before_a_shorter_one_inside_it():
    assert "tail" not in formatted("%s", "abcd-tail", secrets=("abcd", "abcd-tail"))


def test_an_empty_or_tiny_secret_does_not_hide_every_word():
    assert formatted("all is well", secrets=("", "al")).endswith("all is well")


def test_an_error_is_one_line_with_kind_words_and_place_and_no_secret():
    try:
        raise ValueError("bad canary-7\nvalue")
    except ValueError:
        line = formatted("%s: a fault", "hk_gia_en", level=logging.ERROR, secrets=("canary-7",), error=True)
    assert "hk_gia_en: a fault: ValueError: bad *** | value (" in line
    assert "test_log.py, line " in line
    assert len(line.splitlines()) == 1


def test_arguments_that_do_not_fit_lose_no_line():
    assert formatted("%d new", "three").endswith("%d new")
