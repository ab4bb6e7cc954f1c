"""Bytes become the characters that were meant, whatever the labels claim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.pages.charset import decode

TRADITIONAL = "衞生署今日公布，香港與澳門的醫院將合作培訓護理人員，並於明年三月起交換病歷，方便市民。㷫"
SIMPLIFIED = "国家卫生健康委员会今日公布，香港与广东的医院将合作培训护理人员，并于明年三月起交换病历，方便市民。"
WESTERN = "O Governo da Região anunciou a cooperação médica – “já amanhã”."


@pytest.mark.parametrize(
    ("text", "codec", "content_type"),
    [
        (TRADITIONAL, "utf-8", "text/html; charset=utf-8"),
        (TRADITIONAL, "utf-8", ""),
        (TRADITIONAL, "utf-8-sig", "text/html; charset=big5"),
        (TRADITIONAL, "utf-16", ""),
        (TRADITIONAL, "big5hkscs", 'text/html; charset="Big5"'),
        (TRADITIONAL, "big5hkscs", "text/html;charset=big5-hkscs"),
        (TRADITIONAL, "big5hkscs", ""),
        (SIMPLIFIED, "gb18030", "text/html; charset=GB2312"),
        (SIMPLIFIED, "gb18030", ""),
        (WESTERN, "cp1252", "text/html; charset=ISO-8859-1"),
        (WESTERN, "cp1252", "text/html; charset=windows-1252"),
        (WESTERN, "utf-8", "text/html; charset=iso-8859-1"),
    ],
)
def test_a_right_or_missing_label_gives_the_text(text, codec, content_type):
    assert decode(text.encode(codec), content_type) == text


@pytest.mark.parametrize("label", ["utf-8", "gb2312", "iso-8859-1", "big5"])
@pytest.mark.parametrize(
    ("text", "codec"),
    [(TRADITIONAL, "big5hkscs"), (SIMPLIFIED, "gb18030"), (TRADITIONAL, "utf-8"), (SIMPLIFIED, "utf-8")],
)
def test_a_wrong_label_is_found_out(text, codec, label):
    assert decode(text.encode(codec), f"text/html; charset={label}") == text


@pytest.mark.parametrize(
    "label",
    [
        "unicode_escape",
        "punycode",
        "hz",
        "iso-2022-kr",
        "undefined",
        "idna",
        "utf-7",
        "rot13",
        "utf-16",
        "zlib",
        "x" * 5000,
    ],
)
def test_an_odd_label_is_never_obeyed(label):
    page = f'<meta charset="{label}">{TRADITIONAL}'
    assert decode(page.encode(), f"text/html; charset={label}") == page


def test_the_page_s_own_label_counts_where_the_header_is_silent():
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=big5"></head>{"衞"}</html>'
    assert "衞" in decode(page.encode("big5hkscs"), "text/html")
    feed = '<?xml version="1.0" encoding="gb2312"?><rss>龘</rss>'
    assert "龘" in decode(feed.encode("gb18030"))


def test_a_few_broken_bytes_do_not_change_the_encoding():
    body = (TRADITIONAL * 10).encode()
    broken = body[:99] + b"\xff" + body[99:]
    assert decode(broken, "text/html; charset=utf-8").replace("\ufffd", "") == TRADITIONAL * 10
    assert decode(broken).replace("\ufffd", "") == TRADITIONAL * 10


@given(st.binary(max_size=300), st.text(max_size=40))
def test_nothing_makes_decoding_fail(body, content_type):
    assert isinstance(decode(body, content_type), str)
