"""Which of a release's figures tell how a programme stands, so that they can be followed from release to release. Pure.

What makes two figures the same quantity is decided here; how they move is kept and noticed by storage.lifelines.
"""

from __future__ import annotations

from scraper.lifelines.following import followed

__all__ = ["followed"]
