"""Notices about the watch itself in words and as JSON, `coopwatch.notice/1` (notice-1.schema.json). Pure.

A notice brings its English words with it (scheduler/notices.py); other languages make theirs from kind, state and
values. Whatever a body lacks is left out: a notice about trouble must not fail over its words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from scheduler.alerts.catalogue import Words
from scheduler.alerts.clocks import moment
from scheduler.alerts.payload import Room, fitted
from scheduler.alerts.plain import line, shorten
from scheduler.alerts.watch import source_name
from storage.model import Delivery
from storage.times import from_text

SCHEMA = "coopwatch.notice/1"
STATES = ("opened", "closed", "told")
TIMES = frozenset({"since", "until", "at", "oldest", "last_good", "last_attempt", "last_dead", "held_until", "due"})
SPACES = frozenset({"free", "least"})
ABOUT_SOURCES = frozenset({"source-failing", "source-blind", "storm-held", "watch-blind", "watch-back"})
ABOUT_SOURCES |= {"source-silent", "listing-short", "fields-missing", "addresses-changed", "encoding-suspect"}
QUESTION = ("storm-held", "opened")
TO_SUBSCRIBERS = frozenset({"watch-blind", "watch-back"})
LINES, LINE = 20, 500


def notice(delivery: Delivery, said: Words, zone: tzinfo) -> dict[str, Any]:
    """Return what the templates of a notice may show.

    Args:
        delivery: with the body that scheduler/notices.py describes.
        said: the words of the reader's language.
        zone: the reader's, for the times among the values.
    """
    body = delivery.body
    kind, state = str(body.get("kind") or "notice"), str(body.get("state") or "told")
    state = state if state in STATES else "told"
    values = dict(_values(body, said, zone))
    title = line(_title(body, kind, state, values, said), 300)
    return {
        "word": said("notice.question" if (kind, state) == QUESTION else f"notice.{state}"),
        "state": state,
        "title": title,
        "lines": [line(one, LINE) for one in _lines(body, kind, state, values, said)][:LINES],
        "facts": list(_rows(body, values, said)),
        "at": moment(said, _time(body.get("at"), zone) or delivery.moment.astimezone(zone)),
    }


def _title(body: Mapping[str, Any], kind: str, state: str, values: Mapping[str, str], said: Words) -> str:
    own = _filled(f"notices.{kind}.{state}", values, said)
    return own or str(body.get("title") or "") or f"{kind}: {values.get('subject', '')}".rstrip(": ")


def _lines(body: Mapping[str, Any], kind: str, state: str, values: Mapping[str, str], said: Words) -> Iterator[str]:
    """Yield the sentences: the language's own where it has some, else those the notice brought."""
    own = _filled(f"notices.{kind}.{state}_text", values, said)
    if own:
        yield own
    else:
        yield from (str(one) for one in body.get("lines") or ())


def _filled(key: str, values: Mapping[str, str], said: Words) -> str:
    """Return a text of the catalogue, or nothing where it is not there or asks for what is not known."""
    try:
        return said(key, **values)
    except KeyError:
        return ""


def _rows(body: Mapping[str, Any], values: Mapping[str, str], said: Words) -> Iterator[tuple[str, str]]:
    """Yield the values as rows, where the sentences do not tell them already: in English they do."""
    if body.get("kind") in TO_SUBSCRIBERS or (said.language == "en" and body.get("lines")):
        return
    for name, value in values.items():
        if name != "subject" and value:
            yield line(said.known("value", name, name.replace("_", " ")), 60), line(value, LINE)


def _values(body: Mapping[str, Any], said: Words, zone: tzinfo) -> Iterator[tuple[str, str]]:
    subject = str(body.get("subject") or "")
    is_source = body.get("kind") in ABOUT_SOURCES
    subject = source_name(subject, said) if is_source else subject
    # Between Chinese words a Latin name stands off by a blank.
    yield "subject", f" {subject} " if said.language != "en" and subject.isascii() else subject
    for name, value in (body.get("values") or {}).items():
        yield str(name), _value(str(name), value, said, zone)


def _value(name: str, value: object, said: Words, zone: tzinfo) -> str:
    if name in TIMES and (at := _time(value, zone)):
        return moment(said, at)
    if name in SPACES and isinstance(value, (int, float)):
        return f"{value / 1e6:,.0f} MB"
    if isinstance(value, (list, tuple)):
        return said("semicolon").join(str(one) for one in value if not isinstance(one, (dict, list)))
    if isinstance(value, bool) or value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) and name not in ("hold", "seconds") else str(value)


def _time(text: object, zone: tzinfo) -> datetime | None:
    try:
        return from_text(str(text)).astimezone(zone) if text else None
    except ValueError:
        return None


def plain(delivery: Delivery, shown: Mapping[str, Any], said: Words) -> dict[str, Any]:
    """Return the body of a notice's webhook as a value: what programs need, and the words beside it."""
    return fitted(lambda room: _told(delivery, shown, said, room))


def _told(delivery: Delivery, shown: Mapping[str, Any], said: Words, room: Room) -> dict[str, Any]:
    body = delivery.body
    kind = line(str(body.get("kind") or "notice"), 100)
    return {
        "schema": SCHEMA,
        "id": delivery.message_id,
        "type": f"notice.{shown['state']}",
        "timestamp": delivery.moment.isoformat(),
        "subscription": delivery.subscription,
        "kind": kind,
        "state": shown["state"],
        "subject": body.get("subject") and line(str(body["subject"])),
        "at": body.get("at") if _is_text(body.get("at")) else delivery.moment.isoformat(),
        "language": said.language,
        "title": room.cut(str(shown["title"]), 300),
        "lines": [room.cut(one, LINE) for one in shown["lines"]],
        "values": {
            shorten(str(name), 60): _kept(value, room)
            for name, value in list((body.get("values") or {}).items())[: room.items]
        },
        "shortened": False,
    }


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _kept(value: Any, room: Room) -> Any:
    """Return a JSON value with its texts and lists cut to the room."""
    if isinstance(value, str):
        return room.cut(value, 1000)
    if isinstance(value, dict):
        return {str(name)[:60]: _kept(one, room) for name, one in list(value.items())[: room.items]}
    if isinstance(value, (list, tuple)):
        return [_kept(one, room) for one in value[: room.items]]
    return value
