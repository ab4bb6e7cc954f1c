"""`coopwatch assess`: what the detector makes of texts, without a database."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from scheduler.output import note, say_json_line
from scheduler.verbs.session import Session, pass_session

if TYPE_CHECKING:
    from scheduler.ndjson import Told
    from storage.model import Assessment, Mention


@click.command(short_help="Say of texts whether they are about co-operation.")
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="The output is NDJSON with or without this.")
@pass_session
def assess(session: Session, file: IO[bytes], as_json: bool) -> int:  # noqa: ARG001 - accepted, since every verb that prints data has it
    r"""Say of each text whether it is about health co-operation, and why.

    FILE (- for standard input) holds one JSON object a line: id, lang (en, zh-Hant, zh-Hans, pt), title, text,
    and where known url and date (a year or a month will do). For each, one line comes out: id, cooperation, score,
    kind, reason, the evidence as passages of the text by offset, and the facts: parties, people, places,
    programmes and laws (name, canonical, aliases, jurisdiction), dates and figures, each with start and end; a figure
    with the programme it belongs to and what of it it counts, where that is clear. A line that
    cannot be used is told on standard error; the others are answered, and the command ends with 65.

    \b
    Example:
      coopwatch assess releases.jsonl > assessed.jsonl
      echo '{"id": 1, "lang": "en", "title": "...", "text": "..."}' | coopwatch assess -
    """
    from scheduler.ndjson import LineError, told_lines

    session.use_names()
    bad = 0
    for number, told in told_lines(file, ZoneInfo("Asia/Hong_Kong")):
        if isinstance(told, LineError):
            note(f"{file.name}:{number}: {told}")
            bad += 1
        else:
            for remark in told.notes:
                note(f"{file.name}:{number}: {remark}")
            say_json_line({"id": told.id, **answer(assessed(told), told.text)})
    return 65 if bad else 0


def assessed(told: Told) -> Assessment:
    """Return what the detector makes of one line; an address of a known portal or government tells whose it is."""
    from scraper.cooperation import assess as detect
    from scraper.cooperation.publishers import side_of_address
    from scraper.find import source_of
    from scraper.lifelines import followed

    known = source_of(told.url, told.language) if told.url else None
    assessment = detect(
        told.title,
        told.text,
        language=told.language,
        published=told.date.date() if told.date else told.coarse,
        jurisdiction=known[0].jurisdiction if known else side_of_address(told.url),
    )
    return followed(told.title, told.text, assessment)


def answer(assessment: Assessment, text: str) -> dict[str, Any]:
    """Return an assessment of `text` as the command prints it: each fact with the passage that states it."""
    from storage.assessments import flat

    plain = flat(assessment)
    plain["evidence"] = [flat(one) for one in assessment.evidence]
    for field in ("parties", "people", "places", "programmes", "laws"):
        plain[field] = [mentioned(mention) for mention in plain[field]]
    for field in ("dates", "figures"):
        plain[field] = [{**flat(fact), "text": text[fact.start : fact.end]} for fact in plain[field]]
    return plain


def mentioned(mention: Mention) -> dict[str, Any]:
    """Return who or what is named: as the text says it, and by the canonical name."""
    return {
        "name": mention.text or mention.name,
        "canonical": mention.name,
        "aliases": [alias for alias in mention.aliases if alias != mention.text],
        "jurisdiction": mention.jurisdiction,
        "kind": mention.kind,
        "office": mention.office,
        "start": mention.start,
        "end": mention.end,
    }
