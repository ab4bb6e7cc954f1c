"""What every test gets: the loopback and nothing else, and the small offline web of portals."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LOOPBACK_ONLY = HERE / "loopback_only"


def _stay_on_the_loopback():
    """Load the hook into this process, and have every Python process that a test starts load it too."""
    known = os.environ.get("PYTHONPATH", "")
    if str(LOOPBACK_ONLY) not in known.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(LOOPBACK_ONLY), str(HERE.parent), known)))
    loaded = sys.modules.get("sitecustomize")
    if loaded is not None and hasattr(loaded, "REFUSED"):
        return loaded
    spec = importlib.util.spec_from_file_location("coopwatch_loopback_only", LOOPBACK_ONLY / "sitecustomize.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GUARD = _stay_on_the_loopback()


@pytest.fixture(autouse=True)
def no_outside_connections() -> Iterator[None]:
    """Fail a test that tried to leave the machine, even where the code under test swallowed the refusal."""
    del GUARD.REFUSED[:]
    yield
    assert not GUARD.REFUSED, f"this test tried to leave the machine: {GUARD.REFUSED}"


@pytest.fixture
def allow_refusals() -> list[str]:
    """Let a test provoke a refusal on purpose; it gets the list and empties it."""
    return GUARD.REFUSED
