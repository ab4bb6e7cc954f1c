"""Names what the text does not: the office of an official, the owner of a programme, what stands in the title alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, Lexicon
from scraper.cooperation.naming import GOVERNMENTS, Named, scripts
from scraper.cooperation.units import cut
from storage.model import Mention


def speaking(
    text: str, named: Named, parties: Collection[Mention], own: str | None, words: Lexicon
) -> Iterator[Mention]:
    """Yield the bodies that speak through somebody or something named, where `parties` does not name them already.

    An official speaks for the office where no body of that side is named: "York Chow will visit London". A programme
    whose name begins with a body's is that body's: "Hospital Authority Healthcare Talents Visiting Programme". A
    conference is not: those who come are others. The passage is the name of the official or the programme.

    Args:
        text: of the release.
        named: what the lists know of the text (see `naming.every`).
        parties: the bodies that the text names.
        own: the publisher's side.
        words: the lists.
    """
    sides = {side for _, entry in named if entry.what == "body" for side in entry.sides}
    if own in GOVERNMENTS and any(entry.kind == "own government" for _, entry in named):
        sides.add(own)
    known = {party.name for party in parties}
    for hit, entry in named:
        if entry.what == "person" and sides.isdisjoint(entry.sides):
            body = within(entry.office, words)
        elif entry.what == "programme" and entry.kind != "conference":
            body = leading(entry.name, words)
        else:
            continue
        if body and body.name not in known:
            known.add(body.name)
            yield _mention(body, hit.start, text[hit.start : hit.end])


def titled(title: Named, what: str, stated: Collection[Mention]) -> Iterator[Mention]:
    """Yield the bodies or programmes (`what`) that the title alone names; their passage is empty, before the text.

    Args:
        title: what the lists know of the title.
        what: `body` or `programme`; a body that is a programme too is left to those.
        stated: those that the text names.
    """
    known = {mention.name for mention in stated}
    for hit, entry in title:
        both = what == "body" and any(other.what == "programme" for other in hit.entries)
        if entry.what != what or entry.kind in ("own government", "policy") or both or entry.name in known:
            continue
        known.add(entry.name)
        yield _mention(entry, 0, "")


def _mention(entry: Entry, at: int, passage: str) -> Mention:
    side = entry.place or min(entry.sides, default=None)
    names = dict.fromkeys(name for name in scripts(entry.chinese) if name)
    return Mention(entry.name, at, at + len(passage), passage, side, entry.kind or None, aliases=tuple(names))


@lru_cache(maxsize=1024)
def within(office: str, words: Lexicon) -> Entry | None:
    """Return the body that an office belongs to: Chairman of the Hospital Authority, Secretary for Health."""
    return next((body for _, _, found in words.trie.find(cut(fold(office)).words) if (body := _body(found))), None)


@lru_cache(maxsize=1024)
def leading(name: str, words: Lexicon) -> Entry | None:
    """Return the body that a programme's name begins with, the longest; None where it begins with none."""
    units = cut(fold(name)).words
    for end in range(len(units) - 1, 1, -1):
        first, after, found = next(words.trie.find(units[:end]), (1, 0, []))
        if (first, after) == (0, end):
            return _body(found)
    return None


def _body(found: Sequence[Entry]) -> Entry | None:
    return next((entry for entry in found if entry.what == "body" and entry.kind != "own government"), None)
