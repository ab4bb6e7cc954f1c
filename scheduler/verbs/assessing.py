"""`coopwatch assess`: what the detector makes of texts, without a database."""

from __future__ import annotations

from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from scheduler.output import note, say_json_line

if TYPE_CHECKING:
    from scheduler.ndjson import Told
    from storage.model import Assessment


@click.command(short_help="Say of texts whether they are about co-operation.")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="The output is NDJSON with or without this.")
def assess(file: IO[bytes], as_json: bool) -> int:  # noqa: ARG001 - accepted, since every verb that prints data has it
    r"""Say of each text whether it is about health co-operation, and why.

    FILE (- for standard input) holds one JSON object a line: id, lang (en, zh-Hant, zh-Hans, pt), title, text,
    and where known url and date. For each, one line comes out: id, cooperation, score, kind, reason, the evidence as
    passages of the text by offset, and the facts. A line that cannot be used is told on standard error; the others
    are answered, and the command ends with 65.

    \b
    Example:
      coopwatch assess releases.jsonl > assessed.jsonl
      echo '{"id": 1, "lang": "en", "title": "...", "text": "..."}' | coopwatch assess -
    """
    from scheduler.ndjson import LineError, told_lines

    bad = 0
    for number, told in told_lines(file, ZoneInfo("Asia/Hong_Kong")):
        if isinstance(told, LineError):
            note(f"{file.name}:{number}: {told}")
            bad += 1
        else:
            say_json_line({"id": told.id, **as_answer(assessed(told))})
    return 65 if bad else 0


def assessed(told: Told) -> Assessment:
    """Return what the detector makes of one line; a known portal's address tells it whose release it is."""
    from scraper.cooperation import assess as detect
    from scraper.find import source_of

    known = source_of(told.url, told.language) if told.url else None
    return detect(
        told.title,
        told.text,
        language=told.language,
        published=told.date.date() if told.date else None,
        jurisdiction=known[0].jurisdiction if known else None,
    )


def as_answer(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as the command prints it."""
    return asdict(assessment)
