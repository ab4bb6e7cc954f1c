"""All that can be said of a configuration without asking anyone: faults, missing secrets, and what is hardly meant."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from scheduler.config.faults import ConfigError, Fault
from scheduler.config.model import Config
from scheduler.config.names import name_faults
from scheduler.config.reading import DEFAULT_FILE, dotted, load
from scheduler.config.secret_places import secret_faults
from scheduler.config.toml_lines import Path, line_of, lines_of

if TYPE_CHECKING:
    from scheduler.config.reach import Known


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault, or a warning: `grade` says which."""

    grade: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found: the configuration where it can be read, findings in the order of the file, and one sentence.

    `name` is the file's, as the sentence names it.
    """

    config: Config | None
    findings: tuple[Finding, ...]
    summary: str
    name: str

    @property
    def usable(self) -> bool:
        """Whether the service would start with it."""
        return not any(finding.grade == "fault" for finding in self.findings)

    def with_more(self, more: Sequence[Finding]) -> Inspection:
        """Return it with further findings."""
        findings = (*self.findings, *more)
        return replace(self, findings=findings, summary=_summary(self.name, findings)) if more else self


def inspect(file: str | None) -> Inspection:
    """Look a configuration over: the file named, else ./coopwatch.toml, else the defaults."""
    from scheduler.config.unlikely import unlikely  # the service, which only asks for secrets, needs none of it

    name = file or DEFAULT_FILE
    try:
        config = load(file)
    except ConfigError as error:
        findings = tuple(Finding("fault", fault) for fault in error.faults)
        return Inspection(None, findings, _summary(name, findings), name)
    there = FilePath(name).exists()
    found = [Finding("fault", fault) for fault in placed(name, (*secret_faults(config), *_absent(config)))]
    found += [Finding("warning", fault) for fault in placed(name, unlikely(config, _known()))]
    findings = tuple(sorted(found, key=lambda finding: (finding.fault.line, finding.fault.key)))
    findings += tuple(Finding("fault", fault) for fault in name_faults(config))
    called = name if there else f"no {name} here: the defaults"
    return Inspection(config, findings, _summary(called, findings), called)


def require_secrets(config: Config, file: str | None) -> None:
    """Refuse to start without the secrets that will be needed. Raises ConfigError."""
    name = file or DEFAULT_FILE
    found = list(secret_faults(config))
    if found:
        raise ConfigError(placed(name, found))


def placed(file: str, found: Iterable[tuple[Path, str]]) -> list[Fault]:
    """Return what is wrong with keys of a file as faults with their lines; reads the file."""
    there = FilePath(file).exists()
    lines = lines_of(FilePath(file).read_text(encoding="utf-8-sig") if there else "")
    return [Fault(file, line_of(lines, path), dotted(path), what) for path, what in found]


def _absent(config: Config) -> Iterator[tuple[Path, str]]:
    """Yield programs and libraries that are named and not there."""
    for table, targets in (("subscriptions", config.subscriptions), ("operator", config.operators)):
        for place, target in enumerate(targets):
            if target.command and shutil.which(target.command[0]) is None:
                yield (table, place, "command"), "names no program that can be run here"
            if target.channel == "apprise" and importlib.util.find_spec("apprise") is None:
                yield (table, place, "channel"), "needs the library apprise: pip install 'coopwatch[chat]'"


def _known() -> dict[str, Known]:
    from scheduler.config.reach import Known
    from scraper.find import sources

    return {name: Known(source.language, source.portal) for name, source in sources().items()}


def _summary(name: str, findings: tuple[Finding, ...]) -> str:
    faults = sum(finding.grade == "fault" for finding in findings)
    warnings = len(findings) - faults
    if not findings:
        return f"{name}: fine"
    counts = [
        f"{count} {word}{'s' * (count != 1)}" for count, word in ((faults, "fault"), (warnings, "warning")) if count
    ]
    return f"{name}: {', '.join(counts)}"
