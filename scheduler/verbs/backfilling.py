"""`coopwatch backfill`: a source's past out of its portal's archive, with what is to do and how far it has come."""

from __future__ import annotations

import difflib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import click

from scheduler.output import note, say, say_json, say_json_line
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.backfilling import Plan, Step
    from scheduler.checking import Checker
    from scraper.source import Archive
    from storage.archive import Day
    from storage.database import Database

UNAVAILABLE = 69
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(short_help="Read a source's past out of its archive, silently.")
@click.argument("source")
@click.option("--since", required=True, type=_DAY, metavar="DATE", help="The first day wanted, 2026-11-01.")
@click.option("--until", type=_DAY, metavar="DATE", help="The last; by default the last that belongs to the past.")
@click.option("--dry-run", is_flag=True, help="Only say which days, and how many requests; asks nobody.")
@json_option
@pass_session
def backfill(
    session: Session, source: str, since: datetime, until: datetime | None, dry_run: bool, as_json: bool
) -> int:
    r"""Read what SOURCE published from one day to another out of its portal's archive; nobody is told.

    It asks as politely as the service, one request at a time with the delay between, the newest day first. What is done
    is kept, also when it is stopped or killed: say the same again, and it goes on. The last 48 hours of a source that
    is being watched are left to `run` and `crawl`. While the service runs it is refused (75).

    Ends with 1 where something listed could not be read (the checks try again), with 69 where the portal did not
    answer or asks for patience.

    \b
    Example:
      coopwatch backfill hk_gia_en --since 2026-10-01 --dry-run
      coopwatch backfill hk_gia_en --since 2026-10-01 --until 2026-10-31
      coopwatch backfill hk_gia_zh --since 2026-01-01 --json > days.jsonl
    """
    from scraper.pages.dates import HONG_KONG

    wanted = _Wanted(source, _archive(session, source), since.date(), until.date() if until else None)
    wanted.up_to(datetime.now(HONG_KONG).date())  # refused before anything is made
    if dry_run:
        return _say_plan(session, wanted, as_json)
    return _read(session, wanted, as_json)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which days of which source; `until` is None where the command does not say."""

    name: str
    past: Archive
    since: date
    until: date | None

    def up_to(self, last: date) -> date:
        """Return the last of the days, no later than `last`. Raises UsageError where nothing lies between them."""
        until = min(self.until or last, last)
        if self.until is not None and self.until < self.since:
            raise click.UsageError(f"--until {self.until} lies before --since {self.since}")
        if until < self.since:
            raise click.UsageError(f"--since {self.since}: what is younger than {last} is found by run and crawl")
        return until


def _archive(session: Session, name: str) -> Archive:
    from scraper.find import sources

    known = sources()
    if name not in known or name not in session.config.sources:
        near = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
        raise click.UsageError(f"no source {name!r}; {advice}")
    past = known[name].archive
    if past is None:
        walkable = ", ".join(one.name for one in known.values() if one.archive)
        raise click.UsageError(f"{name} has no archive that can be read; these have one: {walkable}")
    return past


def _planned(db: Database | None, wanted: _Wanted) -> Plan:
    from scheduler.backfilling import last_day, plan
    from scraper.source import page_of
    from storage import archive, runs

    name, past, since = wanted.name, wanted.past, wanted.since
    watched = db is not None and runs.state(db, name).seeded is not None
    until = wanted.up_to(last_day(past, watched, datetime.now(UTC)))
    known = archive.days(db, name, page_of(past, since), until) if db is not None else []
    return plan(past, known, since, until)


def _say_plan(session: Session, wanted: _Wanted, as_json: bool) -> int:
    import os

    if os.path.lexists(session.database_path):
        with session.reading() as db:
            todo = _planned(db, wanted)
    else:
        todo = _planned(None, wanted)
    least = timedelta(seconds=round(todo.requests * session.config.politeness.delay))
    if as_json:
        counted = {"pages": len(todo.pages), "complete": len(todo.pages) - len(todo.todo)}
        days = [{"day": page.isoformat(), "ask": page in todo.unasked} for page in todo.todo]
        asked = {"requests_at_least": todo.requests, "seconds_at_least": least.total_seconds()}
        say_json({"source": wanted.name, **counted, "releases_known": todo.owed, **asked, "todo": days})
        return 0
    for page in todo.todo:
        say(f"{page}  {'its index, and what it lists' if page in todo.unasked else 'what is missing of it'}")
    what = "months" if wanted.past.by == "month" else "days"
    note(
        f"{wanted.name}: {len(todo.todo)} of {len(todo.pages)} {what} to do; at least {todo.requests} requests"
        f" ({len(todo.unasked)} indexes, {todo.owed} releases known to be missing), and one for each release that an"
        f" index lists and nobody has read; at least {least}"
    )
    return 0


def _read(session: Session, wanted: _Wanted, as_json: bool) -> int:
    from scheduler import log
    from scheduler.config.names import require_names

    config = session.config
    require_names(config)
    log.configure(config.service.zone)
    with session.writing("backfill") as db:
        from scheduler.checking import Checker
        from scraper.find import sources

        todo = _planned(db, wanted)
        checker = Checker(db, config, sources(), lambda _notice: ())
        done = _Done()
        try:
            with _shown(wanted.name, todo, as_json) as shown:
                done.trouble = _walk(db, wanted.name, checker, todo, shown, done)
        except KeyboardInterrupt:
            note(f"{done.in_words(todo)}; all of it is kept: say the same again to go on")
            raise
        finally:
            checker.close()
    note(done.in_words(todo) + (f"; {done.trouble}: say the same again to go on" if done.trouble else ""))
    if done.trouble or done.absent == len(todo.pages):
        return UNAVAILABLE
    return 1 if done.incomplete else 0


@dataclass(slots=True)
class _Done:
    """What this run has done so far."""

    pages: int = 0
    read: int = 0
    under_way: int = 0
    incomplete: int = 0
    absent: int = 0
    trouble: str | None = None

    def end(self, step: Step, day: Day) -> None:
        """Count a page that ended."""
        self.pages += 1
        self.read, self.under_way = self.read + step.read, 0
        self.absent += day.state == "absent"
        self.incomplete += day.state == "failed" or bool(day.unread)

    def in_words(self, todo: Plan) -> str:
        """Return it for people."""
        said = f"{self.pages} of {len(todo.todo)} pages of the archive done, {self.read + self.under_way} releases read"
        said += f", {self.absent} pages are not there" if self.absent else ""
        return said + (f", {self.incomplete} pages incomplete" if self.incomplete else "")


def _walk(db: Database, name: str, checker: Checker, todo: Plan, shown: _Shown, done: _Done) -> str | None:
    """Do the plan, showing each step, and return why it was given up, or None."""
    from scheduler.troubles import HeldError, TroubleError
    from storage import archive, runs

    try:
        _wait_out(db, name)
        for step in checker.backfill(name).walk(todo):
            if step.ended:
                day = archive.day(db, name, step.page) or archive.Day(name, step.page, "wanted")
                done.end(step, day)
                shown.ended(step, day)
            else:
                done.under_way = step.read
                shown.step(step)
    except HeldError as patience:
        if patience.seconds > 0:
            runs.hold(db, name, datetime.now(UTC) + timedelta(seconds=patience.seconds), patience.trouble)
        return f"the portal asks for patience ({patience.trouble})"
    except TroubleError as error:
        return error.trouble
    return None


def _wait_out(db: Database, name: str) -> None:
    """Wait as long as the portal has asked the watch to wait. Raises HeldError where that is long."""
    from scheduler.backfilling import PATIENCE
    from scheduler.courtesy import LONGEST_HOLD
    from scheduler.troubles import HeldError
    from storage import runs

    state = runs.state(db, name)
    left = (state.held_until - datetime.now(UTC)).total_seconds() if state.held_until else 0.0
    if PATIENCE < left <= LONGEST_HOLD:
        raise HeldError(state.trouble or "held", left)
    if 0 < left <= PATIENCE:
        note(f"{name}: the portal asked for patience; waiting {left:.0f} seconds")
        time.sleep(left)


class _Shown(Protocol):
    """How the work is shown while it goes on."""

    def step(self, step: Step) -> None:
        """Show a release more."""

    def ended(self, step: Step, day: Day) -> None:
        """Show a page more."""


@contextmanager
def _shown(name: str, todo: Plan, as_json: bool) -> Iterator[_Shown]:
    """Give a bar on a terminal, else a line a page."""
    if as_json or not (sys.stdout is not None and sys.stdout.isatty()):
        yield _Lines(as_json)
        return
    from scheduler.verbs.progress import bar

    with bar(name, len(todo.todo)) as shown:
        yield shown


@dataclass(frozen=True, slots=True)
class _Lines:
    """A line a page, at once: for a file, a pipe, a log."""

    as_json: bool

    def step(self, step: Step) -> None:
        """Say nothing; the page's line will."""

    def ended(self, step: Step, day: Day) -> None:
        """Say what became of a page."""
        counted = {"listed": day.listed, "missing": day.unread, "read": step.read, "failed": step.failed}
        if self.as_json:
            told = {"source": day.source, "day": day.day.isoformat(), "state": day.state}
            say_json_line({**told, **counted, "trouble": step.trouble or day.trouble})
            return
        say(page_in_words(step, day))
        if sys.stdout is not None:
            sys.stdout.flush()


def page_in_words(step: Step, day: Day) -> str:
    """Return what became of a page of the archive, for people."""
    if day.state == "absent":
        return f"{day.day}  not there"
    if day.state == "failed" or day.listed is None:
        return f"{day.day}  {day.trouble or 'not read'}"
    stored = f"{day.day}  {day.listed} listed, {day.listed - day.unread} stored ({step.read} read now)"
    return f"{stored}: {step.trouble}" if step.trouble else stored
