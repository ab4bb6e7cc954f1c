"""A feed as Atom (RFC 4287). Pure: entries in, bytes out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from lxml import etree

from scheduler.alerts.entries import Entry, feed_id, moment

ATOM = "http://www.w3.org/2005/Atom"
# What XML 1.0 cannot hold (production 2, Char).
UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def atom(name: str, title: str, entries: Sequence[Entry], made: datetime) -> bytes:
    """Return the feed of a subscription.

    Args:
        name: of the subscription; gives the feed its id.
        title: for people.
        entries: newest first.
        made: what stands for its last change where it has no entry yet.
    """
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(feed, "id", feed_id(name))
    _add(feed, "title", title)
    _add(feed, "updated", _time(moment(entries, made)))
    _add(_add(feed, "author"), "name", "coopwatch")
    _add(feed, "generator", "coopwatch")
    for each in entries:
        _entry(_add(feed, "entry"), each)
    return bytes(etree.tostring(feed, encoding="utf-8", xml_declaration=True, pretty_print=True))


def _entry(node: etree._Element, one: Entry) -> None:
    node.set(XML_LANGUAGE, one.language)
    _add(node, "id", one.id)
    _add(node, "title", one.title)
    _add(node, "updated", _time(one.updated))
    if one.published:
        _add(node, "published", _time(one.published))
    _add(_add(node, "author"), "name", one.author)
    if one.url:
        _add(node, "link", rel="alternate", href=one.url)
    for category in one.categories:
        _add(node, "category", term=category)
    _add(node, "content", one.html, type="html")


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    node = etree.SubElement(parent, f"{{{ATOM}}}{tag}", attributes)
    node.text = text and UNFIT.sub("\ufffd", text)
    return node


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
