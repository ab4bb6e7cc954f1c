"""`coopwatch stories` and `coopwatch story`: which releases tell one event and why, and how to put it right by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from scheduler.output import one_line, say, say_json, say_table
from scheduler.verbs.releases import Since, found, plain
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from storage.database import Database


@click.command(short_help="List the events that releases tell of.")
@click.option("--cooperation/--all", default=False, help="Only those about health co-operation, or all (the default).")
@click.option("--several", is_flag=True, help="Only those that more than one release tells.")
@click.option("--since", type=Since(), metavar="TIME", help="Only those begun since: 2026-11-21, or 3d ago.")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many; 0 for all.")
@json_option
@pass_session
def stories(
    session: Session, cooperation: bool, several: bool, since: datetime | None, limit: int, as_json: bool
) -> None:
    r"""List stories, the newest first: one event each, whatever the portals and languages that tell it.

    \b
    Example:
      coopwatch stories --cooperation --several --since 30d
    """
    from storage.lookup import stories as listing

    with session.reading() as db:
        rows = listing(db, cooperation=cooperation, several=several, since=since, limit=limit)
    if as_json:
        say_json([{**plain(row), "languages": sorted(row["languages"].split(","))} for row in rows])
        return
    shown = [
        {
            **row,
            "published": session.local(row["first_published"] or row["made"], row["precision"]),
            "co-op": "yes" if row["cooperation"] else "",
            "languages": " ".join(sorted(row["languages"].split(","))),
        }
        for row in rows
    ]
    say_table(("id", "published", "releases", "languages", "co-op", "title"), shown, empty="no stories")


class _StoryGroup(click.Group):
    """A group whose own argument may be a story's number: `story 7` is `story show 7`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the part that is asked for, and what is left for it."""
        if args and args[0] not in self.commands:
            args = ["show", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=_StoryGroup, short_help="Show one story, split it or join it.", subcommand_metavar="ID | PART ...")
def story() -> None:
    r"""Show the releases that tell one event and why they were taken for one; put it right where they are not.

    \b
    Example:
      coopwatch story 7
      coopwatch story split 12        release 12 tells another event than the rest of its story
      coopwatch story join 12 7       release 12 tells the event of story 7
    """


@story.command(short_help="Show a story (the same as `story ID`).")
@click.argument("story_id", metavar="ID", type=click.IntRange(1))
@json_option
@pass_session
def show(session: Session, story_id: int, as_json: bool) -> None:
    r"""Show a story: who told it, when, in which language, and why each release is in it.

    \b
    Example:
      coopwatch story 7
      coopwatch story show 7 --json
    """
    with session.reading() as db:
        whole = _found(db, story_id)
    if as_json:
        told = [plain(row) for row in whole["told_by"]]
        say_json({**plain(whole), "told_by": told})
    else:
        _show(session, whole)


@story.command(short_help="Take a release out of its story.")
@click.argument("release", metavar="RELEASE")
@json_option
@pass_session
def split(session: Session, release: str, as_json: bool) -> None:
    r"""Take RELEASE (number, key or address) out of its story into one of its own. It stays so; nobody is told.

    \b
    Example:
      coopwatch story split 12
    """
    from storage import stories as rules

    with session.beside() as db:
        row = found(db, release)
        try:
            made = rules.split(db, row["id"], datetime.now(UTC))
        except ValueError as error:
            raise CommandError(str(error), 1) from error
    _say_moved(row["id"], row["story_id"], made, as_json)


@story.command(short_help="Put a release in a story.")
@click.argument("release", metavar="RELEASE")
@click.argument("story_id", metavar="STORY", type=click.IntRange(1))
@json_option
@pass_session
def join(session: Session, release: str, story_id: int, as_json: bool) -> None:
    r"""Put RELEASE (number, key or address) in STORY (a number). It stays so; nobody is told.

    \b
    Example:
      coopwatch story join 12 7
    """
    from storage import stories as rules

    with session.beside() as db:
        row = found(db, release)
        _found(db, story_id)
        try:
            before = rules.join(db, row["id"], story_id, datetime.now(UTC))
        except ValueError as error:
            raise CommandError(str(error), 1) from error
    _say_moved(row["id"], before, story_id, as_json)


def _found(db: Database, story_id: int) -> dict[str, Any]:
    from storage.lookup import story as look

    whole = look(db, story_id)
    if whole is None:
        raise CommandError(f"no story {story_id}; `coopwatch stories` lists them", 1)
    return whole


def _say_moved(release_id: int, before: int, after: int, as_json: bool) -> None:
    if as_json:
        say_json({"release_id": release_id, "from_story": before, "story_id": after})
    else:
        say(f"release {release_id}: from story {before} to story {after}")


def _show(session: Session, whole: dict[str, Any]) -> None:
    said = "about co-operation" if whole["cooperation"] else "not about co-operation"
    say(one_line(whole["title"]))
    say(f"  story {whole['id']}, {said}, told by {whole['releases']} release{'s' * (whole['releases'] > 1)}\n")
    first = whole["told_by"][0]
    for row in whole["told_by"]:
        when = session.local(row["published"] or row["first_seen"], row["precision"])
        say(f"  {when}{_later(first, row)}  {row['source']}  {row['language']}  release {row['release_id']}")
        say(f"    {one_line(row['title'])}")
        say(f"    {row['url']}")
        say(f"    why: {row['why']}")
    for row in whole["by_hand"]:
        moved = f"from story {row['from_story']} to story {row['to_story']}"
        say(f"\n  {session.local(row['at'])}  release {row['release_id']} {row['what']}: {moved}")


def _later(first: dict[str, Any], row: dict[str, Any]) -> str:
    """Return how much later than the first a release was published, in words; nothing for the first."""
    if row is first or not first["published"] or not row["published"]:
        return ""
    if "day" in (first["precision"], row["precision"]):
        return ""
    after = datetime.fromisoformat(row["published"]) - datetime.fromisoformat(first["published"])
    minutes = after // timedelta(minutes=1)
    if minutes < 60:
        return f" (+{minutes} min)"
    return f" (+{minutes // 60} h {minutes % 60} min)" if minutes < 48 * 60 else f" (+{minutes // 1440} days)"
