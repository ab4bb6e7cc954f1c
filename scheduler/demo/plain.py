"""The yardstick of the bench: a plain Scrapy spider that reads title and body and keeps nothing else.

The spider is text, run by `scrapy runspider` in a process of its own: the scheduler never imports Scrapy.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SPIDER = """
import scrapy


class Plain(scrapy.Spider):
    name = "plain"
    custom_settings = {
        "LOG_LEVEL": "ERROR",
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTECONTROL_ENABLED": False,
        "FEED_EXPORT_ENCODING": "utf-8",
    }

    def __init__(self, listings, **kwargs):
        super().__init__(**kwargs)
        self.start_urls = listings.split(",")

    def parse(self, response):
        yield from response.follow_all(css="#contentBody ul.list li a", callback=self.parse_page)

    def parse_page(self, response):
        yield {
            "url": response.url,
            "title": response.css("#PRHeadlineSpan::text").get(),
            "body": "\\n".join(response.css("#pressrelease ::text").getall()),
        }
"""


def run_plain_scrapy(listings: Sequence[str], output: Path) -> int:
    """Crawl the pages that the listings name and return how many were read.

    Args:
        listings: addresses of day indexes on loopback.
        output: gets one JSON line a page.

    Raises:
        subprocess.CalledProcessError: Scrapy failed.
    """
    spider = output.with_name("plain_spider.py")
    spider.parent.mkdir(parents=True, exist_ok=True)
    spider.write_text(SPIDER, encoding="utf-8")
    words = [
        sys.executable,
        "-m",
        "scrapy",
        "runspider",
        str(spider),
        "-a",
        f"listings={','.join(listings)}",
        "-O",
        f"{output}:jsonlines",
    ]
    subprocess.run(words, cwd=output.parent, check=True, capture_output=True, timeout=300)
    return len(output.read_text(encoding="utf-8").splitlines())
