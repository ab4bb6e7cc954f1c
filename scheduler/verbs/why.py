"""`coopwatch why`: why somebody was told of a release, or was not. What is known stands in scheduler/why.py."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scheduler.output import one_line, say, say_json, terminal_columns, wrapped
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.why import For, Happened, Why
    from storage.database import Database
    from storage.history import History


@click.command(short_help="Say why somebody was told, or was not.")
@click.argument("item", metavar="ITEM")
@click.argument("subscription", metavar="[SUBSCRIPTION]", required=False)
@json_option
@pass_session
def why(session: Session, item: str, subscription: str | None, as_json: bool) -> int:
    r"""Say why people were told of a release, or were not.

    Tells when it was listed and read, how it was assessed and why, which story it belongs to, and for each change and
    each subscription which conditions held or failed, what holds it back, and every attempt to deliver it.

    ITEM is a release's number, its key, or its address in any spelling; also of one that was only listed so far. With
    SUBSCRIPTION every condition of that one is shown, those that held too.

    Ends with 1 where the item is not known, or where somebody should have been told and there is no reason why not;
    with 2 where there is no such subscription.

    \b
    Example:
      coopwatch why 12
      coopwatch why https://www.info.gov.hk/gia/general/202611/21/P2026112100123.htm team
      coopwatch why info.gov.hk/P2026112100123 --json
    """
    from scheduler.standings import Standings
    from scheduler.verbs.why_page import show
    from scheduler.why import why as explained
    from storage.history import history

    now = datetime.now(UTC)
    with session.reading() as db:
        _must_be_known(session, db, subscription)
        known = history(db, number) if (number := _found(db, item)) is not None else None
        if known is None:
            return _unread(session, db, item, as_json)
        standings = Standings(db, session.config, now)
        found = explained(db, session.config, known, standings, now, subscription)
        stories = _story_titles(db, known)
    if as_json:
        say_json(_plain(found, stories))
    else:
        show(session, found, stories, every=subscription is not None)
    return int(any(one.outcome == "gap" for happened in found.happened for one in happened.fors))


def _must_be_known(session: Session, db: Database, name: str | None) -> None:
    """Refuse a subscription that neither the configuration nor the database has: a slip would look like an answer."""
    if name is None or any(one.name == name for one in session.config.subscriptions):
        return
    if db.row("SELECT 1 FROM delivery WHERE subscription = ? LIMIT 1", (name,)):
        return
    known = [one.name for one in session.config.subscriptions]
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none'}"
    raise click.UsageError(f"no subscription {name!r}; {advice}")


def _found(db: Database, item: str) -> int | None:
    """Return the number of a release, the canary's too, or None."""
    from scheduler.verbs.releases import found

    try:
        return int(found(db, item)["id"])
    except CommandError:
        number = db.value("SELECT id FROM release WHERE key = ?", (item,))
        return None if number is None else int(number)


def _story_titles(db: Database, known: History) -> list[dict[str, Any]]:
    """Return the other releases of the story, the first one first."""
    return db.rows(
        "SELECT release_id, source, title, first_seen FROM story_releases WHERE story_id = ? AND release_id <> ?"
        " ORDER BY release_id LIMIT 20",
        (known.story_id, known.release_id),
    )


# -- what is not kept -------------------------------------------------------------------------------------------------


def _unread(session: Session, db: Database, item: str, as_json: bool) -> int:
    """Say what is known of an item of which no release is kept; it is a problem in any case."""
    from scraper.find import source_of

    belongs = source_of(item) if "://" in item else None
    key = belongs[1].key if belongs else item
    row = db.row("SELECT * FROM link WHERE key = ? OR url = ? ORDER BY id LIMIT 1", (key, item))
    lines = _listed_only(session, row) if row else list(_unlisted(session, db, belongs and belongs[0].name))
    if as_json:
        say_json({"item": item, "known": bool(row), "listed": row, "source": belongs and belongs[0].name, "why": lines})
    else:
        say(f"{one_line(item)}: no such release is kept")
        for line in lines:
            say(wrapped(line, terminal_columns(), first="  ", rest="  "))
    return 1


def _listed_only(session: Session, row: dict[str, Any]) -> list[str]:
    lines = [f"It was listed by {row['source']} at {session.local(row['first_listed'])}, and could not be read so far."]
    if row["trouble"]:
        lines.append(f"The last of {row['attempts']} attempts said: {one_line(row['trouble'])}.")
    if row["state"] == "dead":
        lines.append(
            "It was given up. When its text changes in the listing, or by `coopwatch crawl`, it is tried again."
        )
    elif row["next_try"]:
        lines.append(f"It is tried again at {session.local(row['next_try'])}, and at once by `coopwatch crawl`.")
    return lines


def _unlisted(session: Session, db: Database, source: str | None) -> Iterator[str]:
    if source is None:
        yield "No source that coopwatch knows has such an address or key; `coopwatch sources` lists them."
        return
    setting = session.config.sources.get(source)
    state = db.row("SELECT last_good, first_sight, trouble FROM source WHERE name = ?", (source,)) or {}
    if setting is None or not setting.enabled:
        yield f"It would belong to {source}, which is not watched: [sources.{source}] enabled = true watches it."
    elif not state.get("last_good"):
        yield f"It would belong to {source}, which was never read well: {state.get('trouble') or 'never checked'}."
    else:
        yield f"It would belong to {source}, whose listings never showed it."
        good = session.local(state["last_good"])
        yield f"They were last read well at {good}; `coopwatch crawl {source}` looks again."
        if state.get("first_sight"):
            yield f"What left them before {session.local(state['first_sight'])}, the first look, was never seen."


# -- for programs -----------------------------------------------------------------------------------------------------


def _plain(found: Why, stories: list[dict[str, Any]]) -> dict[str, Any]:
    from dataclasses import asdict

    from scheduler.why import conclusions

    known = found.history
    release, assessment = known.release, known.assessment
    listed = asdict(known.listed) if known.listed else None
    return {
        "release": {"id": known.release_id, "key": release.key, "url": release.url, "title": release.title}
        | {"source": release.source, "language": release.language, "state": known.state}
        | {"published": _iso(release.published), "precision": release.precision},
        "listed": listed and {name: _json(value) for name, value in listed.items()},
        "read": {"first": _iso(known.first_seen), "last": _iso(known.last_read), "next": _iso(known.next_reread)},
        "versions": [{"number": one.number, "seen": _iso(one.seen)} for one in known.versions],
        "assessment": assessment
        and {"cooperation": assessment.cooperation, "score": assessment.score, "detector": assessment.detector}
        | {"kind": assessment.kind, "reason": assessment.reason, "evidence": [asdict(e) for e in assessment.evidence]},
        "duplicate_of": known.duplicate_of,
        "story": {"id": known.story_id, "why": known.why, "others": stories},
        "conclusion": dict(conclusions(found)),
        "changes": [_change(one) for one in found.happened],
    }


def _change(one: Happened) -> dict[str, Any]:
    change = one.event.change
    return {
        "id": change.id,
        "kind": change.kind.value,
        "at": _iso(change.at),
        "version": change.version,
        "grade": one.event.grade,
        "becomes_news": one.becomes_news,
        "silent": change.silent,
        "silent_why": one.silent,
        "subscriptions": [_for(each) for each in one.fors],
    }


def _for(one: For) -> dict[str, Any]:
    from dataclasses import asdict

    stands = {"subscription": one.subscription, "outcome": one.outcome, "why": one.why, "at": _iso(one.at)}
    promised = one.told and {name: _json(value) for name, value in asdict(one.told.promised).items()}
    attempts = [{n: _json(v) for n, v in asdict(each).items()} for each in one.told.attempts] if one.told else []
    held = one.told.hold if one.told else None
    return stands | {
        "wanted": one.wanted,
        "conditions": [asdict(each) for each in one.conditions],
        "delivery": promised,
        "attempts": attempts,
        "hold": held and {name: _json(value) for name, value in asdict(held).items()},
    }


def _json(value: Any) -> Any:
    return _iso(value) if isinstance(value, datetime) else value


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
