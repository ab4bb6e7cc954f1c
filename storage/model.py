"""The frozen values every floor speaks. Not here: rules (decide.py), SQL (releases.py) or anything that does I/O.

All times are aware `datetime`s. Inside coopwatch they are in UTC; a release also keeps its portal's own UTC offset.
Languages are BCP 47 tags: `en`, `zh-Hant`, `zh-Hans`, `pt`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Precision(StrEnum):
    """How exactly a portal tells when it published: to the second, to the minute, or only the day."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class Verdict(StrEnum):
    """What the store made of something that came in (see decide.py)."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    GONE = "gone"
    RETURNED = "returned"


class ChangeKind(StrEnum):
    """What kind of change is worth telling."""

    NEW = "new"
    REVISED = "revised"
    GONE = "gone"
    RETURNED = "returned"
    FIGURE = "figure"


class DeliveryState(StrEnum):
    """Where a promise to tell stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Release:
    """One published text as a portal tells it now.

    Args:
        key: the portal's own id as `portal/id` where it has one, else the canonical address.
        source: the name of the source it came from (`hk_gia_en`), or `import`.
        portal: the host that publishes it (`www.info.gov.hk`).
        url: the canonical address, always the portal's own.
        language: BCP 47 tag of the text.
        title: as published, suffixes such as "(with photos)" included.
        text: the paragraphs, joined by one line feed; evidence offsets count its characters.
        jurisdiction: of the publisher, e.g. `Hong Kong`.
        published: aware; None where the portal does not say.
        precision: how exactly `published` is known.
        department: the issuing department where the portal names it.
        captions: texts of photographs, kept apart from the text.
        page: digest of the raw page it was read from (see pages.py).
    """

    key: str
    source: str
    portal: str
    url: str
    language: str
    title: str
    text: str
    jurisdiction: str | None = None
    published: datetime | None = None
    precision: Precision | None = None
    department: str | None = None
    captions: tuple[str, ...] = ()
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A raw page, compressed with zlib; `digest` is the SHA-256 of the bytes before that, `size` their number."""

    digest: str
    content: bytes
    size: int
    content_type: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that counted: `text[start:end]` of the release, why it counts, and by how much."""

    start: int
    end: int
    text: str
    why: str
    weight: float


@dataclass(frozen=True, slots=True)
class Mention:
    """A party, person, place, programme or law that a text names, by its canonical name, with the passage that does."""

    name: str
    start: int
    end: int
    text: str
    jurisdiction: str | None = None
    kind: str | None = None
    office: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dated:
    """A date a text states: ISO 8601, as exact as the text (`2026-11-21`, `2026-11`, `2026`), and what happens then."""

    date: str
    what: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A number a text states: its value, unit, what it counts, and `over`, `about`, `up to` where the text says so.

    `programme` is the one it belongs to, by its canonical name; `counts` what of it is counted, in words that are the
    same in all languages: both together name a lifeline (scraper.lifelines).
    """

    value: float
    unit: str
    what: str
    start: int
    end: int
    qualifier: str | None = None
    programme: str | None = None
    counts: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the detector says of a release, and why.

    `score` lies between 0 and 1; `cooperation` is `score >= threshold` of the detector named in `detector`.
    `reason` is one sentence in English; `jurisdictions` are those whose bodies take part.
    """

    cooperation: bool
    score: float
    detector: str
    kind: str | None = None
    reason: str = ""
    jurisdictions: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    parties: tuple[Mention, ...] = ()
    people: tuple[Mention, ...] = ()
    places: tuple[Mention, ...] = ()
    programmes: tuple[Mention, ...] = ()
    dates: tuple[Dated, ...] = ()
    figures: tuple[Figure, ...] = ()
    laws: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One wording of a release: the number counts from 1."""

    number: int
    fingerprint: str
    title: str
    text: str
    seen: datetime
    captions: tuple[str, ...] = ()
    page: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a release before something comes in."""

    release_id: int
    state: str
    fingerprint: str
    version: int
    cooperation: bool = False
    missing_since: datetime | None = None


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
class Notice:
    """All that is needed to route and word a change: the change, the release as it stands, and what was made of it.

    `before` is the earlier version where the change is a revision, `figure` what changed where it is a figure.
    """

    change: Change
    release: Release
    assessment: Assessment
    before: Version | None = None
    figure: FigureChange | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of one release that was recorded; `figures` are the changed figures it told besides."""

    release_id: int
    verdict: Verdict
    change: Change | None = None
    promised: tuple[str, ...] = ()
    figures: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One promise to tell one subscription of one change. `message_id` is stable over every attempt."""

    id: int
    message_id: str
    subscription: str
    notice: Notice
    attempts: int
    created: datetime


@dataclass(frozen=True, slots=True)
class Link:
    """An address a listing offers. `digest` changes when the listing tells another text under the same key."""

    key: str
    url: str
    title: str = ""
    published: datetime | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends, and the digest of the answer that was read last."""

    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One check of one source: what it saw and how it ended (`outcome`: unchanged, moved, failed, held)."""

    source: str
    started: datetime
    ended: datetime
    outcome: str
    trigger: str = "schedule"
    listed: int = 0
    fresh: int = 0
    requests: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    trouble: str | None = None
