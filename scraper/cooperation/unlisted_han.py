"""Finds bodies and programmes that the lists do not know, by how Chinese names them: what a name ends with, and where
it can begin. Works on folded text. Not here: English names (unlisted.py), and what the lists know (naming.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from scraper.cooperation.passages import READ, Passage
from scraper.cooperation.unlisted import BODY, PROGRAMME

# What the name of a body ends with. `WITH_PLACE` alone follows a place's name directly: 四川大学, but not 四川医院.
WITH_PLACE = (
    "卫生健康委员会|卫健委|卫生健康委|卫生健康局|卫健局|卫生局|卫生厅|卫生部|药品监督管理局|药监局|疾病预防控制中心|疾控中心|"
    "急救中心|血液中心|海关|大学|消防处|医科大学|中医药大学|红十字会|中心医院|人民医院|中医院|妇幼保健院|儿童医院|"
    "第[一二三四五六七八九十]人民医院|医学会|医师协会|护士协会|护理学会|医院管理局|总领事馆|医学院"
)
ENDING = re.compile(
    rf"(?:{WITH_PLACE}|医院|学院|研究院|研究所|协会|学会|联合会|基金会|慈善会|委员会|管理局|总署|实验室|检测中心|研究中心|医学中心|办事处)"
    r"(?![一-龥]?(?:长者|联网))"
)
ALONE = re.compile(WITH_PLACE)
SCHEME = "计划|协议|备忘录|安排|共识|战略|宣言|会议|论坛|研讨会|大会|峰会|年会|演习|演练|方案|药典|目录|措施|项目|平台|规划|纲要|课程|合作书"
QUOTED = re.compile(rf"\"(?P<name>[^\"\n,。;]{{3,40}}?(?:{SCHEME}|标准|基金|中心|网络|行动|医疗队))\"")
NUMBERED = re.compile(
    r"第[0-9一二三四五六七八九十百]{1,4}(?:届|次|批)[\u4e00-\u9fff、()]{2,28}?(?:会议|大会|论坛|研讨会|峰会|年会|运动会|医疗队)"
)
# Where a name cannot have begun yet; but 协和, 同济 and their kin are names.
STOP = re.compile(
    r"[^\u4e00-\u9fff0-9·()-]|(?<!协)(?<!共)(?<!中)和(?!平)|[与及往赴向访晤率的是从自等以将并经该各其获受者员]|同(?!济)|(?<!自)由|到|在|"
    r"(?<!日)(?<!标)本(?!草)|参观|考察|出席|会见|来自|包括|转往|联同|连同|位于|代表|名|[家间所个](?!庭)|附设|设立|成立|了解|支援"
)
# Words that say what sort of hospital is meant, and name none: at the end of a name, or all there is of it.
SORT = "公立|私家|私营|指定|当地|本地|内地|全港|公营|三级|三甲|甲等|教学|试点|有关|相关|大型|海外|外国|定点|高水平|知名|重点|境外|部分|国内|兄弟|县级|市级|省级"
COMMON = re.compile(
    rf"(?:{SORT})$|^(?:{SORT}|合作|地区|社区|专科|综合|基层|友好|姊妹|联合|国家|中医|西医|儿童|妇产|省|市|县|区|接收|医疗|政府|立法会|事务|医学|护理|大|中|小|新)+$"
)
# Acts after whose words a name can begin.
HALTS = frozenset({"meeting", "visit", "agreement"})
LONGEST = 22
# Without a place to begin with, a name is taken for one only if it is short.
SHORT = 8


def found(folded: str, body: Sequence[Passage]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, BODY or PROGRAMME) of the Chinese names that a folded text seems to hold."""
    if folded.isascii():
        return
    hits = [h for p in body for h in p.hits]
    places = [h.start for h in hits if any(e.what == "place" for e in h.entries)]
    halts = [h.end for h in hits if any(e.what == "person" or e.name in HALTS for e in h.entries)]
    for pattern in (QUOTED, NUMBERED):
        for match in pattern.finditer(folded, 0, READ):
            yield *match.span("name" if pattern is QUOTED else 0), PROGRAMME
    for match in ENDING.finditer(folded, 0, READ):
        start = begun(folded, match.start(), places, halts)
        at = bisect_left(places, start)
        placed = at < len(places) and places[at] == start
        if fits(folded[start : match.start()], match[0], placed):
            yield start, match.end(), BODY


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
    if COMMON.search(core) and not (placed and ALONE.fullmatch(ending)):
        return False
    if placed:
        return len(core) > 3 or bool(ALONE.fullmatch(ending))
    return 2 <= len(core) <= SHORT
