"""What came of the demo: judged against what the invented releases are, and laid out for a terminal. No I/O."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from rich import box
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from scheduler.demo.issued import Issued
from scheduler.demo.receivers import Hook, Mail
from scheduler.output import cut, one_line

Alert = tuple[str, str]  # address of the release, kind of the change


@dataclass
class Outcome:
    """What was published, what was expected, and what came.

    Args:
        issued: all releases as they stand on the portals.
        hooks: webhooks in the order they came.
        mails: mails in the order they came.
        expected: the alerts that the webhook subscription must get.
        began: when a release was published or edited (seconds since 1970).
        first_sight_alerts: how many alerts came at first sight.
        releases: the rows of the view `releases` at the end, with the evidence of the assessment.
        changes: the rows of the view `changes` at the end.
        exit_code: of the service.
        requests: how many the portals answered.
        seconds: how long it all took.
        log: the last lines that the service wrote.
        stalled: what did not come in time, so that the rest was not played; empty where all was.
    """

    issued: Sequence[Issued]
    hooks: list[Hook]
    mails: list[Mail]
    expected: list[Alert] = field(default_factory=list)
    began: dict[Alert, float] = field(default_factory=dict)
    first_sight_alerts: int = 0
    releases: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int | None = None
    requests: int = 0
    seconds: float = 0.0
    log: str = ""
    stalled: str = ""

    def due_hooks(self) -> set[Alert]:
        """Return the alerts that the webhook subscription must have by now."""
        return set(self.expected)

    def told_hooks(self) -> set[Alert]:
        """Return the alerts that came by webhook, verified."""
        return {(hook.data["url"], hook.data["kind"]) for hook in list(self.hooks) if hook.verified}

    def due_mails(self) -> list[Alert]:
        """Return the alerts that the mail subscription must have by now: those in English."""
        languages = {one.url: one.release.language for one in self.issued}
        return [alert for alert in self.expected if languages[alert[0]] == "en"]

    def mail_of(self, alert: Alert) -> Mail | None:
        """Return the mail that tells of an alert: it names the address, and the first to do so is the new one."""
        telling = [mail for mail in self.mails if alert[0] in mail.text]
        place = 1 if alert[1] == "revised" else 0
        return telling[place] if len(telling) > place else None


def faults(outcome: Outcome) -> list[str]:
    """Return in words what did not go as it must; empty if all is well."""
    found = [outcome.stalled] if outcome.stalled else []
    if outcome.first_sight_alerts:
        found.append(f"{outcome.first_sight_alerts} alerts came at first sight; it must be silent")
    told = Counter((hook.data.get("url", "?"), hook.data.get("kind", "?")) for hook in outcome.hooks if hook.verified)
    found += [f"no webhook told of {kind} {url}" for url, kind in outcome.expected if not told[url, kind]]
    found += [f"{number} webhooks told of {kind} {url}" for (url, kind), number in told.items() if number > 1]
    found += [f"a webhook told of {kind} {url}, which was not due" for url, kind in told.keys() - set(outcome.expected)]
    found += [f"the webhook {hook.id} did not verify" for hook in outcome.hooks if not hook.verified]
    if len(outcome.mails) != len(outcome.due_mails()):
        found.append(f"{len(outcome.mails)} mails came, {len(outcome.due_mails())} were due")
    found += [f"no mail told of {kind} {url}" for url, kind in outcome.due_mails() if not outcome.mail_of((url, kind))]
    rows = {row["key"]: row for row in outcome.releases}
    for one in outcome.issued:
        if one.key not in rows:
            found.append(f"{one.key} was never recorded")
        elif bool(rows[one.key]["cooperation"]) != one.release.cooperation:
            found.append(
                f"{one.key} is {'' if one.release.cooperation else 'not '}co-operation; coopwatch says otherwise"
            )
    if outcome.exit_code != 0:
        found.append(f"the service ended with exit code {outcome.exit_code}")
    return found


def tables(outcome: Outcome) -> Iterator[RenderableType]:
    """Yield what was found and why, and how fast it was told."""
    keys = {row["key"]: row for row in outcome.releases}
    new = [one for one in outcome.issued if (one.url, "new") in outcome.began]
    old = [one for one in outcome.issued if (one.url, "new") not in outcome.began]
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, title_justify="left")
    for name, ratio, style in (("Release", 5, ""), ("coopwatch says", 6, ""), ("Told", 3, "")):
        table.add_column(name, ratio=ratio, style=style, overflow="fold")
    table.add_row("[bold]Published while it watched[/]")
    for one in new:
        table.add_row(*_row(one, keys.get(one.key), outcome))
    table.add_row()
    table.add_row("[bold]There before it came[/]")
    for one in old:
        table.add_row(*_row(one, keys.get(one.key), outcome))
    yield table


def _row(one: Issued, row: dict[str, Any] | None, outcome: Outcome) -> tuple[str, str, str]:
    title = f"{escape(one.release.title)}\n[dim]{one.key}[/]"
    if row is None:
        return title, "[red]not recorded[/]", ""
    if not row["cooperation"]:
        return title, f"[dim]no co-operation: {escape(_why_not(row['reason']))}[/]", "[dim]nobody[/]"
    between = ", ".join(json.loads(row["jurisdictions"])[:3])
    said = f"[green]{escape(row['kind'] or 'co-operation')}[/] {row['score']:.2f}  {escape(between)}"
    if passage := heaviest(row["evidence"]):
        said += f"\n[dim]“{escape(cut(one_line(passage), 96))}”[/]"
    if row["duplicate_of"]:
        return title, said, f"[dim]same text as release {row['duplicate_of']}: told once[/]"
    if row["silent"]:
        return title, said, f"[dim]silent: {escape(row['silent'])}[/]"
    return title, said, "\n".join(_told(one, outcome)) or "[red]nobody[/]"


def heaviest(evidence: str | None) -> str:
    """Return the passage that counted most, of the JSON that a row of the view `assessments` holds; it may be empty."""
    passages = json.loads(evidence or "[]")
    return str(max(passages, key=lambda one: one["weight"])["text"]) if passages else ""


def _why_not(reason: str | None) -> str:
    """Return the first two of the detector's reasons, without the sentence's beginning."""
    return "; ".join((reason or "nothing speaks for it").rpartition(": ")[2].rstrip(".").split("; ")[:2])


def _told(one: Issued, outcome: Outcome) -> Iterator[str]:
    for kind in ("new", "revised"):
        began = outcome.began.get((one.url, kind))
        if began is None:
            continue
        hook = next(
            (hook for hook in outcome.hooks if (hook.data.get("url"), hook.data.get("kind")) == (one.url, kind)), None
        )
        mail = outcome.mail_of((one.url, kind))
        ways = [
            f"{way}\u00a0{got.at.timestamp() - began:.1f}\u00a0s"
            for way, got in (("webhook", hook), ("mail", mail))
            if got
        ]
        if ways:
            yield f"[green]{kind}[/]: {', '.join(ways)}"


def next_steps(
    outcome: Outcome, found: Sequence[str], kept: Path | None, called: Callable[[str], str]
) -> RenderableType:
    """Return the verdict, and where to look next.

    Args:
        outcome: what came.
        found: the faults.
        kept: the folder that keeps everything, None where nothing is kept.
        called: how the reader types a command, given its arguments.
    """
    if found:
        verdict: list[str] = ["[bold red]Not as it must be:[/]", *(f"  {escape(one)}" for one in found)]
    else:
        numbers = f"All {len(outcome.expected)} alerts came by webhook and {len(outcome.due_mails())} by mail"
        verdict = [
            f"[bold green]{numbers}, each once, every signature right; {outcome.seconds:.0f} seconds in all.[/]",
        ]
    if kept is None:
        look = [
            "Nothing was kept. To look around in what it recorded, keep it and ask:",
            f"  {called('demo --keep watched')}",
            f"  {called('--config watched/coopwatch.toml releases')}",
        ]
    else:
        first = next((row["id"] for row in outcome.releases if row["version"] > 1), 1)
        at = f"--config {kept}/coopwatch.toml"
        look = [
            f"Everything is kept in {kept}: mails/, webhooks/, service.log and the database. Look around:",
            f"  {called(f'{at} status')}",
            f"  {called(f'{at} releases')}",
            f"  {called(f'{at} show {first}')}",
            f"  {called(f'{at} diff {first}')}",
            "  " + called(f'{at} sql "SELECT kind, title, silent FROM changes ORDER BY id"'),
        ]
    look.append("To watch the real portals: coopwatch init, then coopwatch check, then coopwatch run (README.md).")
    return Group(Panel("\n".join(verdict), box=box.ROUNDED), *look)


_PIECE = re.compile(r'(<text [^>]*textLength=")([0-9.]+)("[^>]*>)([^<]*)<')


def picture_of(console: Console) -> str:
    """Return what a recording console showed, as an SVG that fetches nothing from anywhere."""
    without_fonts = re.sub(r"@font-face\s*\{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    svg = console.export_svg(title="make demo", code_format=without_fonts, unique_id="coopwatch")
    return "\n".join(line.rstrip() for line in _PIECE.sub(_widened, svg).splitlines()) + "\n"


def _widened(piece: re.Match[str]) -> str:
    """Return a piece of the picture's text with the room its Chinese needs: rich counts characters, not columns."""
    before, length, between, text = piece.groups()
    plain = unescape(text)
    return f"{before}{float(length) * cell_len(plain) / len(plain):g}{between}{text}<" if plain else piece.group()
