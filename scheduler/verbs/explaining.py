"""`coopwatch explain`: why a text is judged as it is, a near miss as well as a hit."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from scheduler.output import cut, note, one_line, say, say_json
from scheduler.verbs.session import CommandError, Session, json_option, pass_session

if TYPE_CHECKING:
    from scheduler.explaining import Sum
    from storage.model import Assessment

# As much of a file as is read; a release is a fraction of it.
_LARGEST = 16 * 1024 * 1024
_FACTS = ("parties", "people", "places", "programmes", "laws")
_LINE = "Which line of a file of JSON lines, counted from 1."


@dataclass(frozen=True, slots=True)
class _Judged:
    """A text and what today's detector says of it; `kept` is what the database says, where it says otherwise."""

    name: str
    title: str
    text: str
    assessment: Assessment
    kept: Assessment | None = None


@click.command(short_help="Show why a text is judged as it is.")
@click.argument("what", metavar="ID|FILE")
@click.option("--url", help="FILE is a saved page; this is the release's address.")
@click.option("--line", type=click.IntRange(1), default=1, metavar="N", help=_LINE)
@json_option
@pass_session
def explain(session: Session, what: str, url: str | None, line: int, as_json: bool) -> None:
    r"""Show a text with its evidence marked, what each passage counts for and how much, and the sum of its score.

    ID is a kept release's number, key or address. FILE (- for standard input) is a text whose first line is its title,
    a line as `assess` takes them, or with --url a saved page. The text is judged by today's detector; where the
    database says otherwise, that is said too.

    \b
    Example:
      coopwatch explain 12
      coopwatch explain draft.txt --json
      coopwatch explain P2026112100123.htm --url https://www.info.gov.hk/gia/general/202611/21/P2026112100123.htm
    """
    from scheduler.explaining import summed
    from scraper.cooperation.judging import weights

    session.use_names()
    if what == "-" or url or (os.path.lexists(what) and not what.isdigit()):
        judged = _from_file(what, url, line)
    else:
        judged = _from_database(session, what)
    total = summed(judged.assessment, weights().bias, weights().threshold)
    if as_json:
        say_json(_as_json(judged, total))
    else:
        _show(judged, total)


def _from_database(session: Session, name: str) -> _Judged:
    from scheduler.verbs.releases import found
    from scraper.understanding import understood
    from storage.assessments import from_columns
    from storage.notices import release as stored

    with session.reading() as db:
        row = found(db, name)
        release = stored(db, row["id"])
        thought = db.row(
            "SELECT a.* FROM assessment AS a JOIN release AS r ON r.assessment_id = a.id WHERE r.id = ?", (row["id"],)
        )
    if release is None:
        raise CommandError(f"release {row['id']} is gone from the database", 1)
    assessment, _ = understood(release)
    kept = from_columns(thought) if thought else None
    other = kept if kept and (kept.detector, kept.score) != (assessment.detector, assessment.score) else None
    return _Judged(f"release {row['id']}  {row['key']}", release.title, release.text, assessment, other)


def _from_file(name: str, url: str | None, line: int) -> _Judged:
    with click.open_file(name, "rb") as file:
        body = file.read(_LARGEST + 1)
    if len(body) > _LARGEST:
        raise CommandError(f"{name}: is over 16 MiB; no release is", 65)
    if url:
        return _from_page(name, url, body)
    if body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        return _from_line(name, body, line)
    return _from_text(name, body)


def _from_page(name: str, url: str, body: bytes) -> _Judged:
    from scheduler.verbs.pages import read_page
    from scraper.reading import to_release
    from scraper.understanding import understood

    source, address, article = read_page(url, body, "")
    release = to_release(source, address, article, None)
    return _Judged(f"{name}  {address.key}", release.title, release.text, understood(release)[0])


def _from_line(name: str, body: bytes, line: int) -> _Judged:
    from scheduler.ndjson import LineError, told
    from scheduler.verbs.assessing import assessed

    lines = [one for one in body.split(b"\n") if one.strip()]
    if line > len(lines):
        raise CommandError(f"{name}: has {len(lines)} lines, no line {line}", 1)
    if len(lines) > 1:
        note(f"{name}: line {line} of {len(lines)}; --line shows another")
    try:
        one = told(lines[line - 1], ZoneInfo("Asia/Hong_Kong"))
    except LineError as error:
        raise CommandError(f"{name}:{line}: {error}", 65) from None
    return _Judged(str(one.id), one.title, one.text, assessed(one))


def _from_text(name: str, body: bytes) -> _Judged:
    from scraper.cooperation import assess
    from scraper.lifelines import followed
    from scraper.pages.language import written_in

    try:
        lines = body.decode("utf-8-sig").strip().splitlines()
    except UnicodeDecodeError:
        raise CommandError(f"{name}: is not UTF-8 text", 65) from None
    if not lines:
        raise CommandError(f"{name}: is empty", 65)
    title, text = lines[0].strip(), "\n".join(line.strip() for line in lines[1:] if line.strip())
    assessment = assess(title, text, language=written_in(title, text))
    return _Judged(name, title, text, followed(title, text, assessment))


def _as_json(judged: _Judged, total: Sum) -> dict[str, Any]:
    made = asdict(judged.assessment)
    told = {name: made[name] for name in ("cooperation", "score", "detector", "kind", "reason", "jurisdictions")}
    kept = judged.kept
    return {
        "name": judged.name,
        "title": judged.title,
        **told,
        "sum": {**asdict(total), "total": round(total.total, 3), "missing": round(total.missing, 3)},
        "evidence": made["evidence"],
        **{name: made[name] for name in _FACTS},
        "kept": {"cooperation": kept.cooperation, "score": kept.score, "detector": kept.detector} if kept else None,
        "text": judged.text,
    }


def _show(judged: _Judged, total: Sum) -> None:
    from scheduler.explaining import marked, passages

    made = judged.assessment
    shown = passages(made.evidence)
    say(one_line(judged.title))
    say(f"  {one_line(judged.name)}")
    say(f"  {_verdict(made)}, score {made.score:.2f}{f', {made.kind}' if made.kind else ''} ({made.detector})")
    if judged.kept:
        kept = judged.kept
        say(f"  kept as: {_verdict(kept)}, score {kept.score:.2f} ({kept.detector}); `coopwatch reread` brings it up")
    say()
    say(marked(judged.text, [(start, end) for start, end, _ in shown]))
    say("\nWhat counted" if shown else "\nNothing counted.")
    for number, (start, end, ones) in enumerate(shown, 1):
        say(f"  {number}  \u201c{cut(one_line(judged.text[start:end]), 100)}\u201d")
        for one in ones:
            say(f"       {one.weight:+.2f}  {one_line(one.why)}")
    _show_sum(total)
    _show_facts(made)


def _show_facts(made: Assessment) -> None:
    named = {name: dict.fromkeys(one.name for one in getattr(made, name)) for name in _FACTS}
    if any(named.values()):
        say("\nWhat it names")
    for name, names in named.items():
        if names:
            say(f"  {name}: {one_line(', '.join(names))}")


def _verdict(assessment: Assessment) -> str:
    return "co-operation" if assessment.cooperation else "not co-operation"


def _show_sum(total: Sum) -> None:
    say("\nThe sum")
    say(f"  {total.start:+8.2f}  where every release starts")
    say(f"  {total.evidence:+8.2f}  the passages above")
    if total.lesser is not None:
        say(f"  {total.lesser:+8.2f}  signals of little weight")
    say(f"  {total.total:+8.2f}  which makes a score of {total.score:.2f}; co-operation begins at {total.bar:.2f}")
    side = "over the bar" if total.missing >= 0 else "short of the bar"
    say(f"  {abs(total.missing):8.2f}  {side}")
