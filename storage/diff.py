"""What changed between two wordings, for people: by paragraph, and by word inside a paragraph that changed. Pure.

Chinese is compared by character, other scripts by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

Op = Literal["same", "added", "removed"]

MOST_TOKENS = 3_000
"""Changed stretches with more words than this are told whole: the time to compare grows with the square of it."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_TOKEN = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])\w)+|\s+|.", re.DOTALL)
_PARAGRAPH = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, came or went."""

    op: Op
    text: str


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces that lead from one text to the other.

    Those that stayed or went make up `before`, those that stayed or came make up `after`, each in order.
    """
    old, new = _PARAGRAPH.findall(before), _PARAGRAPH.findall(after)
    pieces: list[Piece] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[a:b])))
        else:
            pieces.extend(_words("".join(old[a:b]), "".join(new[c:d])))
    return tuple(_joined(pieces))


def _words(before: str, after: str) -> Iterator[Piece]:
    """Compare two stretches word by word, where they are alike enough for that to be readable."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if not old or not new or max(len(old), len(new)) > MOST_TOKENS:
        yield from _replaced(before, after)
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < 0.4:
        yield from _replaced(before, after)
        return
    opcodes = matcher.get_opcodes()
    for at, (tag, a, b, c, d) in enumerate(opcodes):
        kept = "".join(old[a:b])
        if tag == "equal" and not (0 < at < len(opcodes) - 1 and _is_island(kept)):
            yield Piece("same", kept)
        else:
            yield from _replaced(kept, "".join(new[c:d]))


def _is_island(kept: str) -> bool:
    """Return whether what stayed between two changes is too little to help a reader: a space, a comma, a character."""
    return len(kept.strip()) <= 1 and "\n" not in kept


def _replaced(before: str, after: str) -> Iterator[Piece]:
    if before:
        yield Piece("removed", before)
    if after:
        yield Piece("added", after)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Join neighbours of a kind; between two things that stayed, tell first all that went and then all that came."""
    for stayed, group in groupby(pieces, key=lambda piece: piece.op == "same"):
        found = list(group)
        ops: tuple[Op, ...] = ("same",) if stayed else ("removed", "added")
        for op in ops:
            text = "".join(piece.text for piece in found if piece.op == op)
            if text:
                yield Piece(op, text)


def unified(before: str, after: str) -> str:
    """Return the changed paragraphs as lines for a terminal or a mail.

    A paragraph that went starts with `- `, one that came with `+ `; inside one that was only reworded, `[-...-]` and
    `{+...+}` mark the words. Of the paragraphs that stayed, one is shown on either side, the others as `  ...`.
    No colour and no line feed at the end; an empty string where nothing changed.
    """
    old, new = (text.split("\n") if text else [] for text in (before, after))
    lines: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines.extend(_context(old[a:b], first=a == 0, last=b == len(old)))
        else:
            lines.extend(_changed(old[a:b], new[c:d]))
    return "\n".join(lines) if any(line[:1] in "-+" for line in lines) else ""


def _context(paragraphs: Sequence[str], *, first: bool, last: bool) -> list[str]:
    shown = [f"  {paragraph}" for paragraph in paragraphs]
    head = [] if first else shown[:1]
    tail = [] if last else shown[max(len(head), len(shown) - 1) :]
    left_out = len(shown) - len(head) - len(tail)
    return [*head, *(["  ..."] if left_out else []), *tail]


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    pieces = list(_joined(_words("\n".join(old), "\n".join(new))))
    reworded = any(piece.op == "same" for piece in pieces)
    for sign, op, brackets, paragraphs in (("-", "removed", "[--]", old), ("+", "added", "{++}", new)):
        if not paragraphs:
            continue
        marked = "".join(
            _marked(piece.text, brackets) if piece.op == op and reworded else piece.text
            for piece in pieces
            if piece.op in ("same", op)
        )
        yield from (f"{sign} {line}" for line in marked.split("\n"))


def _marked(text: str, brackets: str) -> str:
    """Put brackets around a stretch, on each of its lines."""
    lines = text.split("\n")
    return "\n".join(f"{brackets[:2]}{line}{brackets[2:]}" if line else "" for line in lines)
