"""Looks at how the watching goes, opens and closes incidents, and has each told once. Rules: incidents.py.

Called once a minute by the service, and by verbs that change something. While all is well nothing is written.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scheduler import canary, incident_words, notices
from scheduler.alerts.channels import channel
from scheduler.alerts.rules import listens_to
from scheduler.incidents import (
    IncidentKind,
    Wrong,
    clock,
    delivering,
    disk,
    failing,
    in_doubt,
    is_told_too_often,
    set_back,
)
from scraper.find import sources
from storage import incidents, outstanding, runs, subscribers
from storage.errors import DiskError, StorageError
from storage.incidents import Incident
from storage.outstanding import Outstanding
from storage.times import stamp

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.database import Database

log = logging.getLogger(__name__)

RECENT = 200
"""Incidents that are looked back on for how often one was told."""


def opened(db: Database, config: Config, wrong: Wrong, now: datetime) -> bool:
    """Open an incident and have it told, in one transaction; return whether it is new."""
    with db.transaction():
        incident = incidents.open_(db, wrong.kind.value, wrong.subject, dict(wrong.evidence), now)
        if incident is None:
            return False
        title, lines = incident_words.opened(incident.kind, incident.subject, incident.evidence)
        log.warning("incident: %s", title)
        if not _is_too_often(db, incident, now):
            values = {**incident.evidence, "opened": stamp(incident.opened)}
            told = notices.body(incident.kind, notices.OPENED, incident.subject, now, title, lines, values)
            targets = notices.operators(config, but=incident.subject)
            notices.tell(db, targets, f"incident-{incident.id}-opened", told, now)
        if incident.kind == IncidentKind.BLIND:
            _tell_blind(db, config, incident, now)
    return True


def closed(
    db: Database, config: Config, kind: str, subject: str, now: datetime, evidence: Mapping[str, Any] | None = None
) -> bool:
    """Close an incident and have its end told to those who heard of its beginning; return whether it was open."""
    with db.transaction():
        incident = incidents.close(db, kind, subject, now, dict(evidence or {}))
        if incident is None:
            return False
        title, lines = incident_words.closed(kind, subject, evidence or {}, incident.opened, now)
        log.info("incident over: %s", title)
        heard = outstanding.told_of(db, f"incident-{incident.id}-opened", notices.operators(config))
        values = {**incident.evidence, **(evidence or {}), "opened": stamp(incident.opened), "closed": stamp(now)}
        told = notices.body(kind, notices.CLOSED, subject, now, title, lines, values)
        notices.tell(db, heard, f"incident-{incident.id}-closed", told, now)
        if kind == IncidentKind.BLIND:
            _tell_back(db, config, incident, now)
    return True


def settle(
    db: Database,
    config: Config,
    found: Iterable[Wrong],
    judged: Collection[str],
    now: datetime,
    *,
    unsure: Collection[tuple[str, str]] = (),
    subject: str | None = None,
) -> None:
    """Open what is wrong and not yet open; close what is open, of a kind that was judged, and not wrong any more.

    Args:
        db: the database.
        config: with the operator's targets.
        found: what is wrong.
        judged: the kinds that were looked for.
        now: the time.
        unsure: incidents by kind and subject that stay as they are: whether they are over is not known yet.
        subject: the only one that was judged; None for all.
    """
    wrong = {(one.kind.value, one.subject): one for one in found}
    known = {(one.kind, one.subject) for one in incidents.open_now(db)}
    for key, one in wrong.items():
        if key not in known:
            opened(db, config, one, now)
    for kind, whose in sorted(known - wrong.keys() - set(unsure)):
        if kind in judged and subject in (None, whose):
            closed(db, config, kind, whose, now)


def _is_too_often(db: Database, incident: Incident, now: datetime) -> bool:
    before = [
        one.opened
        for one in incidents.recent(db, RECENT)
        if (one.kind, one.subject) == (incident.kind, incident.subject) and one.id != incident.id
    ]
    return is_told_too_often(before, now)


def _tell_blind(db: Database, config: Config, incident: Incident, now: datetime) -> None:
    since = _since(incident)
    # The words for people are the catalogue's, in every language; these are for programs.
    title, lines = f"{incident.subject} cannot be read at present", [f"Not read since {incident_words.when(since)}."]
    told = notices.body("watch-blind", notices.TELLING, incident.subject, now, title, lines, {"since": since})
    notices.tell(db, listeners(config, incident.subject), f"blind-{incident.id}", told, now)


def _tell_back(db: Database, config: Config, incident: Incident, now: datetime) -> None:
    since = _since(incident)
    title, lines = f"{incident.subject} is read again", [f"Not read since {incident_words.when(since)}."]
    values = {"since": since, "until": stamp(now)}
    told = notices.body("watch-back", notices.TELLING, incident.subject, now, title, lines, values)
    heard = outstanding.told_of(db, f"blind-{incident.id}", [one.name for one in config.subscriptions])
    notices.tell(db, heard, f"back-{incident.id}", told, now)


def _since(incident: Incident) -> str:
    """Return since when a blind source was not read; of one that never was, since that is an incident."""
    return str(incident.evidence.get("last_good") or stamp(incident.opened))


def listeners(config: Config, source: str) -> tuple[str, ...]:
    """Return the subscriptions that a release of a source could be told to."""
    known = sources().get(source)
    if known is None:
        return ()
    found = (one for one in config.subscriptions if listens_to(one, source, known.language, known.portal))
    return tuple(one.name for one in found)


class Observer:
    """Looks at everything that can be an incident, from any thread.

    Args:
        db: the database.
        config: the configuration.
        since: when the service started.
        wake: called when something was promised.
        breakers: the destinations that are left alone now, and why.
    """

    def __init__(
        self,
        db: Database,
        config: Config,
        since: datetime,
        *,
        wake: Callable[[], None] = lambda: None,
        breakers: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._db, self._config, self._since = db, config, since
        self._wake, self._breakers = wake, breakers
        self._lock = threading.Lock()
        self._jump: tuple[float, datetime | None] = (0.0, None)
        self._newest = max((one.last_attempt for one in runs.states(db) if one.last_attempt), default=None)
        self._trouble: str | None = None
        self.is_amiss = True  # until a look found all well

    def look(self, now: datetime) -> None:
        """Look once; raises nothing: what the database refuses is tried again at the next look."""
        with self._lock:
            try:
                missing, can_be_said = canary.look(self._db, self._config, self._since, now)
                standing = self._standing()
                found = [*self._found(standing, now), *([missing] if missing else [])]
                judged = _JUDGED | ({_CANARY} if can_be_said else set())
                settle(self._db, self._config, found, judged, now, unsure=in_doubt(standing))
                self.is_amiss, self._trouble = bool(found), None
            except StorageError as error:
                self.failed(error)
                log.warning("incidents cannot be looked after: %s", error)
                return
        if self.is_amiss:
            self._wake()

    def jumped(self, seconds: float, now: datetime) -> None:
        """Note that the clock jumped; the next look tells."""
        self._jump = (seconds, now)

    def failed(self, error: StorageError) -> None:
        """Note what the database said when it failed; where that was the disk, the next look that can tells."""
        if isinstance(error, DiskError):
            self._trouble = str(error)

    def _found(self, standing: Sequence[Outstanding], now: datetime) -> list[Wrong]:
        seconds, at = self._jump
        folder = self._db.path.parent
        return [
            *failing(self._config, runs.states(self._db), now),
            *delivering(standing, self._left_alone(), now),
            *disk(str(folder), free_space(folder), self._trouble),
            *clock(seconds, at, now),
            *set_back(self._newest, self._since, now),
        ]

    def _standing(self) -> list[Outstanding]:
        """Return what is owed to whom, but for those who are switched off: that was told when it happened."""
        off = {one.name for one in subscribers.subscribers(self._db) if one.disabled is not None}
        return [one for one in outstanding.outstanding(self._db) if one.subscription not in off]

    def _left_alone(self) -> dict[str, str]:
        """Return the subscriptions whose destination is left alone now, and why."""
        open_ones = self._breakers()
        if not open_ones:
            return {}
        found = ((one.name, channel(one.channel).destination(one, self._config)) for one in self._config.everyone)
        return {name: open_ones[destination] for name, destination in found if destination in open_ones}


_JUDGED = {
    IncidentKind.FAILING.value,
    IncidentKind.BLIND.value,
    IncidentKind.DELIVERIES.value,
    IncidentKind.DISK.value,
    IncidentKind.CLOCK.value,
}
_CANARY = IncidentKind.CANARY.value
"""The kinds that every look judges, and one that only some can; gaps are for reconciling.py, storms for holding.py."""


def free_space(folder: os.PathLike[str]) -> int | None:
    """Return the bytes that are free for us where a folder is, or None where the system does not tell."""
    with suppress(OSError, AttributeError):
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize
    return None
