"""Loads the library requests without the guesser of encodings it brings along: 2.6 MB of the service's memory.

We read bytes and tell their encoding ourselves (scraper/pages/charset.py). requests goes without a guesser where none
is installed; that is what it finds while it is imported here.
"""

from __future__ import annotations

import sys
import warnings

GUESSERS = ("chardet", "charset_normalizer")


def load_requests() -> None:
    """Import requests; to be called before anything else does, else nothing is saved and nothing is lost."""
    hidden = [name for name in GUESSERS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None: an import of it fails
    try:
        with warnings.catch_warnings(action="ignore"):
            import requests  # noqa: F401 - loaded for those who import it next
    finally:
        for name in hidden:
            del sys.modules[name]
