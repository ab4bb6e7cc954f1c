"""Which language a release is written in, told by its letters. Not here: anything that translates or converts."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# Frequent characters that only one of the two ways of writing has (never those both share, such as 后 or 里).
_TRADITIONAL = frozenset(
    "們這為來時會國個說對學發現點過還問長開關進經產與實業醫藥衞衛區灣際將體機構團員動務應辦書協議門療"
)
_SIMPLIFIED = frozenset(
    "们这为来时会国个说对学发现点过还问长开关进经产与实业医药卫区湾际将体机构团员动务应办书协议门疗"
)
_BOTH = _TRADITIONAL & _SIMPLIFIED


def written_in(title: str, text: str, usual: str = "zh-Hant") -> str:
    """Return the BCP 47 tag a release is written in: `en`, `zh-Hant` or `zh-Hans`.

    The title decides between English and Chinese: the Chinese side also carries speeches "in English only", whose title
    and first line are Chinese. A title with no letters of either leaves it to the text.

    Args:
        title: as published.
        text: the paragraphs.
        usual: what Chinese counts as that is written alike in both ways.
    """
    if not _is_chinese(title, text):
        return "en"
    sample = title + text[:5000]
    traditional = sum(char in _TRADITIONAL for char in sample) - sum(char in _BOTH for char in sample)
    simplified = sum(char in _SIMPLIFIED for char in sample) - sum(char in _BOTH for char in sample)
    if simplified == traditional and usual.startswith("zh"):
        return usual
    return "zh-Hans" if simplified > traditional else "zh-Hant"


def _is_chinese(title: str, text: str) -> bool:
    """Tell by the title whether a release is in Chinese; a title without a Han character, by the text."""
    han, latin = len(_HAN.findall(title)), len(_LATIN.findall(title))
    if han:
        return 10 * han >= latin
    sample = text[:5000]
    return 2 * len(_HAN.findall(sample)) > len(_LATIN.findall(sample))
