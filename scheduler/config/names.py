"""The user's own file of names, `[service] gazetteer`: looked over, and added to those that the detector knows.

Looking it over loads the detector's lists, which the service must not keep in its memory: `require_names` has a process
of its own do it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from scheduler.config.faults import ConfigError, Fault
from scheduler.config.model import Config

# Seconds that looking a file over may take; the lists are loaded in a fraction of one.
PATIENCE = 60


def name_faults(config: Config) -> list[Fault]:
    """Return what is wrong with the file of names, each with its line; nothing where none is configured."""
    from scraper.cooperation import GazetteerError, load_extra

    file = config.service.gazetteer
    if file is None:
        return []
    try:
        load_extra(Path(file))
    except GazetteerError as error:
        return [Fault(file, fault.line, "", fault.what) for fault in error.faults]
    return []


def use_names(config: Config) -> None:
    """Add the names of the file to those that this process knows, once.

    Raises:
        ConfigError: with all that is wrong with it.
    """
    file = config.service.gazetteer
    if file is None:
        return
    from scraper.cooperation import extend, load_extra
    from scraper.cooperation.lexicon import lexicon

    found = name_faults(config)
    if found:
        raise ConfigError(found)
    extra = load_extra(Path(file))
    if extra.mark not in lexicon().marks:
        extend(extra)


def require_names(config: Config) -> None:
    """Refuse to start with a file of names that cannot be used; this process loads none of it.

    Raises:
        ConfigError: with all that is wrong with it.
    """
    file = config.service.gazetteer
    if file is None:
        return
    from scheduler.process import environment

    words = [sys.executable, "-P", "-m", __name__, file]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False, env=environment())
    if done.returncode:
        raise ConfigError([Fault(file, 1, "", f"could not be looked over: {done.stderr.strip()[-300:]}")])
    found = [Fault(**fault) for fault in json.loads(done.stdout)]
    if found:
        raise ConfigError(found)


def _main() -> None:
    from scheduler.config.model import Service

    found = name_faults(Config(service=Service(gazetteer=sys.argv[1])))
    sys.stdout.write(json.dumps([fault.as_dict() for fault in found]))


if __name__ == "__main__":
    _main()
