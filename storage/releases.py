"""Recording what came in: one transaction for release, version, assessment, story, change, promises and link.

What to make of it is decided in decide.py; questions about what is kept are in lookup.py (and offered here as well).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage import decide, facts, identity, lifelines, pages, pairs, stories, tellings
from storage.assessments import as_json, to_columns
from storage.clean import refuse_unfit
from storage.concluding import Case, conclude
from storage.database import Database
from storage.lookup import Due, due, find, known, listing, within
from storage.model import Assessment, Known, Page, Pair, Precision, Recorded, Release, Verdict
from storage.notices import notice, versions
from storage.outbox import Route
from storage.telling import Telling
from storage.times import from_text, from_text_or_none, stamp, stamp_or_none, to_text

__all__ = [
    "Due", "Route", "due", "find", "known", "listing", "notice", "reassess", "record", "record_missing",
    "record_unread", "versions", "within",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """What is known under a key: for the decision, and for the rows to be written."""

    known: Known
    source: str
    first_seen: datetime
    published: datetime | None
    version_id: int
    detector: str | None


def record(
    db: Database,
    release: Release,
    assessment: Assessment,
    now: datetime,
    *,
    page: Page | None = None,
    telling: Telling | None = None,
    silent: str | None = None,
    hold: int | None = None,
    route: Route,
) -> Recorded:
    """Record a release that was read, all of it or nothing.

    Args:
        db: the database.
        release: as read now.
        assessment: of this text.
        now: when it was read.
        page: the raw page, kept where the text is new.
        telling: what it tells, by which it joins the story of its event; without, only the same text joins it.
        silent: the caller's reason to tell nobody, or None; a first sight is noticed here (decide.silence).
        hold: keep the promises back until this hold is judged (holds.py); None to let them go.
        route: who is to be told.

    Returns:
        the verdict, with the change and whom it was promised to, where there is one.

    Raises:
        RefusedError: it must not be stored as it is (clean.py).
        StorageError: see errors.py; nothing is stored.
    """
    refuse_unfit(release, assessment)
    mark = identity.fingerprint(release.title, release.text)
    with db.transaction():
        place = _place(db, release.key)
        twin = None
        if place is None and release.source != stories.CANARY:
            twin = stories.twin(db, mark, release.language, release.key, release.published or now)
        made = decide.verdict(place.known if place else None, mark, twin, now)
        quiet = _silence(db, release, made, silent)
        if place is None:
            release_id, number = _add(db, release, now, twin, quiet), 1
        else:
            release_id, number = place.known.release_id, place.known.version + int(place.known.fingerprint != mark)
        shifted: tuple[lifelines.Move, ...] = ()
        together: tuple[Pair, ...] = ()
        story = None
        if place is None:
            story = stories.place(db, release_id, twin, telling, now).story_id
        else:
            _refresh(db, place, release, number, now)
        if place is None or number != place.known.version:
            if page is not None:
                pages.keep(db, page, now)
            shifted = lifelines.moves(db, release_id, assessment, story)
            together = _add_version(db, release_id, number, release, mark, page, assessment, now, story)
        elif place.detector != assessment.detector:
            _assess(db, release_id, place.version_id, release.text, assessment, now, release.source)
        if telling is not None and release.source != stories.CANARY:
            tellings.keep(db, release_id, telling)
        db.execute(
            "UPDATE link SET state = 'read', attempts = 0, next_try = NULL, trouble = NULL"
            " WHERE source = ? AND key = ?",
            (release.source, release.key),
        )
        if made is Verdict.DUPLICATE:  # no change of its own, but that it is told also is as silent as news would be
            quiet = _silence(db, release, Verdict.NEW, silent)
        case = Case(release_id, release.key, number, made, quiet, route, hold, together)
        done = conclude(db, case, now)
        if done.change is None:
            return done
        figures, told = lifelines.tell(db, release.key, done.change, shifted, quiet, route, now, hold=hold)
        return replace(done, figures=figures, promised=tuple(dict.fromkeys([*done.promised, *told])))


def record_missing(
    db: Database, key: str, now: datetime, *, by_hand: bool = False, hold: int | None = None, route: Route
) -> Recorded | None:
    """Record that the portal says a release's page is not there (404, 410); gone only once that is confirmed.

    Args:
        db: the database.
        key: of the release.
        now: when it was asked for.
        by_hand: a person asked for this check, which confirms whatever the time.
        hold: as for `record`.
        route: who is to be told.

    Returns:
        None where no such release is known.
    """
    with db.transaction():
        place = _place(db, key)
        if place is None:
            return None
        made = decide.verdict(place.known, None, None, now, by_hand=by_hand)
        since = place.known.missing_since or now
        state = "missing" if made is Verdict.MISSING else "gone"
        db.execute(
            "UPDATE release SET state = ?, missing_since = ?, next_reread = ?, rereads = rereads + 1 WHERE id = ?",
            (state, stamp(since), stamp_or_none(decide.next_look(made, since, now)), place.known.release_id),
        )
        return conclude(db, Case(place.known.release_id, key, place.known.version, made, None, route, hold), now)


def record_unread(db: Database, key: str, now: datetime) -> None:
    """Note that a release's page was asked for and has not changed (304): nothing to read, look again as planned."""
    with db.transaction():
        place = _place(db, key)
        if place is None or place.known.state == "gone":
            return
        later = decide.next_reread(place.first_seen, place.published, now)
        db.execute(
            "UPDATE release SET state = 'present', missing_since = NULL, last_read = ?, next_reread = ?,"
            " rereads = rereads + 1 WHERE id = ?",
            (stamp(now), stamp_or_none(later), place.known.release_id),
        )
        db.execute("UPDATE link SET attempts = 0, trouble = NULL WHERE source = ? AND key = ?", (place.source, key))


def reassess(
    db: Database, release_id: int, assessment: Assessment, now: datetime, telling: Telling | None = None
) -> None:
    """Keep a new assessment of a release's current version, and what it tells; nobody is told, no story changes.

    Raises:
        KeyError: there is no such release.
    """
    with db.transaction():
        row = db.row(
            "SELECT v.id, v.text, r.source FROM version AS v"
            " JOIN release AS r ON r.id = v.release_id AND r.version = v.number"
            " WHERE r.id = ?",
            (release_id,),
        )
        if row is None:
            raise KeyError(f"no release {release_id}")
        _assess(db, release_id, row["id"], row["text"], assessment, now, row["source"])
        if telling is not None:
            tellings.keep(db, release_id, telling)


def _place(db: Database, key: str) -> _Place | None:
    row = db.row(
        "SELECT r.id, r.state, r.version, r.cooperation, r.missing_since, r.source, r.first_seen, r.published,"
        "       v.id AS version_id, v.fingerprint, v.title, v.text, a.detector"
        " FROM release AS r JOIN version AS v ON v.release_id = r.id AND v.number = r.version"
        " LEFT JOIN assessment AS a ON a.id = r.assessment_id WHERE r.key = ?",
        (key,),
    )
    if row is None:
        return None
    mark = row["fingerprint"]
    if not mark.startswith(
        f"{identity.FINGERPRINT}:"
    ):  # made by an earlier rule: no reason to take the text for another
        mark = identity.fingerprint(row["title"], row["text"])
    missing_since = from_text_or_none(row["missing_since"])
    seen = Known(row["id"], row["state"], mark, row["version"], bool(row["cooperation"]), missing_since)
    first_seen, published = from_text(row["first_seen"]), from_text_or_none(row["published"])
    return _Place(seen, row["source"], first_seen, published, row["version_id"], row["detector"])


def _silence(db: Database, release: Release, made: Verdict, asked: str | None) -> str | None:
    row = db.row(
        "SELECT l.silent, l.state, s.first_sight FROM source AS s"
        " LEFT JOIN link AS l ON l.source = s.name AND l.key = ? WHERE s.name = ?",
        (release.key, release.source),
    ) or {"silent": None, "state": None, "first_sight": None}
    if row["silent"] == decide.BACKFILL and row["state"] == "pending":
        asked = asked or decide.BACKFILL  # also where an import had it already: the past is no revision
    first_sight = from_text_or_none(row["first_sight"])
    return decide.silence(made, asked, row["silent"], release.published, release.precision, first_sight)


def _told(release: Release) -> dict[str, Any]:
    """Return the columns that a release's page tells besides its text."""
    published = release.published
    offset = published.utcoffset() if published else None
    return {
        "portal": release.portal,
        "url": release.url,
        "language": release.language,
        "jurisdiction": release.jurisdiction,
        "department": release.department,
        "published": to_text(published.replace(microsecond=0)) if published else None,
        "utc_offset": None if offset is None else int(offset.total_seconds() // 60),
        "precision": Precision(release.precision).value if release.precision else None,
    }


def _add(db: Database, release: Release, now: datetime, twin: int | None, silent: str | None) -> int:
    later = stamp_or_none(decide.next_reread(now, release.published, now))
    when = {"first_seen": stamp(now), "last_read": stamp(now), "next_reread": later}
    what = {"key": release.key, "source": release.source, "version": 1, "duplicate_of": twin, "silent": silent}
    return db.insert("release", what | _told(release) | when)


def _add_version(
    db: Database,
    release_id: int,
    number: int,
    release: Release,
    mark: str,
    page: Page | None,
    assessment: Assessment,
    now: datetime,
    story: int | None,
) -> tuple[Pair, ...]:
    words = {"title": release.title, "text": release.text, "captions": as_json(release.captions)}
    kept = {"page": page.digest if page else release.page, "seen": stamp(now), "told": as_json(_told(release))}
    version = db.insert("version", {"release_id": release_id, "number": number, "fingerprint": mark, **words, **kept})
    return _assess(db, release_id, version, release.text, assessment, now, release.source, story)


def _assess(
    db: Database,
    release_id: int,
    version_id: int,
    text: str,
    assessment: Assessment,
    now: datetime,
    source: str,
    story: int | None = None,
) -> tuple[Pair, ...]:
    """Keep an assessment as the current one, with the facts it found; return the pairs nobody had before (pairs.py)."""
    columns = to_columns(assessment) | {"version_id": version_id, "made": stamp(now)}
    number = db.insert("assessment", columns, verb="INSERT OR REPLACE")
    db.execute(
        "UPDATE release SET assessment_id = ?, cooperation = ?, detector = ? WHERE id = ?",
        (number, int(assessment.cooperation), assessment.detector, release_id),
    )
    if source == stories.CANARY:
        return ()
    facts.keep(db, release_id, text, assessment)
    return pairs.keep(db, release_id, story, assessment)


def _refresh(db: Database, place: _Place, release: Release, number: int, now: datetime) -> None:
    """Bring a known release's row up to date; one that was imported passes to the source that reads it."""
    columns = _told(release)
    source = release.source if place.source == "import" else place.source
    later = decide.next_reread(place.first_seen, release.published, now)
    columns |= {"source": source, "version": number, "state": "present", "missing_since": None}
    columns |= {"last_read": stamp(now), "next_reread": stamp_or_none(later)}
    names = ", ".join(f"{name} = ?" for name in columns)
    db.execute(
        f"UPDATE release SET {names}, rereads = rereads + 1 WHERE id = ?", [*columns.values(), place.known.release_id]
    )
