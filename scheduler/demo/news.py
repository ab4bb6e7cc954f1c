"""How news.gov.hk shows its stories: the health feeds and the pages. Pure: releases in, text out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from scheduler.demo.invented import Invented
from scheduler.demo.issued import Issued

HOST = "www.news.gov.hk"
FEED_ITEMS = 20  # as many as the real feed has
_FEED = re.compile(r"/(en|tc)/categories/health/html/articlelist\.rss\.xml")
_SITE = {"en": "news.gov.hk", "zh-Hant": "香港政府新聞網"}


def issue(release: Invented, serial: int, at: datetime) -> Issued:
    """Give a story its id: when its page was made, a good hour before it is published."""
    made = at - timedelta(minutes=96)  # the median that SOURCES.md section 2 gives
    number = f"{made:%Y%m%d_%H%M%S}_{serial % 1000:03d}"
    folder = "eng" if release.language == "en" else "chi"
    return Issued(
        release=release.on(at),
        number=number,
        published=at,
        changed=at,
        url=f"https://{HOST}/{folder}/{made:%Y/%m/%Y%m%d}/{number}.html",
        key=f"news.gov.hk/{folder}/{number}",
    )


def answer(path: str, issued: Sequence[Issued], now: datetime, feed_items: int = FEED_ITEMS) -> tuple[str, str] | None:
    """Return what the portal answers under a path: content type and text; None where there is nothing."""
    if match := _FEED.fullmatch(path):
        language = "en" if match[1] == "en" else "zh-Hant"
        newest = [one for one in reversed(issued) if one.release.language == language][:feed_items]
        return "text/xml", _feed(newest, language, now)
    found = next((one for one in issued if one.path == path), None)
    return ("text/html", _page(found)) if found else None


def _feed(issued: Sequence[Issued], language: str, now: datetime) -> str:
    title = f"{_SITE[language]} - {'Health & Community' if language == 'en' else '社區與健康'}"
    folder = "eng" if language == "en" else "chi"
    items = "\n".join(
        f"<item><objectId>{one.number}</objectId><title>{escape(one.release.title)}</title>"
        f"<guid>{one.url}</guid><link>{one.url}</link>"
        f"<pubDate>{one.published:%a, %d %b %Y} 00:00:00 +0800</pubDate>"
        f"<description>{escape(_summary(one))}</description></item>"
        for one in issued
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>/{folder}/categories/health/index.html</link>"
        f"<language>{'en' if language == 'en' else 'zh-HK'}</language>"
        f"<pubDate>{now:%a, %d %b %Y} 00:00:00 +0800</pubDate><generator>ISD News RSS Generator 3.13</generator>\n"
        f"{items}\n</channel></rss>\n"
    )


def _summary(one: Issued) -> str:
    picture = f'<img src="{one.url.removesuffix(".html")}/images/1.jpg"/>' if one.release.captions else ""
    return f"{picture}<p>{_body(one.in_feed or one.release.paragraphs)}</p>"


def _body(paragraphs: Sequence[str]) -> str:
    return "<p>&nbsp;</p>".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)


def _page(one: Issued) -> str:
    at, language, title = one.published, one.release.language, escape(one.release.title)
    shown = f"{at:%B} {at.day}, {at.year}" if language == "en" else f"{at.year}年{at.month}月{at.day}日"
    slides = "".join(
        f'<div class="swiper-slide"><div class="news-block"><img src="images/{n}.jpg" alt=""></div>'
        f'<div class="news-caption"><strong class="h5">{escape(head)}: </strong>'
        f"<div><p>{escape(rest)}</p></div></div></div>\n"
        for n, (head, _, rest) in enumerate(text.partition(": ") for text in one.release.captions)
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{"en" if language == "en" else "zh-hk"}"><head><meta charset="utf-8">\n'
        f'<meta name="robots" content="index,nofollow"><title>{_SITE[language]} - {title}</title>\n'
        f'<meta name="date" content="{at:%Y-%m-%dT%H:%M:%S}+08:00">'
        f'<meta name="last-modified" content="{one.changed:%d/%m/%Y %I:%M:%S %p}">\n'
        f'<meta property="og:url" content="{one.url}"><meta property="og:title" content="{title}">\n</head><body>\n'
        f'<nav class="navbar"><a href="/{"eng" if language == "en" else "chi"}/index.html">'
        f"{_SITE[language]}</a></nav>\n"
        f'<h1 class="news-title h4">{title}</h1>\n<span class="align-middle news-date mr-3">{shown}</span>\n'
        f'<div class="carousel-container"><div class="swiper-wrapper">{slides}</div></div>\n'
        f'<div class="newsdetail-content mt-3">{_body(one.release.paragraphs)}</div>\n'
        f'<div id="sys_related_news"></div>\n</body></html>\n'
    )
