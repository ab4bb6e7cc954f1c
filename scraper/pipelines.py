"""Where the child's answers leave: one line each on the standard output that the service reads."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler

from scraper import wire

KIBIBYTE = 1024
"""What `ru_maxrss` counts in, on Linux."""


class AnswerLine:
    """Writes each answer as it comes.

    Args:
        out: a binary stream; the setting ANSWERS holds its file descriptor, since Scrapy copies settings deeply.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.out = os.fdopen(crawler.settings.getint("ANSWERS"), "wb", closefd=False)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline of this crawl."""
        return cls(crawler)

    def process_item(self, item: wire.Answer) -> wire.Answer:
        """Write one answer, with the memory the child has needed so far."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIBIBYTE
        self.out.write(wire.write(replace(item, memory=peak)))
        self.out.flush()
        return item
