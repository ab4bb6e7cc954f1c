"""Which language a release is written in."""

from __future__ import annotations

import pytest

from scraper.pages.language import written_in


@pytest.mark.parametrize(
    ("title", "text", "language"),
    [
        ("Health ministers meet", "They met.", "en"),
        ("衞生署與廣東省會面", "雙方會面。", "zh-Hant"),
        ("卫生署与广东省会面", "双方会面。", "zh-Hans"),
        ("署長致辭全文（只有英文）", "Ladies and gentlemen, " * 50, "zh-Hant"),
        ("COVID-19疫苗", "疫苗今日運抵。", "zh-Hant"),
        ("FIBA 3x3", "比賽將於澳門舉行，歡迎觀賞。", "zh-Hant"),
        ("Exhibition 'Ink 墨' opens at the Museum of Art this Friday", "It is free.", "en"),
        ("2026", "The year.", "en"),
        ("中文", "中文", "zh-Hant"),
    ],
)
def test_letters_tell_the_language(title, text, language):
    assert written_in(title, text) == language
