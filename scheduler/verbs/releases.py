"""`coopwatch releases`, `show` and `diff`: what is kept, for people and for programs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from scheduler.output import cut, one_line, say, say_json, say_table
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from storage.database import Database

# Columns of the view that hold JSON as text; programs get them as values.
_JSON_COLUMNS = ("captions", "jurisdictions", "evidence", "facts", "verdicts")


class Since(click.ParamType[datetime]):
    """A day, a moment, or how long ago: 2026-11-21, 2026-11-21T08:30Z, 3d."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment, in UTC unless it names an offset; click's way to refuse is `fail`."""
        from scheduler.config.durations import seconds_of

        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            try:
                return datetime.now(UTC) - timedelta(seconds=seconds_of(value))
            except (ValueError, OverflowError):
                self.fail(f"{value!r} is no time; write it like 2026-11-21, 2026-11-21T08:30Z or 3d", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command(short_help="List the releases that are kept.")
@click.option("--cooperation/--all", default=False, help="Only those about health co-operation, or all (the default).")
@click.option("--source", metavar="NAME", help="Only those of one source, or `import`.")
@click.option("--since", type=Since(), metavar="TIME", help="Only those published since: 2026-11-21, or 3d ago.")
@click.option("--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many; 0 for all.")
@json_option
@pass_session
def releases(
    session: Session, cooperation: bool, source: str | None, since: datetime | None, limit: int, as_json: bool
) -> None:
    r"""List the releases that are kept, the newest first.

    \b
    Example:
      coopwatch releases --cooperation --since 7d
      coopwatch releases --source hk_gia_en --limit 0 --json
    """
    from storage.releases import listing

    with session.reading() as db:
        if source is not None:
            _must_be_known(session, db, source)
        rows = listing(db, cooperation=True if cooperation else None, source=source, since=since, limit=limit)
    if as_json:
        say_json([plain(row) for row in rows])
        return
    shown = [
        {
            **row,
            "published": session.local(row["published"], row["precision"]),
            "co-op": "yes" if row["cooperation"] else "",
            "score": row["score"],
            "title": row["title"] if row["state"] == "present" else f"[{row['state']}] {row['title']}",
        }
        for row in rows
    ]
    say_table(("id", "published", "source", "co-op", "score", "title"), shown, empty="no releases")


def _must_be_known(session: Session, db: Database, source: str) -> None:
    """Refuse the name of a source that is neither built in nor has releases: a slip would look like no news."""
    there = [*session.config.sources, "import"]
    if source not in there and not db.row("SELECT 1 FROM release WHERE source = ? LIMIT 1", (source,)):
        raise click.BadParameter(f"no source {source!r}; there are: {', '.join(there)}", param_hint="'--source'")


@click.command(short_help="Show one release with all that is known of it.")
@click.argument("release", metavar="ID")
@json_option
@pass_session
def show(session: Session, release: str, as_json: bool) -> None:
    r"""Show one release: its text, what was made of it and why, its versions, and who was told.

    ID is its number, its key, or its address in any spelling.

    \b
    Example:
      coopwatch show 12
      coopwatch show https://www.info.gov.hk/gia/general/202611/21/P2026112100123.htm
    """
    with session.reading() as db:
        row = plain(found(db, release))
        whole = {
            **row,
            "assessment": _assessment(db, row["id"]),
            "versions": _rows(
                db, "SELECT number, seen, title FROM versions WHERE release_id = ? ORDER BY number", row["id"]
            ),
            "changes": _rows(
                db, "SELECT id, kind, at, version, silent FROM changes WHERE release_id = ? ORDER BY id", row["id"]
            ),
            "deliveries": _rows(
                db,
                "SELECT id, subscription, state, attempts, made, settled, trouble FROM deliveries"
                " WHERE release_id = ? ORDER BY id",
                row["id"],
            ),
        }
    if as_json:
        say_json(whole)
    else:
        _show(session, whole)


@click.command(short_help="Show what changed between two versions.")
@click.argument("release", metavar="ID")
@click.option("--from", "first", type=click.IntRange(1), metavar="N", help="The earlier version; else the one before.")
@click.option("--to", "second", type=click.IntRange(1), metavar="M", help="The later version; else the current one.")
@json_option
@pass_session
def diff(session: Session, release: str, first: int | None, second: int | None, as_json: bool) -> None:
    r"""Show what changed between two versions of a release.

    \b
    Example:
      coopwatch diff 12
      coopwatch diff info.gov.hk/P2026112100123 --from 1 --to 3
    """
    from storage.diff import diff as pieces
    from storage.diff import unified
    from storage.releases import versions

    with session.reading() as db:
        row = found(db, release)
        by_number = {version.number: version for version in versions(db, row["id"])}
    second = second or row["version"]
    first = first or second - 1
    if first < 1:
        raise CommandError(f"release {row['id']} has one version only: nothing changed", 1)
    for number in (first, second):
        if number not in by_number:
            raise CommandError(f"release {row['id']} has no version {number}; it has 1 to {row['version']}", 1)
    before, after = (f"{by_number[number].title}\n{by_number[number].text}" for number in (first, second))
    if as_json:
        told = [{"op": piece.op, "text": piece.text} for piece in pieces(before, after)]
        say_json({"release_id": row["id"], "from": first, "to": second, "pieces": told})
    else:
        say(f"release {row['id']}, version {first} to {second}, seen {session.local(by_number[second].seen)}")
        say(unified(before, after))


def found(db: Database, name: str) -> dict[str, Any]:
    """Return a release by its number, its key or any spelling of its address. Raises CommandError."""
    from scraper.find import source_of
    from storage.releases import find

    row = find(db, name)
    if row is None and "://" in name:
        known = source_of(name)
        row = find(db, known[1].key) if known else None
    if row is None:
        raise CommandError(f"no release {name!r}; `coopwatch releases` lists them", 1)
    return row


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row of a view as JSON shows it: lists as lists, `cooperation` as true or false."""
    ready = {
        key: json.loads(value) if key in _JSON_COLUMNS and isinstance(value, str) else value
        for key, value in row.items()
    }
    for key in ("cooperation", "current"):
        if ready.get(key) is not None and key in ready:
            ready[key] = bool(ready[key])
    return ready


def _rows(db: Database, sql: str, release_id: int) -> list[dict[str, Any]]:
    return [plain(row) for row in db.rows(sql, (release_id,))]


def _assessment(db: Database, release_id: int) -> dict[str, Any] | None:
    rows = _rows(db, "SELECT * FROM assessments WHERE release_id = ? AND current", release_id)
    if not rows:
        return None
    assessment = rows[0]
    return {**assessment, **(assessment.pop("facts") or {})}


def _show(session: Session, whole: dict[str, Any]) -> None:
    say(whole["title"])
    facts = (
        ("release", f"{whole['id']}  {whole['key']}"),
        ("address", whole["url"]),
        ("published", session.local(whole["published"], whole["precision"])),
        ("department", whole["department"]),
        ("language", whole["language"]),
        ("state", whole["state"]),
        ("story", whole["story_id"]),
        ("same text as", f"release {whole['duplicate_of']}" if whole["duplicate_of"] else None),
    )
    for name, value in facts:
        if value:
            say(f"  {name:<13}{one_line(value)}")
    say()
    say(whole["text"])
    for caption in whole["captions"]:
        say(f"[photo] {one_line(caption)}")
    _show_assessment(whole["assessment"])
    for title, rows, columns in (
        ("Versions", whole["versions"], ("number", "seen", "title")),
        ("Changes", whole["changes"], ("id", "kind", "at", "version", "silent")),
        ("Told", whole["deliveries"], ("id", "subscription", "state", "attempts", "made", "trouble")),
    ):
        if rows:
            say(f"\n{title}")
            times = {name: "" for name in ("seen", "at", "made") if name in columns}
            shown = [{**row, **{name: session.local(row[name]) for name in times}} for row in rows]
            say_table(columns, shown, empty="")


def _show_assessment(assessment: dict[str, Any] | None) -> None:
    if assessment is None:
        return
    said = "co-operation" if assessment["cooperation"] else "not co-operation"
    kind = f", {assessment['kind']}" if assessment["kind"] else ""
    say(f"\nAssessed: {said}, score {assessment['score']:.2f}{kind} ({assessment['detector']})")
    if assessment["reason"]:
        say(f"  {one_line(assessment['reason'])}")
    passage = None
    for evidence in assessment["evidence"]:
        if (evidence["start"], evidence["end"]) != passage:
            passage = (evidence["start"], evidence["end"])
            say(f"  \u201c{cut(one_line(evidence['text']), 110)}\u201d")
        say(f"    {evidence['weight']:+.2f}  {one_line(evidence['why'])}")
    for name in ("parties", "programmes", "laws"):
        names = dict.fromkeys(mention["name"] for mention in assessment.get(name, ()))
        if names:
            say(f"  {name}: {one_line(', '.join(names))}")
