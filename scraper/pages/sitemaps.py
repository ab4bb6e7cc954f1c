"""What a sitemap offers: addresses, with when each page last changed. Not here: which of them count."""

from __future__ import annotations

from typing import Any

from lxml import etree

from scraper.pages import dates
from scraper.pages.addresses import Spelling
from scraper.pages.blocked import refuse
from scraper.pages.charset import decode
from scraper.pages.document import Document, ParseError
from scraper.pages.listings import Reader, offered, seen_from
from scraper.pages.text import clean
from storage.model import Link

NEWEST = 200
"""So many pages of a sitemap are offered, the last to change first; sitemaps hold up to 50,000."""


def sitemap(address: Spelling) -> Reader:
    """Return the reader of a sitemap whose addresses `address` knows; of a news sitemap, titles and times as well."""

    def links(document: Document) -> tuple[Link, ...]:
        """Return the newest links, each once; a page that changed has another digest."""
        found = [_parts(one) for one in _root(document).iter() if _name(one) == "url"]
        known = ((seen_from(address, document, parts.get("loc")), parts) for parts in found)
        told = [_link(one.key, one.url, parts) for one, parts in known if one]
        newest = sorted(told, key=lambda link: link.digest, reverse=True)
        return offered(document, newest[:NEWEST], len(found))

    return links


def _link(key: str, url: str, parts: dict[str, str]) -> Link:
    issued = dates.of_machine(parts.get("publication_date", ""))
    changed = dates.of_machine(parts.get("lastmod", "")) or issued
    stamp = changed.at.isoformat() if changed else ""
    return Link(key, url, clean(parts.get("title", "")), issued.at if issued else None, stamp)


def _root(document: Document) -> Any:
    """Return the root element of a sitemap, or raise in words what came instead."""
    text = decode(document.body, document.content_type).replace("\x00", "").strip()
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        root = None
    if root is not None and _name(root) == "sitemapindex":
        inside = next((one.text or "" for one in root.iter() if _name(one) == "loc"), "")
        raise ParseError(document.url, f"a list of sitemaps; name one of them instead, such as {inside.strip()[:200]}")
    if root is None or _name(root) != "urlset":
        refuse(document.url, text, "this is not a sitemap")
    if "urlset>" not in text[-2000:]:
        raise ParseError(document.url, "the sitemap is cut short")
    return root


def _parts(element: Any) -> dict[str, str]:
    """Return the texts inside a `url` element by name; of a repeated one the first counts."""
    parts: dict[str, str] = {}
    for child in element.iter():
        if (name := _name(child)) and child.text and child.text.strip():
            parts.setdefault(name, child.text.strip())
    return parts


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""
