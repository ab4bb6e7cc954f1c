"""How Macao's information bureau shows its news: one feed with the full texts. Pure: releases in, text out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from scheduler.demo.invented import HONG_KONG, Invented
from scheduler.demo.issued import Issued

HOST = "www.gcs.gov.mo"
_FEED = "/api/rss/n/zh-hant"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcde"  # months from A; days from A (13 is M, as seen; after Z is a guess)
_PAGE = re.compile(r"/detail/zh-hant/N\w+")


def issue(release: Invented, serial: int, at: datetime) -> Issued:
    """Give a release its id: year, month letter, day letter, then five characters."""
    number = f"N{at:%y}{_LETTERS[at.month - 1]}{_LETTERS[at.day - 1]}{serial:05d}"
    return Issued(
        release=release.on(at),
        number=number,
        published=at,
        changed=at,
        url=f"https://{HOST}/detail/zh-hant/{number}",
        key=f"gcs.gov.mo/{number}",
    )


def answer(path: str, issued: Sequence[Issued], now: datetime, feed_items: int = 0) -> tuple[str, str] | None:  # noqa: ARG001
    """Return what the portal answers under a path: content type and text; None where there is nothing.

    The feed holds yesterday's and today's releases, however many, so `feed_items` means nothing here.
    """
    if path == _FEED:
        yesterday = (now.astimezone(HONG_KONG) - timedelta(days=1)).date()
        return "application/xml", _feed([one for one in reversed(issued) if one.published.date() >= yesterday])
    if _PAGE.fullmatch(path) and (found := next((one for one in issued if one.path == path), None)):
        return "text/html", _page(found)
    return None


def _body(paragraphs: Sequence[str]) -> str:
    return "\n".join(f'<p style="text-align:justify">{escape(text, quote=False)}</p>' for text in paragraphs)


def _feed(issued: Sequence[Issued]) -> str:
    items = "\n".join(
        f"<item>\n<title>{escape(one.release.title)}</title>\n<link>{one.url}</link>\n"
        f"<description><![CDATA[{_body(one.in_feed or one.release.paragraphs)}]]></description>\n"
        f"<pubDate>{one.published:%Y-%m-%dT%H:%M:%S}+08:00</pubDate>\n<guid>{one.url}</guid>\n"
        f"<dc:creator>{escape(one.release.department or '新聞局')}</dc:creator>\n"
        f"<dc:date>{one.published.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</dc:date>\n</item>"
        for one in issued
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>\n'
        f"<title>澳門特別行政區新聞局 ─ 政府新聞網聚合新聞(RSS)</title><link>https://{HOST}</link><description>新聞</description>\n"
        f"<language>zh-hant</language><dc:language>zh-hant</dc:language>\n{items}\n</channel></rss>\n"
    )


def _page(one: Issued) -> str:
    title = escape(one.release.title)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-Hant"><head><meta charset="utf-8"><title>{title}</title></head><body>\n'
        f'<h1>{title}</h1>\n<time datetime="{one.published.isoformat()}"></time>\n'
        f"{_body(one.release.paragraphs)}\n</body></html>\n"
    )
