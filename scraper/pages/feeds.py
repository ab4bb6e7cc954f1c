"""RSS and Atom as portals write it: the entries of a feed, and one alone as a feed. Not here: which links count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from scraper.pages.atom import parts_of
from scraper.pages.blocked import refuse
from scraper.pages.charset import decode
from scraper.pages.document import BlockedError, Document, ParseError
from scraper.pages.text import MAX_DEPTH, clean

_TOO_DEEP = etree.XPath("boolean(" + "/*" * MAX_DEPTH + ")")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed, its element texts stripped.

    `addresses` are its link and guid, in that order; `description` is markup; `published` is as the feed writes it.
    `element` is the entry's own lxml element.
    """

    title: str
    addresses: tuple[str, ...]
    description: str
    published: str
    creator: str
    element: Any


def entries(document: Document) -> tuple[Entry, ...]:
    """Return the entries of an RSS or Atom feed in its order. No entity is expanded and nothing is fetched.

    Raises:
        BlockedError: a web page came instead.
        ParseError: not a feed, cut short, nested too deep, or without a single entry.
    """
    root = _root(document)
    found = tuple(_entry(item) for item in root.iter() if _name(item) in ("item", "entry"))
    if not found:
        raise ParseError(document.url, "the feed has no entries")
    return found


def items(document: Document) -> tuple[dict[str, str], ...]:
    """Return the texts inside each item of a document in RSS's form, by element name, stripped; there may be none.

    Raises:
        BlockedError, ParseError: as `entries`.
    """
    return tuple(_parts(item) for item in _root(document).iter() if _name(item) == "item")


def alone(entry: Entry, address: str) -> Document:
    """Return a feed that holds just this entry, under the release's address: it can be kept and read by itself."""
    xml = etree.tostring(entry.element, encoding="unicode", with_tail=False)
    body = f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>{xml}</channel></rss>\n'
    return Document(address, body.encode(), "application/rss+xml; charset=utf-8")


def _root(document: Document) -> Any:
    """Return the root element of a feed, or raise in words what came instead."""
    source = decode(document.body, document.content_type)
    text = source.replace("\x00", "").strip()
    if not text:
        raise ParseError(document.url, "the feed is empty")
    start = text[:2000].lower().partition("<rss")[0].partition("<feed")[0]
    if "<html" in start or "<!doctype html" in start:
        _blame_page(document.url, source)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, load_dtd=False, no_network=True, huge_tree=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        root = None
    if root is None or _name(root) not in ("rss", "RDF", "feed"):
        refuse(document.url, source, "this is neither RSS nor Atom")
    if _TOO_DEEP(root):
        raise ParseError(document.url, f"nested more than {MAX_DEPTH} deep: part of the feed may be lost")
    if f"</{root.prefix + ':' if root.prefix else ''}{_name(root)}" not in text[-2000:]:
        raise ParseError(document.url, "the feed is cut short")
    return root


def _blame_page(address: str, source: str) -> None:
    """Raise BlockedError for a web page that came instead of a feed, saying what kind where that can be told."""
    try:
        refuse(address, source, "")
    except BlockedError:
        raise
    except ParseError:
        raise BlockedError(address, "the portal answered with a web page instead of the feed") from None


def _entry(item: Any) -> Entry:
    """Return an entry's parts."""
    parts = parts_of(item) if _name(item) == "entry" else _parts(item)
    return Entry(
        title=clean(parts.get("title", "")),
        addresses=tuple(filter(None, (parts.get("link"), parts.get("guid")))),
        description=parts.get("description", ""),
        published=parts.get("pubDate") or parts.get("date") or "",
        creator=clean(parts.get("creator", "")),
        element=item,
    )


def _parts(item: Any) -> dict[str, str]:
    """Return the texts of an item's elements by name; of a repeated element the first counts."""
    parts: dict[str, str] = {}
    for child in item:
        name = _name(child)
        if name and not parts.get(name):
            parts[name] = "".join(child.itertext()).strip()
    return parts


def _name(element: Any) -> str:
    """Return an element's name without its namespace, also where the feed forgot to declare the prefix."""
    tag = element.tag
    return tag.rpartition("}")[2].rpartition(":")[2] if isinstance(tag, str) else ""
