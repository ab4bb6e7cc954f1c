"""The frozen values every floor speaks. Not here: rules (decide.py), SQL (releases.py) or anything that does I/O.

All times are aware `datetime`s. Inside coopwatch they are in UTC; a release also keeps its portal's own UTC offset.
Languages are BCP 47 tags: `en`, `zh-Hant`, `zh-Hans`, `pt`. The values of texts.py and promises.py are taken from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.promises import (
    Change,
    ChangeKind,
    Delivery,
    DeliveryState,
    Edition,
    FigureChange,
    Grade,
    Notice,
    Pair,
)
from storage.texts import (
    Assessment,
    Attachment,
    Dated,
    Evidence,
    Figure,
    Mention,
    Page,
    Precision,
    Release,
    Version,
)

__all__ = [
    "Assessment", "Attachment", "Change", "ChangeKind", "Dated", "Delivery", "DeliveryState", "Edition", "Evidence",
    "Figure", "FigureChange", "Grade", "Known", "Link", "Mention", "Notice", "Page", "Pair", "Precision", "Recorded",
    "Release", "Run", "Validators", "Verdict", "Version",
]  # fmt: skip


class Verdict(StrEnum):
    """What the store made of something that came in (see decide.py)."""

    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    MISSING = "missing"
    GONE = "gone"
    RETURNED = "returned"


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
class Recorded:
    """What became of one release that was recorded.

    `figures` are the changed figures it told besides, `also` the change that tells that another portal tells the story.
    """

    release_id: int
    verdict: Verdict
    change: Change | None = None
    promised: tuple[str, ...] = ()
    figures: tuple[Change, ...] = ()
    also: Change | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An address a listing offers. `digest` changes when the listing tells another text under the same key.

    A listing that only checks others also says to which `source` an address belongs, and the key of its `partner`: the
    same release in another language, where it names both in one breath.
    """

    key: str
    url: str
    title: str = ""
    published: datetime | None = None
    digest: str = ""
    source: str = ""
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends, and the digest of the answer that was read last."""

    etag: str | None = None
    last_modified: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One check of one source: what it saw and how it ended (`outcome`: unchanged, moved, failed, held).

    `gaps` says whether its indexes were gone through for releases that the listing had not shown.
    """

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
    gaps: bool = False
