"""Finds people by the office or title that stands with their name, where the list of officials does not know them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from scraper.cooperation.passages import READ
from storage.model import Mention

# A Latin name: one to four capitalised parts; given names may be hyphenated (Chung-mau).
PART = r"[A-Z][a-z']{1,14}(?:-[A-Za-z][a-z']{0,14})?"
NAME = rf"{PART}(?: {PART}){{0,3}}"
PLAIN = rf"{PART}(?: {PART}){{1,2}}"
TITLED = re.compile(rf"\b(?=[DMPS])(?:Professor|Prof|Dr|Mr|Ms|Mrs|Miss|Dame|Sir|Madam)\.? (?P<name>{NAME})")
OFFICE = (
    r"(?:(?:Vice|Deputy|Acting|Under|Assistant|Executive|Party|Honorary|Standing)[- ])*"
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
LED = re.compile(rf"led by (?P<name>{PLAIN})\b")
EXPLAINED = re.compile(
    rf"\b(?=[A-Z])(?P<name>{PLAIN}), (?:the )?(?P<office>(?:deputy |vice[- ]|acting |chief )?"
    r"(?:minister|director|chairman|president|secretary|commissioner|head|dean|governor|mayor))\b"
)
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮齐康伍余元卜顾孟平黄和穆萧尹姚邵汪祁毛禹狄米贝明臧计伏成戴谈宋庞熊纪舒屈"
    "项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房裘缪解应宗丁宣邓郁单杭洪包诸左石"
    "崔吉龚程邢裴陆荣翁荀甄曲封储靳糜松井段富焦谷车侯全班仰秋仲伊宫宁仇栾暴甘厉戎祖武符刘景詹束龙叶幸司韶黎溥印白怀邰从索赖卓"
    "曾蔺屠蒙池乔阴胥能苍双闻莘翟谭贡劳姬申扶堵冉宰雍桑桂牛边扈燕冀尚农温庄晏柴瞿阎连习容向古易廖庾终居衡步都耿满弘匡国文寇广"
    "禄阙东欧利师巩聂关荆游盖益桓公冼区麦佘"
)
POST = (
    "局长|署长|副?主任|副?主席|副?院长|行政总裁|副?司长|副?部长|副?总监|理事长|副?校长|副?书记|副?会长|副?市长|副?省长|副?署长|总干事|"
    "副?局长|关长|副?关长|总裁|教授|秘书长|行政长官|常任秘书长|副?处长|副?所长|组长|队长|议员|医生|专家"
)
# A Chinese name ends where a verb, a conjunction or a mark follows.
AFTER = '率表代参受兼任曾并偕联先带邀讨说指今昨在与和及等会致的见以于出介强回称担续到访同也亦说将陪分一是明早签主则就向对作应获,.;:、。()" \n'
# Characters that foreign names are written with; three or more of them after an office are such a name.
SOUNDS = (
    "阿爱安奥巴贝比宾波博布查达戴德迪丁多顿恩法菲费弗福甘戈格哈海赫胡加杰卡凯克肯库拉莱兰勒雷里利莉莲林琳卢鲁伦罗洛马玛麦曼梅门米莫姆娜纳"
    "奈内尼诺努帕佩皮普齐奇乔琼颂萨塞桑沙舍斯索塔泰坦特蒂图托瓦万威韦维温沃乌西希夏辛雅亚伊因英尤约扎詹朱"
)
HAN = re.compile(
    rf"(?P<office>(?:{POST}))(?P<name>[\u4e00-\u9fff]{{1,6}}(?:·[\u4e00-\u9fff]{{1,6}}?)+(?=[{AFTER}]|$)"
    rf"|[{SOUNDS}]{{3,8}}(?=[{AFTER}]|$)"
    rf"|欧阳[\u4e00-\u9fff]|[{SURNAMES}][\u4e00-\u9fff]{{1,2}}?(?=[{AFTER}]|$))"
)


def people(
    text: str, folded: str, known: tuple[Mention, ...], bodies: Sequence[tuple[int, int]]
) -> tuple[Mention, ...]:
    """Return the people named: those `known` by the list of officials, and those found by office or title.

    Args:
        text: the release's text.
        folded: the same, folded.
        known: what the list of officials found.
        bodies: where bodies are named, as (start, end).
    """
    taken = {at for mention in known for at in range(mention.start, mention.end)}
    found = {mention.name: mention for mention in known}
    parts = [part for mention in known for part in (mention.name, mention.text)]
    for start, end, office in candidates(text[:READ], folded, bodies):
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


# Capitalised words that stand after an office without being anybody's name.
NO_NAMES = frozenset(
    [
        "Health",
        "Commission",
        "Bureau",
        "Department",
        "Authority",
        "Hospital",
        "University",
        "Office",
        "Provincial",
        "Municipal",
        "Medical",
        "Government",
        "Centre",
        "Committee",
        "Hong",
        "Kong",
        "Macao",
        "Macau",
        "Mainland",
        "Council",
        "Officer",
        "Director",
        "Deputy",
        "Acting",
        "Assistant",
        "Secretary",
        "Minister",
        "President",
        "Chairman",
        "Dean",
        "Head",
        "Chief",
        "Commissioner",
        "Controller",
        "Vice",
        "Executive",
        "Representative",
        "Faculty",
        "School",
        "College",
        "Institute",
        "Academy",
        "Ministry",
        "Foundation",
        "Association",
        "Conference",
        "Scheme",
        "Programme",
        "General",
        "State",
        "Affairs",
        "Public",
        "National",
        "Social",
        "Welfare",
        "Services",
        "Culture",
        "Labour",
        "Food",
        "Safety",
    ]
)


def candidates(text: str, folded: str, bodies: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, office) of what looks like a person's name."""
    for match in TITLED.finditer(text):
        if " " in match["name"] or "-" in match["name"]:
            yield *match.span("name"), ""
    for pattern in (OFFICED, LED, EXPLAINED):
        for match in pattern.finditer(text):
            yield *match.span("name"), match.groupdict().get("office") or ""
    for start, end in bodies:
        if before := OF_BODY.search(text, max(0, start - 60), start):
            yield *before.span("name"), ""
        if (named := AFTER_BODY.match(text, end)) and (before := BEFORE_BODY.search(text[max(0, start - 80) : start])):
            yield *named.span("name"), before["office"]
    for match in HAN.finditer(folded, 0, 0 if folded.isascii() else READ):
        yield *match.span("name"), text[match.start("office") : match.end("office")]
