"""The spider of the child: takes jobs for any source from the service, fetches, and yields one answer to each job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure

from scraper.answering import answer, failed, given
from scraper.middlewares import content_type, location, trouble
from scraper.mirror import REDIRECTS, host
from scraper.source import Source
from scraper.wire import Answer, Job
from storage.model import Validators


class JobSpider(scrapy.Spider):
    """Lives as long as the service keeps it; `start` waits for the next job.

    Args:
        jobs: where jobs come from; None ends the spider.
        sources: all sources by name.
    """

    name = "coopwatch"

    def __init__(self, jobs: asyncio.Queue[Job | None], sources: Mapping[str, Source], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.jobs = jobs
        self.sources = sources

    async def start(self) -> AsyncIterator[Any]:
        """Yield a request for each job that needs one, and an answer for each that does not."""
        while (job := await self.jobs.get()) is not None:
            try:
                yield self.begin(job)
            except Exception as error:  # noqa: BLE001 - an address that is none; one bad job must not end the others
                yield failed(job, f"unreadable: {type(error).__name__}: {error}"[:300])

    def begin(self, job: Job) -> scrapy.Request | Answer:
        """Return the request of a job, or its answer where the page came with it."""
        if job.kind == "given":
            return given(job)
        source = self.sources.get(job.source)
        if source is None:
            return failed(job, f"unreadable: no source is called {job.source!r}")
        if job.kind == "item":
            return answer(source, job, job.body, job.content_type)
        return scrapy.Request(
            job.ask,
            callback=self.parse,
            errback=self.fail,
            headers=_conditions(job),
            cb_kwargs={"job": job, "source": source},
            meta={
                "handle_httpstatus_all": True,
                "download_timeout": job.timeout,
                "download_slot": host(job.ask),  # by host and port, as the service counts
            },
            dont_filter=True,
        )

    def parse(self, response: Response, job: Job, source: Source) -> Iterator[Answer]:
        """Yield the answer to a job from what the portal said."""
        if response.status == 200:
            found = answer(source, job, response.body, content_type(response))
            yield _with_validators(found, response)
        elif response.status == 304:
            yield Answer(job.id, "unread", status=304)
        elif response.status in {404, 410}:
            yield Answer(job.id, "missing", status=response.status, trouble=f"http {response.status}")
        elif response.status in REDIRECTS:
            yield Answer(job.id, "redirect", status=response.status, target=location(response))
        else:
            yield failed(job, f"http {response.status}", response.status, _text(response, "Retry-After"))

    def fail(self, failure: Failure) -> Iterator[Answer]:
        """Yield the answer to a job whose request came to nothing."""
        request: scrapy.Request = failure.request  # type: ignore[attr-defined]
        error = failure.value or RuntimeError("no reason given")
        yield failed(request.cb_kwargs["job"], trouble(error))


def _conditions(job: Job) -> dict[str, str]:
    """Return the headers of a conditional request; a listing is never taken from a cache on the way."""
    sent = {} if job.kind == "article" else {"Cache-Control": "max-age=0"}
    known = job.validators or Validators()
    if known.etag:
        sent["If-None-Match"] = known.etag
    if known.last_modified:
        sent["If-Modified-Since"] = known.last_modified
    return sent


def _with_validators(found: Answer, response: Response) -> Answer:
    if found.outcome == "failed" or "partial" in response.flags:  # what may have been cut must be asked for again
        return found
    given = Validators(_text(response, "ETag"), _text(response, "Last-Modified"))
    return replace(found, status=response.status, validators=given if given.etag or given.last_modified else None)


def _text(response: Response, name: str) -> str | None:
    """Return a header's first value as text, or None; absurdly long ones count as absent."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value and len(value) < 1000 else None
