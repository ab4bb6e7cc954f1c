"""What a source is: data and pure functions. Nothing here knows Scrapy or the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NoReturn

from scraper.pages.addresses import Address, Spelling
from scraper.pages.document import Article, Document, ParseError
from storage.model import Link

__all__ = (
    "Address",
    "Archive",
    "Listing",
    "Source",
    "archive_pages",
    "check_only",
    "listing_addresses",
    "out_of_reach",
    "page_ends",
    "page_of",
)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that offers releases, and the pure reader of it.

    The reader raises ParseError or BlockedError for whatever is not this listing, and for one that offers nothing; only
    a day's index that says which day it is may be empty: no release yet.

    Args:
        url: the portal's own address, or a `strftime` pattern of the portal's local day (`.../%Y%m/%d.htm`).
        links: Document -> links; `Link.digest` is set where the listing tells the text too.
        days: for a pattern: how many days back from today it is asked for (2: today and yesterday).
        may_be_missing: a 404 is no fault (today's index before the first release).
        whole: the listing carries the full text; `Source.read` reads one release from it (see `Source.item`).
    """

    url: str
    links: Callable[[Document], Sequence[Link]]
    days: int = 0
    may_be_missing: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Archive:
    """Where a portal lists its past: a page for each day, or for each month.

    Args:
        listing: its `url` is a `strftime` pattern of the portal's local day (of a month's page: of its first day), and
            `days` is set; often the very listing that is a gap check too. Only a page that says which day or month it
            is may be empty.
        by: what one page lists: `day` or `month`.
    """

    listing: Listing
    by: str = "day"


@dataclass(frozen=True, slots=True)
class Source:
    """A portal's stream of releases in one language.

    Args:
        name: as in the configuration: `hk_gia_en`.
        title: for people: "Hong Kong: press releases (English)".
        portal: the host whose addresses are stored.
        language: BCP 47 tag.
        jurisdiction: of the publisher.
        listing: glanced at on each check; tells that something moved.
        gap_checks: listings walked when something moved, at least once an hour and by `coopwatch crawl`.
        address: any spelling of a release's address -> Address, or None where it is not this source's.
        read: Document -> Article; raises ParseError. The document's url is the canonical one.
        item: for a whole listing: (Document of the listing, key) -> Document of that one release, which `read` reads
            and which can be kept by itself; raises ParseError where the listing has no such key. None elsewhere.
        hosts: other hosts that serve the same releases (photograph hosts are not needed).
        reread: whether release pages can be fetched again one by one.
        archive: where the past is listed, for `coopwatch backfill`; None where nothing lists it.
        enabled: whether it is watched where the configuration does not say; one whose addresses nobody has seen work is
            not, and its title says so.
        every: seconds between two checks where the configuration does not say; None for the usual.
        blocked: why it cannot be watched from here; None where it can. Such a source is listed and never fetched.
        compares: names of the sources whose completeness this one's listing checks; it then does nothing else. Its
            links name the source they belong to (`Link.source`): what that one has not listed yet becomes its link.
    """

    name: str
    title: str
    portal: str
    language: str
    jurisdiction: str
    listing: Listing
    address: Spelling
    read: Callable[[Document], Article]
    gap_checks: tuple[Listing, ...] = ()
    item: Callable[[Document, str], Document] | None = None
    hosts: tuple[str, ...] = field(default=())
    reread: bool = True
    archive: Archive | None = None
    enabled: bool = True
    every: float | None = None
    blocked: str | None = None
    compares: tuple[str, ...] = ()

    @property
    def check_only(self) -> bool:
        """Whether its listing only checks others: its links are compared, not read."""
        return bool(self.compares)


def listing_addresses(listing: Listing, now: datetime) -> tuple[str, ...]:
    """Return the addresses to ask a listing under at `now`, aware and in the portal's zone, each once; newest first.

    Two days may stand on one page: that of their month.
    """
    if not listing.days:
        return (listing.url,)
    return tuple(dict.fromkeys((now - timedelta(days=back)).strftime(listing.url) for back in range(listing.days)))


def archive_pages(archive: Archive, since: date, until: date) -> tuple[date, ...]:
    """Return the pages of an archive that list the days from `since` to `until`, both included; the newest first.

    A page is named by its day, or by the first of its month.
    """
    every = (until - timedelta(days=back) for back in range((until - since).days + 1))
    return tuple(dict.fromkeys(page_of(archive, day) for day in every))


def page_of(archive: Archive, day: date) -> date:
    """Return the page of an archive that lists a day, as `archive_pages` names it."""
    return day.replace(day=1) if archive.by == "month" else day


def page_ends(archive: Archive, page: date) -> date:
    """Return the first day that no longer stands on a page."""
    return (page + timedelta(days=32)).replace(day=1) if archive.by == "month" else page + timedelta(days=1)


def check_only(
    name: str,
    title: str,
    portal: str,
    language: str,
    jurisdiction: str,
    listing: Listing,
    compares: Sequence[str],
    **more: Any,
) -> Source:
    """Return a source that only checks whether others are complete; arguments as of Source."""
    return Source(
        name, title, portal, language, jurisdiction, listing, _nowhere, _unread, compares=tuple(compares), **more
    )


def out_of_reach(
    name: str, title: str, portal: str, language: str, jurisdiction: str, listing: str, why: str
) -> Source:
    """Return a source that is listed and never fetched.

    Args:
        name: see Source.
        title: see Source.
        portal: see Source.
        language: see Source.
        jurisdiction: see Source.
        listing: where a person finds its releases.
        why: it cannot be watched from here, in words.
    """
    never = Listing(listing, _unread)
    return Source(name, title, portal, language, jurisdiction, never, _nowhere, _unread, enabled=False, blocked=why)


def _nowhere(spelt: str) -> None:
    """Know no address: the releases that such a source names are others'."""
    del spelt


def _unread(document: Document) -> NoReturn:
    """Read nothing."""
    raise ParseError(document.url, "this source reads no pages")
