"""Texts to measure reading with: invented releases of 4 KB in three languages, and 50 KB that no release looks like."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scheduler.demo.invented import HONG_KONG, stock
from scraper.cooperation.folding import fold

SIZE = 4096
"""Bytes of a release in UTF-8: what issue 3 promises a speed for. Few real ones are longer."""
HOSTILE_SIZE = 50_000
"""Bytes of a hostile text, likewise."""
DAY = datetime(2026, 11, 20, tzinfo=HONG_KONG)
# Each is repeated until it fills a text: what is costly when there is no end of it.
# fmt: off
BLOCKS = (
    "1 ", "12,345 ", "123 456 ", "7.5 per cent ", "seven ", "HK$100 ", "aged 5 ", "increased to 5 ", "5% ",
    "5 May ", "5 May 2026 ", "on Monday ", "third quarter of the year 2026 ", "5月8日", "二十日",
    "二〇二六年十二月三十一日至三十一日", "一", "二〇二", "一万一", "十百千万亿", "逾220種", "5間醫院",
    "增至5間", "(", "()", "(A) ", "（下稱", "「中心", '"A ', 'called "A ', "A ", "ABC ", "a", "Aa",
    "Hospital ", "Hospital and ", "City Hospital of the ", "Chan Tai-man ", "Professor Chan Tai-man ",
    "Secretary for Health ", "Vice-Deputy Acting ", "Deputy Deputy ", "Dr A B C D ",
    "Yu Yan of the National Health Commission ", "Anna Berg, the minister ", "and ", "of the ", ".", ". A",
    "a\n", " ", "-", "A-", "co-", "a_b ", "Hong Kong ", "Hong Kong and Macao ",
    "health authorities of Hubei ", "Hubei and Macao ", "Hospital Authority ", "WHO ", "the Government ",
    "HKU-Shenzhen Hospital ", "the Scheme has 5 hospitals. ", "of which 5 doctors ", "醫院", "某某醫院",
    "中心", "香港", "粵港澳", "赴深", "第一屆某某某某某某", "湖北和澳門衞生部門", "衞生部門", "局長陳大文",
    "局長", "局長陳·陳·陳·", "陳·", "局長斯斯斯斯", "一帶一路", "和", "的", "國", "。", "。」",
    "今日香港與深圳簽署醫療合作協議。", "Today Hong Kong signed a health agreement with Shenzhen. ",
    "Medical Agreement Ordinance ", "Alpha and Beta Hospital and ", "Alpha of the Beta of the Gamma ",
    "\u0661", "\xb2", "\U0001f600",
)
# fmt: on


def releases(count: int) -> Iterator[tuple[str, str, str]]:
    """Yield (language, title, text of SIZE bytes) of so many releases, joined from those of the demo, in turn.

    The Simplified ones are the Traditional ones folded: their letters are small and their marks plain.
    """
    made = [one.on(DAY) for one in stock()]
    for number in range(count):
        wanted = ("en", "zh-Hant", "zh-Hans")[number % 3]
        ours = [one for one in made if (one.language == "en") == (wanted == "en")]
        first = number // 3 % len(ours)
        text = "\n".join(line for one in (*ours[first:], *ours[:first]) for line in one.paragraphs) + "\n"
        title, text = ours[first].title, cut(text * (SIZE // len(text) + 1), SIZE)
        yield wanted, *((fold(title), fold(text)) if wanted == "zh-Hans" else (title, text))


def hostile() -> Iterator[tuple[str, str]]:
    """Yield (what it repeats, text of HOSTILE_SIZE bytes), one for each of BLOCKS and some of two of them."""
    for block in (*BLOCKS, *(one + two for one, two in zip(BLOCKS, BLOCKS[7:], strict=False))):
        yield block, cut(block * (HOSTILE_SIZE // len(block) + 1), HOSTILE_SIZE)


def cut(text: str, size: int) -> str:
    """Return as much of a text as takes so many bytes."""
    return text[:size].encode()[:size].decode("utf-8", "ignore")
