"""Keeps what co-operation items name and state now, so that it is found by index: parties, programmes, places, figures.

Their evidence, people and dates stay with the assessment. Which figures changed is told by lifelines.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from storage.database import Database
from storage.model import Assessment, Figure, Mention

PARTY, PROGRAMME, PLACE = "party", "programme", "place"
LONGEST = 500
"""Characters of a name or a passage; the assessment has it whole."""


def keep(db: Database, release_id: int, text: str, assessment: Assessment) -> None:
    """Keep what a release names and states, inside a transaction, in place of what it did before.

    Args:
        db: the database.
        release_id: of the release.
        text: of its current version; places in the assessment count its characters.
        assessment: of that text; one that finds no co-operation leaves nothing.
    """
    db.execute("DELETE FROM mention WHERE release_id = ?", (release_id,))
    db.execute("DELETE FROM figure WHERE release_id = ?", (release_id,))
    if not assessment.cooperation:
        return
    for what, mention in _mentions(assessment):
        _keep_mention(db, release_id, what, mention)
    for figure in assessment.figures:
        _keep_figure(db, release_id, text, figure)


def is_kept(db: Database, release_id: int, assessment: Assessment) -> bool:
    """Return whether a release has as many facts kept as an assessment states; a database of earlier days has none."""
    mentions = {(what, mention.name[:LONGEST]) for what, mention in _mentions(assessment)}
    wanted = (len(mentions), len(assessment.figures)) if assessment.cooperation else (0, 0)
    kept = (
        db.value("SELECT count(*) FROM mention WHERE release_id = ?", (release_id,)),
        db.value("SELECT count(*) FROM figure WHERE release_id = ?", (release_id,)),
    )
    return kept == wanted


def _mentions(assessment: Assessment) -> list[tuple[str, Mention]]:
    kinds = ((PARTY, assessment.parties), (PROGRAMME, assessment.programmes), (PLACE, assessment.places))
    return [(what, mention) for what, mentions in kinds for mention in mentions]


def _keep_mention(db: Database, release_id: int, what: str, mention: Mention) -> None:
    number = _named(db, what, mention.name, mention.kind, mention.jurisdiction)
    _also(db, number, mention.name, (mention.text, *mention.aliases))
    place = {"start": mention.start, "end": mention.end, "text": mention.text[:LONGEST]}
    row = {"release_id": release_id, "named_id": number} | place
    columns = ", ".join(f'"{name}"' for name in row)
    db.execute(f"INSERT OR IGNORE INTO mention ({columns}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))


def _named(db: Database, what: str, name: str, kind: str | None = None, jurisdiction: str | None = None) -> int:
    """Return the number of a party, programme or place; what is known of it now replaces what was."""
    name = name[:LONGEST]
    row = db.row("SELECT id, kind, jurisdiction FROM named WHERE what = ? AND name = ?", (what, name))
    if row is None:
        return db.insert("named", {"what": what, "name": name, "kind": kind, "jurisdiction": jurisdiction})
    fresh = (kind or row["kind"], jurisdiction or row["jurisdiction"])
    if fresh != (row["kind"], row["jurisdiction"]):
        db.execute("UPDATE named SET kind = ?, jurisdiction = ? WHERE id = ?", (*fresh, row["id"]))
    return int(row["id"])


def _also(db: Database, number: int, name: str, others: Iterable[str]) -> None:
    for other in dict.fromkeys(one[:LONGEST] for one in others):
        if other and other != name:
            db.execute("INSERT OR IGNORE INTO named_as (named_id, name) VALUES (?, ?)", (number, other))


def _keep_figure(db: Database, release_id: int, text: str, figure: Figure) -> None:
    programme = _named(db, PROGRAMME, figure.programme) if figure.programme else None
    line = lifeline(db, programme, figure.counts) if programme and figure.counts else None
    row: dict[str, Any] = {"release_id": release_id, "value": figure.value, "qualifier": figure.qualifier}
    row |= {"unit": figure.unit[:LONGEST], "what": figure.what[:LONGEST], "start": figure.start, '"end"': figure.end}
    row |= {"text": text[figure.start : figure.end][:LONGEST], "programme_id": programme, "lifeline_id": line}
    db.insert("figure", row)


def lifeline(db: Database, programme_id: int, counts: str) -> int:
    """Return the number of a programme's lifeline, made where there is none, inside a transaction."""
    found = db.value("SELECT id FROM lifeline WHERE programme_id = ? AND counts = ?", (programme_id, counts[:LONGEST]))
    return int(found or db.insert("lifeline", {"programme_id": programme_id, "counts": counts[:LONGEST]}))
