"""The spider behind `scrapy crawl SOURCE`: one look at a source's listings and all they offer, without the database.

For trying a source by hand, and for whoever wants releases as Scrapy items. coopwatch itself uses jobs.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, ClassVar

import scrapy
from scrapy.http import Response

from scraper.answering import answer
from scraper.middlewares import content_type
from scraper.mirror import ask_address, host
from scraper.pages.dates import HONG_KONG
from scraper.source import Source, listing_addresses
from scraper.wire import Answer, Job


class PortalSpider(scrapy.Spider):
    """One source; `loader.py` makes a class of it under the source's name.

    Args:
        base: fetch from there instead of the portal (`-a base=http://127.0.0.1:8000`).
    """

    source: ClassVar[Source]

    def __init__(self, base: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base = base
        here = (self.source.portal, *(ask_address(listing.url, base) for listing in self._listings()))
        self.allowed_domains = sorted({host(one).partition(":")[0] if "//" in one else one for one in here})

    def _listings(self) -> Iterator[Any]:
        yield self.source.listing
        yield from self.source.gap_checks

    async def start(self) -> AsyncIterator[Any]:
        """Yield a request for each listing."""
        now = datetime.now(HONG_KONG)  # all portals so far keep this time
        for number, listing in enumerate(self._listings()):
            for url in listing_addresses(listing, now):
                job = self._job("listing", url, listing=number)
                yield self._request(job, {"Cache-Control": "max-age=0"})

    def parse(self, response: Response, job: Job | None = None) -> Iterator[scrapy.Request | dict[str, Any]]:
        """Yield a request for each link of a listing, a release for each page; what cannot be read is logged.

        Without a job, as `scrapy parse` and a prompt call it, the address tells which of the two the page is.
        """
        job = job or self._job_of(response.url)
        found = answer(self.source, job, response.body, content_type(response))
        if found.outcome == "failed":
            self.logger.error("%s: %s", job.url, found.trouble)
        elif found.release is not None and found.assessment is not None:
            yield {**asdict(found.release), "assessment": asdict(found.assessment)}
        else:
            yield from self._follow(found, response)

    def _follow(self, found: Answer, response: Response) -> Iterator[scrapy.Request | dict[str, Any]]:
        for link in found.links:
            one = self._job("item" if self.source.item else "article", link.url, key=link.key)
            if self.source.item is None:
                yield self._request(one, {})
            else:
                yield from self.parse(response, job=one)

    def _job_of(self, asked: str) -> Job:
        """Return the job that a page would have come for: a listing of the source, else a release."""
        base = (self.base or "").rstrip("/")
        url = f"https://{self.source.portal}{asked.removeprefix(base)}" if base and asked.startswith(base) else asked
        now = datetime.now(HONG_KONG)
        for number, listing in enumerate(self._listings()):
            if url in listing_addresses(listing, now) or url.partition("://")[2] == listing.url.partition("://")[2]:
                return self._job("listing", listing.url if not listing.days else url, listing=number)
        address = self.source.address(url)
        return self._job("article", address.url if address else url, key=address.key if address else "")

    def _job(self, kind: str, url: str, **more: Any) -> Job:
        return Job(0, kind, self.source.name, url, ask_address(url, self.base), base=self.base, **more)

    def _request(self, job: Job, headers: dict[str, str]) -> scrapy.Request:
        return scrapy.Request(job.ask, self.parse, headers=headers, cb_kwargs={"job": job})
