"""`coopwatch new-source`: the files of a source that comes with coopwatch, drafted in a work tree from one page."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from scheduler.output import say
from scheduler.verbs.session import CommandError, Session, pass_session

if TYPE_CHECKING:
    from scraper.pages.document import Document
    from scraper.source import Source

_SOURCES = Path("scraper") / "sources"


@click.command("new-source", short_help="Draft a source's files in a work tree, from one page.")
@click.argument("name")
@click.argument("url")
@click.option("--file", type=click.File("rb"), metavar="PAGE", help="Take this saved page; do not ask the portal.")
@click.option("--content-type", default="text/html", metavar="TYPE", help="The Content-Type header PAGE came with.")
@click.option("--jurisdiction", default="Mainland", show_default=True, help="Of the publisher: Hong Kong, Macao, ...")
@click.option("--base", metavar="URL", help="Fetch from there instead of the portal.")
@pass_session
def new_source(
    session: Session,
    name: str,
    url: str,
    file: IO[bytes] | None,
    content_type: str,
    jurisdiction: str,
    base: str | None,
) -> None:
    r"""Draft a source that is to come with coopwatch: its file in scraper/sources, and its first test case.

    URL is a release's page. Where its title, text and time stand is guessed; look at the file, at expected.json, and at
    what `coopwatch try URL` shows. Works in a work tree, and writes over nothing. A portal just for yourself needs no
    file: describe it in [sources.NAME] of the configuration.

    \b
    Example:
      coopwatch new-source mo_ministry_en https://www.ministry.example/news/41.html --file page.html
    """
    from scraper import cases
    from scraper.find import built_in
    from scraper.new_source import draft
    from scraper.pages.document import Document, ParseError

    if not (_SOURCES / "__init__.py").is_file() or not cases.PAGES.is_dir():
        raise CommandError("this is no work tree of coopwatch: there is no scraper/sources here", 65)
    written, folder = _SOURCES / f"{name}.py", cases.PAGES / name / cases.name_of(url)
    for there in (written, folder):
        if there.exists():
            raise CommandError(f"{there} is there already; nothing is written over", 1)
    if name in built_in():
        raise CommandError(f"{name} comes with coopwatch already", 1)
    document = Document(url, file.read(), content_type) if file else _fetched(session, url, base)
    try:
        drafted = draft(name, jurisdiction, document)
    except (ParseError, ValueError) as error:
        raise CommandError(str(error), 65) from None
    with written.open("x", encoding="utf-8") as out:
        out.write(drafted.text)
    try:
        found = cases.case_of(_loaded(written), document)
        cases.write(folder, found)
    except (ParseError, ValueError, OSError) as error:
        written.unlink()
        raise CommandError(f"the draft does not read its own page, and is not kept: {error}", 65) from None
    for what, guess in drafted.guessed.items():
        say(f"  {what:<10}{guess}")
    for path in (written, *(folder / each for each in found)):
        say(f"{path} written")
    say(f"{cases.REMINDER};")
    say(f"then save a listing and two more releases: scrapy savepage URL --spider {name}")


def _fetched(session: Session, url: str, base: str | None) -> Document:
    from scheduler.troubles import TroubleError
    from scheduler.trying import fetching

    try:
        with fetching(session.config) as fetched:
            return fetched(url, None, base)
    except TroubleError as error:
        raise CommandError(f"{url}: {error}", 69) from None


def _loaded(file: Path) -> Source:
    """Return the source that a file defines, which need not lie on the import path."""
    spec = importlib.util.spec_from_file_location(f"drafted_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{file} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    source: Source = module.SOURCES[0]
    return source
