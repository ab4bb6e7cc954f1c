import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.diff import Piece, diff, unified

TEXTS = st.text(alphabet="ab \n.,病例，", max_size=60)


def side(pieces, op):
    return "".join(piece.text for piece in pieces if piece.op in ("same", op))


@given(TEXTS, TEXTS)
def test_the_pieces_make_up_both_texts(before, after):
    pieces = diff(before, after)
    assert side(pieces, "removed") == before
    assert side(pieces, "added") == after
    assert all(piece.text for piece in pieces)


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert diff(text, text) == ((Piece("same", text),) if text else ())
    assert unified(text, text) == ""


@given(TEXTS, TEXTS)
def test_texts_that_differ_have_lines_that_say_so(before, after):
    assert (unified(before, after) == "") == (before == after)


def test_a_changed_word_is_told_as_a_word():
    assert diff("It has 24 beds.", "It has 36 beds.") == (
        Piece("same", "It has"),
        Piece("removed", " 24"),
        Piece("added", " 36"),
        Piece("same", " beds."),
    )


def test_chinese_is_compared_by_character():
    assert diff("新增二十四張病床", "新增二十六張病床") == (
        Piece("same", "新增二十"),
        Piece("removed", "四"),
        Piece("added", "六"),
        Piece("same", "張病床"),
    )


def test_a_space_between_two_changed_words_does_not_cut_the_change_in_two():
    assert diff("The red house stands here now.", "The blue boat stands here now.")[1:3] == (
        Piece("removed", " red house"),
        Piece("added", " blue boat"),
    )


def test_a_paragraph_rewritten_wholly_is_told_whole():
    pieces = diff("Nurses train abroad.", "Flights were delayed by heavy rain on Monday.")
    assert [piece.op for piece in pieces] == ["removed", "added"]


def test_lines_show_what_changed_with_one_paragraph_around_it():
    before = "One.\nTwo.\nThree has 24 beds in all.\nFour.\nFive.\nSix."
    after = "One.\nTwo.\nThree has 36 beds in all.\nFour.\nFive.\nSix.\nSeven."
    assert unified(before, after).splitlines() == [
        "  ...",
        "  Two.",
        "- Three has [-24-] beds in all.",
        "+ Three has {+36+} beds in all.",
        "  Four.",
        "  ...",
        "  Six.",
        "+ Seven.",
    ]


SLOW = [
    ("病 " * 700, "例 患 " * 700),
    ("病 " * 200_000, "例 患 " * 100_000),
    ("a\n" * 200_000, "b\na\n" * 100_000),
    ("".join(f"{'病 ' * 200}{n}\n" for n in range(300)), "".join(f"{'例 病 ' * 200}{n}\n" for n in range(300))),
]


@pytest.mark.parametrize(("before", "after"), SLOW, ids=["long", "longer", "many lines", "many long lines"])
def test_texts_made_to_be_slow_are_compared_within_seconds(before, after):
    started = time.process_time()
    diff(before, after)
    unified(before, after)
    assert time.process_time() - started < 20
