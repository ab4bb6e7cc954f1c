"""Looking at one source's listings: the glance, the listings a glance cannot take, the gap checks. Reads no release."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import datetime

from scheduler import comparing
from scheduler.asking import Asking
from scheduler.reading import Body, Tally
from scheduler.troubles import TroubleError
from scraper.mirror import ask_address, own_addresses
from scraper.pages.dates import HONG_KONG
from scraper.pages.document import BlockedError, Document, ParseError
from scraper.source import Listing, Source, listing_addresses
from scraper.wire import ARCHIVE, Answer, Job
from storage import fetches, links, stories
from storage.database import Database
from storage.model import Link, Validators

LARGEST = 5 << 20
"""Bytes of a listing that the child handed over."""


class Looking:
    """One source's listings during one check.

    Args:
        db: the database.
        asking: the way to the portal.
        source: whose listings.
        base: what stands in for the portal, if anything.
        clock: the time now, aware.
        tally: counts.
        timeout: seconds for one page the child fetches.
    """

    def __init__(
        self,
        db: Database,
        asking: Asking,
        source: Source,
        base: str | None,
        *,
        clock: Callable[[], datetime],
        tally: Tally,
        timeout: float,
    ) -> None:
        self._db = db
        self._asking = asking
        self._source = source
        self._base = base
        self._clock = clock
        self._tally = tally
        self._timeout = timeout

    def look(self, *, whole: bool) -> Body | None:
        """Glance at the source's listing and keep what it offers.

        Args:
            whole: ask for all of it, moved or not: what is owed stands in the listing alone.

        Returns:
            the listing, where its releases are read out of it and it is at hand.

        Raises:
            HeldError, TroubleError: it could not be read.
        """
        source = self._source
        if source.listing.days:
            self._walk(source.listing, 0, gap_check=False)
            return None
        ask = ask_address(source.listing.url, self._base)
        self._tally.requests += 1
        sight = self._asking.glance(ask, None if whole else fetches.validators(self._db, ask))
        if not sight.moved:
            return None
        if sight.body is None:
            return self._fetched(sight.ask, ask)
        content = own_addresses(sight.body, self._base, source.portal)
        found = offered(source.listing, Document(source.listing.url, content, sight.content_type))
        self._take(found, ask, sight.validators)
        return self._body(sight.body, sight.content_type, found)

    def check_gaps(self) -> None:
        """Walk the listings that still show what the source's own listing may no longer do; raises as `look` does."""
        past = self._source.archive
        for number, listing in enumerate(self._source.gap_checks, 1):
            if past is not None and listing is past.listing:
                continue  # kept page by page, with a ledger: archiving.py
            self._walk(listing, number, gap_check=True)

    def _walk(self, listing: Listing, number: int, *, gap_check: bool) -> None:
        """Have the child read a listing under all its addresses of now."""
        now = self._clock().astimezone(HONG_KONG)  # all portals so far keep this time
        for url in listing_addresses(listing, now):
            ask = ask_address(url, self._base)
            answer = self._fetch(listing, number, url, ask, fetches.validators(self._db, ask))
            if answer.outcome == "links":
                self._take(answer.links, ask, answer.validators, gap_check=gap_check)

    def ask_archive(self, url: str, known: Validators | None) -> Answer:
        """Have the child read a page of the source's archive.

        Args:
            url: the portal's own address of the page.
            known: asks conditionally.

        Returns:
            `links`, `unread` (304), or `missing` where the portal may lack it.

        Raises:
            HeldError, TroubleError: it could not be read.
            LookupError: the source has no archive.
        """
        if self._source.archive is None:
            raise LookupError(f"{self._source.name} has no archive")
        return self._fetch(self._source.archive.listing, ARCHIVE, url, ask_address(url, self._base), known)

    def _fetched(self, ask: str, known_as: str) -> Body | None:
        """Have the child read a listing that is too long for a glance, or has moved within its host."""
        answer = self._fetch(self._source.listing, 0, self._source.listing.url, ask, None)
        self._take(answer.links, known_as, answer.validators)
        if answer.page is None:
            return None
        content = zlib.decompressobj().decompress(answer.page.content, LARGEST)
        return self._body(content, answer.page.content_type, answer.links)

    def _fetch(self, listing: Listing, number: int, url: str, ask: str, known: Validators | None) -> Answer:
        self._tally.requests += 1
        job = Job(
            0,
            "listing",
            self._source.name,
            url,
            ask,
            listing=number,
            base=self._base,
            validators=known,
            timeout=self._timeout,
        )
        answer = self._asking.fetch(job)
        absent = answer.outcome == "missing" and listing.may_be_missing
        if answer.outcome not in {"links", "unread"} and not absent:
            raise TroubleError(answer.trouble or f"unreadable: {answer.outcome} was not expected")
        return answer

    def _take(
        self, found: tuple[Link, ...], ask: str, validators: Validators | None, *, gap_check: bool = False
    ) -> None:
        name, now = self._source.name, self._clock()
        if self._source.check_only:
            self._compare(found, ask, validators)
            return
        taken = links.take(self._db, name, found, now, listing_url=ask, validators=validators, gap_check=gap_check)
        self._tally.listed += taken.listed
        self._tally.fresh += taken.fresh
        self._tally.changed += taken.changed
        self._tally.troubles += [f"unreadable: {refused}" for refused in taken.refused]

    def _compare(self, found: tuple[Link, ...], ask: str, validators: Validators | None) -> None:
        """Give the sources that this one checks the links they lack, and journal which those are."""
        now, asked = self._clock(), comparing.ready(self._db, self._source.compares)
        for name, lacking in comparing.lacking(self._db, asked, found, now).items():
            taken = links.take(self._db, name, lacking, now, listing_url=ask, validators=None, gap_check=True)
            self._tally.fresh += taken.fresh
            self._tally.troubles += [f"not listed by {name} so far: {link.url}" for link in lacking]
        for pair in comparing.partners(found, now):
            stories.named_together(self._db, *pair, self._source.name, now)
        self._tally.listed += len(found)
        if validators is not None and len(asked) == len(self._source.compares):
            fetches.save_validators(self._db, ask, validators, now)

    def _body(self, content: bytes, content_type: str, found: tuple[Link, ...]) -> Body | None:
        if not self._source.listing.whole:
            return None
        return Body(content, content_type, frozenset(link.key for link in found))


def offered(listing: Listing, document: Document) -> tuple[Link, ...]:
    """Return what a listing offers.

    Raises:
        TroubleError: `blocked`, or `empty`: a listing without links is never "no news".
    """
    try:
        found = tuple(listing.links(document))
    except BlockedError as error:
        raise TroubleError(f"blocked: {error.what}") from error
    except ParseError as error:
        raise TroubleError(f"empty: {error.what}") from error
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise TroubleError(f"unreadable: {type(error).__name__}: {error}"[:300]) from error
    if not found:
        raise TroubleError("empty: a listing without links")
    return found
