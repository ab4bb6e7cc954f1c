"""`coopwatch parties` and `coopwatch party`: who takes part in co-operation, since when, and with whom."""

from __future__ import annotations

from typing import Any

import click

from scheduler.output import one_line, say, say_json, say_table
from scheduler.verbs.naming import Asked, asked_for, say_names
from scheduler.verbs.session import Session, json_option, pass_session

_PARTNERS = 15


@click.command(short_help="List who takes part in co-operation.")
@click.option("--jurisdiction", metavar="NAME", help="Only those of one jurisdiction: Macao, Guangdong, ...")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many; 0 for all.")
@json_option
@pass_session
def parties(session: Session, jurisdiction: str | None, limit: int, as_json: bool) -> None:
    r"""List the organisations that releases about co-operation name, those in most stories first.

    \b
    Example:
      coopwatch parties --jurisdiction Macao
      coopwatch parties --limit 0 --json
    """
    from storage.knowledge import catalogue

    with session.reading() as db:
        rows = catalogue(db, "party")
    wanted = [row for row in rows if not jurisdiction or _is(row["jurisdiction"], jurisdiction)]
    rows = wanted[: limit or None]
    if as_json:
        say_json(rows)
        return
    shown = [{**row, "last": session.local(row["last"], "day")} for row in rows]
    say_table(("stories", "releases", "last", "jurisdiction", "kind", "name"), shown, empty="no parties")


def _is(jurisdiction: str | None, wanted: str) -> bool:
    return (jurisdiction or "").casefold() == wanted.strip().casefold()


@click.command(short_help="Show a party: its names, releases and partners.")
@click.argument("name", nargs=-1, required=True, metavar="NAME")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="So many releases; 0 for all.")
@json_option
@pass_session
def party(session: Session, name: tuple[str, ...], limit: int, as_json: bool) -> None:
    r"""Show a party: its names, the releases about co-operation that name it, and who is named beside it.

    NAME may be a name in any of its languages, an abbreviation, or a part that fits only one.

    \b
    Example:
      coopwatch party HKU-SZH
      coopwatch party 醫院管理局 --json
    """
    from storage import knowledge

    with session.reading() as db:
        asked = asked_for(session, db, "party", name)
        number = asked.row["id"]
        told = knowledge.timeline(db, number, limit)
        partners = knowledge.beside(db, number, "party", 0 if as_json else _PARTNERS)
        programmes = knowledge.beside(db, number, "programme", 0 if as_json else _PARTNERS)
    if as_json:
        say_json({**asked.row, "names": asked.names, "partners": partners, "programmes": programmes, "timeline": told})
    else:
        _show(session, asked, told, partners, programmes)


def _show(
    session: Session,
    asked: Asked,
    told: list[dict[str, Any]],
    partners: list[dict[str, Any]],
    programmes: list[dict[str, Any]],
) -> None:
    say_names(asked)
    if partners:
        say("\nNamed with")
        say_table(("stories", "jurisdiction", "name"), partners, empty="")
    if programmes:
        say("\nProgrammes")
        say_table(("stories", "name"), programmes, empty="")
    say_timeline(session, told)


def say_timeline(session: Session, told: list[dict[str, Any]]) -> None:
    """Say which releases name it, the newest first."""
    say("\nReleases, the newest first")
    for row in told:
        when = session.local(row["published"] or row["first_seen"], row["precision"])
        kind = f"  {row['kind']}" if row["kind"] else ""
        say(f"  {when}  {row['source']}  release {row['release_id']}, story {row['story_id']}{kind}")
        say(f"    {one_line(row['title'])}")
        say(f"    {row['url']}")
