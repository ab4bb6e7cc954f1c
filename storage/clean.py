"""What may be stored at all: no NUL, no half characters, nothing over-long. Pure.

How text is tidied up for reading belongs to scraper.pages.text; this is the last gate; it says no rather than change
a text that offsets count into.
"""

from __future__ import annotations

import re

from storage.errors import RefusedError
from storage.model import Assessment, Release

LIMITS = {
    "key": 2_000,
    "url": 4_000,
    "digest": 200,
    "title": 4_000,
    "text": 2_000_000,
    "captions": 200_000,
    "department": 1_000,
}
"""In characters. The crawl caps a page at 5 MiB, and its text is a fraction of that; a title of 4,000 is no title."""

LONGEST = 1_000
"""For everything not named above."""

_BAD = re.compile("[\x00\ud800-\udfff]")


def fault(name: str, value: str) -> str | None:
    """Return what forbids storing a value, in words, or None where nothing does.

    Args:
        name: what it is, as in `LIMITS`.
        value: as it would be stored.
    """
    most = LIMITS.get(name, LONGEST)
    if len(value) > most:
        return f"the {name} has {len(value):,} characters, {most:,} at most: {value[:40]!r}..."
    bad = _BAD.search(value)
    if bad:
        return f"the {name} holds U+{ord(bad.group()):04X} at character {bad.start()}, which cannot be stored"
    return None


def tidy(text: str, most: int) -> str:
    """Return a text that is only for information, made fit to store: bad characters become U+FFFD, the rest is cut."""
    return _BAD.sub("\ufffd", text if len(text) <= most else text[: most - 1] + "…")


def refuse_unfit(release: Release, assessment: Assessment) -> None:
    """Refuse a release that must not be stored as it is.

    Raises:
        RefusedError: names the key, the field and what is wrong with it.
    """
    named = {name: getattr(release, name) for name in ("key", "source", "portal", "url", "language", "title", "text")}
    named |= {"jurisdiction": release.jurisdiction or "", "department": release.department or ""}
    named |= {"captions": "\n".join(release.captions), "reason": assessment.reason, "detector": assessment.detector}
    for name, value in named.items():
        wrong = fault(name, value)
        if wrong:
            raise RefusedError(f"{release.key[:200]!r}: {wrong}")
    for name in ("key", "source", "url"):
        if not named[name]:
            raise RefusedError(f"{release.url[:200]!r}: the {name} is empty")
    if release.published is not None and release.published.tzinfo is None:
        raise RefusedError(f"{release.key[:200]!r}: the time of publication has no offset")
