"""From the bytes of a page to its characters. Not here: cleaning (text.py), nor any look at what the text says.

A page says itself how it is encoded, in up to three places, and is sometimes wrong in all of them. Only four families
are believed (RELIABILITY 2.5): an outsider's label never picks an odd codec such as `unicode_escape` or `hz`.
"""

from __future__ import annotations

import codecs
import re

UTF8, GB, BIG5, WESTERN = "utf-8", "gb18030", "big5hkscs", "cp1252"

_LABELS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), UTF8),
    **dict.fromkeys(("gb18030", "gbk", "gb2312", "gb_2312-80", "x-gbk", "cp936", "ms936", "chinese"), GB),
    **dict.fromkeys(("big5", "big5-hkscs", "big5hkscs", "cn-big5", "x-x-big5", "cp950"), BIG5),
    **dict.fromkeys(("windows-1252", "cp1252", "iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"), WESTERN),
}
_BOMS = ((codecs.BOM_UTF8, UTF8), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s{0,8}=\s{0,8}[\"']?\s{0,8}([\w.:-]{1,40})", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"<\?xml[^<>]{0,200}?encoding\s{0,8}=\s{0,8}[\"']([\w.:-]{1,40})", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page must say how it is encoded; the HTML standard asks for 1024
_SPOILT = 0.005  # share of U+FFFD from which a label is taken to be wrong (RELIABILITY 2.5)

# The characters that every official text in Chinese is full of, Traditional and Simplified: bytes read with the wrong
# codec give rare characters instead.
_FREQUENT = frozenset(
    "的一是在有和日年月中大人及會会為为與与國国時时不了上下公政府部局長长市民新本今出生行務务及以於于對对將将個个"
    "表示合作工香港澳門门衞衛卫醫医院署健康療疗病區区發发展進进行其可由至内內地方提供者及同等第三二五十"
)


def decode(body: bytes, content_type: str = "") -> str:
    """Return the characters of `body`; what cannot be read becomes U+FFFD, and nothing is ever raised.

    Order: byte order mark; UTF-8 wherever the bytes are valid UTF-8 that is not plain ASCII (no text in another
    encoding is so by chance); the label of the header; the label of the page; what the bytes look like.

    Args:
        body: the page as fetched.
        content_type: the Content-Type header as it came, possibly empty.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    try:
        return body.decode(UTF8)
    except UnicodeDecodeError:
        return _decode_labelled(body, _labels(body, content_type))


def _labels(body: bytes, content_type: str) -> list[str]:
    """Return the believable codecs that the header and the page name, in that order, the Western default last."""
    head = body[:_HEAD].decode("latin-1")
    said = [
        found[1]
        for found in (_CHARSET.search(content_type), _XML_DECLARATION.search(head), _CHARSET.search(head))
        if found
    ]
    known = [_LABELS[label.lower()] for label in said if label.lower() in _LABELS]
    return sorted(dict.fromkeys(known), key=lambda codec: codec == WESTERN)


def _decode_labelled(body: bytes, labels: list[str]) -> str:
    """Decode with the first label that fits; where the bytes look far more like another family, with that one."""
    candidates = list(dict.fromkeys([*labels, UTF8, GB, BIG5, WESTERN]))
    texts = {codec: body.decode(codec, "replace") for codec in candidates}
    fitting = [
        codec for codec in candidates if texts[codec].count("\ufffd") <= _SPOILT * len(texts[codec])
    ] or candidates
    chosen = fitting[0]
    best = max(fitting, key=lambda codec: _likeness(texts[codec]))
    if _likeness(texts[best]) > 2 * _likeness(texts[chosen]) + 0.05:
        chosen = best
    if not labels and not _likeness(texts[chosen]) and WESTERN in fitting:
        chosen = WESTERN
    return texts[chosen]


def _likeness(text: str) -> float:
    """Return how much of the non-ASCII part of `text` is frequent Chinese, between 0 and 1."""
    foreign = [char for char in text[:20_000] if char > "\x7f"]
    return sum(char in _FREQUENT for char in foreign) / len(foreign) if foreign else 0.0
