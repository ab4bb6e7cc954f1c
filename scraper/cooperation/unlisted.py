"""Finds bodies and programmes that the lists do not know, by how English names them: a run of capitals with a head noun.

Not here: Chinese names (unlisted_han.py), and what the lists know (naming.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scraper.cooperation.passages import READ

BODY, PROGRAMME = "body", "programme"
# The nouns that make a name a body's, and those that make it a programme's.
BODIES = frozenset(
    "Commission Bureau Department Administration Authority Hospital Hospitals University College Academy Institute "
    "Institutes Institut Institution Centre Centres Center Centers Association Society Foundation Ministry Agency Council "
    "Committee Federation Board Union School Faculty Alliance Office Laboratory Laboratories Clinic Consortium "
    "Corporation Biotech Pharmaceutical Pharmaceuticals Embassy Cross Secretariat Directorate Trust".split()
)
PROGRAMMES = frozenset(
    "Scheme Programme Program Plan Project Agreement Memorandum Conference Forum Summit Convention Meeting Exercise Fund "
    "Network Initiative Mechanism Pharmacopoeia Standards Symposium Congress Assembly Measure Platform Pact Protocol "
    "Declaration Strategy Framework Expo Fellowship Fellowships Arrangement Games Group Course Pole Week".split()
)
# Words that tell nothing apart: a name made of these and its head alone is a common noun in capitals.
PLAIN = BODIES | frozenset(
    "The A An Health Medical Municipal Provincial Central Training Public Specialist Clinical Research Community Elderly "
    "District Government Main Joint Working Expert Steering Advisory Pilot Framework Co-operation Cooperation Of For And "
    "Memorandum Understanding Agreement Scheme Programme Plan Meeting Conference Project Fund Executive Legislative "
    "Policy Local Hospital Management Organising Secretary Director Annual Group New Two Three First Second Chief "
    "Headquarters Treatment Affairs Emergency General Testing".split()
)
JOINED = "of|for|and|on|the|in|&|de|da|do|dos|under"
NAME = r"[A-Z][\w’'-]*"
RUN = re.compile(rf"(?:\b\d{{1,3}}(?:st|nd|rd|th) )?\b{NAME}(?:(?: (?:{JOINED})){{0,2}} (?:\({NAME}\)|{NAME}))+")
CALLED = re.compile(
    r"\b(?:named|called|code-?named|titled|entitled|dubbed) [\"“‘'](?P<name>[A-Z][^\"”’\n]{2,60}?)[\"”’']"
)
# An office before a body is not of its name: "Director-General of the Health Commission of Hubei".
OFFICE = re.compile(
    r"^.*\b(?:Secretary|Director|Minister|Chairman|Chairperson|President|Dean|Head|Commissioner|Controller|Governor|Mayor|"
    r"Chief|Superintendent|Representative|Ambassador|Consul|Member|Members|Officer)(?:[- ]General)?"
    r"(?: (?:of|for|at|in)(?: the)? )"
)
# "He Jing of the Liaison Office" is a person, then a body.
OF = re.compile(rf"^{NAME}(?: {NAME}){{1,2}} of (?:the )?(?=[A-Z])")
TITLE = re.compile(r"^.*\b(?:Mr|Ms|Mrs|Dr|Prof|Professor|Sir|Dame)\b\.? ")
# Words that begin a sentence, or say something of a body, without being of its name.
FIRST = frozenset(
    "The A An In At On For From With By After Before During Some Over About Both Each This That These Its His Her Their "
    "Following Addressing Meanwhile Speaking Under Also As While When Two Three Four Five Six Seven Eight Nine Ten "
    "Today Yesterday Tomorrow Former Acting Macanese And Of Health".split()
)
# What follows the last head noun and is no part of the name: a person's, mostly.
AFTER = re.compile(rf"^(?P<name>.*\b(?:{'|'.join(sorted(BODIES))})\b(?: (?:of|for) .+)?)")
# Parts of a body that stand for it: a committee of a university is not another party than the university.
PARTS = frozenset("Committee Council Board Office Department Secretariat Group Team".split())
# Connectors after which a body's name does not go on.
ENDS = re.compile(r" (?:in|on|to|under) ")


def found(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, BODY or PROGRAMME) of the names that a text in Latin letters seems to hold."""
    for match in CALLED.finditer(text, 0, READ):
        yield *match.span("name"), PROGRAMME
    for match in RUN.finditer(text, 0, READ):
        for start, end in parted(match[0], match.start()):
            yield from classed(text, start, end)


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
    return not (BODIES | PROGRAMMES).isdisjoint(name.split())


def classed(text: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    """Yield a name, trimmed, with what it is; nothing where it is a common noun or a person's office."""
    name = text[start:end]
    for trim in (OFFICE, TITLE):
        if cut := trim.match(name):
            start += cut.end()
            name = text[start:end]
    if (cut := OF.match(name)) and not heads(cut[0]):
        start += cut.end()
        name = text[start:end]
    words = name.split()
    while words and words[0] in FIRST and not (words[0] == "Health" and len(words) > 1 and words[1] not in BODIES):
        start += len(words[0]) + 1
        words = words[1:]
    last = next((word for word in words if word in PROGRAMMES), None)
    what = PROGRAMME if last and not words[-1].rstrip("s") in BODIES else BODY
    name = text[start:end]
    if what == BODY and (cut := ENDS.search(name)):
        name = name[: cut.start()]
    if what == BODY and (whole := AFTER.match(name)):
        name = whole["name"]
    words = name.split()
    own = [w for w in words if w[0].isupper() and w not in PLAIN and w not in PROGRAMMES]
    if not heads(name) or not own or len(words) < (3 if what == PROGRAMME else 2):
        return
    yield start, start + len(name), what
