"""The ledger of checks in words: a line for the foot of every alert, a table for every digest. Pure.

"Nothing new" can be relied on only by who knows that somebody looked: what was read, when, and what could not be.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from scheduler.alerts.catalogue import Words
from scheduler.alerts.clocks import clock
from scheduler.alerts.names import place
from scheduler.alerts.plain import line, shorten

if TYPE_CHECKING:
    from storage.ledger import Ledger, Watched

HOURS = (1, 6, 24)
"""The spans a line may claim: the first within which every source was read."""
NAMED = 3  # sources that a line names as not read


def short(ledger: Ledger, source: str | None, said: Words, zone: tzinfo) -> str:
    """Return the ledger in one line.

    Args:
        ledger: the checks as of the time of the message.
        source: of the release that is told; None where there is no one source.
        said: the words of the reader's language.
        zone: the reader's.
    """
    parts = [_reach(ledger, said)]
    blind = [one.source for one in ledger.sources if one.trouble]
    if blind:
        shown = [source_name(one, said) for one in blind[:NAMED]] + ["…"] * (len(blind) > NAMED)
        parts.append(said("watch.blind", sources=said("comma").join(shown)))
    mine = next((one for one in ledger.sources if one.source == source), None)
    if mine is not None and mine.last_good:
        parts.append(said("watch.this", when=clock(said, mine.last_good, ledger.as_of, zone)))
    return said("watch.line", parts=said("semicolon").join(parts))


def _reach(ledger: Ledger, said: Words) -> str:
    """Return how many sources there are, and how many were read within the least span that says it truly."""
    sources = said.count("watch.sources", len(ledger.sources))
    if not any(one.last_good or one.trouble for one in ledger.sources):
        return said("watch.young", sources=sources)
    well = [one for one in ledger.sources if not one.trouble]
    hours = next((each for each in HOURS if _read_within(well, ledger.as_of, each) == len(well)), HOURS[-1])
    number = _read_within(ledger.sources, ledger.as_of, hours)
    span = said.count("span.last", hours)
    if number == len(ledger.sources):
        return said("watch.all", sources=sources, span=span)
    if not number:
        return said("watch.none", sources=sources, span=span)
    return said("watch.some", sources=sources, span=span, n=f"{number:,}")


def _read_within(sources: Sequence[Watched], now: datetime, hours: int) -> int:
    reach = timedelta(hours=hours)
    return sum(one.last_good is not None and now - one.last_good <= reach for one in sources)


def whole(ledger: Ledger) -> bool:
    """Return whether every source was read well at least once in the time the ledger covers, and none has trouble."""
    return bool(ledger.sources) and all(
        one.last_good is not None and one.last_good >= ledger.since and not one.trouble for one in ledger.sources
    )


def rows(ledger: Ledger, said: Words, zone: tzinfo) -> list[dict[str, str]]:
    """Return a row for each source: its name, what its checks brought, and its trouble where there is one."""
    return [
        {
            "source": source_name(one.source, said),
            "checks": said("semicolon").join(_checks(one, ledger.as_of, said, zone)),
            "trouble": said("ledger.trouble", trouble=line(one.trouble)) if one.trouble else "",
        }
        for one in ledger.sources
    ]


def _checks(one: Watched, now: datetime, said: Words, zone: tzinfo) -> list[str]:
    def at(key: str, otherwise: str, when: datetime | None) -> str:
        return said(key, when=clock(said, when, now, zone)) if when else said(otherwise)

    failed = said.count("ledger.failed", one.failed) if one.failed else said("ledger.none_failed")
    return [
        said("ledger.reads", runs=said.count("ledger.runs", one.runs), failed=failed),
        at("ledger.last", "ledger.never", one.last_good),
        at("ledger.newest", "ledger.no_newest", one.newest or one.newest_seen),
        at("ledger.gap", "ledger.no_gap", one.gap_checked),
    ]


def brief(ledger: Ledger, source: str) -> dict[str, Any]:
    """Return the ledger in short as an alert's webhook tells it.

    Args:
        ledger: the checks as of the time of the message.
        source: of the release that is told.
    """
    mine = next((one for one in ledger.sources if one.source == source), None)
    blind = [one.source for one in ledger.sources if one.trouble]
    return {
        "as_of": ledger.as_of.isoformat(),
        "sources": len(ledger.sources),
        "read_within_an_hour": _read_within(ledger.sources, ledger.as_of, 1),
        "blind": blind[:20],
        "last_good": mine and mine.last_good and mine.last_good.isoformat(),
    }


def plain(ledger: Ledger, most: int, longest: int = 200) -> dict[str, Any]:
    """Return the whole ledger as a digest's webhook tells it.

    Args:
        ledger: the checks as of the time of the message.
        most: as many sources are told; those in trouble first.
        longest: characters of a trouble.
    """

    def at(when: datetime | None) -> str | None:
        return when.isoformat() if when else None

    told = sorted(ledger.sources, key=lambda one: (not one.trouble, one.source))[:most]
    return {
        "as_of": at(ledger.as_of),
        "since": at(ledger.since),
        "count": len(ledger.sources),
        "sources": [
            {
                "source": one.source,
                "runs": one.runs,
                "failed": one.failed,
                "last_good": at(one.last_good),
                "newest": at(one.newest),
                "newest_seen": at(one.newest_seen),
                "gap_checked": at(one.gap_checked),
                "trouble": one.trouble and shorten(one.trouble, longest),
            }
            for one in told
        ],
    }


def source_name(name: str, said: Words) -> str:
    """Return what a source is called: its own English title, in other languages its side, portal and language."""
    from scraper.find import sources

    source = sources().get(name)
    if source is None:
        return line(name)
    if said.language == "en":
        return source.title
    text = place(source.jurisdiction, said) + " " + source.portal
    return said("brackets", text=text, within=said.tongue(source.language))
