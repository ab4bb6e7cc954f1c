"""Where the child's answers leave: one line each on the standard output that the service reads."""

from __future__ import annotations

import os
import resource
from dataclasses import replace
from pathlib import Path
from typing import Self

from scrapy.crawler import Crawler

from scraper import wire

KIBIBYTE = 1024
"""What Linux counts memory in, for `VmHWM` and `ru_maxrss`."""
STATUS = Path("/proc/self/status")


def peak_memory() -> int:
    """Return the most memory this process has held, in bytes.

    `ru_maxrss` also remembers the process that started us, which may be many times our size; it serves where there is
    no /proc.
    """
    try:
        lines = STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        lines = []
    told = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    return int(told or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * KIBIBYTE


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
        self.out.write(wire.write(replace(item, memory=peak_memory())))
        self.out.flush()
        return item
