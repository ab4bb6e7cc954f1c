"""What things cost on this machine: glances, idling, from a listing to a webhook, reading, and a whole crawl.

`make bench` prints a table and writes bench.json. CPU seconds are user and system time. Machines are noisy: compare
figures of one run with each other, and take less than 10 % for nothing. Not here: whether the results are right.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from scheduler.demo import texts
from scheduler.demo.invented import event, synthetic
from scheduler.demo.plain import run_plain_scrapy
from scheduler.demo.portals import Portals
from scheduler.demo.receivers import WebhookReceiver
from scheduler.demo.watching import Watch

ENGLISH = ("hk_gia_en",)
LISTING_ITEMS = 13  # made-up releases in a feed of about 30 KB


class StalledError(RuntimeError):
    """The service did not do what was to be measured."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; `bound` is the most (or, with `at_least`, the least) it should be."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def good(self) -> bool:
        """Return whether the figure keeps its bound."""
        return self.bound is None or (self.value >= self.bound if self.at_least else self.value <= self.bound)


def glances(folder: Path) -> Iterator[Figure]:
    """Measure 100 glances at an unchanged listing in the running service, answered with 304 and in full."""
    for name, validators, bound in (("answered with 304", True, None), ("answered in full", False, 0.3)):
        with _web(40, days=1, validators=validators, feed_items=LISTING_ITEMS) as web:
            with Watch(folder / str(validators), web, only=ENGLISH, every="0.1s", linger="0s") as watch:
                _must(watch.until(watch.seeded, 60), "the first look", watch)
                time.sleep(1.5)
                service = psutil.Process(watch.process.pid if watch.process else 0)
                began = service.cpu_times()
                number = _glances(web, watch, 100)
                spent = service.cpu_times()
            seconds = (spent.user + spent.system - began.user - began.system) * 100 / number
            size = len(web.answer("gia", "/gia/rss/general_en.xml")[1])
            yield Figure(f"100 glances, {name}", seconds, "CPU s", bound, note=f"listing of {size / 1000:.0f} kB")


def _glances(web: Portals, watch: Watch, wanted: int) -> int:
    """Wait until a listing was asked for so many times more, and return how many times it was."""
    asked = len(web.paths(containing="/rss/"))
    _must(watch.until(lambda: len(web.paths(containing="/rss/")) >= asked + wanted, 60), f"{wanted} glances", watch)
    return len(web.paths(containing="/rss/")) - asked


def idle(folder: Path) -> Iterator[Figure]:
    """Measure the service's memory and CPU when nothing happens and the child has gone."""
    with _web(40, days=1) as web, Watch(folder / "idle", web, only=ENGLISH, every="15m", linger="0s") as watch:
        _must(watch.until(watch.seeded, 60), "the first look", watch)
        time.sleep(2)
        service = psutil.Process(watch.process.pid if watch.process else 0)
        began = service.cpu_times()
        time.sleep(10)
        spent = service.cpu_times()
        yield Figure("idle service, memory", service.memory_info().rss / 1e6, "MB", 60)
        yield Figure(
            "idle service, CPU", (spent.user + spent.system - began.user - began.system) * 10, "% of a core", 0.2
        )


def alerts(folder: Path) -> Iterator[Figure]:
    """Measure from the moment a listing shows a new release to its webhook, with a cold and a warm child."""
    for name, linger, bound in (("cold child", "0s", 2.0), ("warm child", "10m", 0.2)):
        took = []
        with (
            _web(40, days=1, about=(False,)) as web,
            WebhookReceiver() as hooks,
            Watch(folder / linger, web, hooks=hooks, only=ENGLISH, every="0.2s", linger=linger) as watch,
        ):
            _must(watch.until(watch.seeded, 60), "the first look", watch)
            time.sleep(1)
            for number in range(6):
                took.append(_one_alert(watch, web, hooks, number))
                time.sleep(0.5)
        median = statistics.median(took[1:])  # the first may still find the child starting
        yield Figure(
            f"listing shown to webhook, {name}",
            median,
            "s",
            bound,
            note=f"5 of {min(took[1:]):.2f} to {max(took[1:]):.2f}",
        )


def _one_alert(watch: Watch, web: Portals, hooks: WebhookReceiver, number: int) -> float:
    asked, made = len(web.asked), event(number)
    url = web.publish(made).url
    came = watch.until(lambda: any(hook.data.get("url") == url for hook in hooks.received), 30, 0.01)
    _must(came, "an alert", watch)
    shown = next(one.at for one in web.asked[asked:] if "/rss/" in one.path and one.status == 200)
    told = next(hook.at for hook in hooks.received if hook.data.get("url") == url)
    return (told - shown).total_seconds()


def reading(folder: Path) -> Iterator[Figure]:
    """Measure what `coopwatch assess` costs: releases of 4 KB, start-up aside, and the worst of 50 KB of anything."""
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"id": number, "lang": language, "title": title, "text": text, "date": f"{texts.DAY:%F}"}) + "\n"
        for number, (language, title, text) in enumerate(texts.releases(1500))
    ]
    spent = [min(_assess(folder / "texts.jsonl", some) for _ in range(3)) for some in (lines[:1], lines)]
    yield Figure(
        "assess, releases of 4 KB", (len(lines) - 1) / (spent[1] - spent[0]), "texts/CPU s", 800, at_least=True
    )
    worst, block = max((_read(text), block) for block, text in texts.hostile())
    yield Figure("assess, the worst of 50 KB", worst * 1000, "CPU ms", 50, note=f"of {block.strip()[:30]!r}")


def _assess(path: Path, lines: list[str]) -> float:
    """Return the CPU seconds that the command takes for some lines."""
    path.write_text("".join(lines), encoding="utf-8")
    began = _children()
    subprocess.run([sys.executable, "-m", "scheduler.cli", "assess", path], stdout=subprocess.DEVNULL, check=True)
    return _children() - began


def _read(text: str) -> float:
    """Return the CPU seconds that one text takes once all is loaded, the least of three times."""
    from scraper.cooperation import assess
    from scraper.lifelines import followed
    from storage.assessments import to_plain

    spent = []
    for _ in range(3):
        began = time.process_time()
        json.dumps(to_plain(followed("", text, assess("", text, language="en", published=texts.DAY.date()))))
        spent.append(time.process_time() - began)
    return min(spent)


def crawl(folder: Path) -> Iterator[Figure]:
    """Measure a crawl of 1,200 releases, everything on, against a plain Scrapy spider that reads title and body."""
    with _web(1200, days=2) as web:
        watch = Watch(folder / "crawl", web, only=ENGLISH)
        ours, began = _children(), time.monotonic()
        done = watch.command("crawl", seconds=300)
        _must(done.returncode == 0, f"the crawl ({done.stderr[-500:]})", watch)
        ours, wall = _children() - ours, time.monotonic() - began
        (row,) = watch.rows("SELECT count(*) AS n FROM releases")
        days = sorted({f"{one.published:%Y%m/%d}" for one in web.all()})[-2:]
        listings = [f"{web.base('gia')}/gia/general/{day}.htm" for day in days]
        plain = _children()
        read = run_plain_scrapy(listings, folder / "plain.jsonl")
        plain = _children() - plain
    yield Figure("crawl, everything on", row["n"] / ours, "pages/CPU s", note=f"{row['n']} pages in {wall:.0f} s")
    yield Figure("plain Scrapy, title and body only", read / plain, "pages/CPU s", note=f"{read} pages")
    yield Figure("ratio of the two", (row["n"] / ours) / (read / plain), "x", 0.8, at_least=True)


PARTS: dict[str, Callable[[Path], Iterator[Figure]]] = {
    "glances": glances,
    "idle": idle,
    "alerts": alerts,
    "reading": reading,
    "crawl": crawl,
}


def main() -> int:
    """Measure, print, write bench.json; return 1 where a figure breaks its bound."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure, by default all: {', '.join(PARTS)}")
    parser.add_argument("--seconds", type=float, default=300, help="begin no further part after so many seconds")
    parser.add_argument("--json", default="bench.json", type=Path, help="where to write the figures")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    console, began, figures = Console(highlight=False, width=None if sys.stdout.isatty() else 110), time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="coopwatch-bench-") as folder:
        for name in chosen.parts or PARTS:
            if time.monotonic() - began > chosen.seconds:
                console.print(f"{name}: left out, {chosen.seconds:.0f} seconds are over")
                continue
            with console.status(f"measuring {name} ..."):
                figures += list(PARTS[name](Path(folder) / name))
    console.print(_table(figures))
    told = {"measured": datetime.now(UTC).isoformat(), "figures": [asdict(one) | {"good": one.good} for one in figures]}
    chosen.json.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return 0 if all(one.good for one in figures) else 1


def _table(figures: list[Figure]) -> Table:
    table = Table(
        "what",
        "measured",
        "unit",
        "should be",
        "",
        title=f"coopwatch on {sys.platform}, Python {sys.version.split()[0]}",
    )
    for one in figures:
        bound = "" if one.bound is None else f"{'at least' if one.at_least else 'at most'} {one.bound:g}"
        style = "" if one.good else "bold red"
        table.add_row(
            one.name,
            f"{one.value:.3f}" if one.value < 10 else f"{one.value:.1f}",
            one.unit,
            bound,
            one.note,
            style=style,
        )
    return table


def _web(
    count: int,
    *,
    days: int,
    validators: bool = True,
    feed_items: int | None = None,
    about: tuple[bool, ...] = (True, False),
) -> Portals:
    """Return a web with `count` made-up releases; for two days at most, so that the indexes hold them all.

    `about`: of co-operation, of other things, or both. Where alerts are measured, nothing may tell of them before.
    """
    now = datetime.now(UTC)
    web = Portals(validators=validators, feed_items=feed_items)
    for made, at in synthetic(count, days=days, now=now):
        if made.cooperation in about:
            web.publish(made, at=at)
    return web


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _must(reached: object, what: str, watch: Watch) -> None:
    if not reached:
        raise StalledError(f"{what} did not come in time; nothing can be measured\n{watch.said()}")


if __name__ == "__main__":
    sys.exit(main())
