"""How info.gov.hk shows press releases: feed, day indexes, pages, print versions. Pure: releases in, text out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from scheduler.demo.invented import HONG_KONG, Invented
from scheduler.demo.issued import Issued, chinese_day

HOST = "www.info.gov.hk"
FEED_ITEMS = 100  # as many as the real feed has
_PAGE = re.compile(r"/gia/general/(\d{6})/(\d{2})/(P\d+?)(p?)\.htm")
_INDEX = re.compile(r"/gia/general/(?:(\d{4})(\d{2})/(\d{2})(c?)|(c?)today)\.htm")
_FEED = re.compile(r"/gia/rss/general_(en|zh)\.xml")
_MENU = "\n".join(
    f'<li class="menuItem"><a href="/gia/ISD_public_Calendar_{n}.html" title="Year {n}">Archive of {n}</a></li>'
    for n in range(1970, 2026)
)
_WORDS = {
    "en": {"lang": "en", "index": "Press Releases", "print": "Print", "photo": "Photo", "back": "Back to Index Page"},
    "zh-Hant": {"lang": "zh-hk", "index": "新聞公報", "print": "列印", "photo": "圖片", "back": "返回索引頁"},
}


def issue(release: Invented, serial: int, at: datetime) -> Issued:
    """Give a release its number: the day of publication, then five digits."""
    number = f"P{at:%Y%m%d}{serial:05d}"
    return Issued(
        release=release.on(at),
        number=number,
        published=at,
        changed=at,
        url=f"https://{HOST}/gia/general/{at:%Y%m}/{at:%d}/{number}.htm",
        key=f"info.gov.hk/{number}",
    )


def answer(path: str, issued: Sequence[Issued], now: datetime, feed_items: int = FEED_ITEMS) -> tuple[str, str] | None:
    """Return what the portal answers under a path: content type and text; None where there is nothing.

    Args:
        path: without its query, which only ever sets the size of letters.
        issued: what stands on the portal, the oldest first.
        now: for `today.htm`; aware.
        feed_items: how many releases the feed holds.
    """
    if match := _PAGE.fullmatch(path):
        found = next((one for one in issued if one.number == match[3]), None)
        if found is None or not found.path.startswith(path[:23]):  # the number under another day's folder
            return None
        return "text/html", _print(found) if match[4] else _page(found)
    if match := _INDEX.fullmatch(path):
        today = now.astimezone(HONG_KONG)
        day = datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=HONG_KONG) if match[1] else today
        language = "zh-Hant" if match[4] or match[5] else "en"
        of_day = [one for one in issued if one.published.date() == day.date() and one.release.language == language]
        return ("text/html", _index(of_day, day, language, now)) if of_day else None
    if match := _FEED.fullmatch(path):
        language = "en" if match[1] == "en" else "zh-Hant"
        newest = [one for one in reversed(issued) if one.release.language == language][:feed_items]
        return "text/xml", _feed(newest, language, now)
    return None


def _body(paragraphs: Sequence[str]) -> str:
    return "<br><br>\n".join("&nbsp;" * 5 + escape(text, quote=False) for text in paragraphs)


def _feed(issued: Sequence[Issued], language: str, now: datetime) -> str:
    title = "Press Releases" if language == "en" else "香港特區政府新聞公報"
    items = "\n".join(
        f"<item><title><![CDATA[{one.release.title}]]></title><guid>{one.url}</guid><link>{one.url}</link>"
        f"<pubDate>{one.published:%a, %d %b %Y %H:%M:%S +0800}</pubDate>"
        f"<description><![CDATA[{_body(one.in_feed or one.release.paragraphs)}]]></description></item>"
        for one in issued
    )
    newest = max((one.changed for one in issued), default=now) - timedelta(hours=8)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>{title}</title>'
        f"<language>{'en-us' if language == 'en' else 'zh-HK'}</language>"
        f"<pubDate>{newest:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
        f"<lastBuildDate>Tue, 12 Jul 2016 11:00:00 GMT</lastBuildDate>\n{items}\n</channel></rss>\n"
    )


def _frame(title: str, language: str, banner: str, content: str) -> str:
    words = _WORDS[language]
    return (
        f'<!DOCTYPE html>\n<html lang="{words["lang"]}"><head>\n'
        f'<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta property="og:title" content="{escape(title)}">\n</head><body>\n'
        f'<div id="header"><ul class="menu">\n{_MENU}\n</ul></div>\n'
        f'<div id="headerBanner"><div class="wrapper">{banner}</div></div>\n'
        f'<div id="contentBody" class="row">{content}</div>\n'
        f'<div id="footer"><a href="/gia/notice.htm">{words["index"]}</a></div>\n</body></html>\n'
    )


def _index(issued: Sequence[Issued], day: datetime, language: str, now: datetime) -> str:
    fresh = ' class="NEW"'
    rows = "\n".join(
        f'<li><a href="{one.path}"{fresh if now - one.published < timedelta(hours=1) else ""}>'
        f"<span>{escape(one.release.title)}</span></a>&nbsp;<!-- {one.number} --></li>"
        for one in reversed(issued)
    )
    content = f'<div class="colLeft leftBody"><ul class="list fontSize1">\n{rows}\n</ul></div>'
    return _frame(_WORDS[language]["index"], language, f"{day:%d-%m-%Y}", content)


def _end(one: Issued) -> str:
    at = one.published
    if one.release.language == "en":
        return (
            f'<div class="mB15 f15">Ends/{at:%A, %B} {at.day}, {at.year}\n<br>\n Issued at HKT {at:%H:%M}\n</div>\n'
            '<div style="margin-top:10px;">\nNNNN\n</div>'
        )
    return (
        f'<div class="mB15 f15">完</div>\n<div class="mB15 f15">{chinese_day(at)}<br>\n'
        f"香港時間{at.hour}時{at.minute:02d}分\n</div>"
    )


def _photos(one: Issued) -> str:
    words = _WORDS[one.release.language]
    folder = f"https://gia.info.gov.hk/general/{one.published:%Y%m/%d}/{one.number}"
    pictures = "\n".join(
        f'<a class="fancybox" data-fancybox-group="gallery" title="{escape(text)}" '
        f'href="{folder}_photo_{n}.jpg">'
        f'<img src="{folder}_photo_{n}t.jpg" alt="{escape(text)}"></a>'
        for n, text in enumerate(one.release.captions, 1000001)
    )
    return f'<h2 class="attTypeTitle1">{words["photo"]}</h2>\n{pictures}' if pictures else ""


def _page(one: Issued) -> str:
    title, words = escape(one.release.title), _WORDS[one.release.language]
    suffix = "" if one.release.language == "en" else "c"
    content = (
        f'<div class="colLeft resLeftContent"><div id="includedContent"></div>\n'
        f'<a href="{one.number}p.htm" class="icon_print" title="{words["print"]}"></a>\n'
        f'<div class="fontSize1" style="display:none">{title}</div>\n'
        f'<div class="fontSize1" id="PRHeadline"><span id="PRHeadlineSpan">{title}</span></div>\n'
        f'<div id="starBar" class="fontSize1">{"*" * 60}</div>\n<span id="pressrelease" class="fontSize1">\n'
        f"{_body(one.release.paragraphs)}\n"
        f'<br><div class="controlDisplay2 resRightContent"></div>\n<div>&nbsp;</div>\n{_end(one)}\n</span>\n'
        f'<div class="btm_btn"><a class="newAch" href="/gia/general/{one.published:%Y%m/%d}{suffix}.htm">'
        f"{words['back']}</a></div></div>\n"
        f'<div class="controlDisplay1 resRightContent">'
        f'<div id="rightContent" class="fontSize1">{_photos(one)}</div></div>'
    )
    return _frame(one.release.title, one.release.language, "", content)


def _print(one: Issued) -> str:
    title = escape(one.release.title)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title></head><body>\n'
        f'<div id="PRHeadline"><span id="PRHeadlineSpan">{title}</span></div>\n'
        f'<span id="pressrelease">\n{_body(one.release.paragraphs)}\n'
        f"<div>&nbsp;</div>\n{_end(one)}\n</span></body></html>\n"
    )
