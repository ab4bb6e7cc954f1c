"""The downloader middleware that refuses answers which must never be read as a page, and names why.

Not here: challenge and error pages that come as a sound 200; only a source's reader can tell those.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response

from scraper.mirror import REDIRECTS, may_follow
from scraper.pages.ending import ENDLESS, ends

READABLE = (
    "text/",
    "application/xhtml",
    "application/xml",
    "application/rss",
    "application/atom",
    "application/json",
    "application/javascript",
    "application/x-javascript",
)

DOCUMENTS = ("application/pdf", "application/octet-stream")


class RefusedError(IgnoreRequest):
    """An answer that is not read. `trouble` begins with the name of what is wrong (`truncated: ...`)."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class SoundAnswer:
    """Lets whole answers of a readable kind through; refuses cut-short, partial, unreadable and leading-away ones."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, or raise RefusedError.

        Raises:
            RefusedError: `truncated`, `type` or `redirect`.
        """
        if response.status in REDIRECTS:
            target = location(response)
            if target is None or not may_follow(request.url, target):
                raise RefusedError(f"redirect: {request.url} leads to {target or 'nowhere'}")
        elif response.status == 206:
            raise RefusedError("truncated: a part of the page (206) where the whole was asked for")
        elif response.status == 200:
            if "partial" in response.flags and (response.headers.get("Content-Encoding") or not ends(response.body)):
                raise RefusedError(f"truncated: {ENDLESS}")
            kind = content_type(response).partition(";")[0].strip().lower()
            if kind and not kind.startswith(_readable(request)):
                raise RefusedError(f"type: {kind[:80]} instead of a page")
        return response


def _readable(request: Request) -> tuple[str, ...]:
    """Return how the kinds of answer begin that are read: pages, or documents where one is asked for."""
    job = request.cb_kwargs.get("job")
    return DOCUMENTS if job is not None and job.kind == "attachment" else READABLE


def content_type(response: Response) -> str:
    """Return the Content-Type header as it came, or an empty string."""
    return (response.headers.get("Content-Type") or b"").decode("latin-1")


def location(response: Response) -> str | None:
    """Return where a redirect leads, absolute, or None where it does not say."""
    header = response.headers.get("Location")
    return response.urljoin(header.decode("utf-8", "replace")) if header else None


def trouble(error: BaseException) -> str:
    """Return what went wrong with a request, its name first: `dns`, `connect`, `tls`, `timeout`, `truncated`, ..."""
    if isinstance(error, RefusedError):
        return error.trouble
    for kinds, name in (
        ((CannotResolveHostError,), "dns: the host name is not known"),
        ((DownloadConnectionRefusedError,), "connect: refused"),
        ((DownloadTimeoutError,), "timeout: no whole answer in time"),
        ((ResponseDataLossError,), "truncated: the connection ended before the answer did"),
        ((DownloadCancelledError, IgnoreRequest), "size: more than 5 MiB"),
        ((MemoryError,), "size: more than the child's memory"),
    ):
        if isinstance(error, kinds):
            return name
    causes = list(_causes(error))
    if any(type(cause).__module__.startswith(("OpenSSL", "service_identity")) for cause in causes):
        return f"tls: {_short(causes[-1])}"
    if any("Connection" in type(cause).__name__ for cause in causes):
        return f"connect: {_short(causes[-1])}"
    return f"connect: {type(error).__name__}: {_short(error)}"


def _causes(error: BaseException) -> Any:
    """Yield an error and what lies under it; Twisted keeps the reasons of a failed response in a list."""
    seen: list[BaseException] = [error]
    while seen:
        one = seen.pop(0)
        yield one
        if one.__cause__ is not None:
            seen.append(one.__cause__)
        seen += [reason.value for reason in getattr(one, "reasons", None) or () if hasattr(reason, "value")]


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
