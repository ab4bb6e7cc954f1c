"""How coopwatch speaks: data on standard output, all else on standard error. Not here: what is said.

Nothing a portal wrote can steer a terminal: see `safe`.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

# Control, format, surrogate, private, unassigned, line and paragraph separators: what can move a cursor, turn the
# direction of a line, or be taken for something else (ESC, C1, BEL, bidi, zero width).
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# An ideographic space is left as it is: Chinese titles divide their halves with it.
_BLANKS = re.compile(r"[ \t\n]+")
# Where a line may be broken: before a blank, and around a Chinese character but not before its closing punctuation.
_PIECES = re.compile(
    r"\s*(?:[\u3400-\u9fff][\u3001\u3002\uff0c\uff1b\uff1a\u300d\u300f\u300b\uff09]?|[^\s\u3400-\u9fff]+)"
)


def safe(text: object) -> str:
    """Return text fit for a terminal: each unsafe character but line feed and tab becomes U+FFFD."""
    return "".join(
        "\ufffd" if character not in "\n\t" and unicodedata.category(character) in _UNSAFE else character
        for character in str(text)
    )


def one_line(text: object) -> str:
    """Return text fit for a cell of a table: safe, and without line feeds and tabs."""
    return _BLANKS.sub(" ", safe(text)).strip()


def width(text: str) -> int:
    """Return how many columns a terminal gives to a text: two for a wide character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def cut(text: str, columns: int) -> str:
    """Return a text no wider than `columns`, the end replaced by an ellipsis where it is too wide."""
    if width(text) <= columns:
        return text
    kept, used = [], 0
    for character in text:
        used += width(character)
        if used > columns - 1:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "\u2026"


def say(text: object = "") -> None:
    """Write a line of data for people to standard output."""
    _write(sys.stdout, safe(text) + "\n")


def note(text: object) -> None:
    """Write a line that is no data (progress, trouble, advice) to standard error."""
    _write(sys.stderr, safe(text) + "\n")


def json_text(value: Any, *, indent: int | None = None) -> str:
    """Return a value as JSON, exactly; ASCII only where a terminal would show it."""
    ascii_only = sys.stdout is not None and sys.stdout.isatty()
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent, default=str)
    if ascii_only:
        return text.replace("\x7f", "\\u007f")  # the one control character that JSON leaves as it is
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair has no UTF-8; JSON can escape it
        return json.dumps(value, ensure_ascii=True, indent=indent, default=str)
    return text


def say_json(value: Any) -> None:
    """Write one JSON value, indented, to standard output."""
    _write(sys.stdout, json_text(value, indent=2) + "\n")


def say_json_line(value: Any) -> None:
    """Write one JSON value on one line to standard output, at once."""
    _write(sys.stdout, json_text(value) + "\n")
    if sys.stdout is not None:
        sys.stdout.flush()


def say_table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], *, empty: str) -> None:
    """Write rows as aligned columns.

    Args:
        columns: keys of the rows, also the headings; the last column takes what a terminal's line has left.
        rows: the values; None is shown as nothing.
        empty: said on standard error where there are no rows.
    """
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    if not cells:
        note(empty)
        return
    table = [[column.replace("_", " ") for column in columns], *cells]
    widths = [max(width(line[place]) for line in table) for place in range(len(columns))]
    if sys.stdout is not None and sys.stdout.isatty():
        room = terminal_columns() - sum(widths[:-1]) - 2 * (len(columns) - 1)
        widths[-1] = max(20, min(widths[-1], room))
    for line in table:
        padded = [text + " " * (widths[place] - width(text)) for place, text in enumerate(line[:-1])]
        say("  ".join([*padded, cut(line[-1], widths[-1])]).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, (list, tuple)):
        return one_line(", ".join(map(str, value)))
    return one_line(value)


def wrapped(text: str, room: int, *, first: str = "", rest: str = "") -> str:
    """Return a text broken into lines no wider than `room`, at blanks and between Chinese characters.

    Args:
        text: on one line.
        room: columns of a line, the indent included; at least 20 are used.
        first: what the first line begins with, `rest` what all others do.
        rest: see there.
    """
    lines, line, begun = [], first, False
    for piece in _PIECES.findall(text):
        if begun and width(line + piece.rstrip()) > max(room, 20):
            lines.append(line.rstrip())
            line, begun = rest, False
        line += piece if begun else piece.lstrip()
        begun = True
    return "\n".join([*lines, line.rstrip()])


def terminal_columns() -> int:
    """Return how many columns the terminal has that standard output goes to; 100 where it goes elsewhere."""
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError):
        return 100


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # closed by whoever started us
        stream.write(text)
