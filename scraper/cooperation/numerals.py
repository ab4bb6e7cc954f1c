"""Reads numbers as texts write them: digits with commas or blanks, English words, Chinese numerals."""

from __future__ import annotations

ONES = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = {word: number for number, word in enumerate(ONES)} | {word: (n + 2) * 10 for n, word in enumerate(TENS)}
WORDS |= {f"{ten}-{one}": WORDS[ten] + WORDS[one] for ten in TENS for one in ONES[1:10]}
WORDS |= {"dozen": 12, "hundred": 100}
SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "万": 10_000,
    "亿": 100_000_000,
}
DIGITS = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "廿": 20}
STEPS = {"十": 10, "百": 100, "千": 1_000}
CHINESE = "零〇一二三四五六七八九两十百千"
LARGE = ("亿", "万")


def chinese(text: str) -> int | None:
    """Return the value of a folded Chinese numeral below ten thousand (三百二十 is 320, 二〇二四 is 2024), or None."""
    if not text or any(char not in CHINESE for char in text):
        return None
    if not any(char in STEPS for char in text):
        return int("".join(str(DIGITS[char]) for char in text)) if len(text) <= 6 else None
    total = digit = 0
    for char in text[:9]:
        if char in STEPS:
            total += (digit or 1) * STEPS[char]
            digit = 0
        else:
            digit = DIGITS[char]
    return total + digit


def large(text: str) -> int | None:
    """Return the value of a folded Chinese numeral that may hold 万 or 亿 (四万五千 is 45,000), or None."""
    for char in LARGE:
        before, mark, after = text.partition(char)
        if mark:
            many, rest = large(before), large(after) if after else 0
            return None if many is None or rest is None else many * SCALES[char] + rest
    return chinese(text)


def value(text: str) -> float | None:
    """Return the value of a folded number in any of the three ways of writing (no scale words), or None."""
    plain = text.replace(",", "").replace(" ", "")
    if plain.replace(".", "", 1).isdecimal() and plain.isascii():
        return float(plain) if len(plain) <= 18 else None
    if text in WORDS:
        return float(WORDS[text])
    number = large(text)
    return None if number is None else float(number)
