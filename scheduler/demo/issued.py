"""An invented release once a portal has issued it: its number, its address and its times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.demo.invented import Invented


@dataclass(frozen=True, slots=True)
class Issued:
    """A release as its portal has it.

    Args:
        release: title, text and captions as they stand now.
        number: the portal's own id (`P2026112100003`, `20261121_093000_012`, `N26KU00003`).
        published: Hong Kong time.
        changed: when the page last changed; its Last-Modified.
        url: the canonical address, the real portal's.
        key: the key under which coopwatch is expected to keep it.
        withdrawn: whether its page answers 404 and no listing names it.
        in_feed: the paragraphs that the feed tells; an edit may leave them as they were.
    """

    release: Invented
    number: str
    published: datetime
    changed: datetime
    url: str
    key: str
    withdrawn: bool = False
    in_feed: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Return the address's path."""
        return "/" + self.url.split("/", 3)[3]


def chinese_day(day: datetime) -> str:
    """Return a date as the Chinese pages write it: `2026年11月21日（星期六）`."""
    return f"{day.year}年{day.month}月{day.day}日（星期{'一二三四五六日'[day.weekday()]}）"
