"""Finds the laws that a text names: by their form, and by one canonical name where data/laws.json knows them.

Not here: agreements and standards, which are programmes (naming.py), and what a law means for the release (signals.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice

from scraper.cooperation.folding import fold
from scraper.cooperation.lexicon import Entry, read
from scraper.cooperation.naming import Found, gathered
from scraper.cooperation.passages import READ
from scraper.cooperation.units import cut
from storage.model import Mention

# What an English law's name ends with; a year or a chapter may follow, and is not of the name.
HEADS = ("Ordinance", "Regulation", "Act", "Law", "Bill")
WORD = r"(?:[A-Z][\w’'-]{1,24}|\([A-Z][\w ]{1,30}\))"
# The words before the head, back to where the name begins; "Medical, Dentists and Nurses Registration Ordinances".
BEFORE = re.compile(rf"{WORD}(?:(?: (?:of|on|for|and|the|in)){{0,2}}(?: |, ){WORD}){{0,11}} $")
LISTED = re.compile(r",? and the |, the |, and ")
# A plural's list is parted at each comma and conjunction: "Dentists Registration and Nurses Registration Ordinances".
PLURAL = re.compile(r",? and (?:the )?|, (?:the )?")
# Words that begin a sentence, and no name.
FIRST = frozenset({"The", "This", "That", "These", "Under", "In", "When", "After", "If", "As", "An", "A", "No", "Our"})
# As far back as a name may begin, in characters; as many are looked at in one text.
BACK, MOST = 120, 100
# Chinese: a name in its marks, which folding does not keep, or before 条例 and 规例 alone.
HAN_MARKED = re.compile(r"[《〈]([^《》〈〉\n]{2,40})[》〉]")
HAN_ENDS = ("条例", "规例", "法", "制度", "草案", "法案", "法律", "办法", "规定", "细则")
HAN_HEADS = ("条例", "规例")
HAN_NAME = re.compile(r"[\u4e00-\u9fff()]{3,16}$")
HAN_STOP = re.compile(r".*(?:修订|修改|根据|按照|依据|制定|订立|通过|提交|审议|违反|[在与和对将按就的](?!\())")


def laws(text: str, folded: str) -> tuple[Mention, ...]:
    """Return the laws that `text` names, each once, by canonical name.

    Args:
        text: the release's text.
        folded: the same, folded.
    """
    return gathered(text, sorted((_entry(*span) for span in spans(text, folded)), key=lambda one: one[0]))


def spans(text: str, folded: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, name) of what looks like the name of a law."""
    for head in HEADS:
        at, count = text.find(head, 0, READ), 0
        while at >= 0 and count < MOST:
            yield from _named(text, at, head)
            at, count = text.find(head, at + len(head), READ), count + 1
    if not folded.isascii():
        yield from _han(text, folded)


def _named(text: str, at: int, head: str) -> Iterator[tuple[int, int, str]]:
    """Yield the names that end with the head at `at`: one, or those of a list before its plural."""
    end = at + len(head)
    many = text.startswith("s", end)
    if text[end + many : end + many + 1].isalnum() or not (before := BEFORE.search(text, max(0, at - BACK), at)):
        return
    said, start = before[0].rstrip(" "), before.start()
    pieces = PLURAL.split(said) if many else LISTED.split(said)
    if any(" " not in piece for piece in pieces):  # "Prevention and Control of Disease Regulations" is one
        pieces = [pieces[0]] if len(pieces) == 1 else LISTED.split(said)
    for number, piece in enumerate(pieces, 1):
        start, last = text.index(piece, start), number == len(pieces)
        words = piece.split()
        while words and (words[0] in FIRST or words[0].islower()):
            start += len(words[0]) + 1
            words = words[1:]
        name = " ".join(words)
        if (many or last) and (len(words) > 1 or name == "Basic"):
            yield start, end if last and not many else start + len(name), f"{name} {head}"
        start += len(name)


def _han(text: str, folded: str) -> Iterator[tuple[int, int, str]]:
    """Yield the Chinese names: those in marks, and those that 条例 or 规例 alone ends."""
    taken: set[int] = set()
    for match in islice(HAN_MARKED.finditer(text, 0, READ), MOST):
        taken.update(range(*match.span()))
        if folded.endswith(HAN_ENDS, *match.span(1)):
            yield *match.span(1), match[1]
    for head in HAN_HEADS:
        at, count = folded.find(head, 0, READ), 0
        while at >= 0 and count < MOST:
            end = at + (4 if folded.startswith("草案", at + 2) else 2)
            name = HAN_NAME.search(folded, max(0, at - 16), at)
            if name and at not in taken:
                stop = HAN_STOP.match(name[0])
                start = name.start() + (stop.end() if stop else 0)
                if at - start >= 3:
                    yield start, end, text[start:end]
            at, count = folded.find(head, end, READ), count + 1


@cache
def known() -> dict[str, Entry]:
    """Return the laws that are known, by each of their names as `_form` gives it."""
    made: dict[str, Entry] = {}
    for en, zh, place, also in read("laws.json")["rows"]:
        entry = Entry("law", en, frozenset({place} if place else ()), "law", place, chinese=zh)
        made.update({_form(name): entry for name in (en, zh, *also)})
    return made


def _form(name: str) -> str:
    return " ".join(cut(fold(name)).words)


def _entry(start: int, end: int, name: str) -> Found:
    """Return a name with the law it stands for: the known one, or one named as stated."""
    return start, end, known().get(_form(name)) or Entry("law", name, kind="law")
