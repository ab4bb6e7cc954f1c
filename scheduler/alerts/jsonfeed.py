"""A feed as JSON Feed 1.1 (jsonfeed.org/version/1.1). Pure: entries in, bytes out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from scheduler.alerts.entries import Entry

VERSION = "https://jsonfeed.org/version/1.1"


def json_feed(title: str, entries: Sequence[Entry]) -> bytes:
    """Return a subscription's feed, under its title for people; the entries newest first."""
    feed = {"version": VERSION, "title": title, "items": [_item(each) for each in entries]}
    return json.dumps(feed, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _item(one: Entry) -> dict[str, Any]:
    item = {
        "id": one.id,
        "url": one.url,
        "title": one.title,
        "content_html": one.html,
        "content_text": one.text,
        "date_published": one.published and one.published.isoformat(timespec="seconds"),
        "date_modified": one.updated.isoformat(timespec="seconds"),
        "authors": [{"name": one.author}],
        "language": one.language,
        "tags": list(one.categories),
    }
    return {name: value for name, value in item.items() if value}
