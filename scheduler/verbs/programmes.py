"""`coopwatch programmes` and `coopwatch programme`: schemes, centres and agreements, and how their figures moved."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from scheduler.output import cut, one_line, say, say_json, say_table
from scheduler.verbs.naming import Asked, asked_for, say_names
from scheduler.verbs.parties import say_timeline
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from storage.database import Database

_PARTIES = 15


@click.command(short_help="List schemes, centres, agreements and projects.")
@click.option("--figures", is_flag=True, help="Only those whose figures can be followed.")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many; 0 for all.")
@json_option
@pass_session
def programmes(session: Session, figures: bool, limit: int, as_json: bool) -> None:
    r"""List the programmes that releases about co-operation name, those in most stories first.

    `series` tells how many of a programme's quantities can be followed: see `coopwatch programme NAME`.

    \b
    Example:
      coopwatch programmes --figures
      coopwatch programmes --limit 0 --json
    """
    from storage.knowledge import catalogue, lifelines

    with session.reading() as db:
        lines = lifelines(db)
        rows = [{**row, "series": lines.get(row["name"], 0)} for row in catalogue(db, "programme")]
    rows = [row for row in rows if row["series"] or not figures][: limit or None]
    if as_json:
        say_json(rows)
        return
    shown = [{**row, "series": row["series"] or None, "last": session.local(row["last"], "day")} for row in rows]
    say_table(("stories", "releases", "series", "last", "kind", "name"), shown, empty="no programmes")


@click.command(short_help="Show a programme: its figures over time, releases and parties.")
@click.argument("name", nargs=-1, required=True, metavar="NAME")
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="So many releases; 0 for all.")
@json_option
@pass_session
def programme(session: Session, name: tuple[str, ...], limit: int, as_json: bool) -> None:
    r"""Show a programme: how each of its figures moved from release to release, who takes part, and what names it.

    NAME may be a name in any of its languages, an abbreviation, or a part that fits only one. A series is one quantity
    in all languages; a number that adds to it, or tells a part, is no point of it. To be told when one changes, give a
    subscription `changes = ["figure"]` in its `where`.

    \b
    Example:
      coopwatch programme Elderly Health Care Voucher Greater Bay Area Pilot Scheme
      coopwatch programme 長者醫療券大灣區試點計劃 --json
    """
    from storage import knowledge

    with session.reading() as db:
        asked = asked_for(session, db, "programme", name)
        number = asked.row["id"]
        stated = [_figure(row) for row in knowledge.figures(db, number)]
        parties = knowledge.beside(db, number, "party", 0 if as_json else _PARTIES)
        told = knowledge.timeline(db, number, limit)
        narrower = _narrower(db, asked.row["name"])
    whole = {
        **asked.row,
        "names": asked.names,
        "series": [{"counts": counts, "points": points} for counts, points in series(stated)],
        "other_figures": [row for row in stated if row["counts"] is None],
        "parties": parties,
        "see_also": narrower,
        "timeline": told,
    }
    if as_json:
        say_json(whole)
    else:
        _show(session, asked, whole)


def _figure(row: dict[str, Any]) -> dict[str, Any]:
    """Return a figure with the sentence that states it in place of the whole text."""
    from scheduler.alerts.figures import passage

    text = row.pop("text")
    return {**row, "text": text[row["start"] : row["end"]], "passage": passage(text, row["start"], row["end"])}


def series(stated: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the figures that can be followed: what they count, and one point for each release that states it. Pure."""
    followed = [row for row in stated if row["counts"] is not None]
    return [
        (counts, [next(same) for _, same in groupby(rows, key=lambda row: row["release_id"])])
        for counts, rows in groupby(followed, key=lambda row: str(row["counts"]))
    ]


def _narrower(db: Database, name: str) -> list[str]:
    """Return programmes whose figures can be followed and whose names hold all the words of this one's."""
    from storage.knowledge import lifelines

    words = set(name.casefold().split())
    return sorted(other for other in lifelines(db) if other != name and words < set(other.casefold().split()))


def _show(session: Session, asked: Asked, whole: dict[str, Any]) -> None:
    say_names(asked)
    for one in whole["series"]:
        say(f"\n{one_line(one['counts'])}")
        for point in one["points"]:
            _say_point(session, point)
    if whole["other_figures"]:
        say("\nOther figures")
        for row in whole["other_figures"]:
            _say_point(session, row)
    for other in whole["see_also"]:
        say(f"\nSee also: coopwatch programme {one_line(other)}")
    if whole["parties"]:
        say("\nParties")
        say_table(("stories", "jurisdiction", "name"), whole["parties"], empty="")
    say_timeline(session, whole["timeline"])


def _say_point(session: Session, point: dict[str, Any]) -> None:
    from scheduler.alerts.figures import number

    when = session.local(point["published"], point["precision"]) or "undated"
    say(f"  {when}  {number(point['value'], point['qualifier'])}  release {point['release_id']} ({point['language']})")
    say(f"    \u201c{cut(one_line(point['passage']), 110)}\u201d")
    say(f"    {point['url']}")
