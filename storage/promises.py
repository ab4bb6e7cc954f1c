"""Changes, and the promises to tell them, as frozen values. Not here: how they are kept (outbox.py) or worded.

Everybody takes these from model.py, which offers the values of all rooms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.texts import Assessment, Precision, Release, Version


class ChangeKind(StrEnum):
    """What kind of change is worth telling."""

    NEW = "new"
    REVISED = "revised"
    GONE = "gone"
    RETURNED = "returned"
    FIGURE = "figure"
    ALSO = "also"


class Grade(StrEnum):
    """How far a revision goes, rising: `a.rank < b.rank` says that b is the graver one (see grades.py)."""

    COSMETIC = "cosmetic"
    WORDING = "wording"
    FIGURE = "figure"
    DATE = "date"
    PARTY = "party"
    WITHDRAWN = "withdrawn"

    @property
    def rank(self) -> int:
        """The place among the grades, 0 for the slightest."""
        return list(Grade).index(self)


class DeliveryState(StrEnum):
    """Where a promise to tell stands.

    A `bundled` one goes out with its digest; a `held` one waits for the operator's word; a `dropped` one got it.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    BUNDLED = "bundled"
    HELD = "held"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Change:
    """The event that alerts fan out from. `event` is its stable id; `silent` says why nobody is told, or is None."""

    id: int
    event: str
    kind: ChangeKind
    release_id: int
    story_id: int | None
    version: int
    at: datetime
    silent: str | None = None


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A programme's quantity stated otherwise than before: `after` by `text[start:end]`, `before` by `before_url`."""

    programme: str
    counts: str
    before: float
    after: float
    start: int
    end: int
    before_url: str
    before_published: datetime | None = None
    before_qualifier: str | None = None
    after_qualifier: str | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """Another release of the same story, as it stood at a time.

    Args:
        release_id: its number.
        language: BCP 47 tag of its text.
        url: its canonical address.
        title: of its version at that time; `text` likewise.
        text: the paragraphs, joined by one line feed.
        portal: the host that publishes it.
        source: the source it came from.
        published: with the portal's own offset; None where the portal does not say.
        first_seen: when it was first read, and joined the story.
        version: the number of its version at that time.
        revised: when that version was read, where it is not the first.
        state: `present`, or `gone` where it had been withdrawn.
        precision: how exactly `published` is known.
        assessment: of that version, its first one; places in it count the characters of `text`.
        key: of the release.
    """

    release_id: int
    language: str
    url: str
    title: str
    text: str
    portal: str
    source: str
    published: datetime | None
    first_seen: datetime
    version: int
    revised: datetime | None = None
    state: str = "present"
    precision: Precision | None = None
    assessment: Assessment | None = None
    key: str = ""

    @property
    def moment(self) -> datetime:
        """When it is from: its publishing, where the portal says, else its first reading."""
        return self.published or self.first_seen


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that were never seen together before: `what` is `party`, `place` or `jurisdiction`; `one` sorts first."""

    what: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Notice:
    """All that is needed to route and word a change: the change, the release as it stands, and what was made of it.

    Args:
        change: what happened.
        release: in the version the change speaks of.
        assessment: of that version, the first that was made.
        before: the earlier version, where the change is a revision.
        figure: what changed, where it is a figure.
        grade: how far a revision goes; `withdrawn` where the release is gone; None otherwise.
        before_assessment: of the earlier version.
        editions: the story's other releases as of a time, copies on other portals included, the earliest read first.
        first_pairs: who is named together for the first time.
        story_key: the key of the story's first release: stable, and the same for all that tells of the story.
        first: who told the story first, where the change is that another portal tells it also.
    """

    change: Change
    release: Release
    assessment: Assessment
    before: Version | None = None
    figure: FigureChange | None = None
    grade: Grade | None = None
    before_assessment: Assessment | None = None
    editions: tuple[Edition, ...] = ()
    first_pairs: tuple[Pair, ...] = ()
    story_key: str = ""
    first: Edition | None = None

    @property
    def becomes_news(self) -> bool:
        """Whether a revision is the first to speak of co-operation: to readers that is news, whatever its grade."""
        was = self.before_assessment
        return was is not None and not was.cooperation and self.assessment.cooperation


@dataclass(frozen=True, slots=True)
class Delivery:
    """One promise to tell one subscription. `message_id` is stable over every attempt.

    Args:
        id: its number.
        message_id: the same over every attempt.
        subscription: whom, by name.
        notice: of an alert, what it tells; None for a digest and for a notice in words.
        attempts: how many since it was made or last retried by hand, this one included.
        created: when it was promised.
        what: `alert` (one change), `digest` (a bundle of alerts) or `notice` (words about the watch itself).
        body: of a digest what it was made from beyond its members, of a notice its words' values.
        as_of: the time that "now" means in its words: of the first attempt, the same in every later one.
        members: of a digest, the alerts it bundles, the oldest promise first.
        taken: marks of the recipients that have it already, as `outbox.took` was given them.
        slot: of a digest, the turn it was made for.
        cut_off: of the earlier attempts, how many were cut off with the process: how they ended nobody knows.
    """

    id: int
    message_id: str
    subscription: str
    notice: Notice | None
    attempts: int
    created: datetime
    what: str = "alert"
    body: Mapping[str, Any] = field(default_factory=dict, hash=False)
    as_of: datetime | None = None
    members: tuple[Delivery, ...] = ()
    taken: tuple[str, ...] = ()
    slot: str | None = None
    cut_off: int = 0

    @property
    def ended(self) -> int:
        """How many attempts there are that ended, this one included: how long to wait after it depends on them."""
        return self.attempts - self.cut_off

    @property
    def told(self) -> Notice:
        """What an alert tells.

        Raises:
            ValueError: it is a digest or a notice in words.
        """
        if self.notice is None:
            raise ValueError(f"delivery {self.id} is a {self.what} and tells of no single change")
        return self.notice

    @property
    def moment(self) -> datetime:
        """The time that "now" means in its words; before any attempt, when it was promised."""
        return self.as_of or self.created
