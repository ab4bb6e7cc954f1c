"""Atom (RFC 4287) told as RSS is: the parts of an entry under RSS's names. Not here: RSS itself (feeds.py)."""

from __future__ import annotations

from typing import Any

from lxml import etree


def parts_of(entry: Any) -> dict[str, str]:
    """Return the texts of an Atom entry under the names that RSS has for them; of a repeated element the first counts.

    Args:
        entry: the lxml element.
    """
    told: dict[str, str] = {}
    for child in entry:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name == "link":
            said = (child.get("href") or "").strip() if child.get("rel", "alternate") == "alternate" else ""
        elif name == "author":
            said = next((one.text or "" for one in child if str(one.tag).endswith("}name")), "").strip()
        elif name in ("content", "summary") and child.get("type") == "xhtml":
            said = "".join(etree.tostring(one, encoding="unicode", with_tail=False) for one in child)
        else:
            said = "".join(child.itertext()).strip()
        if name and said:
            told.setdefault(name, said)
    as_rss = {
        "title": told.get("title"),
        "link": told.get("link"),
        "guid": told.get("id"),
        "description": told.get("content") or told.get("summary"),
        "pubDate": told.get("published") or told.get("updated"),
        "creator": told.get("author"),
    }
    return {name: said for name, said in as_rss.items() if said}
