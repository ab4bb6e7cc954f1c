"""coopwatch.toml -> one frozen Config, or every fault at once with its line. Read once, at the top; never written.

`model.py` says what may stand in the file, `rules.py` what must hold between its parts, `reading.py` puts both
together, `secret_places.py` looks whether the named secrets are there.
"""

from scheduler.config.faults import ConfigError, Fault
from scheduler.config.model import (
    Config,
    Email,
    Politeness,
    Service,
    SourceConfig,
    Subscription,
    Where,
)
from scheduler.config.reading import load

__all__ = [
    "Config",
    "ConfigError",
    "Email",
    "Fault",
    "Politeness",
    "Service",
    "SourceConfig",
    "Subscription",
    "Where",
    "load",
]
