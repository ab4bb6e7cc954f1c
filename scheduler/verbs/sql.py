"""`coopwatch sql`: questions to the database in SQL, which can change nothing."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import Any

import click

from scheduler.output import note, say_json, say_table
from scheduler.verbs.session import CommandError, Session, pass_session

WRONG_USAGE = 2
# A spreadsheet takes a cell that begins so for a formula (OWASP ASVS 1.2.10).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")


@click.command(short_help="Ask the database in SQL, read-only.")
@click.argument("query")
@click.option("--limit", type=click.IntRange(0), default=1000, show_default=True, help="Rows at most; 0 for all.")
@click.option(
    "--seconds", type=click.FloatRange(0.1, 3600), default=5.0, show_default=True, help="How long it may take."
)
@click.option("--json", "form", flag_value="json", help="Print a JSON array of objects.")
@click.option("--csv", "form", flag_value="csv", help="Print CSV; cells a spreadsheet would run are made text.")
@pass_session
def sql(session: Session, query: str, limit: int, seconds: float, form: str | None) -> None:
    r"""Ask the database in SQL; QUERY can read the views and change nothing.

    Views: releases, versions, changes, deliveries, runs, sources, stories, story_releases, assessments.
    Their columns are described in storage/README.md.

    \b
    Example:
      coopwatch sql "select published, title from releases where cooperation order by published desc"
      coopwatch sql --json --limit 0 "select release_id, story_id from story_releases"
    """
    from storage.sql import QueryError
    from storage.sql import query as ask

    session.must_be_database()
    try:
        columns, rows, truncated = ask(session.database_path, query, limit=limit, seconds=seconds)
    except QueryError as error:
        raise CommandError(str(error), WRONG_USAGE) from None
    if form == "json":
        say_json([dict(zip(columns, map(_plain, row), strict=True)) for row in rows])
    elif form == "csv":
        _write_csv(columns, rows)
    else:
        names = _distinct(columns)
        say_table(names, [dict(zip(names, row, strict=True)) for row in rows], empty="no rows")
    if truncated:
        note(f"coopwatch: only the first {limit} rows; --limit 0 gives all")


def _distinct(columns: Sequence[str]) -> list[str]:
    """Return column names, a number added to those that come again."""
    seen: dict[str, int] = {}
    names = []
    for column in columns:
        seen[column] = seen.get(column, 0) + 1
        names.append(column if seen[column] == 1 else f"{column} {seen[column]}")
    return names


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: bytes as hexadecimal digits."""
    return value.hex() if isinstance(value, bytes) else value


def _write_csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    if sys.stdout is None:
        return
    if sys.stdout.isatty():
        raise CommandError("CSV is for a file or a program; send it there with > or |", WRONG_USAGE)
    writer = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(map(_cell, columns))
    writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, str) and value.lstrip(" \"'").startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value
