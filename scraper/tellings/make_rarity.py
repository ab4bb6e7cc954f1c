"""Counts in how many texts each name, number, topic and word stands: `python -m scraper.tellings.make_rarity FILES`.

The files are NDJSON as `coopwatch assess` takes them. Writes data/rarity.json: counts only, no text.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from scraper.cooperation import assess
from scraper.cooperation.folding import fold
from scraper.tellings.clues import NAMED, WHOLE_DATE, stated, terms
from scraper.tellings.numbers import numbers
from scraper.tellings.rarity import DATA
from scraper.tellings.topics import topics
from scraper.tellings.words import language_of, words

FEWEST_NAMES, FEWEST_WORDS = 2, 3
"""Things counted less often are as rare as those never seen."""


def main(files: list[str]) -> None:
    """Count the texts of the files and write the counts."""
    lines = [json.loads(line) for name in files for line in Path(name).read_text(encoding="utf-8").splitlines() if line]
    rows = list({(row["title"], row["text"]): row for row in lines}.values())
    texts: Counter[str] = Counter()
    clues: Counter[str] = Counter()
    spoken: dict[str, Counter[str]] = {}
    for row in rows:
        folded = fold(f"{row['title']}\n{row['text']}")
        language = language_of(folded, row["lang"])
        texts[language] += 1
        clues.update(_clues(row, folded, language))
        spoken.setdefault(language, Counter()).update(set(words(folded, language)))
    made = {
        "about": "in how many of `texts` each thing stood; made by make_rarity.py",
        "texts": dict(sorted(texts.items())),
        "clues": _kept(clues, FEWEST_NAMES),
        "words": {language: _kept(counted, FEWEST_WORDS) for language, counted in sorted(spoken.items())},
    }
    DATA.write_text(json.dumps(made, ensure_ascii=False, indent=0, separators=(",", ":")) + "\n", encoding="utf-8")


def _clues(row: dict[str, Any], folded: str, language: str) -> Iterable[str]:
    day = row.get("date") or ""
    published = date.fromisoformat(day) if len(day) == WHOLE_DATE else None
    facts = assess("", f"{row['title']}\n{row['text']}", language=row["lang"], published=published)
    found = {f"{kind}|{fold(one.name)}" for field, kind in NAMED.items() for one in getattr(facts, field)}
    found |= {f"number|{number:g}" for number in numbers(folded)}
    found |= {f"term|{term}" for term in terms(f"{row['title']}\n{row['text']}", language)}
    found |= {f"topic|{topic}" for topic in topics(folded)}
    return found | {f"date|{(one - published).days}" for one in stated([facts]) if published}


def _kept(counted: Counter[str], fewest: int) -> dict[str, int]:
    return {name: count for name, count in sorted(counted.items()) if count >= fewest}


if __name__ == "__main__":
    main(sys.argv[1:])
