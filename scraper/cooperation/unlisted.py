"""Finds bodies and programmes that the lists do not know, by how English names them: capitals with a head noun.

Not here: Chinese names (unlisted_han.py), and what the lists know (naming.py).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from scraper.cooperation.forms import either, forms
from scraper.cooperation.passages import READ
from scraper.cooperation.units import LETTERS, each

BODY, PROGRAMME = "body", "programme"
# data/forms.toml says what each is. A plain name is made of plain words and head nouns alone.
BODIES, PROGRAMMES, PARTS, FIRST = (frozenset(forms()[name]) for name in ("bodies", "programmes", "parts", "first"))
HEADS = BODIES | PROGRAMMES
PLAIN = BODIES | frozenset(forms()["plain"])
JOINED = "of|for|and|on|the|in|&|de|da|do|dos|under"
NAME = r"[A-Z][\w’'-]{0,30}"
RUN = re.compile(rf"{NAME}(?:(?: (?:{JOINED})){{0,2}} (?:\({NAME}\)|{NAME})){{1,40}}")
CAPITAL = re.compile("[A-Z]")
# "the 78th World Health Assembly".
NUMBERED = re.compile(r"\b\d{1,3}(?:st|nd|rd|th) $")
QUOTE = re.compile('["“‘]')
CALLED = re.compile(
    r"\b(?:named|called|code-?named|titled|entitled|dubbed) [\"“‘'](?P<name>[A-Z][^\"”’\n]{2,60}?)[\"”’']"
)
# An office before a body is not of its name: "Director-General of the Health Commission of Hubei".
OFFICE = re.compile(rf"^.*\b(?:{either('offices')})(?:[- ]General)?(?: (?:of|for|at|in)(?: the)? )")
OFFICES = frozenset(forms()["offices"])
# "He Jing of the Liaison Office" is a person, then a body.
OF = re.compile(rf"^{NAME}(?: {NAME}){{1,2}} of (?:the )?(?=[A-Z])")
# "Hong Kong under the X Programme" is a place, then a programme.
UNDER = re.compile(r"^.{1,40}? under (?:the )?")
TITLES = frozenset(forms()["titles"])
TITLE = re.compile(rf"^.*\b(?:{either('titles')})\b\.? ")
# What follows the last head noun and is no part of the name: a person's, mostly.
AFTER = re.compile(rf"^(?P<name>.*\b(?:{either('bodies')})\b(?: General)?(?: (?:of|for) .+)?)")
ABOUT, ABOUTS = 5, frozenset({"on", "in", "for"})
# Connectors after which a body's name does not go on.
ENDS = re.compile(r" (?:in|on|to|under) ")


def found(text: str, folded: str, known: Container[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, BODY or PROGRAMME) of the names that a text in Latin letters seems to hold.

    Args:
        text: the release's text.
        folded: the same, folded.
        known: where the lists know a name already.
    """
    for match in CALLED.finditer(text, 0, READ if QUOTE.search(text) else 0):
        yield *match.span("name"), PROGRAMME
    capitals = [match.start() for match in CAPITAL.finditer(text, 0, READ)]
    for match in each(RUN, text[:READ], [at for at in capitals if folded[at - 1 : at] not in LETTERS]):
        if not heads(match[0]) or match.span() in known:
            continue
        for start, end in parted(match[0], match.start()):
            for first, last, what in classed(text, start, end):
                number = NUMBERED.search(text, max(0, first - 6), first) if what == PROGRAMME else None
                yield number.start() if number else first, last, what


def parted(run: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the names in a run: `X Hospital and Y Hospital` holds two."""
    pieces, start = run.split(" and "), 0
    while pieces:
        name = pieces.pop(0)
        while pieces and not (heads(name) and heads(pieces[0])):
            name += " and " + pieces.pop(0)
        yield at + start, at + start + len(name)
        start += len(name) + len(" and ")


def heads(name: str) -> bool:
    """Tell whether a name holds a head noun."""
    return not HEADS.isdisjoint(name.split())


def classed(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield a name, trimmed, with what it is; nothing where it is a common noun or a person's office."""
    name = text[start:end]
    for trim, wanted in ((OFFICE, OFFICES), (TITLE, TITLES)):
        if not wanted.isdisjoint(name.replace("-", " ").split()) and (cut := trim.match(name)):
            start += cut.end()
            name = text[start:end]
    if (cut := UNDER.match(name)) and heads(name[cut.end() :]):
        start += cut.end()
        name = text[start:end]
    if (cut := OF.match(name)) and not heads(cut[0]):
        start += cut.end()
        name = text[start:end]
    words = name.split()
    while (
        words
        and (words[0] in FIRST or words[0].islower())
        and not (words[0] == "Health" and len(words) > 1 and words[1] not in BODIES)
    ):
        start += len(words[0]) + 1
        words = words[1:]
    last = next((word for word in words if word in PROGRAMMES), None)
    what = PROGRAMME if last and words[-1].rstrip("s") not in BODIES else BODY
    name = text[start:end]
    if what == BODY and (cut := ENDS.search(name)):
        name = name[: cut.start()]
    if what == BODY and (whole := AFTER.match(name)):
        name = whole["name"]
    words = name.split()
    own = [w for w in words if w[0].isupper() and w not in PLAIN and w not in PROGRAMMES]
    # "Agreement on Medical Collaboration" tells what it is about, though each of its words is plain.
    about = what == PROGRAMME and len(words) >= ABOUT and not ABOUTS.isdisjoint(words)
    if not heads(name) or not (own or about) or len(words) < (3 if what == PROGRAMME else 2):
        return
    yield start, start + len(name), what
