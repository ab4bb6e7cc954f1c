"""The demo as a play: open the portals, watch them with the real service, publish, edit, and judge what arrived.

Not here: the portals and receivers themselves, and how the result is laid out (result.py).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from scheduler.demo.invented import Invented, stock
from scheduler.demo.issued import Issued
from scheduler.demo.portals import SOURCES, Portals
from scheduler.demo.receivers import MailServer, WebhookReceiver
from scheduler.demo.result import Outcome, faults, next_steps, picture_of, tables
from scheduler.demo.watching import Watch

PATIENCE = 25.0  # seconds for any one step; on an idle machine each takes a few
QUIET = 2.2  # seconds in which no further alert may come: two more checks of every source


RELEASES = """
    SELECT r.*, a.evidence FROM releases AS r LEFT JOIN assessments AS a ON a.release_id = r.id AND a.current
    ORDER BY r.id"""


class StalledError(RuntimeError):
    """An act of the demo did not come to its end; the rest is not played."""


class FolderError(ValueError):
    """The folder to keep things in cannot be used."""

    exit_code = 2


def main(keep: str | Path | None = None, picture: str | Path | None = None) -> int:
    """Play the demo and return 0 if every alert that was due came, verified and once, and no other.

    Args:
        keep: a new or empty folder that keeps configuration, database, log, webhooks and mails; None keeps nothing.
        picture: write what was shown to this file, as an SVG.

    Raises:
        FolderError: `keep` is not empty.
        MissingExtraError: the extra `demo` is not installed.
    """
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd's own
    console = Console(width=None if sys.stdout.isatty() and not picture else 118, record=bool(picture), highlight=False)
    with _folder(keep) as folder:
        outcome = Play(console, folder).run()
        found = faults(outcome)
        if keep:
            _write_down(outcome, folder)
        for part in (*tables(outcome), next_steps(outcome, found, Path(keep) if keep else None, _called())):
            console.print(part)
        if found:
            console.print("[bold]The end of the service's log[/]")
            console.print(outcome.log, markup=False)
    if picture:
        Path(picture).write_text(picture_of(console), encoding="utf-8")
    return 1 if found else 0


@dataclass
class Play:
    """The play, act by act; `run` returns what came of it."""

    console: Console
    folder: Path
    began: float = field(default_factory=time.monotonic)

    def run(self) -> Outcome:
        """Play all acts; the service has ended when this returns."""
        before = [one for one in stock() if one.when == "before"]
        meanwhile = [one for one in stock() if one.when == "meanwhile"]
        self.console.print(
            "\n[bold]coopwatch demo[/]: three invented portals on loopback, the real service, a real webhook receiver "
            "and a real mail server\n"
        )
        with Portals(before) as web, WebhookReceiver() as hooks, MailServer() as mail:
            watch = Watch(self.folder, web, hooks=hooks, mail=mail)
            outcome = Outcome(issued=web.all(), hooks=hooks.received, mails=mail.received)
            self._say(f"info.gov.hk, news.gov.hk and gcs.gov.mo stand on loopback with {len(before)} releases")
            with watch:
                try:
                    self._first_sight(watch, outcome)
                    self._publish(watch, web, outcome, [one for one in meanwhile if one.first])
                    self._tell_again(watch, web, outcome, [one for one in meanwhile if not one.first])
                    self._edit(watch, web, outcome, [one for one in meanwhile if one.later])
                    with self._waiting("waiting for alerts that must not come"):
                        time.sleep(QUIET)
                except StalledError as error:
                    outcome.stalled = str(error)
                outcome.exit_code = watch.stop()
            outcome.log = watch.said()
            outcome.releases = watch.rows(RELEASES)
            outcome.changes = watch.rows("SELECT * FROM changes ORDER BY id")
            outcome.requests = len(web.asked)
            outcome.seconds = time.monotonic() - self.began
            outcome.issued = web.all()
        self._say(f"The service was told to end and did; the portals had answered {outcome.requests} requests")
        return outcome

    def _first_sight(self, watch: Watch, outcome: Outcome) -> None:
        with self._waiting("coopwatch sees its five sources for the first time"):
            reached = watch.until(lambda: watch.seeded() >= set(SOURCES), PATIENCE)
        if not reached:
            raise StalledError(f"within {PATIENCE:.0f} s not every source had its first sight")
        number = len(watch.rows("SELECT 1 FROM releases"))
        outcome.first_sight_alerts = len(outcome.hooks) + len(outcome.mails)
        self._say(f"First sight: {number} releases read, understood and recorded; nobody was told")

    def _publish(self, watch: Watch, web: Portals, outcome: Outcome, releases: list[Invented]) -> None:
        issued = [self._issue(web, outcome, one) for one in releases]
        expected = [one for one in issued if one.release.cooperation]
        outcome.expected += [(one.url, "new") for one in expected]
        with self._waiting(f"{len(issued)} new releases are published"):
            self._until_told(watch, outcome, issued)
        self._say(
            f"Published meanwhile: {len(issued)} releases, {len(expected)} of them co-operation; "
            f"{len(outcome.hooks)} webhooks and {len(outcome.mails)} mails came"
        )

    def _tell_again(self, watch: Watch, web: Portals, outcome: Outcome, releases: list[Invented]) -> None:
        issued = [self._issue(web, outcome, one) for one in releases]
        with self._waiting("the same event is told again"):
            self._until_told(watch, outcome, issued)
        self._say(
            "The same event told again, by another address and in Chinese: joined to its story, nobody told twice"
        )

    def _edit(self, watch: Watch, web: Portals, outcome: Outcome, releases: list[Invented]) -> None:
        for one in releases:
            key = next(issued.key for issued in web.all() if issued.release.name == one.name)
            edited = web.edit(key)
            outcome.began[edited.url, "revised"] = time.time()
            outcome.expected.append((edited.url, "revised"))
        with self._waiting("a release is edited in place"):
            self._until_told(watch, outcome, [])
        self._say("Edited in place, same address and time of issue: a second version, told with its differences")

    def _issue(self, web: Portals, outcome: Outcome, release: Invented) -> Issued:
        issued = web.publish(release)
        outcome.began[issued.url, "new"] = time.time()
        outcome.issued = web.all()
        return issued

    def _until_told(self, watch: Watch, outcome: Outcome, issued: list[Issued]) -> None:
        def done() -> bool:
            if not (outcome.due_hooks() <= outcome.told_hooks() and len(outcome.mails) >= len(outcome.due_mails())):
                return False
            keys = {row["key"] for row in watch.rows("SELECT key FROM releases")}
            return {one.key for one in issued} <= keys

        if not watch.until(done, PATIENCE):
            raise StalledError(f"within {PATIENCE:.0f} s not every release was read, and not every alert came")

    @contextlib.contextmanager
    def _waiting(self, for_what: str) -> Iterator[None]:
        with self.console.status(f"{for_what} ..."):
            yield

    def _say(self, line: str) -> None:
        self.console.print(f" [green]{time.monotonic() - self.began:5.1f} s[/]  {line}")


@contextlib.contextmanager
def _folder(keep: str | Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="coopwatch-demo-") as passing:
            yield Path(passing)
        return
    kept = Path(keep).absolute()
    kept.mkdir(parents=True, exist_ok=True)
    if any(kept.iterdir()):
        raise FolderError(f"{kept} is not empty; name a new folder to keep the demo in")
    yield kept


def _write_down(outcome: Outcome, folder: Path) -> None:
    """Keep what the receivers got: one file a mail and a webhook, in the order they came."""
    for name in ("mails", "webhooks"):
        (folder / name).mkdir()
    for number, mail in enumerate(outcome.mails, 1):
        (folder / "mails" / f"{number}.eml").write_bytes(mail.raw)
    for number, hook in enumerate(outcome.hooks, 1):
        text = json.dumps(hook.data, ensure_ascii=False, indent=2)
        (folder / "webhooks" / f"{number}.json").write_text(text + "\n", encoding="utf-8")


def _called() -> Callable[[str], str]:
    """Return how the reader types a command of ours, given its arguments."""
    if os.environ.get("MAKELEVEL"):
        return lambda arguments: f".venv/bin/coopwatch {arguments}"
    return lambda arguments: f"coopwatch {arguments}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Play the demo; --picture also writes what it shows as an SVG.")
    parser.add_argument("--keep")
    parser.add_argument("--picture")
    sys.exit(main(**vars(parser.parse_args())))
