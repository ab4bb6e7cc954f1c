"""Makes data/folding.json, the table of Traditional to Simplified characters (a developer's script; needs `opencc`).

Run `python -m scraper.cooperation.make_folding` after `pip install opencc`. Nothing at run time needs opencc.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

TABLE = Path(__file__).with_name("data") / "folding.json"
# The blocks of Han characters that occur in releases: Extension A, Unified and Compatibility Ideographs.
BLOCKS = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0xF900, 0xFB00))
# Forms releases use that the converter leaves alone: variants, and a common slip (U+5DFF for the U+5E02 of "city").
BY_HAND = {
    "巿": "市",
    "着": "着",
    "啓": "启",
    "羣": "群",
    "峯": "峰",
    "衞": "卫",
    "爲": "为",
    "裡": "里",
    "説": "说",
    "喺": "在",
}


def table() -> dict[str, str]:
    """Return the character table: each key and value is one character, and no value is itself a key."""
    convert = import_module("opencc").OpenCC("hk2s").convert
    pairs: dict[str, str] = {}
    for code in (code for block in BLOCKS for code in block):
        simple = convert(chr(code))
        if len(simple) == 1 and simple != chr(code):
            pairs[chr(code)] = simple
    pairs |= {key: value for key, value in BY_HAND.items() if key != value}
    return {key: pairs.get(value, value) for key, value in pairs.items()}


def main() -> None:
    """Write the table: two strings of equal length, the n-th character of `from` becomes the n-th of `to`."""
    pairs = table()
    about = "Traditional to Simplified characters, one to one; made by make_folding.py from opencc's hk2s"
    TABLE.write_text(
        json.dumps(
            {"about": about, "from": "".join(pairs), "to": "".join(pairs.values())}, ensure_ascii=False, indent=0
        )
        + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
