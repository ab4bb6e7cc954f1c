"""What a feed shows of an alert: one frozen entry, made from the message that other channels would send. Pure."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduler.alerts.editions import shown
from scheduler.alerts.message import Message
from scheduler.alerts.plain import clean, shorten, web_link
from storage.model import Delivery

# The name space of our ids: `uuid5` of it and a name is the same wherever it is made.
SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:coopwatch:feeds")
LONGEST = 8000  # characters of an entry's text
MOST_NAMES = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed.

    Args:
        id: `urn:uuid:...`, the same for a story and the grade of its change whatever becomes of the words.
        title: one line.
        url: where the release stands, or None where its address is no link.
        text: paragraphs parted by empty lines.
        published: when the portal published, where it says so.
        updated: when the change was recorded.
        author: the portal.
        language: BCP 47 tag.
        categories: kind of co-operation and jurisdictions.
    """

    id: str
    title: str
    url: str | None
    text: str
    published: datetime | None
    updated: datetime
    author: str
    language: str
    categories: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        """The text as HTML: paragraphs, and links where there are addresses."""
        return "".join(f"<p>{_linked(part)}</p>" for part in re.split(r"\n{2,}", self.text) if part.strip())


def feed_id(name: str) -> str:
    """Return the id of a subscription's feed."""
    return f"urn:uuid:{uuid.uuid5(SPACE, f'feed|{name}')}"


def entry(delivery: Delivery, message: Message, wish: str | None = None) -> Entry:
    """Return the entry of an alert, which leads to the edition that is shown to whoever wishes for a language.

    A story has one entry for its first telling and one for each grade of revision, which a later revision of that grade
    brings up to date.
    """
    told = delivery.told
    release, change = told.release, told.change
    occasion = "|".join((told.story_key or release.key, change.kind, str(told.grade or "")))
    view = shown(told, wish)
    assessment = view.assessment
    return Entry(
        id=f"urn:uuid:{uuid.uuid5(SPACE, occasion)}",
        title=message.subject,
        url=web_link(view.url),
        text=shorten(clean(message.text.split("\n-- \n")[0].split("\n--\n")[0]).strip(), LONGEST),
        published=release.published,
        updated=change.at,
        author=view.edition.portal if view.edition else release.portal,
        language=view.language,
        categories=tuple(filter(None, (assessment.kind, *assessment.jurisdictions)))[:MOST_NAMES],
    )


def latest(entries: Iterable[Entry], most: int) -> tuple[Entry, ...]:
    """Return the newest entries, newest first; of those with one id only the newest."""
    newest: dict[str, Entry] = {}
    for each in sorted(entries, key=lambda one: one.updated):
        newest[each.id] = each
    return tuple(sorted(newest.values(), key=lambda one: (one.updated, one.id), reverse=True)[:most])


def moment(entries: Sequence[Entry], otherwise: datetime) -> datetime:
    """Return when a feed was last changed."""
    return max((each.updated for each in entries), default=otherwise)


def _linked(text: str) -> str:
    parts = re.split(r"(https?://[^\s<>\"“”]+)", text)
    shown = (html.escape(part) if place % 2 == 0 else _link(part) for place, part in enumerate(parts))
    return "".join(shown).strip().replace("\n", "<br/>")


def _link(address: str) -> str:
    link = web_link(address)
    shown = html.escape(address)
    return f'<a href="{html.escape(link)}">{shown}</a>' if link else shown
