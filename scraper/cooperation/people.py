"""Finds people by the office or title that stands with their name, where the list of officials does not know them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from scraper.cooperation.forms import either, forms
from scraper.cooperation.passages import READ
from scraper.cooperation.units import Tried, each, starts_among, starts_of
from storage.model import Mention

# A Latin name: one to four capitalised parts; given names may be hyphenated (Chung-mau).
PART = r"[A-Z][a-z']{1,14}(?:-[A-Za-z][a-z']{0,14})?"
NAME = rf"{PART}(?: {PART}){{0,3}}"
PLAIN = rf"{PART}(?: {PART}){{1,2}}"
TITLED = re.compile(rf"\b(?=[DMPS])(?:Professor|Prof|Dr|Mr|Ms|Mrs|Miss|Dame|Sir|Madam)\.? (?P<name>{NAME})")
OFFICE = (
    r"(?:(?:Vice|Deputy|Acting|Under|Assistant|Executive|Party|Honorary|Standing)[- ]){0,4}"
    r"(?:Secretary(?:-General| General)?|Director(?:-General| General)?|Minister|Chairman|Chairperson|President|"
    r"Commissioner|Controller|Governor|Mayor|Dean|Vice-[Mm]inister|Vice-[Pp]resident|Chief Executive|Chief|Officer|"
    r"Superintendent|Ambassador|Head)"
)
# "the President of Southern Medical University Zhang Yurun": an office before a body, a name behind it.
BEFORE_BODY = re.compile(rf"\b(?P<office>{OFFICE})[^.;\n]{{0,50}}$")
AFTER_BODY = re.compile(rf",? (?P<name>{PLAIN})\b")
OFFICED = re.compile(rf"\b(?=[A-Z])(?P<office>{OFFICE}(?: (?:of|for) (?:the )?[A-Z]\w+)?),? (?P<name>{PLAIN})\b")
# "Yu Yanhong of the National Health Commission".
OF_BODY = re.compile(rf"(?P<name>{PLAIN}) of (?:the )?$")
# "Anna Berg and Lo Chung-mau", "Lo Chung-mau and Anna Berg".
JOINED, JOINING = re.compile(rf"\b(?P<name>{PLAIN}) and $"), re.compile(rf" and (?P<name>{PLAIN})\b")
LED = re.compile(rf"led by (?P<name>{PLAIN})\b")
# "Anna Berg, the minister of health": a name, then an office in small letters.
EXPLAINED = re.compile(rf"\b(?P<name>{PLAIN}), (?:the )?$")
EXPLAINING = re.compile(
    r"(?:deputy |vice[- ]|acting |chief )?"
    r"(?:minister|director|chairman|president|secretary|commissioner|head|dean|governor|mayor)\b"
)
# How far before an office its name may begin.
BACK = 60
# The words that a title or an office can begin with.
TRIGGERS = frozenset(forms()["triggers"])
(SURNAMES,), (SOUNDS,), POST = forms()["han_surnames"], forms()["han_sounds"], either("han_offices")
# The characters an office can begin with: looking for them first is many times faster.
FIRSTS = re.compile(
    "[" + "".join(sorted({c for w in POST.split("|") for c in (w[0], w[2:3] if w[1] == "?" else "")})) + "]"
)
# A Chinese name ends where a verb, a conjunction or a mark follows.
AFTER = (
    "率表代参受兼任曾并偕联先带邀讨说指今昨在与和及等会致的见以于出介强回称担续到访同也亦说将陪分一是明早签主则就向对作应获形座认欢感希期重补透解披宣"
    ',.;:、。()" \n'
)
# Characters of that list that end given names too: 周长强率团, but 李明强调. Then a verb follows, and no such word.
BOTH = "强明和先希欢宣重联应曾任分期作同会主说"
WORDS = either("han_words")
VERBS = "率表代参出介指今昨的致称在受说讲谈见签与"
# Foreign names: parts with a dot between them, or three and more of the characters that stand for sounds.
HAN = re.compile(
    rf"(?P<office>(?:{POST}))(?P<name>[\u4e00-\u9fff]{{1,6}}(?:·[\u4e00-\u9fff]{{1,6}}?){{1,4}}(?=[{AFTER}]|$)"
    rf"|[{SOUNDS}]{{3,8}}(?=[{AFTER}]|$)"
    rf"|[{SURNAMES}][\u4e00-\u9fff](?!{WORDS})[{BOTH}](?=[{VERBS}])"
    rf"|欧阳[\u4e00-\u9fff]|[{SURNAMES}](?!先生|女士|小姐|医生|教授|博士)[\u4e00-\u9fff]{{1,2}}?(?=[{AFTER}]|$))"
)
NO_NAMES = frozenset(forms()["no_person"])


def people(
    text: str, folded: str, tried: Tried, known: tuple[Mention, ...], bodies: Sequence[tuple[int, int]]
) -> tuple[Mention, ...]:
    """Return the people named: those `known` by the list of officials, and those found by office or title.

    Args:
        text: the release's text.
        folded: the same, folded.
        tried: its words that an office or a title can begin with, and maybe others (see `units.worth`).
        known: what the list of officials found.
        bodies: where bodies are named, as (start, end).
    """
    spans = [*((mention.start, mention.end) for mention in known), *bodies]
    taken = {at for start, end in spans for at in range(start, end)}
    found = {mention.name: mention for mention in known}
    parts = [part for mention in known for part in (mention.name, mention.text)]
    for start, end, office in chain(candidates(text[:READ], folded, tried, bodies), beside(text, known)):
        name = text[start:end]
        if (
            NO_NAMES.intersection(re.split("[ -]", name))
            or start in taken
            or end - 1 in taken
            or any(name in part or part in name for part in parts)
        ):
            continue
        if any(other != name and name in other for other in found):
            continue
        found.setdefault(name, Mention(name, start, end, name, office=office or None))
    return tuple(sorted(found.values(), key=lambda mention: mention.start))


def beside(text: str, known: Sequence[Mention]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, office) of names that stand with a known one: "Anna Berg and Lo Chung-mau signed"."""
    for mention in known:
        if not mention.text.isascii():
            continue
        if text.endswith(" and ", 0, mention.start):
            if match := JOINED.search(text, max(0, mention.start - BACK), mention.start):
                yield *match.span("name"), ""
        elif match := JOINING.match(text, mention.end):
            yield *match.span("name"), ""


def candidates(
    text: str, folded: str, tried: Tried, bodies: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, office) of what looks like a person's name."""
    for at in starts_of(tried, TRIGGERS):
        yield from named_at(text, at)
    for start, end in bodies:
        if text[start - 3 : start] in ("of ", "he ") and (before := OF_BODY.search(text, max(0, start - BACK), start)):
            yield *before.span("name"), ""
        if (named := AFTER_BODY.match(text, end)) and (before := BEFORE_BODY.search(text[max(0, start - 80) : start])):
            yield *named.span("name"), before["office"]
    for match in () if folded.isascii() else each(HAN, folded, starts_among(folded, FIRSTS)):
        yield *match.span("name"), text[match.start("office") : match.end("office")]


def named_at(text: str, at: int) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, office) of the name that stands with a title or an office beginning at an offset."""
    if match := TITLED.match(text, at):
        if " " in match["name"] or "-" in match["name"]:
            yield *match.span("name"), ""
    elif match := OFFICED.match(text, at) or LED.match(text, at):
        yield *match.span("name"), match.groupdict().get("office") or ""
    elif (text[at - 2 : at] == ", " or text[at - 6 : at] == ", the ") and (
        match := EXPLAINED.search(text, max(0, at - BACK), at)
    ):
        office = EXPLAINING.match(text, at)
        yield *match.span("name"), office[0] if office else ""
