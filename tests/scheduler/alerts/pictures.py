"""Words one of each kind of message from the demo's invented releases, and draws it in Chromium.

    python tests/scheduler/alerts/pictures.py FOLDER [CHROMIUM [NAME ...]]

Writes NAME.html, NAME.txt and, with a Chromium, NAME-360.png and NAME-1200.png (pixels across), all or those named;
prints the width and height of each page as JSON. test_pictures.py runs it; a person looks at the pictures. NAME-dark is
drawn as a mail program draws it that turns colours over by itself.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler import incident_words
from scheduler.alerts.message import word
from scheduler.config import Email, Subscription
from scheduler.demo.invented import HONG_KONG, stock
from scheduler.notices import body
from scraper.understanding import understood
from storage.ledger import Ledger, Watched
from storage.model import (
    Change,
    ChangeKind,
    Delivery,
    Edition,
    Evidence,
    FigureChange,
    Grade,
    Mention,
    Notice,
    Pair,
    Precision,
    Release,
    Version,
)

WIDTHS = (360, 1200)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
DARK = ("--enable-features=WebContentsForceDark", "--blink-settings=preferredColorScheme=0")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
HOSTS = {"gia": "www.info.gov.hk", "news": "www.news.gov.hk", "gcs": "www.gcs.gov.mo"}
SOURCES = {("gia", "en"): "hk_gia_en", ("gia", "zh-Hant"): "hk_gia_zh", ("gcs", "zh-Hant"): "mo_gcs_zh"}
HOSTILE = "<script>alert(1)</script>{{7*7}}{% raw %}{0.__class__}%s\u202e\x1b]8;;x\x07\"'><img src=https://x/y.png>"
ARABIC = "وقّعت هيئة الصحة في هونغ كونغ اتفاقية تعاون مع مستشفى في قوانغدونغ (2026)"


def release(number, one):
    day = datetime(2026, 11, 21, 9, tzinfo=HONG_KONG) + timedelta(minutes=37 * number)
    told = one.on(day)
    return Release(
        key=f"{HOSTS[one.portal]}/{one.name}",
        source=SOURCES.get((one.portal, one.language), "hk_news_en"),
        portal=HOSTS[one.portal],
        url=f"https://{HOSTS[one.portal]}/gia/general/202611/21/P20261121{number:05}.htm",
        language=one.language,
        title=told.title,
        text="\n".join(told.paragraphs),
        jurisdiction="Macao" if one.portal == "gcs" else "Hong Kong",
        published=day,
        precision=Precision.MINUTE,
        department=told.department,
    )


def delivery(told, kind=ChangeKind.NEW, number=1, assessment=None, **more):
    at = told.published.astimezone(UTC) + timedelta(minutes=3)
    change = Change(number, "e" * 64, kind, number, number, 2 if more.get("before") else 1, at)
    made = assessment or understood(told)[0]
    notice = Notice(change, told, made, **{"story_key": told.key} | more)
    return Delivery(number, f"msg_0123456789abcdef01234567{number:02}", "office", notice, 1, at, as_of=NOW)


def edition(told, number, **more):
    same = {name: getattr(told, name) for name in ("language", "url", "title", "text", "portal", "source", "published")}
    made = understood(told)[0]
    return Edition(
        number, **same, first_seen=NOW, version=1, precision=told.precision, assessment=made, key=told.key, **more
    )


def ledger(*, trouble):
    def ago(**span):
        return NOW - timedelta(**span)

    good = [
        Watched("hk_gia_en", 96, 0, ago(minutes=7), ago(hours=5), ago(hours=5), ago(minutes=30)),
        Watched("hk_gia_zh", 96, 1, ago(minutes=6), ago(hours=5), ago(hours=5), ago(minutes=30)),
        Watched("mo_gcs_zh", 96, 0, ago(minutes=9), ago(hours=29), ago(hours=29), ago(hours=1)),
    ]
    if trouble:
        good[2] = replace(good[2], failed=40, last_good=ago(hours=10), trouble="server: 503 Service Unavailable")
    return Ledger(ago(days=1), NOW, tuple(good))


def digest(members, **more):
    told = {"since": "2026-11-21T00:00:00.000000Z", "until": "2026-11-22T00:00:00.000000Z", **more}
    same = {"what": "digest", "body": told, "as_of": NOW, "members": tuple(members), "slot": told["until"]}
    return Delivery(99, "msg_digest0123456789", "office", None, 1, NOW, **same)


def notice(kind, state, subject, **values):
    title, lines = incident_words.opened(kind, subject, values)
    told = body(kind, state, subject, NOW, title, lines, values)
    return Delivery(50, "msg_notice0123456789", "operator-1", None, 1, NOW, what="notice", body=told, as_of=NOW)


def examples():
    """Yield the name, the delivery, the reader's language and the ledger of each example."""
    invented = [one for one in stock() if one.cooperation and one.first]
    english = [release(n, one) for n, one in enumerate(invented) if one.language == "en"]
    chinese = [release(n + 20, one) for n, one in enumerate(invented) if one.language == "zh-Hant"]
    one, han = english[0], chinese[0]
    bad, good = ledger(trouble=True), ledger(trouble=False)
    everyone = (edition(han, 2), edition(replace(chinese[1], portal="www.gcs.gov.mo"), 3))
    pairs = (Pair("party", "Hospital Authority", "Guangdong Provincial Health Commission"),)
    yield "new-en", delivery(one, editions=everyone, first_pairs=pairs), "en", good
    yield "new-hant", delivery(one, editions=everyone, first_pairs=pairs), "zh-Hant", good
    yield "new-hans", delivery(han, editions=(edition(one, 1),)), "zh-Hans", bad
    before = Version(1, "1:0", one.title, one.text.replace("18", "16"), one.published)
    for grade in Grade:
        if grade is not Grade.WITHDRAWN:
            revised = delivery(one, ChangeKind.REVISED, before=before, grade=grade, editions=everyone[:1])
            yield f"revised-{grade}", revised, "zh-Hant" if grade is Grade.FIGURE else "en", good
    yield "gone", delivery(one, ChangeKind.GONE, grade=Grade.WITHDRAWN, editions=everyone), "zh-Hans", good
    also = replace(chinese[1], portal="www.gcs.gov.mo", published=one.published + timedelta(hours=3))
    yield "also", delivery(also, ChangeKind.ALSO, first=edition(one, 1), editions=(edition(one, 1),)), "zh-Hant", good
    figure = FigureChange("Harbour Voucher Scheme", "nurses", 7, 18, 0, 3, one.url, before_published=one.published)
    yield "figure", delivery(one, ChangeKind.FIGURE, figure=figure), "en", good
    members = [delivery(told, number=n) for n, told in enumerate((*english, *chinese)[:8], 1)]
    members.append(delivery(one, ChangeKind.REVISED, 9, before=before, grade=Grade.PARTY, story_key="another"))
    members.append(delivery(han, ChangeKind.GONE, 10, grade=Grade.WITHDRAWN, story_key="a third"))
    for language in ("en", "zh-Hant", "zh-Hans"):
        yield f"digest-{language}", digest(members, held=3, left_out=1), language, bad
        yield f"proof-{language}", digest([]), language, good
    yield "digest-dark", digest(members), "zh-Hant", bad
    trouble = {"failures": 4, "trouble": "server: 503 Service Unavailable", "last_good": "2026-11-20T20:00:00.000000Z"}
    storm = {"hold": 3, "alerts": 112, "why": "112 new items, 14 at most before", "titles": [one.title, han.title]}
    for language in ("en", "zh-Hant", "zh-Hans"):
        yield f"blind-{language}", notice("source-blind", "opened", "mo_gcs_zh", **trouble), language, None
        yield f"storm-{language}", notice("storm-held", "opened", "hk_gia_zh", **storm), language, None
    since = {"since": "2026-11-20T20:00:00.000000Z"}
    yield "watch-blind", notice("watch-blind", "told", "mo_gcs_zh", **since), "zh-Hant", None
    yield "hostile", _hostile(one), "en", bad
    arabic = replace(one, language="ar", title=ARABIC, text=(ARABIC + ".\n") * 3)
    yield "right-to-left", delivery(arabic), "en", good
    endless = replace(one, title=(one.title + " ") * 9)
    yield "long-dark", delivery(endless, ChangeKind.REVISED, before=before, grade=Grade.FIGURE), "en", good


def _hostile(one):
    made = replace(
        understood(one)[0],
        parties=(Mention("Y" * 300, 0, 1, "", jurisdiction="Z" * 90),),
        reason="Q" * 600,
        jurisdictions=("J" * 200,) * 6,
        evidence=(Evidence(0, 5, "E" * 900, "why" * 90, 2.0),),
    )
    told = replace(one, title="ultramicroscopicsilicovolcano" * 8 + HOSTILE, portal="x" * 180, department=HOSTILE)
    before = Version(1, "1:0", HOSTILE, "W" * 3000 + HOSTILE, told.published)
    return delivery(told, ChangeKind.REVISED, before=before, grade=Grade.PARTY, assessment=made)


def messages():
    email = Email(host="localhost", from_="Watch <alerts@watch.example.org>", security="none")
    for name, told, language, checks in examples():
        office = Subscription(name="office", channel="email", language=language)
        yield name, word(told, office, email=email, ledger=checks)


def measured(program, folder, pages):
    """Return the width and height that each page takes at each width, all found in one go.

    A window of Chromium is never narrower than 500 pixels; a frame may be.
    """
    places = [(name, width) for name in pages for width in WIDTHS]
    frames = "".join(framed(pages[name], width) for name, width in places)
    sizes = "[...document.querySelectorAll('iframe')].map(f => f.contentDocument.documentElement)"
    sizes += ".map(e => [e.scrollWidth, e.scrollHeight])"
    sheet = folder / "frames.html"
    script = f"<script>onload = () => {{ document.title = JSON.stringify({sizes}) }}</script>"
    sheet.write_text(f'<!DOCTYPE html><meta charset="utf-8"><title></title><body>{frames}{script}', encoding="utf-8")
    found = re.search(r"<title>(.*?)</title>", chromium(program, "--dump-dom", sheet.as_uri()))
    sheet.unlink()
    return {f"{name}-{width}": size for (name, width), size in zip(places, json.loads(found[1]), strict=True)}


def framed(page, width, height=100):
    """Return a page in a frame."""
    style = "border:0;display:block"
    return f'<iframe width="{width}" height="{height}" style="{style}" srcdoc="{html.escape(page)}"></iframe>\n'


def draw(program, folder, name, page, width, height):
    """Draw a page."""
    dark = name.endswith("-dark")
    if dark:  # a page that says it knows the dark is left as it is
        page = re.sub(r'<meta name="(?:supported-)?color-schemes?"[^>]*>', "", page)
    sheet = folder / f"{name}-{width}.frame.html"
    frame = framed(page, width, height)
    sheet.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">{frame}', encoding="utf-8")
    size = f"--window-size={max(width, 500)},{height}"
    chromium(program, *(DARK if dark else ()), size, f"--screenshot={folder / name}-{width}.png", sheet.as_uri())
    sheet.unlink()


def chromium(program, *flags):
    with tempfile.TemporaryDirectory() as profile:
        command = [program, *FLAGS, f"--user-data-dir={profile}", *flags]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def main(folder, program=None, *wanted):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    pages = {}
    for name, message in messages():
        pages[name] = message.html
        (folder / f"{name}.html").write_text(message.html, encoding="utf-8")
        (folder / f"{name}.txt").write_text(f"{message.subject}\n\n{message.text}", encoding="utf-8")
    sizes = measured(program, folder, pages) if program else {}
    for name in (wanted or pages) if program else ():
        for width in WIDTHS:
            draw(program, folder, name, pages[name], width, sizes[f"{name}-{width}"][1])
    print(json.dumps(sizes))


if __name__ == "__main__":
    main(*sys.argv[1:])
