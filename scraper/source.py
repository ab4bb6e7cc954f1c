"""What a source is: data and pure functions. Nothing here knows Scrapy or the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scraper.pages.addresses import Address, Spelling
from scraper.pages.document import Article, Document
from storage.model import Link

__all__ = ("Address", "Listing", "Source", "listing_addresses")


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


def listing_addresses(listing: Listing, now: datetime) -> tuple[str, ...]:
    """Return the addresses to ask a listing under at `now`, an aware time in the portal's zone; newest day first."""
    if not listing.days:
        return (listing.url,)
    return tuple((now - timedelta(days=back)).strftime(listing.url) for back in range(listing.days))
