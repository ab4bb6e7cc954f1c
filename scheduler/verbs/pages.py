"""`coopwatch read` and `reread`: what the readers see in a page, and everything kept seen again with today's eyes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import click

from scheduler.output import note, one_line, say, say_json
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from scraper.pages.document import Article
    from scraper.source import Address, Source


@click.command(short_help="Show what a reader sees in a saved page.")
@click.argument("file", type=click.File("rb"))
@click.option("--url", required=True, help="Where the page comes from: the release's address.")
@click.option("--content-type", default="", metavar="TYPE", help="The Content-Type header it came with, if known.")
@json_option
def read(file: IO[bytes], url: str, content_type: str, as_json: bool) -> None:
    r"""Show what the fitting source's reader sees in a saved page; FILE may be - for standard input.

    Of a portal whose feed carries the whole text, FILE may be the feed: the release of --url is read out of it.

    \b
    Example:
      coopwatch read P2026112100123.htm --url https://www.info.gov.hk/gia/general/202611/21/P2026112100123.htm
      coopwatch read - --url https://www.info.gov.hk/gia/general/202611/21/P2026112100123.htm --json < page.htm
    """
    body = file.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise CommandError(f"{file.name}: is over 5 MiB; no release is", 65)
    source, address, article = read_page(url, body, content_type)
    if as_json:
        say_json(_as_json(source, address, article))
    else:
        _say_article(source, address, article)


# As much as is ever fetched of a page.
_LARGEST = 5 * 1024 * 1024


def read_page(url: str, body: bytes, content_type: str) -> tuple[Source, Address, Article]:
    """Return the source that knows an address, the canonical address, and what its reader sees. Raises CommandError."""
    from scraper.find import read as read_document
    from scraper.find import source_of, sources
    from scraper.pages.document import Document, ParseError

    if source_of(url) is None:
        names = ", ".join(dict.fromkeys(source.portal for source in sources().values()))
        raise CommandError(f"{url}: no source reads this address; the portals are: {names}", 65)
    try:
        return read_document(Document(url, body, content_type))
    except ParseError as error:
        raise CommandError(str(error), 65) from None


def _as_json(source: Source, address: Address, article: Article) -> dict[str, Any]:
    return {
        "source": source.name,
        "key": address.key,
        "url": address.url,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "precision": article.precision,
        "language": article.language,
        "department": article.department,
        "jurisdiction": source.jurisdiction,
        "paragraphs": list(article.paragraphs),
        "captions": list(article.captions),
    }


def _say_article(source: Source, address: Address, article: Article) -> None:
    say(one_line(article.title))
    published = article.published.isoformat(" ") if article.published else "not said"
    facts = (
        ("source", source.name),
        ("key", address.key),
        ("address", address.url),
        ("published", f"{published} (to the {article.precision})" if article.precision else published),
        ("language", article.language),
        ("department", article.department),
    )
    for name, value in facts:
        if value:
            say(f"  {name:<13}{one_line(value)}")
    for paragraph in article.paragraphs:
        say(f"\n{paragraph}")
    for caption in article.captions:
        say(f"\n[photo] {one_line(caption)}")


@click.command(short_help="Read and assess everything kept again, silently.")
@click.option("--dry-run", is_flag=True, help="Only tell what would become of it.")
@click.option("--from", "first", type=click.IntRange(1), default=1, metavar="ID", help="Begin with this release.")
@json_option
@pass_session
def reread(session: Session, dry_run: bool, first: int, as_json: bool) -> int:
    r"""Read and assess everything kept again, from the kept pages, without the network and without telling anyone.

    For when a reader or the detector has learned something. A release whose text comes out differently becomes a new
    version. Each release on which the detector has changed its mind is told: what it said, and what it says now; with
    --json they are a list, `changed`. No story changes. It can be stopped at any time: each release is recorded whole,
    and --from goes on where it stopped.

    \b
    Example:
      coopwatch reread --dry-run
      coopwatch reread
    """
    from scheduler.rereading import Counts, reread_all

    session.use_names()
    counts, changed = Counts(), []
    opened = session.reading() if dry_run else session.writing("reread", create=False)
    with opened as db:
        try:
            for outcome in reread_all(db, datetime.now(UTC), first=first, dry_run=dry_run):
                counts.add(outcome)
                if outcome.trouble:
                    note(f"release {outcome.release_id}: {outcome.trouble}")
                if outcome.turn and as_json:
                    changed.append(outcome.turn.as_dict(outcome.release_id))
                elif outcome.turn:
                    say(one_line(outcome.turn.in_words(outcome.release_id)))
                if counts.done % 200 == 0:
                    note(f"{counts.done} done, at release {outcome.release_id}")
        except KeyboardInterrupt:
            note(f"stopped; go on with: coopwatch reread --from {counts.last + 1}")
            raise
    if as_json:
        say_json({**counts.as_dict(), "changed": changed})
    else:
        say(("would be: " if dry_run else "") + counts.in_words())
    return 1 if counts.unreadable else 0
