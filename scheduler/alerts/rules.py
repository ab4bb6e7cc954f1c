"""Who wants to hear of a change. Pure: a notice and a subscription in, yes or no out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from scheduler.config import Subscription, Where
from scheduler.config.subscriptions import DEFAULT_CHANGES
from scraper.cooperation.folding import fold
from storage.model import Assessment, Notice, Release

Route = Callable[[Notice], Sequence[str]]


def route(subscriptions: Sequence[Subscription]) -> Route:
    """Return the function that names the subscriptions which want to hear of a notice, in their order, each once."""
    fixed = tuple(subscriptions)

    def names(notice: Notice) -> Sequence[str]:
        return tuple(dict.fromkeys(one.name for one in fixed if matches(one, notice)))

    return names


def matches(subscription: Subscription, notice: Notice) -> bool:
    """Return whether a subscription wants to hear of a notice: every condition given holds, by any one of its values.

    Changed figures are told only to those who ask for them (`changes`).
    Without `min_score` only co-operation items are told; with it, everything from that score up.
    """
    where, release = subscription.where, notice.release
    return (
        notice.change.kind in (where.changes or DEFAULT_CHANGES)
        and _clears_the_bar(where, notice.assessment)
        and (not where.sources or release.source in where.sources)
        and (not where.languages or any(speaks(release.language, wanted) for wanted in where.languages))
        and (not where.jurisdictions or _touches(where.jurisdictions, release, notice.assessment))
        and (not where.words or _says(where.words, release))
    )


def _clears_the_bar(where: Where, assessment: Assessment) -> bool:
    return assessment.cooperation if where.min_score is None else assessment.score >= where.min_score


def speaks(language: str, wanted: str) -> bool:
    """Return whether a language tag falls under a wanted one: `zh` takes in `zh-Hant` (RFC 4647, basic filtering)."""
    tag, prefix = language.lower(), wanted.lower()
    return tag == prefix or tag.startswith(prefix + "-")


def _touches(wanted: Sequence[str], release: Release, assessment: Assessment) -> bool:
    named = {fold(name) for name in (*assessment.jurisdictions, release.jurisdiction or "")}
    return any(fold(name) in named for name in wanted)


def _says(words: Sequence[str], release: Release) -> bool:
    text = fold(f"{release.title}\n{release.text}")
    return any(_pattern(word).search(text) for word in words)


@lru_cache(maxsize=1024)
def _pattern(word: str) -> re.Pattern[str]:
    """Return what finds a word in folded text.

    A Latin word is found at the beginning of words ("vaccin" in "vaccines"); one written in capitals only as a whole
    word or its plural, lest "AI" be found in "aid". Chinese has no such borders and is found anywhere.
    """
    folded = " ".join(fold(word).split())
    before = "(?<![a-z0-9])" if re.match("[a-z0-9]", folded) else ""
    after = "s?(?![a-z0-9])" if word.isupper() and re.search("[a-z0-9]$", folded) else ""
    return re.compile(before + re.escape(folded).replace(r"\ ", r"\s+") + after)
