"""Lines as a reader sees them, clean of what no reader sees."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from scraper.pages.text import MAX_DEPTH, NestingError, bare, clean, lines, lines_of_markup


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("  two \n words\t", "two words"),
        ("\xa0\xa0\xa0\xa0\xa0Indented", "Indented"),
        ("\u3000\u3000縮排", "縮排"),
        ("前半\u3000後半（附圖）", "前半\u3000後半（附圖）"),
        ("前半 \u3000\u3000 後半", "前半\u3000後半"),
        ("e\u0301te\u0301", "été"),
        ("a\u200bb\u202ec\u2066\ufeff\xadd", "abcd"),
        ("line\u2028break\u2029here\x85and\x0bthere", "line break here and there"),
        ("nul\x00bell\x07esc\x1b[31m", "nulbellesc[31m"),
        ("lone\ud800surrogate", "lonesurrogate"),
        ("衞生署 㷫 𠝹 煑", "衞生署 㷫 𠝹 煑"),
        ("\ue000 private use stays", "\ue000 private use stays"),
        ("\u200b", ""),
    ],
)
def test_a_line_is_cleaned(raw, seen):
    assert clean(raw) == seen


@given(st.text(st.characters(codec=None), max_size=200))
def test_whatever_comes_a_line_holds_nothing_unseen_and_cleaning_it_again_changes_nothing(raw):
    line = clean(raw)
    assert not {unicodedata.category(char) for char in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert unicodedata.is_normalized("NFC", line)
    assert line == line.strip()
    assert clean(line) == line


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=100))
def test_no_chinese_character_is_ever_lost(raw):
    assert clean(f" {raw}\u200b ") == raw


def seen(markup: str) -> tuple[str, ...]:
    return lines_of_markup(markup)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>One</p><p>Two</p>", ("One", "Two")),
        ("One<br>Two<br/><br/>Three", ("One", "Two", "Three")),
        ("<p>with <b>bold</b>, <i>slanted</i> and\n wrapped words</p>", ("with bold, slanted and wrapped words",)),
        ("<p>&nbsp;</p><p>Text</p><p> </p>", ("Text",)),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", ("a", "b", "c")),
        ("<table><tr><td>1</td><td>2</td></tr><tr><th>3</th></tr></table>", ("1 2", "3")),
        ("a<!-- not this -->b<?nor this?>c", ("abc",)),
        ("a<script>x()</script>b<style>p{}</style>c", ("abc",)),
        ("<p hidden>no</p><p style='color:red; display : none'>no</p><p style='color:red'>yes</p>", ("yes",)),
        ("<input value='no'><textarea>no</textarea><select><option>no</option></select>yes", ("yes",)),
        ("&lt;p&gt; &amp; &#34907;", ("<p> & 衛",)),
        ("outside</div>after", ("outside", "after")),
        ("", ()),
    ],
)
def test_lines_are_those_on_the_screen(markup, expected):
    assert seen(markup) == expected


def test_elements_can_be_left_out_and_the_text_after_them_stays():
    root = etree.fromstring("<div>a<span class='x'>b<i>c</i></span>d</div>")
    assert lines(root, frozenset(root.findall("span"))) == ("ad",)


def test_a_hidden_element_that_was_asked_for_is_shown():
    assert lines(etree.fromstring("<div style='display:none'>a</div>")) == ("a",)


def test_markup_deeper_than_any_real_page_is_refused():
    fine = MAX_DEPTH - 10
    assert seen("<div>" * fine + "x" + "</div>" * fine) == ("x",)
    with pytest.raises(NestingError):
        seen("<div>" * (MAX_DEPTH + 1) + "x")


def test_bare_text_has_neither_tags_nor_white_space_and_ignores_image_names():
    one = bare('<img src="a1.jpg" alt="x > y"/><p>Some <b>bold</b>&nbsp;words &amp; more</p>')
    assert bare("<p>Some</p>\n<p>bold words\u200b &amp; more</p>") == "Someboldwords&more"
    assert one.endswith("Someboldwords&more")
    assert bare('<img src="a.jpg"/>x') == bare('<img src="b.jpg"/> x')
