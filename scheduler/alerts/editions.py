"""Which edition of a story a reader is shown, and what is said of the others. Pure.

An edition is another release of the same story: the same text in another language, or another portal's telling of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.alerts.catalogue import Words
from scheduler.alerts.clocks import moment, span
from scheduler.alerts.plain import line, web_link
from storage.model import Assessment, ChangeKind, Edition, Notice, Precision, Release

TOGETHER = timedelta(hours=24)
"""Two editions changed within this time of one another were changed together."""
MOST = 12  # editions that are listed


@dataclass(frozen=True, slots=True)
class Shown:
    """What an alert shows as its own: the told release, or the reader's edition of it.

    Args:
        title: as published.
        url: where it stands.
        language: BCP 47 tag.
        assessment: what was made of it, whose quotes are in its language.
        edition: the edition; None for the told release itself.
    """

    title: str
    url: str
    language: str
    assessment: Assessment
    edition: Edition | None = None


def shown(notice: Notice, wish: str | None) -> Shown:
    """Return what to show a reader who prefers a language, or who does not say (None).

    What became of one release is told of that release: a withdrawn one is shown itself, a revision or a changed figure
    under the title of the reader's edition on the same portal, with its own facts. That another portal tells a story
    also is shown in that portal's words.
    """
    release, kind = notice.release, notice.change.kind
    told = Shown(release.title, release.url, release.language, notice.assessment)
    if wish is None or kind is ChangeKind.GONE:
        return told
    here = fits(release.language, wish)
    better = [one for one in notice.editions if one.state == "present" and fits(one.language, wish) > here]
    if kind is not ChangeKind.NEW:
        better = [one for one in better if one.portal == release.portal]
    if not better:
        return told
    best = min(better, key=lambda one: (-fits(one.language, wish), one.portal != release.portal, one.first_seen))
    keeps_facts = kind in (ChangeKind.REVISED, ChangeKind.FIGURE) or best.assessment is None
    made = notice.assessment if keeps_facts or best.assessment is None else best.assessment
    return Shown(best.title, best.url, best.language, made, best)


def fits(language: str, wish: str) -> int:
    """Return how well a language meets a wish: 2 as wished, 1 the same tongue in other characters, 0 not at all."""
    tag, wanted = language.lower(), wish.lower()
    if tag == wanted or tag.startswith(wanted + "-") or wanted.startswith(tag + "-"):
        return 2
    return int(tag.partition("-")[0] == wanted.partition("-")[0])


def others(notice: Notice, own: Shown, said: Words) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return the other editions on the same portal, and the tellings of other portals, each ready to be shown."""
    release = notice.release
    rest = [_line(one.title, one.url, one.language, one.portal, one.state) for one in notice.editions[:MOST]]
    if own.edition is not None:
        rest.insert(0, _line(release.title, release.url, release.language, release.portal, "present"))
        rest = [one for one in rest if one["address"] != line(own.url, 300)]
    home = line(own.edition.portal if own.edition else release.portal)
    for one in rest:
        tongue = said.tongue(one["language"])
        one["label"] = tongue if one["portal"] == home else said("brackets", text=one["portal"], within=tongue)
        one["remark"] = said("change.gone") if one["state"] == "gone" else ""
    return [one for one in rest if one["portal"] == home], [one for one in rest if one["portal"] != home]


def _line(title: str, url: str, language: str, portal: str, state: str) -> dict[str, str]:
    return {
        "title": line(title, 300),
        "link": web_link(url) or "",
        "address": line(url, 300),
        "language": language,
        "portal": line(portal),
        "state": state,
    }


def remarks(notice: Notice, own: Shown, said: Words) -> Iterator[str]:
    """Yield sentences on the editions: what the others did, and who spoke first."""
    kind = notice.change.kind
    if kind is ChangeKind.ALSO and notice.first is not None:
        yield lag(notice.release, notice.first, said)
    if kind is ChangeKind.REVISED and own.edition is not None:
        yield said("alert.edition_this", language=said.tongue(notice.release.language))
    if kind in (ChangeKind.REVISED, ChangeKind.GONE):
        for one in _translations(notice):
            yield _conduct(one, kind, notice.change.at, notice.release, said)


def missing(notice: Notice, own: Shown, wish: str | None, said: Words) -> Iterator[str]:
    """Yield that the edition a reader prefers is not there, where it is not."""
    there = [notice.release.language, *(one.language for one in notice.editions if one.state == "present")]
    if wish is None or notice.change.kind is ChangeKind.GONE or any(fits(one, wish) == 2 for one in there):
        return
    yield said("alert.no_edition", language=said.tongue(wish), shown=said.tongue(own.language))


def _translations(notice: Notice) -> Sequence[Edition]:
    release = notice.release
    return [one for one in notice.editions if one.portal == release.portal and one.language != release.language][:4]


def _conduct(one: Edition, kind: ChangeKind, at: datetime, release: Release, said: Words) -> str:
    """Return what another edition of the same portal did when this one was changed or withdrawn."""
    tongue = said.tongue(one.language)
    if one.state == "gone":
        return said("alert.edition_gone", language=tongue)
    if kind is ChangeKind.GONE:
        return said("alert.edition_still", language=tongue)
    if one.revised is None:
        return said("alert.edition_unchanged", language=tongue)
    zone = release.published.tzinfo if release.published else one.revised.tzinfo
    key = "alert.edition_changed" if abs(one.revised - at) <= TOGETHER else "alert.edition_changed_before"
    return said(key, language=tongue, when=moment(said, one.revised.astimezone(zone)))


def lag(release: Release, first: Edition, said: Words) -> str:
    """Return who told a story first and how much later the other did, as exactly as both portals say."""
    told, names = release.published or first.moment, {"portal": release.portal, "first": first.portal}
    if Precision.DAY in (release.precision, first.precision):
        days = (told.date() - first.moment.astimezone(told.tzinfo).date()).days
        if not days:
            return said("alert.same_day", **names)
        length, words = timedelta(days=days), said.count("span.days", abs(days))
    else:
        length = told - first.moment
        words = span(said, abs(length))
    if abs(length) < timedelta(minutes=1):
        return said("alert.same_time", **names)
    if length < timedelta():
        return said("alert.earlier", earlier=words, **names)
    return said("alert.later", later=words, **names)
