"""What is wrong with a configuration, as values a person can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, or a warning: where it stands and what to do.

    Args:
        file: the configuration file as it was named.
        line: counted from 1; 1 where the whole file is meant.
        key: dotted path of the key: `sources.hk_gia_en.every`, `subscriptions[0].url`; empty for the whole file.
        what: what is wrong and what to do, without any value that could be a secret.
    """

    file: str
    line: int
    key: str
    what: str

    def as_dict(self) -> dict[str, str | int]:
        """Return the fault as JSON shows it."""
        return {"file": self.file, "line": self.line, "key": self.key, "what": self.what}

    def __str__(self) -> str:
        """Return `file:line: key: what`."""
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.what}"


class ConfigError(Exception):
    """The configuration cannot be used; `faults` holds everything that is wrong with it."""

    exit_code = 78

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))
