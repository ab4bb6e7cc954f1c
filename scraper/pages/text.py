"""From markup to the lines a reader sees. Not here: which part of a page is the text (the sources), or its bytes."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection
from typing import Any

from lxml import etree

# Elements that begin and end a line of their own on the screen.
_BLOCK_NAMES = """\
address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody tfoot thead tr ul"""
# Elements that show no text of the release.
_UNSEEN_NAMES = """\
audio button canvas datalist head iframe input math noscript object option script select style svg template textarea
video"""
_BLOCKS, _CELLS, _UNSEEN = frozenset(_BLOCK_NAMES.split()), frozenset(("td", "th")), frozenset(_UNSEEN_NAMES.split())
_HIDDEN_STYLE = re.compile(r"display\s{0,4}:\s{0,4}none", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_IDEOGRAPHIC_SPACE = "\u3000"
_DROPPED = frozenset(("Cc", "Cf", "Cs"))

MAX_DEPTH = 256  # real pages stay under 40; from about 2,000 on libxml2 loses text without a word (RELIABILITY fact 15)


class NestingError(ValueError):
    """Markup nested so deep that the parser may have lost part of it."""


class _Cleaner(dict[int, str | None]):
    """A table for `str.translate` that is filled as characters turn up; None is for those that are dropped."""

    def __missing__(self, code: int) -> str | None:
        self[code] = None if unicodedata.category(chr(code)) in _DROPPED else chr(code)
        return self[code]


_CLEANER = _Cleaner()


def clean(text: str) -> str:
    """Return `text` as one line: NFC, without control, format and surrogate characters, white space folded.

    A run of white space becomes one space, or one ideographic space (U+3000) where the portal set one: Chinese titles
    divide their halves with it. At the ends nothing is left of either.
    """
    if _IDEOGRAPHIC_SPACE in text:
        halves = (clean(half) for half in text.split(_IDEOGRAPHIC_SPACE))
        return _IDEOGRAPHIC_SPACE.join(half for half in halves if half)
    line = " ".join(text.split())
    if not line.isprintable():  # seldom: only then is each character looked at
        line = " ".join(line.translate(_CLEANER).split())
    return unicodedata.normalize("NFC", line)


def bare(markup: str) -> str:
    """Return the text of `markup` without any white space: good for comparing, not for reading; one linear pass."""
    text = "".join(html.unescape(_TAG.sub("", markup)).split())
    return text if text.isprintable() else "".join(text.translate(_CLEANER).split())


def lines(root: Any, without: Collection[Any] = ()) -> tuple[str, ...]:
    """Return the lines a reader sees inside an element, cleaned, empty ones left out.

    Block elements and `br` end a line; cells of a table row stand apart by a space; hidden elements are not seen.

    Args:
        root: an lxml element; shown itself whatever its own style says.
        without: elements inside it to leave out with all they hold.

    Raises:
        NestingError: the element lies, or holds something, deeper than MAX_DEPTH.
    """
    depth = sum(1 for _ in root.iterancestors())
    done: list[str] = []
    line: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            depth += 1
            if depth > MAX_DEPTH:
                raise NestingError(f"nested more than {MAX_DEPTH} deep")
            if node.tag in _BLOCKS:
                _end_line(line, done)
            if node is not root and (node in without or _unseen(node)):
                walk.skip_subtree()
            else:
                line.append(node.text or "")
            continue
        if event == "end":
            depth -= 1
            if node.tag in _BLOCKS:
                _end_line(line, done)
            elif node.tag in _CELLS:
                line.append(" ")
        if node is not root:
            line.append(node.tail or "")
    _end_line(line, done)
    return tuple(done)


def lines_of_markup(markup: str) -> tuple[str, ...]:
    """Return the lines a reader sees of a piece of HTML, such as a feed's description; see `lines`."""
    parser = etree.HTMLParser(recover=True, huge_tree=True, no_network=True, encoding="utf-8")
    root = etree.fromstring(f"<div>{markup}</div>".replace("\x00", "").encode("utf-8", "replace"), parser)
    return lines(root) if root is not None else ()


def _end_line(line: list[str], done: list[str]) -> None:
    """Move what stands in `line` to `done`, unless there is nothing to be seen in it."""
    text = clean("".join(line))
    line.clear()
    if text:
        done.append(text)


def _unseen(node: Any) -> bool:
    """Tell whether a browser would show nothing of an element."""
    if node.tag in _UNSEEN or "hidden" in node.attrib:
        return True
    style = node.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None
