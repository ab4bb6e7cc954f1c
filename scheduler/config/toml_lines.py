"""On which line of a TOML text each key stands, so that a fault can be shown where it is. Not a parser of values.

`tomllib` gives values without their places. This scanner follows tables, arrays of tables, dotted keys and values that
run over several lines; keys inside an inline table are answered with the line of the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")
# What has to be skipped as a whole while counting brackets: strings (the long ones first) and comments.
_MARK = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|\#[^\n]*|[\[\]{}]')


def lines_of(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, of every table and key in `text`; the first one where a key stands twice."""
    found: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in _logical_lines(text):
        stripped = line.strip()
        if stripped.startswith("[["):
            path = _key_path(stripped[2:])
            counts[path] = counts.get(path, -1) + 1
            for inner in [one for one in counts if len(one) > len(path) and one[: len(path)] == path]:
                del counts[inner]
            found.setdefault(path, number)
            table = (*_placed(path[:-1], counts), *path[-1:], counts[path])
        elif stripped.startswith("["):
            table = _placed(_key_path(stripped[1:]), counts)
        elif stripped and not stripped.startswith("#"):
            key = _key_path(stripped)
            for end in range(1, len(key) + 1):
                found.setdefault(table + key[:end], number)
            continue
        else:
            continue
        for end in range(1, len(table) + 1):
            found.setdefault(table[:end], number)
    return found


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of `path`, or of the nearest table or key around it."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _placed(path: Path, counts: dict[Path, int]) -> Path:
    """Return a header's path with the number of the current entry after each name that is an array of tables."""
    placed: Path = ()
    for end in range(1, len(path) + 1):
        placed += path[end - 1 : end]
        if path[:end] in counts:
            placed += (counts[path[:end]],)
    return placed


def _key_path(text: str) -> Path:
    """Return the dotted key at the start of `text` as its parts."""
    parts: list[str] = []
    at = 0
    while match := _KEY_PART.match(text, at):
        parts.append(next(group for group in match.groups() if group is not None))
        at = match.end()
        if text[at : at + 1] != ".":
            break
        at += 1
    return tuple(parts)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (line number, first line) of each statement, skipping the further lines of values that run on."""
    depth, quote = 0, ""
    for number, line in enumerate(text.split("\n"), start=1):
        header = line.lstrip().startswith("[")
        if not depth and not quote:
            yield number, line
        if header and not depth and not quote:
            continue
        depth, quote = _state_after(line, depth, quote)


def _state_after(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Return (open brackets, open long quote) after a line that began in the given state."""
    at = 0
    while at < len(line):
        if quote:
            end = line.find(quote, at)
            if end < 0:
                return depth, quote
            at, quote = end + 3, ""
            continue
        match = _MARK.search(line, at)
        if match is None:
            break
        mark = match.group()
        at = match.end()
        if mark in ('"""', "'''"):
            quote = mark
        elif mark in "[{":
            depth += 1
        elif mark in "]}":
            depth = max(0, depth - 1)
    return depth, quote
