"""Finds bodies and programmes that the lists do not know, by how Chinese names them: where a name ends and may begin.

Works on folded text. Not here: English names (unlisted.py), and what the lists know (naming.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import islice

from scraper.cooperation.forms import either
from scraper.cooperation.passages import READ, Passage
from scraper.cooperation.unlisted import BODY, PROGRAMME

ENDING = re.compile(rf"(?:{either('han_with_place', 'han_bodies')})(?![一-龥]?(?:长者|联网))")
ALONE = re.compile(either("han_with_place"))
QUOTED = re.compile(rf"\"(?P<name>[^\"\n,。;]{{3,70}}?(?:{either('han_programmes', 'han_quoted')}))\"")
CODED = re.compile(r"代号(?:为|叫|是)?\"(?P<name>[^\"\n,。;]{2,20})\"")
# A meeting or scheme without marks: it begins at a place, and tells of health or of working together.
PLACED = re.compile(rf"(?:{either('han_placed')})(?![一-龥]?(?:室|中心|员|书))")
ABOUT, NO_NAME = (re.compile(either(name)) for name in ("han_about", "han_no_name"))
LEAST = 5
NO_BODY = re.compile(either("han_no_body"))
NUMBERED = re.compile(
    r"第[0-9一二三四五六七八九十百]{1,4}(?:届|次|批)[\u4e00-\u9fff、()]{2,28}?(?:会议|大会|论坛|研讨会|峰会|年会|运动会|医疗队)"
)
# Where a name cannot have begun yet; but 协和, 同济 and their kin are names.
STOP = re.compile(
    r"[^\u4e00-\u9fff0-9·()-]|(?<!协)(?<!共)(?<!中)和(?!平)|[与及往赴向访晤率的是从自等以将并经该各其获受者员]|同(?!济)|(?<!自)由|到|在|"
    r"(?<!日)(?<!标)本(?!草)|参观|考察|出席|会见|来自|包括|转往|联同|连同|位于|代表|讨论|探讨|双方|表示|指出|强调|介绍|名|[家间所个](?!庭)|附设|设立|成立|了解|支援"
)
# Words that say what sort of hospital is meant, and name none: at the end of a name, or all there is of it.
COMMON = re.compile(rf"(?:{either('han_sorts')})$|^(?:{either('han_sorts', 'han_common')})+$")
# Acts after whose words a name can begin.
HALTS = frozenset({"meeting", "visit", "agreement"})
LONGEST = 22
# More last words of names than any release holds.
MOST = 2000
# Without a place to begin with, a name is taken for one only if it is short.
SHORT = 8


def found(folded: str, body: Sequence[Passage]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, BODY or PROGRAMME) of the Chinese names that a folded text seems to hold."""
    if folded.isascii():
        return
    places, both, halts = marks(body)
    for pattern in (QUOTED, CODED, NUMBERED):
        for match in pattern.finditer(folded, 0, READ):
            yield *match.span(0 if pattern is NUMBERED else "name"), PROGRAMME
    for match in islice(PLACED.finditer(folded, 0, READ), MOST):
        start = begun(folded, match.start(), both, halts)
        core = folded[start : match.start()]
        if is_among(start, both) and len(core) >= LEAST and ABOUT.search(core) and not NO_NAME.search(core):
            yield start, match.end(), PROGRAMME
    for match in islice(ENDING.finditer(folded, 0, READ), MOST):
        start = begun(folded, match.start(), places, halts)
        if fits(folded[start : match.start()], match[0], is_among(start, places)):
            yield start, match.end(), BODY


def marks(body: Sequence[Passage]) -> tuple[list[int], list[int], list[int]]:
    """Return where places start, where places or compounds of them do, and where ends what a name may follow."""
    places, both, halts = [], [], []
    for hit in (hit for passage in body for hit in passage.hits):
        for entry in hit.entries:
            what = entry.what
            if what == "place":
                places.append(hit.start)
                both.append(hit.start)
            elif what == "sides":
                both.append(hit.start)
            elif what == "person" or entry.name in HALTS:
                halts.append(hit.end)
    return places, both, halts


def is_among(at: int, starts: list[int]) -> bool:
    """Tell whether an offset is one of some, in order."""
    place = bisect_left(starts, at)
    return place < len(starts) and starts[place] == at


def begun(folded: str, end: int, places: list[int], halts: list[int]) -> int:
    """Return where the name begins whose last word stands at `end`: at a place, or after what cannot be of it."""
    first = max(0, end - LONGEST)
    for stop in STOP.finditer(folded, first, end):
        first = stop.end()
    last = bisect_right(halts, end)
    first = max(first, halts[last - 1] if last else 0)
    at = bisect_left(places, first)
    return places[at] if at < len(places) and places[at] < end else first


def fits(core: str, ending: str, placed: bool) -> bool:
    """Tell whether what stands before the last word tells a body apart from others."""
    if NO_BODY.search(core):
        return False
    if COMMON.search(core) and not (placed and ALONE.fullmatch(ending)):
        return False
    if placed:
        return len(core) > 3 or bool(ALONE.fullmatch(ending))
    return 2 <= len(core) <= SHORT
