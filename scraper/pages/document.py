"""What goes into reading a page and what comes out: Document in, Article out. No network, no Scrapy, no storage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from storage.model import Attachment, Precision


class ParseError(ValueError):
    """A page that is not what its source's reader can read.

    Args:
        address: the page's address.
        what: what was expected and not found, in words for the operator.
    """

    def __init__(self, address: str, what: str) -> None:
        super().__init__(f"{address}: {what}")
        self.address = address
        self.what = what


class BlockedError(ParseError):
    """The portal answered with a challenge, an error page or a log-in instead of the page that was asked for."""


@dataclass(frozen=True, slots=True)
class Document:
    """A fetched page: the portal's own address, the bytes, and the Content-Type header as it came (may be empty)."""

    url: str
    body: bytes
    content_type: str = ""

    def at(self, url: str) -> Document:
        """Return the same page under another address."""
        return replace(self, url=url)


@dataclass(frozen=True, slots=True)
class Article:
    """What a reader sees on a page.

    `published` is aware and in the portal's own offset; `language` is a BCP 47 tag; `captions` are the photographs';
    `attachments` are documents it links to, without their text.
    """

    title: str
    paragraphs: tuple[str, ...]
    published: datetime | None
    precision: Precision | None
    language: str
    department: str | None = None
    captions: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()

    @property
    def text(self) -> str:
        """Return the paragraphs joined by one line feed."""
        return "\n".join(self.paragraphs)
