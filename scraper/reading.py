"""From what a reader saw to the value the store keeps. Pure; nothing is read or fetched here."""

from __future__ import annotations

from scraper.pages.document import Article
from scraper.source import Address, Source
from storage.model import Release


def to_release(source: Source, address: Address, article: Article, page_digest: str | None) -> Release:
    """Return the release that an article of a source is.

    Args:
        source: that read it.
        address: the release's identity.
        article: what its reader saw.
        page_digest: of the raw page, as the store keeps it (hexadecimal SHA-256), or None where it is not kept.
    """
    return Release(
        key=address.key,
        source=source.name,
        portal=source.portal,
        url=address.url,
        language=article.language,
        title=article.title,
        text=article.text,
        jurisdiction=source.jurisdiction,
        published=article.published,
        precision=article.precision,
        department=article.department,
        captions=article.captions,
        page=page_digest,
        attachments=article.attachments,
    )
