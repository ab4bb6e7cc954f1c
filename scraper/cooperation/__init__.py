"""What a text states: is it about co-operation in health between jurisdictions, and why.

Pure and offline; the data files are loaded on first use.
"""

from __future__ import annotations

from scraper.cooperation.assessing import assess, detector
from scraper.cooperation.extra import Extra, GazetteerError, extend, load_extra
from scraper.cooperation.judging import weights

__all__ = ["DETECTOR", "THRESHOLD", "Extra", "GazetteerError", "assess", "extend", "load_extra"]

DETECTOR: str
THRESHOLD: float


def __getattr__(name: str) -> str | float:
    """Return DETECTOR (name and version of the detector) or THRESHOLD (least score of a co-operation item)."""
    if name == "DETECTOR":
        return detector()
    if name == "THRESHOLD":
        return weights().threshold
    raise AttributeError(name)
