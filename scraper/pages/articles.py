"""A release's page as a reader sees it: what the sources' readers are made of. Not here: any one portal's selectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

from cssselect import HTMLTranslator
from lxml import etree

from scraper.pages.blocked import refuse
from scraper.pages.charset import decode
from scraper.pages.dates import Moment
from scraper.pages.document import Article, Document, ParseError
from scraper.pages.language import written_in
from scraper.pages.text import NestingError, clean, lines
from scraper.pages.tracing import note
from storage.identity import canonical
from storage.model import Attachment

LONGEST_ADDRESS = 500


class Page:
    """An HTML page, decoded and parsed, that answers questions by CSS selector.

    Args:
        document: the fetched page; its address stands in every error.

    Raises:
        ParseError: there is nothing in it.
    """

    def __init__(self, document: Document) -> None:
        self.address = document.url
        self.source = decode(document.body, document.content_type)
        markup = self.source.replace("\x00", "").strip()
        if not markup:
            raise ParseError(document.url, "the page is empty")
        # recover: portals' markup is never clean. huge_tree: a long text is no fault; the fetcher caps the size.
        parser = etree.HTMLParser(recover=True, huge_tree=True, no_network=True, encoding="utf-8", remove_pis=True)
        try:
            self.root: Any = etree.fromstring(markup.encode("utf-8", "replace"), parser)
        except etree.LxmlError:
            self.root = None
        if self.root is None:
            self.refuse("there is no markup in the page")

    def select(self, css: str) -> list[Any]:
        """Return the elements a selector finds, in the order of the page."""
        found: list[Any] = _xpath(css)(self.root)
        note(css, found)
        return found

    def inside(self, element: Any, css: str) -> list[Any]:
        """Return the elements a selector finds inside an element, in the order of the page."""
        found: list[Any] = _xpath(css)(element)
        return found

    def lines(self, *selectors: str, without: str = "") -> tuple[str, ...]:
        """Return the lines of all elements that the first fruitful selector finds.

        Args:
            selectors: tried in turn until one gives any text.
            without: selector of elements inside them to leave out.
        """
        left_out = frozenset(self.select(without)) if without else frozenset()
        for css in selectors:
            if found := tuple(line for element in self.select(css) for line in self._seen(element, left_out)):
                return found
        return ()

    def line(self, *selectors: str) -> str:
        """Return what the first element with any text says, as one line; an empty string where there is none."""
        return next((text for css in selectors for text in self.each(css)), "")

    def line_of(self, element: Any, without: Any = None) -> str:
        """Return what an element says, as one line; less what one element inside it says."""
        return clean(" ".join(self._seen(element, frozenset(() if without is None else (without,)))))

    def each(self, css: str, attribute: str | None = None) -> tuple[str, ...]:
        """Return each element's text, or attribute, as one line; empty ones and repetitions left out."""
        found = (
            clean(element.get(attribute) or "") if attribute else self.line_of(element) for element in self.select(css)
        )
        return tuple(dict.fromkeys(text for text in found if text))

    def meta(self, name: str) -> str:
        """Return what a meta element of this name or property says; some savers write `value` for `content`."""
        for element in self.root.iter("meta"):
            if name in (element.get("name"), element.get("property")):
                said = clean(element.get("content") or element.get("value") or "")
                if said:
                    note(f"meta[name={name}]", [element])
                    return said
        return ""

    def attachments(self, css: str) -> tuple[Attachment, ...]:
        """Return the documents (PDF) that links found by a selector lead to, in the order of the page, each once.

        Only those of the portal's own domain: what another site keeps is not this release's.
        """
        found = (attachment(self.address, each.get("href"), self.line_of(each)) for each in self.select(css))
        return tuple({one.url: one for one in found if one is not None}.values())

    def article(
        self,
        title: str,
        text: Sequence[str],
        when: Moment | None,
        language: str,
        captions: Sequence[str],
        attachments: Sequence[Attachment] = (),
    ) -> Article:
        """Return the article made of these parts of this page, or refuse the page; see the function `article`."""
        return article(
            self.address,
            self.source,
            title=title,
            paragraphs=text,
            published=when,
            language=language,
            captions=captions,
            attachments=attachments,
        )

    def _seen(self, element: Any, left_out: frozenset[Any] = frozenset()) -> tuple[str, ...]:
        """Return the lines of an element; markup nested too deep to be trusted is a ParseError."""
        try:
            return lines(element, left_out)
        except NestingError as trouble:
            raise ParseError(self.address, f"{trouble}: part of the text may be lost") from None

    def refuse(self, what: str) -> NoReturn:
        """Raise BlockedError where the page is a challenge or the like, else ParseError that says `what` was missed."""
        refuse(self.address, self.source, what)


def article(
    address: str,
    source: str,
    *,
    title: str,
    paragraphs: Sequence[str],
    published: Moment | None,
    language: str,
    department: str | None = None,
    captions: Sequence[str] = (),
    attachments: Sequence[Attachment] = (),
) -> Article:
    """Return the article made of these parts, or refuse the page where one of them is missing.

    Args:
        address: of the release.
        source: the decoded page; asked what it is when there is no text.
        title: as published.
        paragraphs: of the text alone.
        published: when, as far as the page tells.
        language: the BCP 47 tag the source is in. Simplified and Traditional Chinese count as one here, since a
            portal's converter serves the same release; the article says which it is written in.
        department: that issued it.
        captions: of the photographs.
        attachments: documents that it links to.

    Raises:
        BlockedError: the page is a challenge, a log-in or an error page.
        ParseError: no title, no text, or a text in another language.
    """
    if not paragraphs:
        refuse(address, source, "no text where this source's releases have it")
    if not title:
        raise ParseError(address, "no title where this source's releases have one")
    written = written_in(title, "\n".join(paragraphs), language)
    if written.partition("-")[0] != language.partition("-")[0]:
        raise ParseError(address, f"written in {written}, and this source tells releases in {language}")
    at, precision = (published.at, published.precision) if published else (None, None)
    return Article(
        title, tuple(paragraphs), at, precision, written, department or None, tuple(captions), tuple(attachments)
    )


def attachment(address: str, spelt: str | None, title: str) -> Attachment | None:
    """Return the document (PDF) of the portal's own domain that a link on a release's page leads to, or None.

    Args:
        address: of the release.
        spelt: the link as it stands there, maybe relative.
        title: what the portal calls the document.
    """
    try:
        url = canonical(urljoin(address, spelt.strip())) if spelt else ""
        there, here = urlsplit(url), urlsplit(address)
    except ValueError:
        return None
    domain = ".".join((here.hostname or "").split(".")[-3:])
    same = there.hostname == domain or (there.hostname or "").endswith(f".{domain}")
    if len(url) > LONGEST_ADDRESS or not same or not there.path.lower().endswith(".pdf"):
        return None
    return Attachment(url, clean(title) or there.path.rpartition("/")[2])


@lru_cache(maxsize=256)
def _xpath(css: str) -> Any:
    """Return a CSS selector compiled; the sources' selectors are few and constant."""
    return etree.XPath(HTMLTranslator().css_to_xpath(css))
