"""The data behind the pages of the Guangdong platform: directory (gkmlpt), columns and posts (postmeta)."""

from __future__ import annotations

import hashlib
from typing import Any

from scraper.pages import dates, told_json
from scraper.pages.addresses import Address, Spelling
from scraper.pages.articles import article, attachment
from scraper.pages.charset import decode
from scraper.pages.dates import Moment
from scraper.pages.document import Article, Document
from scraper.pages.listings import Reader, offered, seen_from
from scraper.pages.text import bare
from scraper.pages.told_json import Told
from storage.model import Attachment, Link

LANGUAGE = "zh-Hans"
_TIMES = ("display_publish_time", "first_publish_time", "visible_publish_time", "publish_time")
_OWN = frozenset(("本网", "本站", "本网站", "本站原创", "原创"))


def articles(address: Spelling) -> Reader:
    """Return the reader of a listing in JSON: a directory's page, or a column's file; both hold `articles`.

    A post may be named again under another number of the directory: its own address tells which it is. Page 0 of a
    directory is its page 1 (SOURCES 4a), which costs a repetition and nothing else.
    """

    def links(document: Document) -> tuple[Link, ...]:
        """Return the posts in the listing's order, each once."""
        found = told_json.objects(told_json.told(document), "articles")
        known = ((_address(address, document, each), each) for each in found)
        return offered(document, (_link(document, one, each) for one, each in known if one), len(found))

    return links


def read(document: Document) -> Article:
    """Return the post in a file `/postmeta/p/<id//10^6>/<id//10^3>/<id>.json`; raises BlockedError or ParseError."""
    return post(document.url, decode(document.body, document.content_type), told_json.told(document))


def detail(source: str) -> Told | None:
    """Return what a page of the directory tells of its post in `window._CONFIG`; None where it has no such thing."""
    config = source.find("_CONFIG")
    found = told_json.value_after(source, "DETAIL", config) if config >= 0 else None
    return found if isinstance(found, dict) and found.get("content") else None


def post(address: str, source: str, found: Told) -> Article:
    """Return the post that an object of the platform tells.

    Args:
        address: of the post.
        source: the decoded page or file around it.
        found: its fields.
    """
    return article(
        address,
        source,
        title=told_json.line_of(address, told_json.text_of(found, "title")),
        paragraphs=told_json.lines_of(address, told_json.text_of(found, "content")),
        published=_when(found),
        language=LANGUAGE,
        department=department(told_json.text_of(found, "source", "publisher")),
        attachments=_attachments(address, found),
    )


def department(named: str) -> str | None:
    """Return who a post comes from, as the portal says; None where it says "this site"."""
    return named.strip() if named.strip() and named.strip() not in _OWN else None


def _attachments(address: str, found: Told) -> tuple[Attachment, ...]:
    told = told_json.objects(found, "attachment")
    known = (
        attachment(address, told_json.text_of(one, "url", "path"), told_json.text_of(one, "name", "title"))
        for one in told
    )
    return tuple(one for one in known if one is not None)


def _address(address: Spelling, document: Document, found: Told) -> Address | None:
    """Return the Address of a post: where it stands in its column, else in the directory."""
    spelt = (seen_from(address, document, told_json.text_of(found, name)) for name in ("post_url", "url"))
    return next(filter(None, spelt), None)


def _link(document: Document, known: Address, found: Told) -> Link:
    title = told_json.line_of(document.url, told_json.text_of(found, "title"))
    moment = _when(found)
    words = f"{bare(title)}\n{bare(told_json.text_of(found, 'abstract'))}"
    digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()
    return Link(known.key, known.url, title, moment.at if moment else None, digest)


def _when(found: Told) -> Moment | None:
    """Return when a post was shown (numbers count seconds, texts are times in figures), at last the document's day."""
    for name in (*_TIMES, "created_at", "date"):
        if moment := _moment(found.get(name)):
            return moment
    return None


def _moment(value: Any) -> Moment | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()):
        return dates.of_epoch(value)
    return dates.of_stamp(value) if isinstance(value, str) else None
