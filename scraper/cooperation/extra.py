"""Names of the user's own: a TOML file of bodies, programmes, places and people, checked whole, added to the lists.

[[body]]
name = "Harbour Eye Foundation"      # English, canonical
chinese = "海港眼科基金會"            # Traditional; Simplified is the same
place = "Hong Kong"                  # a place of data/places.json or of this file; or International
kind = "hospital"                    # optional; see KINDS
also = ["HEF", "Harbour Eye"]        # optional: abbreviations, former names, other spellings

[[programme]]  name, chinese, sides = ["Hong Kong", "Mainland"], also
[[place]]      name, chinese, side, within, also
[[person]]     name, chinese, side, office, also
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import HEALTH_KINDS, Entry, Lexicon, add_place, lexicon, named, side_of, speaks
from scraper.cooperation.naming import within

# Per table: the keys that must be there, and those that may.
TABLES = {
    "body": ({"name", "place"}, {"chinese", "kind", "also"}),
    "programme": ({"name", "sides"}, {"chinese", "also"}),
    "place": ({"name", "side"}, {"chinese", "within", "also"}),
    "person": ({"name", "side", "office"}, {"chinese", "also"}),
}
KINDS = frozenset({*HEALTH_KINDS, "university", "government", "regulator", "research", "company", "charity", "other"})
SIDES_APART = frozenset({"International"})
# A shorter name would be found inside other words' neighbours; a longer one is a sentence.
SHORTEST, LONGEST = 2, 120
HEADER = re.compile(r"\s*\[\[\s*(\w+)\s*\]\]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file of names, and in which line (counted from 1)."""

    line: int
    what: str


class GazetteerError(ValueError):
    """A file of names that cannot be used; `faults` says all that is wrong with it, by line."""

    def __init__(self, path: Path, faults: list[Fault]) -> None:
        """Keep the faults; the message holds them, one a line."""
        super().__init__("\n".join(f"{path}:{fault.line}: {fault.what}" for fault in faults))
        self.path, self.faults = path, tuple(faults)


@dataclass(frozen=True, slots=True)
class Extra:
    """A checked file of names: its rows by table, and the mark by which assessments tell that it was used."""

    rows: tuple[tuple[str, Mapping[str, Any]], ...]
    mark: str


def load_extra(path: Path) -> Extra:
    """Return the names of a file, checked.

    Args:
        path: of a TOML file in the form above.

    Raises:
        GazetteerError: it cannot be read, or a row cannot be used; every fault is told, with its line.
    """
    try:
        raw = path.read_bytes()
        data = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise GazetteerError(path, [Fault(1, f"cannot be read: {error.strerror or error}")]) from None
    except UnicodeDecodeError as error:
        raise GazetteerError(path, [Fault(raw.count(b"\n", 0, error.start) + 1, "is not UTF-8")]) from None
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        raise GazetteerError(path, [Fault(int(at[1]) if at else 1, f"is not TOML: {error}")]) from None
    lines = raw.decode("utf-8").splitlines()
    rows = [(table, row) for table, found in data.items() if isinstance(found, list) for row in found]
    known = {*lexicon().places, *(row.get("name") for table, row in rows if table == "place" and isinstance(row, dict))}
    faults = [Fault(line_of(lines, table), f"{table} is no [[table]] of names") for table in unusable(data)]
    counts: dict[str, int] = {}
    for table, row in rows:
        if table in TABLES:
            counts[table] = counts.get(table, 0) + 1
            faults += [Fault(line_of(lines, table, counts[table], key), what) for key, what in wrong(table, row, known)]
    if faults:
        raise GazetteerError(path, sorted(faults, key=lambda fault: fault.line))
    return Extra(tuple(rows), hashlib.sha256(raw).hexdigest()[:8])


def unusable(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the keys of the file that are no list of tables of a known name."""
    for key, value in data.items():
        if key not in TABLES or not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            yield key


def wrong(table: str, row: object, places: set[Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, what is wrong) of a row; `places` are the names of places that may be given."""
    if not isinstance(row, dict):
        return
    must, may = TABLES[table]
    yield from (("", f"{key} is missing") for key in sorted(must - set(row)))
    yield from (
        (key, f"{key} is not known; {', '.join(sorted(must | may))} are") for key in row if key not in must | may
    )
    for key, value in row.items():
        if key in ("also", "sides"):
            fine = isinstance(value, list) and all(is_name(name) for name in value) and (value or key == "also")
            if not fine:
                yield key, f"{key} must be a list of names of {SHORTEST} to {LONGEST} characters"
        elif key in must | may and not is_name(value):
            yield key, f"{key} must be text of {SHORTEST} to {LONGEST} characters"
    for key in ("place", "within"):
        if is_name(row.get(key)) and row[key] not in places | SIDES_APART:
            yield key, f"{key} names no known place: {row[key]}"
    if is_name(row.get("kind")) and table == "body" and row["kind"] not in KINDS:
        yield "kind", f"kind must be one of {', '.join(sorted(KINDS))}"


def is_name(value: object) -> bool:
    """Tell whether a value can be a name."""
    return isinstance(value, str) and SHORTEST <= len(value.strip()) <= LONGEST and value.isprintable()


def line_of(lines: list[str], table: str, number: int = 1, key: str = "") -> int:
    """Return the line of a key in the `number`th table of a name, or of its header; 1 where it is not found."""
    header = seen = 0
    for at, line in enumerate(lines, 1):
        if match := HEADER.match(line):
            if header:
                break
            seen += match[1] == table
            if match[1] == table and seen == number:
                header = at
        elif (header and key and re.match(rf"\s*{re.escape(key)}\s*=", line)) or (
            not header and number == 1 and re.match(rf"\s*\[?{re.escape(table)}\b", line)
        ):
            return at
    return header or 1


def extend(extra: Extra) -> None:
    """Add the names to the lists of this process, once; a name that the lists know stands for the user's thing then."""
    words = lexicon()
    if extra.mark in words.marks:
        return
    for table in ("place", "body", "programme", "person"):
        for row in (row for kind, row in extra.rows if kind == table):
            add(words, table, row)
    words.marks.append(extra.mark)
    within.cache_clear()


def add(words: Lexicon, table: str, row: Mapping[str, Any]) -> None:
    """Add one row to the lists."""
    names: list[str] = [row["name"], *([row["chinese"]] if "chinese" in row else []), *row.get("also", [])]
    chinese = row.get("chinese", "")
    for name in names:
        words.trie.forget(fold(name), lambda entry: entry.what == table)
    if table == "place":
        add_place(words, names, Entry("place", row["name"], frozenset({row["side"]}), "place", row.get("within", "")))
        return
    if table == "body":
        kind, place = row.get("kind", "other"), row["place"]
        healthy = kind in HEALTH_KINDS or speaks(words.health, row["name"])
        entry = Entry("body", row["name"], side_of(place, words.places), kind, place, healthy, chinese)
    elif table == "programme":
        entry = Entry("programme", row["name"], frozenset(row["sides"]), health=True, chinese=chinese)
    else:
        entry = Entry("person", row["name"], frozenset({row["side"]}), chinese=chinese, office=row["office"])
    named(words.trie, names, entry)
