"""What a release tells, in a form that can be compared across portals, wordings and languages. Pure; decides nothing.

Whether two tellings tell one event is decided in storage.sameness; which to compare is looked up by storage.tellings.
"""

from __future__ import annotations

from scraper.tellings.telling import RULE, telling

__all__ = ["RULE", "telling"]
