"""`coopwatch try`: what would be read of a source's listing, or of one page, and by which selector."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING

import click

from scheduler.output import cut, one_line, say, say_json
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.trying import Seen
    from scraper.pages.document import Document
    from scraper.source import Address, Source

_FEW = 5
_TROUBLE = 69


@click.command("try", short_help="Show what a source would read, and by which selector.")
@click.argument("what", metavar="NAME|URL")
@click.option("--file", type=click.File("rb"), metavar="PAGE", help="Read this saved page; do not ask the portal.")
@click.option("--content-type", default="", metavar="TYPE", help="The Content-Type header PAGE came with, if known.")
@json_option
@pass_session
def try_(session: Session, what: str, file: IO[bytes] | None, content_type: str, as_json: bool) -> int:
    r"""Show what would be read, field by field, with the selector that matched. Nothing is kept, nobody is told.

    NAME is a source: its listing is asked for (--file: read from PAGE), then the first release it offers. URL is a
    release, or a source's listing. What would be refused is shown with the reason and all selectors that were tried;
    then it ends with 1, and with 69 where the portal gave no page.

    \b
    Example:
      coopwatch try my_ministry
      coopwatch try https://www.ministry.example/news/41.html
      coopwatch try my_ministry --file list.html --json
    """
    from scheduler.troubles import TroubleError

    session.know_portals()
    try:
        seen = tuple(_tried(session, what, file, content_type))
    except TroubleError as error:
        raise CommandError(f"{what}: {error}", _TROUBLE) from None
    if as_json:
        say_json([one.as_dict(_FEW) for one in seen])
    else:
        for number, one in enumerate(seen):
            if number:
                say()
            _show(one)
    return 1 if any(one.refused for one in seen) else 0


def _tried(session: Session, what: str, file: IO[bytes] | None, content_type: str) -> Iterator[Seen]:
    """Yield what is seen of the listing or release that is meant."""
    from scheduler.trying import LARGEST, fetching
    from scraper.pages.document import Document

    source, address = _meant(what)
    if source.blocked:
        raise CommandError(f"{source.name} cannot be watched from here: {source.blocked}", 1)
    if file is not None:
        body = file.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise CommandError(f"{what}: the page is over 5 MiB", 65)
        saved = Document(address.url if address else _listing_address(source), body, content_type)
        yield from _seen(session, source, address, saved, lambda *_: None)
        return
    with fetching(session.config) as fetched:
        document = fetched(address.url if address else _listing_address(source), source)
        yield from _seen(session, source, address, document, fetched)


def _seen(
    session: Session,
    source: Source,
    address: Address | None,
    document: Document,
    fetched: Callable[[str, Source], Document | None],
) -> Iterator[Seen]:
    """Yield what is seen on a page: the release, or the listing and then its first release where that can be had."""
    from scheduler.trying import form_of, see_listing, see_release

    if address is not None:
        yield _best(session, address, document)
        return
    listing = see_listing(source, document)
    yield listing
    known = source.address(listing.links[0].url) if listing.links else None
    if known is None or source.check_only:
        return
    page = source.item(document, known.key) if source.item is not None else fetched(known.url, source)
    if page is not None:
        yield see_release(source, known, page, form_of(session.config, source.name))


def _best(session: Session, address: Address, document: Document) -> Seen:
    """Return what the source sees that can read a page; where none can, what the first one makes of it."""
    from scheduler.trying import form_of, see_release

    seen = [
        see_release(source, known, document, form_of(session.config, source.name))
        for source, known in _readers(address.url)
    ]
    return next((one for one in seen if not one.refused), seen[0])


def _readers(url: str) -> list[tuple[Source, Address]]:
    from scraper.find import sources

    return [(source, known) for source in sources().values() if (known := source.address(url))]


def _meant(what: str) -> tuple[Source, Address | None]:
    """Return the source that is named or that an address belongs to; no address for a listing."""
    from scraper.find import sources
    from scraper.mirror import host

    known = sources()
    if "://" not in what:
        if what in known:
            return known[what], None
        near = difflib.get_close_matches(what, known, n=1)
        raise click.UsageError(f"no source is called {what!r}" + (f"; did you mean {near[0]}?" if near else ""))
    for source in known.values():
        if what == source.listing.url or what == _listing_address(source):
            return source, None
    if readers := _readers(what):
        return readers[0]
    try:
        here = [name for name, source in known.items() if source.portal == host(what)]
    except ValueError:
        here = []
    why = f"{' and '.join(here)} reads other addresses of this host" if here else "no source reads this host"
    raise CommandError(f"{what}: {why}; a portal of your own stands in [sources.NAME]", 65)


def _listing_address(source: Source) -> str:
    from datetime import datetime

    from scraper.pages.dates import HONG_KONG
    from scraper.source import listing_addresses

    return listing_addresses(source.listing, datetime.now(HONG_KONG))[0]


def _show(seen: Seen) -> None:
    say(f"{seen.what} of {seen.source}: {one_line(seen.url)}")
    for field in seen.fields:
        value = one_line(field.value) or "not told"
        by = f"  <- {field.selector}" if field.selector else ""
        say(f"  {field.name:<11}{cut(value, 90)}{by}")
    if seen.links:
        say(f"  {len(seen.links)} releases; the first of them:")
        for link in seen.links[:_FEW]:
            day = f"{link.published:%Y-%m-%d}  " if link.published else ""
            say(f"    {day}{one_line(link.url)}  {cut(one_line(link.title), 60)}")
    if seen.refused:
        say(f"  would be refused: {one_line(seen.refused)}")
    if seen.refused or not (seen.fields or seen.links):
        for selector, count in seen.asked:
            say(f"    {one_line(selector)}: {count or 'nothing'}{' found' if count else ''}")
