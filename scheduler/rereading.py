"""Every later stage once more for what is kept: read the kept page, assess, record silently. No network."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.database import Database
    from storage.model import Assessment, Release

# How many releases are looked up at a time; memory stays flat however many are kept.
_BATCH = 200
# Why nobody is told of what a new reader or detector finds in old pages.
SILENT = "reread"


@dataclass(frozen=True, slots=True)
class Turn:
    """A release on which the detector has changed its mind: what it said of it, and what it says now."""

    title: str
    before: Assessment
    after: Assessment

    def as_dict(self, release_id: int) -> dict[str, Any]:
        """Return it as JSON shows it."""
        return {"id": release_id, "title": self.title, "before": _said(self.before), "after": _said(self.after)}

    def in_words(self, release_id: int) -> str:
        """Return it as one line."""
        return f"release {release_id}: {_told(self.before)} -> {_told(self.after)}: {self.title}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one release: `as before`, `assessed anew`, `new version` or `unreadable`, and the trouble.

    `turn` is given where the verdict on co-operation, or the kind of it, is another than before.
    """

    release_id: int
    what: str
    turn: Turn | None = None
    trouble: str | None = None

    @property
    def flipped(self) -> bool:
        """Whether the verdict on co-operation is another than before."""
        return self.turn is not None and self.turn.before.cooperation != self.turn.after.cooperation


def _said(assessment: Assessment) -> dict[str, Any]:
    return {name: getattr(assessment, name) for name in ("cooperation", "kind", "score", "detector")}


def _told(assessment: Assessment) -> str:
    verdict = assessment.kind or "co-operation" if assessment.cooperation else "no co-operation"
    return f"{verdict} ({assessment.score:.2f})"


@dataclass(slots=True)
class Counts:
    """How many releases came out how; `last` is the number of the last one that is done."""

    done: int = 0
    as_before: int = 0
    assessed_anew: int = 0
    new_version: int = 0
    unreadable: int = 0
    flipped: int = 0
    other_kind: int = 0
    last: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.done += 1
        self.last = outcome.release_id
        self.flipped += outcome.flipped
        self.other_kind += outcome.turn is not None and not outcome.flipped
        name = outcome.what.replace(" ", "_")
        setattr(self, name, getattr(self, name) + 1)

    def as_dict(self) -> dict[str, int]:
        """Return the figures by name."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "last"}

    def in_words(self) -> str:
        """Return the figures as one line."""
        return (
            f"{self.done} read again: {self.as_before} as before, {self.assessed_anew} assessed anew"
            f" ({self.flipped} with another verdict on co-operation,"
            f" {self.other_kind} of another kind), {self.new_version} with another text,"
            f" {self.unreadable} unreadable"
        )


def reread_all(db: Database, now: datetime, *, first: int = 1, dry_run: bool = False) -> Iterator[Outcome]:
    """Read and assess every release again, in the order of their numbers.

    Args:
        db: the database; one for reading only will do for a dry run.
        now: the time of what is recorded.
        first: the number of the release to begin with.
        dry_run: record nothing.
    """
    last = first - 1
    while rows := db.rows("SELECT id FROM release WHERE id > ? ORDER BY id LIMIT ?", (last, _BATCH)):
        for row in rows:
            last = row["id"]
            yield _reread(db, last, now, dry_run)


def _reread(db: Database, release_id: int, now: datetime, dry_run: bool) -> Outcome:
    from scraper.pages.document import ParseError
    from scraper.understanding import understood
    from storage import facts
    from storage.identity import fingerprint
    from storage.notices import release as stored_release
    from storage.releases import reassess, record
    from storage.tellings import is_kept

    stored = stored_release(db, release_id)
    if stored is None:
        return Outcome(release_id, "unreadable", trouble="it is gone from the database")
    try:
        seen = _read(db, stored)
    except ParseError as error:
        return Outcome(release_id, "unreadable", trouble=str(error))
    assessment, told = understood(seen)
    before = _current(db, release_id)
    turn = _turn(seen.title, before, assessment)
    state = db.value("SELECT state FROM release WHERE id = ?", (release_id,))
    # A release that its portal no longer shows stays as it is: to record a text would say that it has returned.
    if state == "present" and fingerprint(seen.title, seen.text) != fingerprint(stored.title, stored.text):
        if not dry_run:
            record(db, seen, assessment, now, telling=told, silent=SILENT, route=lambda _notice: ())
        return Outcome(release_id, "new version", turn)
    if before == assessment and is_kept(db, release_id, told) and facts.is_kept(db, release_id, assessment):
        return Outcome(release_id, "as before")
    if not dry_run:
        reassess(db, release_id, assessment, now, told)
    return Outcome(release_id, "assessed anew", turn)


def _read(db: Database, stored: Release) -> Release:
    """Return a release as its page reads today; as it is stored where no page was kept. Raises ParseError."""
    from scraper.find import sources
    from scraper.pages.document import Document, ParseError
    from scraper.reading import to_release
    from scraper.source import Address
    from storage.pages import load

    source = sources().get(stored.source)
    kept = load(db, stored.page) if stored.page else None
    if source is None or kept is None:  # an import, or a source that is no more
        return stored
    article = source.read(Document(stored.url, *kept))
    if not article.paragraphs:
        raise ParseError(stored.url, "the reader sees no text in the kept page")
    return replace(to_release(source, Address(stored.key, stored.url), article, stored.page), source=stored.source)


def _current(db: Database, release_id: int) -> Assessment | None:
    from storage.assessments import from_columns

    row = db.row(
        "SELECT a.* FROM assessment AS a JOIN release AS r ON r.assessment_id = a.id WHERE r.id = ?", (release_id,)
    )
    return from_columns(row) if row else None


def _turn(title: str, before: Assessment | None, after: Assessment) -> Turn | None:
    if before is None or (before.cooperation, before.kind) == (after.cooperation, after.kind):
        return None
    return Turn(title, before, after)
