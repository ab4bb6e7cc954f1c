"""What a listing that only checks others finds missing with them. Reads the database, writes nothing.

Only the last two weeks count, and nothing from before a source was first seen: the past is for `coopwatch backfill`,
and a release that was there before anybody watched is no news.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from storage import links, runs
from storage.database import Database
from storage.model import Link

WINDOW = timedelta(days=14)
"""How far back others are checked; departments' lists go back for years."""


def ready(db: Database, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the sources that can be compared with: their own first whole check has ended."""
    return tuple(name for name in names if runs.state(db, name).seeded is not None)


def lacking(db: Database, names: Collection[str], found: Iterable[Link], now: datetime) -> dict[str, list[Link]]:
    """Return, by source, the links that belong to it and that no listing of any source has shown so far.

    Args:
        db: the database.
        names: of the sources that can be compared with (`ready`); links of others are left out.
        found: what the listing offers; each says whose it is.
        now: the present time.
    """
    since = {name: max(runs.state(db, name).first_sight or now, now - WINDOW) for name in names}
    missing: dict[str, list[Link]] = {}
    for link in found:
        # A day is kept as its midnight: what came out on the very day of the first sight is left out.
        recent = link.source in since and link.published is not None and link.published > since[link.source]
        if recent and not links.is_known(db, link.key):
            missing.setdefault(link.source, []).append(link)
    return missing


def partners(found: Iterable[Link], now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the keys of releases of the last two weeks that the listing names together as editions of one."""
    named = (
        (link.key, link.partner)
        for link in found
        if link.partner and link.published is not None and link.published > now - WINDOW
    )
    return tuple(dict.fromkeys((min(pair), max(pair)) for pair in named))
