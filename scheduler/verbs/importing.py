"""`coopwatch import`: releases from elsewhere into the database, silently."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

import click

from scheduler.output import note, say, say_json_line
from scheduler.verbs.session import Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.ndjson import Told
    from storage.database import Database


@click.command("import", short_help="Record releases from elsewhere, silently.")
@click.argument("file", type=click.File("rb"))
@json_option
@pass_session
def import_(session: Session, file: IO[bytes], as_json: bool) -> int:
    r"""Record releases from FILE (- for standard input); nobody is alerted.

    Each line is a JSON object: id, url, lang (en, zh-Hant, zh-Hans, pt), title, text, and where known date (2026-11-21,
    or an ISO time). For each, a line tells its id, the release it became and the verdict. Addresses of a known portal
    are recognised in any spelling; a url that is no web address is kept as the name it is. A date that tells no day
    leaves the time of publishing unknown. Each line is recorded whole or not at all: the same file can be given
    again, after an interruption too. A line that cannot be used is told on standard error and the command ends with 65.

    \b
    Example:
      coopwatch --database archive.db import releases.jsonl
      coopwatch --database archive.db import --json releases.jsonl > became.jsonl
    """
    from scheduler.ndjson import LineError, told_lines

    bad = 0
    zone = session.config.service.zone
    session.use_names()
    with session.writing("import") as db:
        for number, told in told_lines(file, zone):
            try:
                if isinstance(told, LineError):
                    raise told
                for remark in told.notes:
                    note(f"{file.name}:{number}: {remark}")
                answer = _record(db, told)
            except ValueError as error:
                note(f"{file.name}:{number}: {error}")
                bad += 1
                continue
            if as_json:
                say_json_line(answer)
            else:
                say(f"{answer['id']}\trelease {answer['release_id']}\t{answer['verdict']}")
    return 65 if bad else 0


def _record(db: Database, told: Told) -> dict[str, Any]:
    """Record one line and return what is printed of it. Raises ValueError where it cannot be used."""
    from scheduler.importing import imported
    from scraper.understanding import understood
    from storage.releases import record

    release = imported(told)
    assessment, telling = understood(release)
    now = datetime.now(UTC)
    recorded = record(db, release, assessment, now, telling=telling, silent="import", route=lambda _notice: ())
    return {"id": told.id, "release_id": recorded.release_id, "verdict": str(recorded.verdict), "key": release.key}
