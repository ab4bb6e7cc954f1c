"""A page as a test case: `tests/pages/SOURCE/CASE/` with the page, its meta.json, and expected.json to be checked.

expected.json gets what the reader makes of the page today; a person has to look whether that is what stands there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scraper.pages.document import Article, Document
from scraper.source import Address, Source
from storage.model import Link

PAGES = Path("tests") / "pages"
"""Where the cases are, from the top of the work tree."""
REMINDER = "now rewrite its texts with invented events, same markup, and see that expected.json says what you read"


def case_of(source: Source, document: Document) -> dict[str, bytes]:
    """Return the files of a case, by name: of a listing, where the page is under the listing's address, or a release.

    Raises:
        ParseError: the source cannot read the page.
        ValueError: the address is not the source's.
    """
    address = source.address(document.url)
    if document.url == source.listing.url or address is None:
        if document.url not in {one.url for one in (source.listing, *source.gap_checks)}:
            raise ValueError(f"{document.url}: neither a release nor a listing of {source.name}")
        listing = next(one for one in (source.listing, *source.gap_checks) if one.url == document.url)
        expected: dict[str, Any] = {"links": [_link(link) for link in listing.links(document)]}
    else:
        expected = _release(address, source.read(document.at(address.url)))
    return files(document, expected)


def files(document: Document, expected: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the files of a case with this expectation, by name."""
    start = document.body.lstrip()[:200].lower()
    ending = "xml" if start.startswith((b"<?xml", b"<rss", b"<urlset")) and b"<html" not in start else "html"
    ending = "json" if start.startswith((b"{", b"[")) else ending
    meta = {"url": document.url, "content_type": document.content_type}
    return {f"page.{ending}": document.body, "meta.json": _json(meta), "expected.json": _json(expected)}


def name_of(url: str) -> str:
    """Return a name for a case out of its address: its last part, in letters, digits and _."""
    last = re.sub(r"[?#].*", "", url).rstrip("/").rpartition("/")[2].partition(".")[0]
    return re.sub(r"[^a-z0-9]+", "_", last.lower()).strip("_")[:60] or "page"


def write(folder: Path, found: Mapping[str, bytes]) -> None:
    """Write files into a folder that is made for them.

    Raises:
        FileExistsError: one of them, or another page, is there already; then nothing is written.
    """
    there = [folder / name for name in found if (folder / name).exists()] or sorted(folder.glob("page.*"))
    if there:
        raise FileExistsError(f"{there[0]} is there already; nothing is written over")
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in found.items():
        with (folder / name).open("xb") as file:
            file.write(body)


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _link(link: Link) -> dict[str, Any]:
    told: dict[str, Any] = {"key": link.key, "url": link.url, "title": link.title}
    told["published"] = link.published.isoformat() if link.published else None
    return told | {name: value for name in ("source", "partner") if (value := getattr(link, name))}


def _release(address: Address, article: Article) -> dict[str, Any]:
    told: dict[str, Any] = {
        "key": address.key,
        "url": address.url,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "precision": article.precision.value if article.precision else None,
        "language": article.language,
        "department": article.department,
        "paragraphs": list(article.paragraphs),
        "captions": list(article.captions),
    }
    if article.attachments:
        told["attachments"] = [[one.title, one.url] for one in article.attachments]
    return told
