"""The picture of the README."""

from __future__ import annotations

import io
import re

from rich.console import Console

from scheduler.demo.result import picture_of


def test_chinese_has_two_columns_a_character_in_the_picture_and_nothing_is_fetched():
    console = Console(record=True, width=20, file=io.StringIO())
    console.print("abcd\n澳門廣州")
    picture = picture_of(console)
    latin, chinese = (
        float(re.search(rf'textLength="([0-9.]+)"[^>]*>{text}', picture)[1]) for text in ("abcd", "澳門廣州")
    )
    assert chinese == 2 * latin
    assert "@font-face" not in picture
