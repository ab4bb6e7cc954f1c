"""`scrapy savepage URL|FILE`: a page becomes a test case of its source; its texts are to be rewritten by hand."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.http import Response

from scraper import cases
from scraper.find import source_of, sources
from scraper.middlewares import content_type
from scraper.mirror import ask_address, own_addresses
from scraper.pages.document import Document, ParseError
from scraper.source import Source


class Command(ScrapyCommand):
    """Fetch a page as the source's spider would, or take a file, and write the case."""

    requires_project = True
    default_settings: ClassVar[dict[str, Any]] = {"LOG_LEVEL": "WARNING"}

    def syntax(self) -> str:
        """Return how it is called."""
        return "[options] <url|file>"

    def short_desc(self) -> str:
        """Return what it is for."""
        return "Save a page as a test case of its source"

    def add_options(self, parser: ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument("--url", help="where FILE comes from: its address on the portal")
        parser.add_argument("--content-type", default="text/html", help="the Content-Type header FILE came with")
        parser.add_argument("--spider", help="the source; by default the one the address belongs to")
        parser.add_argument("--case", help="name of the case; by default the last part of the address")
        parser.add_argument("--base", help="fetch from there instead of the portal")
        parser.add_argument("--folder", type=Path, default=cases.PAGES, help=f"default: {cases.PAGES}")

    def run(self, args: list[str], opts: Namespace) -> None:
        """Write the case, or say why not and end with 1."""
        if len(args) != 1:
            raise UsageError
        given = args[0]
        url = given if "://" in given else opts.url
        if not url:
            raise UsageError("say with --url where the file comes from")
        source = _source(url, opts.spider)
        if "://" not in given:
            self._keep(source, Document(url, Path(given).read_bytes(), opts.content_type), opts)
        else:
            self._fetch(source, url, opts)

    def _fetch(self, source: Source, url: str, opts: Namespace) -> None:
        """Have the source's spider fetch one page, robots.txt and pauses included."""
        assert self.crawler_process is not None  # noqa: S101 - Scrapy sets it before it calls run
        got: list[Response] = []

        def keep(response: Response) -> None:
            got.append(response)

        async def start(self: Spider) -> AsyncIterator[Any]:
            del self
            yield Request(ask_address(url, opts.base), callback=keep)

        spider = self.crawler_process.spider_loader.load(source.name)
        spider.start = start  # type: ignore[method-assign]
        self.crawler_process.crawl(spider, base=opts.base)
        self.crawler_process.start()
        if not got:
            self.exitcode = 1
            print(f"{url}: no page came; see the log above")
            return
        body = own_addresses(got[0].body, opts.base, source.portal)
        self._keep(source, Document(url, body, content_type(got[0])), opts)

    def _keep(self, source: Source, document: Document, opts: Namespace) -> None:
        name = opts.case or ("listing" if source.address(document.url) is None else cases.name_of(document.url))
        folder = opts.folder / source.name / name
        try:
            cases.write(folder, cases.case_of(source, document))
        except (ParseError, FileExistsError, ValueError) as error:
            self.exitcode = 1
            print(f"not saved: {error}")
        else:
            print(f"{folder} written; {cases.REMINDER}")


def _source(url: str, name: str | None) -> Source:
    """Return the source that is named, or that an address belongs to, as a release or a listing."""
    known = sources()
    if name is not None:
        if name not in known:
            raise UsageError(f"no source is called {name!r}", print_help=False)
        return known[name]
    found = source_of(url)
    listing = next((one for one in known.values() if url in {x.url for x in (one.listing, *one.gap_checks)}), None)
    if listing is None and found is None:
        raise UsageError(f"{url}: no source reads this address; name one with --spider", print_help=False)
    return listing or found[0]  # type: ignore[index]
