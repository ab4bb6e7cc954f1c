"""What may reach a terminal."""

from __future__ import annotations

import io
import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.output import cut, json_text, one_line, safe, say_table, width

HOSTILE = {
    "escape": "\x1b[2J",
    "OSC 52": "\x1b]52;c;Zm9v\x07",
    "C1": "\x9b31m",
    "bell": "\x07",
    "carriage return": "fine\rbad",
    "backspace": "a\x08b",
    "bidi": "\u202egnp.exe",
    "isolate": "\u2066x\u2069",
    "zero width": "a\u200bb\u2060c",
    "byte order mark": "\ufeffx",
    "tag": "\U000e0041",
    "line separator": "a\u2028b",
    "half a pair": "\ud800",
    "private use": "\ue000",
    "soft hyphen": "co\u00adop",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_steers_a_terminal_gets_through(text):
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in safe(text))
    assert "\ufffd" in safe(text)


def test_line_feeds_tabs_and_words_of_all_scripts_stay():
    text = "Health\tco-operation\n衞生合作 㷫𠝹 Saúde"
    assert safe(text) == text


def test_a_cell_is_one_line():
    assert one_line("a\n\tb\r\nc\u2028d") == "a b\ufffd c\ufffdd"


@given(st.text())
def test_safe_text_is_safe_for_good(text):
    assert safe(safe(text)) == safe(text)
    assert len(safe(text)) == len(text)
    safe(text).encode()


@given(st.text(max_size=50), st.integers(2, 40))
def test_a_cut_text_fits(text, columns):
    assert width(cut(safe(text), columns)) <= columns


def test_wide_characters_take_two_columns():
    assert (width("ab"), width("澳門"), cut("澳門衛生局", 6)) == (2, 4, "澳門…")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_json_is_exact_and_can_always_be_written(text):
    written = json_text({"title": text})
    written.encode()
    assert json.loads(written) == {"title": text}


def test_json_on_a_terminal_is_ascii(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    assert json_text("\u202e\x9b\x7f澳") == r'"\u202e\u009b\u007f\u6fb3"'


def test_a_table_is_aligned_whatever_its_cells_hold(capsys):
    rows = [{"id": 1, "title": "澳門\x1b[2J\nx", "n": None}, {"id": 22, "title": "plain [link=x]", "n": 0.5}]
    say_table(("title", "n", "id"), rows, empty="none")
    assert capsys.readouterr().out.splitlines() == [
        "title           n     id",
        "澳門\ufffd[2J x            1",
        "plain [link=x]  0.50  22",
    ]


def test_an_empty_table_says_so_on_standard_error(capsys):
    say_table(("a",), [], empty="no releases")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "no releases\n")
