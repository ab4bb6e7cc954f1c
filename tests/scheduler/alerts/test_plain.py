"""Foreign text made harmless."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.alerts.plain import clean, safe_header, shorten, web_link


@pytest.mark.parametrize(
    ("title", "header"),
    [
        ("Two hospitals agree", "Two hospitals agree"),
        ("=?utf-8?q?a=0ABcc:_v@x?=", "= ?utf-8?q?a=0ABcc:_v@x?="),
        ("=\u200b?utf-8?q?a?=", "= ?utf-8?q?a?="),
        ("=\u202e\u2066?x", "= ?x"),
        ("a\r\nBcc: v@x", "a Bcc: v@x"),
        ("a\u2028b\u2029c\x85d\x0be\x0cf\x00g\tH", "a b c d e f g H"),
        ("cafe\u0301", "café"),
        ("half \ud83d pair", "half pair"),
        ("  ", ""),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_a_title_becomes_one_harmless_line(title, header):
    assert safe_header(title) == header


@given(st.text(max_size=400))
def test_no_title_keeps_a_line_end_a_hidden_character_or_an_encoded_word(title):
    header = safe_header(title)
    assert len(header) <= 200
    assert "=?" not in header
    assert not {unicodedata.category(char) for char in header} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert safe_header(header) == header


@given(st.text(max_size=400))
def test_a_cleaned_text_holds_no_control_character_but_the_line_feed(text):
    assert not {unicodedata.category(char) for char in clean(text) if char != "\n"} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_every_kind_of_line_end_becomes_a_line_feed():
    assert clean("a\r\nb\rc\u2028d\x85e\tf") == "a\nb\nc\nd\ne f"


def test_what_is_cut_ends_in_an_ellipsis():
    assert shorten("twelve chars", 12) == "twelve chars"
    assert shorten("twelve chars", 8) == "twelve…"
    assert shorten("器官移植", 3) == "器官…"


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://www.info.gov.hk/gia/a.htm?x=1#y", "https://www.info.gov.hk/gia/a.htm?x=1#y"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ("https://例子.測試/新聞", "https://xn--fsqu00a.xn--g6w251d/%E6%96%B0%E8%81%9E"),
        ("https://www.inf\u043e.gov.hk/", "https://www.xn--inf-ued.gov.hk/"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]:8443/x"),
        ('https://example.org/"><script>', "https://example.org/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("//example.org/x", None),
        ("/relative", None),
        ("https:///x", None),
        ("https://user:pass@example.org/", None),
        ("https://www.info.gov.hk@evil.example/", None),
        ("https://www.info.gov.hk\\@evil.example/", None),
        ("https://example.org/a b", None),
        ("https://example.org/\x00", None),
        ("https://example.org:99999/", None),
        ("https://" + "a" * 2000 + ".org/", None),
        ("https://\u202eexample.org/", None),
        ("", None),
    ],
)
def test_only_plain_web_addresses_become_links(address, link):
    assert web_link(address) == link
