"""What portals publish and what is made of a text, as frozen values. Not here: changes and promises (promises.py).

Everybody takes these from model.py, which offers the values of all rooms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Precision(StrEnum):
    """How exactly a portal tells when it published: to the second, to the minute, or only the day."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document a release links to: its address, what the portal calls it, and its text where that was read."""

    url: str
    title: str
    text: str = ""


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
        attachments: documents it links to, in the order of the page; not kept yet.
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
    attachments: tuple[Attachment, ...] = ()


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
