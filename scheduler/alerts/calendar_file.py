"""The dates to come that releases state, as a calendar (iCalendar, RFC 5545). Pure; `icalendar` is loaded when used."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from scheduler.alerts.coming import coming
from scheduler.alerts.entries import SPACE
from scheduler.alerts.plain import clean, shorten, web_link
from storage.told import Announced

PRODUCT = "-//coopwatch//dates in releases//EN"
SUMMARY, PASSAGE = 120, 1000  # characters


def calendar_file(title: str, releases: Iterable[Announced]) -> bytes:
    """Return the calendar of a subscription under its title for people.

    An event keeps its UID when a revision moves it, and counts its moves in SEQUENCE (RFC 5545, 3.8.7.4).
    """
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", title)
    for release in releases:
        _add_events(made, release)
    return bytes(made.to_ical())


def _add_events(made: object, release: Announced) -> None:
    from icalendar import Calendar, Event

    assert isinstance(made, Calendar)  # noqa: S101 - for the type checker: the library is loaded late
    link = web_link(release.url)
    for one in coming(release.versions, release.published):
        event = Event()
        event.add("uid", f"{uuid.uuid5(SPACE, f'date|{release.key}|{one.number}')}@coopwatch")
        event.add("dtstamp", release.seen)
        event.add("last-modified", release.seen)
        event.add("sequence", one.moves)
        event.add("dtstart", one.first)
        event.add("dtend", one.after)
        event.add("transp", "OPAQUE" if one.exact else "TRANSPARENT")
        event.add("summary", shorten(" ".join(clean(release.title).split()), SUMMARY), {"LANGUAGE": release.language})
        event.add("description", shorten(clean(one.passage).strip(), PASSAGE) + (f"\n\n{link}" if link else ""))
        if link:
            event.add("url", link)
        made.add_component(event)
