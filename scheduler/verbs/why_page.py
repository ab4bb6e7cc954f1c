"""The page of `coopwatch why` for people: wide and narrow terminals. What it says stands in scheduler/why.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from scheduler.output import cut, one_line, say, terminal_columns, wrapped
from scheduler.verbs.session import Session

if TYPE_CHECKING:
    from scheduler.why import For, Happened, Why
    from storage.history import Attempt, History

NARROW = 64
"""Columns below which a label stands above what it labels."""
LABEL = 11
QUOTES, REASONS = 3, 4
CHANGES = {
    "new": "new",
    "revised": "revised",
    "gone": "withdrawn",
    "returned": "back again",
    "figure": "another figure",
    "also": "told by another portal too",
}
OUTCOMES = {
    "gap": "MISSING",
    "waits": "will be told",
    "kept": "not told",
    "told": "told",
    "asked later": "not asked then",
    "nobody was told": "nobody was told",
    "not wanted": "not wanted",
}
"""What people read for each outcome, the gravest first."""


def show(session: Session, found: Why, stories: list[dict[str, Any]], *, every: bool) -> None:
    """Say the whole page.

    Args:
        session: for the zone of people's times.
        found: the answer.
        stories: the other releases of the story: release_id, source, first_seen.
        every: show conditions that held, too.
    """
    from scheduler.why import conclusions

    known = found.history
    room = terminal_columns()
    say(wrapped(one_line(known.release.title), room))
    say(wrapped(f"release {known.release_id}, {known.release.source}, {known.release.key}", room, rest="  "))
    say(known.release.url)
    say()
    for outcome, names in conclusions(found):
        _line(OUTCOMES[outcome], ", ".join(names), wide=17)
    if not any(one.fors for one in found.happened):
        say("Nobody could be told: there is no subscription." if found.happened else _no_change(known))
    say()
    for label, words in _way(session, known, stories):
        _line(label, words)
    for happened in found.happened:
        say()
        _show_change(session, happened, every=every)


def _no_change(known: History) -> str:
    if known.duplicate_of:
        return f"Nobody was told: it repeats the text of release {known.duplicate_of}, word for word."
    return "Nobody was told: nothing happened to it that is worth telling."


def _line(label: str, words: str, *, wide: int = LABEL) -> None:
    """Say a labelled text; on a narrow terminal the label stands above it."""
    room = terminal_columns()
    if room < NARROW:
        deeper = " " * (len(label) - len(label.lstrip()) + 2)
        if label:
            say(label)
        say(wrapped(words, room, first=deeper, rest=deeper))
    else:
        say(wrapped(words, room, first=f"{label:<{wide}}", rest=" " * wide))


def _way(session: Session, known: History, stories: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield each step up to the first change."""
    release = known.release
    yield "published", session.local(release.published, release.precision) or "at a time the portal does not tell"
    yield "listed", _listed(session, known)
    yield "read", _read(session, known)
    yield "assessed", _assessed(known)
    if known.assessment is not None and known.assessment.reason:
        yield "", known.assessment.reason
    yield from (("", one) for one in _evidence(known))
    if known.duplicate_of:
        yield "repeats", f"release {known.duplicate_of}, word for word"
    yield "story", _story(session, known, stories)
    if known.state != "present":
        yield "now", "the portal no longer shows it" if known.state == "gone" else "not found at the last look"


def _listed(session: Session, known: History) -> str:
    if known.listed is None:
        return {
            "import": "by no listing: it was imported",
            "canary": "by no listing: coopwatch invents it every day",
        }.get(known.release.source, "by no listing")
    words = f"{session.local(known.listed.first_listed)} by {known.listed.source}"
    if known.listed.silent:
        words += f", as part of a {known.listed.silent}"
    return words + (
        f"; last attempt to read it failed: {one_line(known.listed.trouble)}" if known.listed.trouble else ""
    )


def _read(session: Session, known: History) -> str:
    words = session.local(known.first_seen)
    if len(known.versions) > 1:
        words += f"; {len(known.versions)} versions, the last one read {session.local(known.versions[-1].seen)}"
    if known.last_read > known.first_seen:
        words += f"; last looked at {session.local(known.last_read)}"
    comes = known.next_reread if known.listed is not None else None  # nothing reads again what no listing shows
    return words + (f", next {session.local(comes)}" if comes else "")


def _assessed(known: History) -> str:
    made = known.assessment
    if made is None:
        return "not at all"
    from scraper.cooperation import THRESHOLD

    kind = f", {made.kind.replace('_', ' ')}" if made.kind else ""
    bar = "at" if made.score == THRESHOLD else "above" if made.score > THRESHOLD else "below"
    said = "co-operation" if made.cooperation else "not co-operation"
    return f"{said}: score {made.score:.2f}, {bar} the bar of {THRESHOLD:.2f}{kind} ({made.detector})"


def _evidence(known: History) -> Iterator[str]:
    """Yield the passages that counted most, each with all that it counted for; against it, too."""
    from scheduler.explaining import passages

    found = passages(known.assessment.evidence) if known.assessment else []
    weighty = sorted(found, key=lambda one: -abs(sum(each.weight for each in one[2])))[:QUOTES]
    for _, _, counted in weighty:
        yield f"\u201c{cut(one_line(counted[0].text), 160)}\u201d"
        for each in counted[:REASONS]:
            yield f"  {each.weight:+.2f}  {one_line(each.why)}"


def _story(session: Session, known: History, stories: list[dict[str, Any]]) -> str:
    if known.story_id is None:
        return "none"
    words = f"{known.story_id}, " + ("which it began" if known.why == "first" else f"joined: {known.why}")
    told = ", ".join(
        f"release {one['release_id']} ({one['source']}, {session.local(one['first_seen'])})" for one in stories
    )
    return words + (f"; told also by {told}" if told else "; told by nobody else")


def _show_change(session: Session, happened: Happened, *, every: bool) -> None:
    change = happened.event.change
    grade = f", {happened.event.grade.value}" if happened.event.grade else ""
    news = ", and becomes news by it" if happened.becomes_news else ""
    head = f"{CHANGES[change.kind.value]}{grade}{news} (version {change.version}), {session.local(change.at)}"
    say(wrapped(head, terminal_columns()))
    if happened.silent:
        say(wrapped(f"Nobody was told: {happened.silent}.", terminal_columns(), first="  ", rest="  "))
    for one in happened.fors:
        words = f"{OUTCOMES[one.outcome]}: {timed(one_line(one.why), session.local(one.at))}"
        _line(f"  {one.subscription}", words, wide=max(LABEL, len(one.subscription) + 4))
        for note in _notes(session, one, every=every):
            say(wrapped(note, terminal_columns(), first="      ", rest="        "))


def timed(words: str, at: str) -> str:
    """Return words with the time they speak of: after the preposition they end with, else in brackets."""
    if not at:
        return words
    return f"{words} {at}" if words.rpartition(" ")[2] in ("at", "of", "since", "until") else f"{words} ({at})"


def _notes(session: Session, one: For, *, every: bool) -> Iterator[str]:
    """Yield what stands below a subscription: its conditions where they are asked for, the hold, each attempt."""
    if every:
        yield from (f"{'holds ' if each.held else 'FAILS '} {one_line(each)}" for each in one.conditions)
    elif one.told is not None and not one.wanted and one.conditions:
        failed = "; ".join(str(each) for each in one.conditions if not each.held)
        yield f"its conditions have changed since, it would not be told now: {one_line(failed)}"
    if one.told is None:
        return
    if (kept := one.told.hold) is not None:
        by = f", {kept.state} {session.local(kept.settled)} by {kept.by}" if kept.settled else f", {kept.state}"
        yield f"hold {kept.id}: {one_line(kept.why)}{by}"
    if one.told.attempts:
        yield f"{one.told.promised.message_id}, promised {session.local(one.told.promised.made)}"
    yield from (_attempt(session, each) for each in one.told.attempts)


def _attempt(session: Session, one: Attempt) -> str:
    outcome = {"sent": "sent", "again": "failed", "dead": "given up"}.get(one.outcome or "", "cut off, or under way")
    took = f" after {(one.ended - one.started).total_seconds():.1f} s" if one.ended else ""
    return f"attempt {one.number}, {session.local(one.started)}: {outcome}{took}: {one_line(one.detail or '')}".rstrip(
        ": "
    )
