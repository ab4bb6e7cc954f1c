"""Reading what one source owes: new links and releases due again, each recorded as its answer arrives.

Nothing is held in memory that the database does not also know: cut off anywhere, the next check goes on from there.
Not here: finding links (checking.py), fetching (asking.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.asking import Asking
from scheduler.crawling import ChildError
from scheduler.holding import Brake
from scheduler.troubles import HeldError, TroubleError
from scraper.mirror import ask_address
from scraper.source import Source
from scraper.wire import Answer, Job
from storage import bursts, fetches, links, releases
from storage.database import Database
from storage.errors import RefusedError
from storage.model import Assessment, Recorded, Release, Validators, Verdict
from storage.outbox import Route

BATCH = 50
WINDOW = timedelta(days=4)
"""How far back a person's check reads releases again: one in seven is edited within four days."""
MOST_WINDOW = 1000
CHILD_DEATHS = 3
"""Jobs that may cost their children, one after the other, before a check is given up."""


@dataclass(slots=True)
class Tally:
    """What a check has counted so far."""

    listed: int = 0
    fresh: int = 0
    changed: int = 0
    requests: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    read: int = 0
    failed: int = 0
    gaps: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A listing that carries its releases' texts, and the keys it offers."""

    content: bytes = field(repr=False)
    content_type: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A release to read: `again` for one that is known."""

    key: str
    url: str
    again: bool = False


class Reading:
    """One source's reading during one check.

    Args:
        db: the database.
        asking: the way to the portal.
        source: whose releases.
        base: what stands in for the portal, if anything.
        route: who is told of a change.
        clock: the time now, aware.
        on_recorded: called when a change was promised to somebody, or something joined that a promise may wait for.
        tally: counts.
        by_hand: a person asked: links waiting for their next try are tried now, one 404 more is enough for gone.
        silent: why nobody is to be told, or None.
        timeout: seconds for one page.
        brake: holds what is promised where there is much to read.
    """

    def __init__(
        self,
        db: Database,
        asking: Asking,
        source: Source,
        base: str | None,
        *,
        route: Route,
        clock: Callable[[], datetime],
        on_recorded: Callable[[], None],
        tally: Tally,
        by_hand: bool,
        silent: str | None,
        timeout: float,
        brake: Brake,
    ) -> None:
        self._db = db
        self._brake = brake
        self._asking = asking
        self._source = source
        self._base = base
        self._route = route
        self._clock = clock
        self._on_recorded = on_recorded
        self._tally = tally
        self._by_hand = by_hand
        self._silent = silent
        self._timeout = timeout
        self._tried: set[str] = set()
        self._deaths = 0

    def pending(self) -> list[links.Pending]:
        """Return the links to read now, a batch at most, none twice in one check."""
        horizon = self._clock() + (links.LONGEST_WAIT if self._by_hand else timedelta())
        found = links.pending(self._db, self._source.name, horizon, BATCH + len(self._tried))
        return [one for one in found if one.key not in self._tried][:BATCH]

    def due(self, reread: str) -> list[releases.Due]:
        """Return the releases to read again: those `due`, or with `window` all of the last days as well."""
        name, now = self._source.name, self._clock()
        found = releases.due(self._db, name, now, MOST_WINDOW)
        if reread == "window":
            found += releases.within(self._db, name, now - WINDOW, MOST_WINDOW)
        return [one for one in {each.key: each for each in found}.values() if one.key not in self._tried]

    def owes(self, reread: str) -> bool:
        """Tell whether there is anything to read now."""
        return bool(self.pending() or self.due(reread))

    def read_pending(self, body: Body | None) -> None:
        """Read all links that are to be read now.

        Raises:
            HeldError: the portal asks for patience; what is left stays promised.
            ChildError: one child after the other died.
        """
        while batch := self.pending():
            self._brake.before(bursts.unread(self._db, self._source.name))
            for one in batch:
                self._read(Wanted(one.key, one.url), body)

    def read_one(self, one: links.Pending) -> bool:
        """Read one link, due or not, and return whether it was recorded; raises as `read_pending` does."""
        failed = self._tally.failed
        self._read(Wanted(one.key, one.url), None)
        return self._tally.failed == failed

    def read_again(self, reread: str, body: Body | None) -> None:
        """Read the releases again that are due; raises as `read_pending` does."""
        due = self.due(reread)
        if due:
            self._brake.before(len(due))
        for one in due:
            if not self._source.reread and (body is None or one.key not in body.keys):
                releases.record_unread(self._db, one.key, self._clock())  # no page of its own, and no longer listed
                self._tried.add(one.key)
            else:
                self._read(Wanted(one.key, one.url, again=True), body)

    def _read(self, wanted: Wanted, body: Body | None) -> None:
        self._tried.add(wanted.key)
        try:
            answer = self._asking.fetch(self._job(wanted, body))
            self._deaths = 0
        except HeldError:
            raise
        except TroubleError as error:
            self._fail(wanted, error.trouble)
            self._deaths += isinstance(error, ChildError)
            if self._deaths >= CHILD_DEATHS:
                raise
        else:
            self._settle(wanted, answer)

    def _job(self, wanted: Wanted, body: Body | None) -> Job:
        name = self._source.name
        if self._source.item is not None and body is not None and wanted.key in body.keys:
            return Job(
                0,
                "item",
                name,
                wanted.url,
                key=wanted.key,
                base=self._base,
                body=body.content,
                content_type=body.content_type,
            )
        self._tally.requests += 1
        ask = ask_address(wanted.url, self._base)
        known = fetches.validators(self._db, ask) if wanted.again else None
        return Job(
            0, "article", name, wanted.url, ask, wanted.key, base=self._base, validators=known, timeout=self._timeout
        )

    def _settle(self, wanted: Wanted, answer: Answer) -> None:
        """Record what an answer says, in one transaction."""
        now = self._clock()
        if answer.outcome == "read" and answer.release and answer.assessment:
            try:
                self._count(self._record(wanted, answer, answer.release, answer.assessment))
            except RefusedError as error:
                self._fail(wanted, f"unreadable: {error}")
        elif answer.outcome == "unread" and wanted.again:
            releases.record_unread(self._db, wanted.key, now)
            self._verdict(Verdict.UNCHANGED)
        elif answer.outcome == "missing" and wanted.again:
            # Should the page return as it was, a 304 would not tell us: it is asked for in full until it is read again.
            fetches.save_validators(self._db, ask_address(wanted.url, self._base), Validators(), now)
            missing = releases.record_missing(
                self._db,
                wanted.key,
                now,
                by_hand=self._by_hand,
                hold=self._brake.hold,
                route=self._silenced_route(),
            )
            if missing is not None:
                self._count(missing)
        else:
            self._fail(wanted, answer.trouble or f"unreadable: {answer.outcome} was not expected")

    def _record(self, wanted: Wanted, answer: Answer, release: Release, assessment: Assessment) -> Recorded:
        now = self._clock()
        with self._db.transaction():
            recorded = releases.record(
                self._db,
                release,
                assessment,
                now,
                page=answer.page,
                telling=answer.telling,
                silent=self._silent,
                hold=self._brake.hold,
                route=self._route,
            )
            if answer.validators is not None:
                fetches.save_validators(self._db, ask_address(wanted.url, self._base), answer.validators, now)
        return recorded

    def _silenced_route(self) -> Route:
        """Return the route of what is not asked with `silent`: nobody, where this check is to be silent."""
        return self._route if self._silent is None else lambda _: ()

    def _count(self, recorded: Recorded) -> None:
        self._verdict(recorded.verdict)
        # What is new may be the edition that a promise made before waits for.
        if (recorded.promised or recorded.verdict in (Verdict.NEW, Verdict.DUPLICATE)) and self._brake.hold is None:
            self._on_recorded()

    def _verdict(self, verdict: Verdict) -> None:
        self._tally.read += 1
        self._tally.verdicts[verdict.value] = self._tally.verdicts.get(verdict.value, 0) + 1

    def _fail(self, wanted: Wanted, trouble: str) -> None:
        links.failed(self._db, self._source.name, wanted.key, self._clock(), trouble)
        self._tally.failed += 1
        self._tally.troubles.append(f"{wanted.url}: {trouble}")


def troubles_of(tally: Tally) -> Iterator[str]:
    """Yield what went wrong, the first few in full."""
    yield from tally.troubles[:3]
    if len(tally.troubles) > 3:
        yield f"and {len(tally.troubles) - 3} more"
