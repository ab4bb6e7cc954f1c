"""A bar on a terminal: how far a backfill has come, how fast it goes, how long it will take. Not here: other output."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from scheduler.output import one_line

if TYPE_CHECKING:
    from scheduler.backfilling import Step
    from storage.archive import Day


@dataclass(slots=True)
class Bar:
    """The bar of one backfill; a page counts for one, a part of its releases for that part of it."""

    progress: Progress
    task: TaskID
    pages: int
    releases: int = 0
    done: int = 0
    began: float = field(default_factory=time.monotonic)

    def step(self, step: Step) -> None:
        """Show a release more."""
        self.releases += 1
        self._show(step, self.done + (step.read + step.failed) / max(step.to_read, 1))

    def ended(self, step: Step, day: Day) -> None:
        """Show a page more; one that is not complete keeps a line above the bar."""
        self.done += 1
        if day.unread or day.state in ("failed", "absent"):
            from scheduler.verbs.backfilling import page_in_words

            self.progress.console.print(one_line(page_in_words(step, day)), markup=False, highlight=False)
        self._show(step, self.done)

    def _show(self, step: Step, completed: float) -> None:
        rate = self.releases / max(time.monotonic() - self.began, 0.001)
        told = f"{self.done} of {self.pages} pages, {self.releases} releases, {rate:.1f} a second"
        self.progress.update(self.task, completed=completed, page=step.page.isoformat(), told=told)


@contextmanager
def bar(name: str, pages: int) -> Iterator[Bar]:
    """Show a bar on standard error until the block ends.

    Args:
        name: of the source.
        pages: how many pages of the archive there are to do.
    """
    columns = (
        TextColumn("{task.description} {task.fields[page]}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[told]},", markup=False),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bar(progress, progress.add_task(name, total=pages, page="", told="beginning"), pages)
