"""coopwatch.toml -> one frozen Config, or every fault at once with its line. Read once, at the top; never written.

`model.py` says what may stand in the file, `rules.py` what must hold between its parts, `reading.py` puts both
together, `secret_places.py` looks whether the named secrets are there.
"""

from scheduler.config.faults import ConfigError, Fault
from scheduler.config.model import (
    Alerts,
    Canary,
    Config,
    Email,
    Politeness,
    Service,
    SourceConfig,
)
from scheduler.config.reading import load
from scheduler.config.subscriptions import Conditions, Subscription, Where
from scheduler.config.times import Digest, Quiet

__all__ = [
    "Alerts",
    "Canary",
    "Conditions",
    "Config",
    "ConfigError",
    "Digest",
    "Email",
    "Fault",
    "Politeness",
    "Quiet",
    "Service",
    "SourceConfig",
    "Subscription",
    "Where",
    "load",
]
