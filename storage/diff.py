"""What changed between two wordings, for people: by paragraph, and by word inside a paragraph that changed. Pure.

Chinese is compared by character, other scripts by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, takewhile
from typing import Literal

Op = Literal["same", "added", "removed"]

MOST_WORK = 1_000_000
"""Stretches are compared while their lengths multiplied, summed over the text, stay below this; the rest is told whole.
Enough for six rewritten paragraphs of 400 words, and a bound of seconds on a text made to be slow."""

LEAST_ALIKE = 0.3
"""Paragraphs of which less than this share stayed are told as one that went and one that came."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
# A word has the space before it, so that the space between two changed words does not count as having stayed.
_TOKEN = re.compile(rf"[{_CJK}]|[^\S\n]*(?:(?![{_CJK}])\w)+|\s+|.", re.DOTALL)
_PARAGRAPH = re.compile(r"[^\n]*\n|[^\n]+")

_SPACE_AND_REST = re.compile(r"^(\s*)(.+)$", re.DOTALL)

_Step = tuple[bool, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, came or went."""

    op: Op
    text: str


class _Comparison:
    """The comparing of two texts, with the work that may still be spent on it."""

    def __init__(self) -> None:
        self._left = MOST_WORK

    def steps(self, old: Sequence[str], new: Sequence[str]) -> Iterator[_Step]:
        """Yield (stayed, from, to, from, to): stretches of both lists that stayed and those that changed, in order."""
        head = _alike(zip(old, new, strict=False))
        tail = _alike(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
        a, b, c, d = head, len(old) - tail, head, len(new) - tail
        if head:
            yield True, 0, head, 0, head
        if a < b and c < d and self._afford((b - a) * (d - c)):
            for tag, e, f, g, h in SequenceMatcher(None, old[a:b], new[c:d], autojunk=False).get_opcodes():
                yield tag == "equal", a + e, a + f, c + g, c + h
        elif a < b or c < d:
            yield False, a, b, c, d
        if tail:
            yield True, b, len(old), d, len(new)

    def _afford(self, work: int) -> bool:
        if work > self._left:
            return False
        self._left -= work
        return True

    def words(self, before: str, after: str) -> Iterator[Piece]:
        """Compare two stretches word by word, where they are alike enough for that to be readable."""
        old, new = _TOKEN.findall(before), _TOKEN.findall(after)
        steps = list(self.steps(old, new))
        kept = sum(len("".join(old[a:b])) for stayed, a, b, _, _ in steps if stayed)
        if kept < LEAST_ALIKE * max(len(before), len(after)):
            yield from _replaced(before, after)
            return
        for at, (stayed, a, b, c, d) in enumerate(steps):
            text = "".join(old[a:b])
            if stayed and not (0 < at < len(steps) - 1 and _is_island(text)):
                yield Piece("same", text)
            else:
                yield from _replaced(text, "".join(new[c:d]))


def diff(before: str, after: str) -> tuple[Piece, ...]:
    """Return the pieces that lead from one text to the other.

    Those that stayed or went make up `before`, those that stayed or came make up `after`, each in order.
    """
    old, new = _PARAGRAPH.findall(before), _PARAGRAPH.findall(after)
    comparison = _Comparison()
    pieces: list[Piece] = []
    for stayed, a, b, c, d in comparison.steps(old, new):
        if stayed:
            pieces.append(Piece("same", "".join(old[a:b])))
        else:
            for was, now in _stretches(old[a:b], new[c:d]):
                pieces.extend(comparison.words("".join(was), "".join(now)))
    return tuple(_joined(pieces))


def _stretches(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield changed paragraphs in pairs, where there are as many of both, else as one stretch."""
    if len(old) == len(new):
        yield from (([was], [now]) for was, now in zip(old, new, strict=True))
    else:
        yield old, new


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


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
    if before == after:
        return ""
    old, new = (text.split("\n") if text else [] for text in (before, after))
    comparison = _Comparison()
    lines: list[str] = []
    for stayed, a, b, c, d in comparison.steps(old, new):
        if stayed:
            lines.extend(_context(old[a:b], first=(a, c) == (0, 0), last=(b, d) == (len(old), len(new))))
        else:
            for was, now in _stretches(old[a:b], new[c:d]):
                lines.extend(_lines(was, now, tuple(_joined(comparison.words("\n".join(was), "\n".join(now))))))
    return "\n".join(lines)


def _context(paragraphs: Sequence[str], *, first: bool, last: bool) -> list[str]:
    shown = [f"  {paragraph}" for paragraph in paragraphs]
    head = [] if first else shown[:1]
    tail = [] if last else shown[max(len(head), len(shown) - 1) :]
    left_out = len(shown) - len(head) - len(tail)
    return [*head, *(["  ..."] if left_out else []), *tail]


def _lines(was: Sequence[str], now: Sequence[str], pieces: Sequence[Piece]) -> Iterator[str]:
    reworded = any(piece.op == "same" for piece in pieces)
    for sign, op, brackets, paragraphs in (("-", "removed", ("[-", "-]"), was), ("+", "added", ("{+", "+}"), now)):
        told = (piece for piece in pieces if piece.op in ("same", op))
        if paragraphs:
            text = "".join(
                _marked(piece.text, brackets) if reworded and piece.op == op else piece.text for piece in told
            )
            yield from (f"{sign} {line}" for line in text.split("\n"))


def _marked(text: str, brackets: tuple[str, str]) -> str:
    """Put brackets around a stretch, on each of its lines, the space before it left outside."""
    return "\n".join(_SPACE_AND_REST.sub(rf"\1{brackets[0]}\2{brackets[1]}", line) for line in text.split("\n"))
