"""Which questions a reader put to a page, and what each found: for `coopwatch try`. Costs nothing where nobody asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """A selector that a reader tried on a page, and the elements it found."""

    selector: str
    elements: tuple[Any, ...]


_ASKED: ContextVar[list[Question] | None] = ContextVar("asked", default=None)


@contextmanager
def tracing() -> Iterator[list[Question]]:
    """Note every question put to a page inside the block, in their order."""
    asked: list[Question] = []
    token = _ASKED.set(asked)
    try:
        yield asked
    finally:
        _ASKED.reset(token)


def note(selector: str, elements: list[Any]) -> None:
    """Note a question where anybody wants to know."""
    asked = _ASKED.get()
    if asked is not None:
        asked.append(Question(selector, tuple(elements)))
