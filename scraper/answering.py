"""What the child says of a fetched page: a listing's links, or a release with its assessment. Pure: no network here."""

from __future__ import annotations

from dataclasses import replace

from scraper.mirror import own_addresses
from scraper.pages.document import BlockedError, Document, ParseError
from scraper.pages.pdf import text_of
from scraper.reading import to_release
from scraper.source import Address, Listing, Source
from scraper.understanding import understood
from scraper.wire import ARCHIVE, Answer, Job
from storage.packing import pack


def listing_of(source: Source, number: int) -> Listing:
    """Return the source's own listing for 0, its n-th gap check for n, its archive's for ARCHIVE.

    Raises:
        LookupError: it has no such listing.
    """
    if number == ARCHIVE:
        if source.archive is None:
            raise LookupError(f"{source.name} has no archive")
        return source.archive.listing
    return source.gap_checks[number - 1] if number else source.listing


def answer(source: Source, job: Job, body: bytes, content_type: str) -> Answer:
    """Return what a page holds that was fetched, or handed over, for a job.

    Args:
        source: the job's source.
        job: what was asked for.
        body: the page as fetched, decompressed.
        content_type: its Content-Type header; may be empty.

    Returns:
        `read`, `links` or `text`; `failed` with `empty`, `blocked` or `unreadable` where it is not what it should be.
    """
    if not body.strip():
        return failed(job, "empty: a page without content")
    try:
        return _read(source, job, Document(job.url, body, content_type))
    except BlockedError as error:
        return failed(job, f"blocked: {error.what}")
    except ParseError as error:
        return failed(job, f"{'empty' if job.kind == 'listing' else 'unreadable'}: {error.what}")
    except MemoryError:
        return failed(job, "size: more than the child's memory")
    except Exception as error:  # noqa: BLE001 - a fault in one source's reader must not end the child for all others
        return failed(job, f"unreadable: {type(error).__name__}: {error}"[:300])


def given(job: Job) -> Answer:
    """Return what is understood of a release that came with the job: `read`, or `failed`."""
    if job.release is None:
        return failed(job, "unreadable: no release came with the job")
    try:
        assessment, told = understood(job.release)
    except MemoryError:
        return failed(job, "size: more than the child's memory")
    except Exception as error:  # noqa: BLE001 - as in `answer`
        return failed(job, f"unreadable: {type(error).__name__}: {error}"[:300])
    return Answer(job.id, "read", release=job.release, assessment=assessment, telling=told)


def failed(job: Job, trouble: str, status: int | None = None, retry_after: str | None = None) -> Answer:
    """Return the answer to a job that came to nothing."""
    return Answer(job.id, "failed", trouble=trouble, status=status, retry_after=retry_after)


def _read(source: Source, job: Job, fetched: Document) -> Answer:
    """Read a page; what is kept of it raw is the page as fetched, or the one release out of a whole listing."""
    if job.kind == "attachment":
        return Answer(job.id, "text", text="\n".join(text_of(job.url, fetched.body)))
    document = replace(fetched, body=own_addresses(fetched.body, job.base, source.portal))
    if job.kind == "listing":
        return _links(source, job, document, fetched.body)
    if job.kind == "item" and source.item is not None:
        document = source.item(document.at(source.listing.url), job.key)
        return _release(source, job, document, document.body)
    return _release(source, job, document, fetched.body)


def _links(source: Source, job: Job, document: Document, raw: bytes) -> Answer:
    listing = listing_of(source, job.listing)
    links = tuple(listing.links(document))
    if not links and not listing.days:  # a day's index may be empty, and then says which day it is
        return failed(job, "empty: a listing without links")
    page = pack(raw, document.content_type) if listing.whole else None
    return Answer(job.id, "links", links=links, page=page)


def _release(source: Source, job: Job, document: Document, raw: bytes) -> Answer:
    page = pack(raw, document.content_type)
    article = source.read(document.at(job.url))
    release = to_release(source, Address(job.key, job.url), article, page.digest)
    assessment, told = understood(release)
    return Answer(job.id, "read", release=release, assessment=assessment, telling=told, page=page)
