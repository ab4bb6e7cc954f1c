"""Folding keeps every offset, and spellings of one thing look alike after it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scraper.cooperation.folding import fold
from scraper.cooperation.units import cut


@given(st.text())
def test_folding_moves_no_character_and_settles_at_once(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded


def test_width_case_script_and_variants_fold_to_one_form() -> None:
    assert fold("ＡＢＣ　衞生") == fold("abc 卫生") == fold("ABC 衛生")
    assert fold("深圳巿") == fold("深圳市")
    assert fold("《合作》「合作」“合作”") == '"合作""合作""合作"'


def test_spellings_of_one_word_are_one_unit() -> None:
    assert cut("co-operation").words == cut("cooperation").words
    assert cut("macau").words == cut("macao").words
    assert cut("prof lo").words == cut("professor lo").words
    assert cut("shenzhen-hong kong").words == ["shenzhen", "hong", "kong"]


def test_units_say_where_they_stand() -> None:
    text = fold("Prof. Lo到深圳")
    units = cut(text)
    assert [text[a:b] for a, b in zip(units.starts, units.ends, strict=True)] == ["prof", ".", "lo", "到", "深", "圳"]
