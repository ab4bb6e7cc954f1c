"""What the configuration has to know of the sources that come with coopwatch: usual settings, and which are blocked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduler.config.model import SourceConfig


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One of them.

    Args:
        usual: how it is watched where the configuration does not say.
        blocked: why it cannot be watched from here, or None.
    """

    usual: SourceConfig = field(default_factory=SourceConfig)
    blocked: str | None = None


def built_in() -> Mapping[str, BuiltIn]:
    """Return the sources that come with coopwatch, by name."""
    from scraper.find import built_in as known

    return {name: BuiltIn(_usual(one.enabled, one.every), one.blocked) for name, one in known().items()}


def plain(names: Mapping[str, BuiltIn] | tuple[str, ...]) -> Mapping[str, BuiltIn]:
    """Return sources of which only the names are known as such that are watched as usual."""
    return names if isinstance(names, Mapping) else {name: BuiltIn() for name in names}


def _usual(enabled: bool, every: float | None) -> SourceConfig:
    return SourceConfig(enabled=enabled) if every is None else SourceConfig(enabled=enabled, every=every)
