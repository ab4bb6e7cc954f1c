"""What a text states: is it about co-operation in health between jurisdictions, and why.

Pure and offline; the data files are loaded on first use, and so is the code: the service needs `folding` alone and has
no memory to spare for the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scraper.cooperation.assessing import assess
    from scraper.cooperation.extra import Extra, GazetteerError, extend, load_extra

__all__ = ["DETECTOR", "THRESHOLD", "Extra", "GazetteerError", "assess", "extend", "load_extra"]

DETECTOR: str
THRESHOLD: float


def __getattr__(name: str) -> Any:
    """Return what this package offers; DETECTOR is the detector's name and version, THRESHOLD its least score."""
    if name == "DETECTOR":
        from scraper.cooperation.assessing import detector

        return detector()
    if name == "THRESHOLD":
        from scraper.cooperation.judging import weights

        return weights().threshold
    if name in __all__:
        module = import_module(f"{__name__}.{'assessing' if name == 'assess' else 'extra'}")
        return getattr(module, name)
    raise AttributeError(name)
