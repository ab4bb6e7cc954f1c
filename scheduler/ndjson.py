"""The lines that `assess` and `import` take: one JSON object a line, checked whole before anything is done with it.

A bad line spoils nothing but itself: it is told with its number, the others are answered. A date or an address that
cannot be used spoils not even its own line: it counts as unknown, and a note says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import IO, Any

from storage.model import Precision

# What a line may name as its language; `zh` alone would leave the script open.
LANGUAGES = ("en", "zh-Hant", "zh-Hans", "pt")
# No release comes near this; a longer line is a file that is no NDJSON.
LONGEST_LINE = 16 * 1024 * 1024
LONGEST_TITLE = 2000
# Official portals have no earlier releases, and a later year is a slip of the pen.
YEARS = range(1900, 2101)
# A date that tells the month or only the year: of use to the detector, too coarse to be a time of publishing.
COARSE = re.compile(r"(\d{4})(?:-(\d{2}))?")


class LineError(ValueError):
    """A line that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """One release as a line tells it.

    Args:
        id: as it stood there.
        url: as it stood there: an address, or any other name that the line's maker gives the release; None where none.
        language: one of LANGUAGES.
        title: as it stood there, `text` likewise.
        date: when it was published, aware; None where the line does not say, or not to the day.
        precision: how exactly `date` is known.
        coarse: `2026-11` or `2026` where the line tells no more of the date.
        notes: what of the line counts as unknown, and why.
    """

    id: str | int
    url: str | None
    language: str
    title: str
    text: str
    date: datetime | None
    precision: Precision | None
    coarse: str | None = None
    notes: tuple[str, ...] = ()


def told_lines(stream: IO[bytes], zone: tzinfo) -> Iterator[tuple[int, Told | LineError]]:
    """Yield (line number, what the line tells or what is wrong with it); empty lines are passed over.

    Args:
        stream: read as bytes, so that one line that is not UTF-8 spoils no other.
        zone: of dates that name no offset.
    """
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
            yield number, LineError(f"is longer than {LONGEST_LINE // 1024 // 1024} MiB")
        elif line.strip():
            try:
                yield number, told(line, zone)
            except LineError as error:
                yield number, error


def told(line: bytes, zone: tzinfo) -> Told:
    """Return what one line tells.

    Raises:
        LineError: it is no JSON object, or a field is missing or of the wrong kind.
    """
    raw = _object(line)
    title, text = _string(raw, "title"), _string(raw, "text")
    if not title.strip() and not text.strip():
        raise LineError("title and text are both empty")
    if len(title) > LONGEST_TITLE:
        raise LineError(f"title is longer than {LONGEST_TITLE} characters")
    if raw.get("lang") not in LANGUAGES:
        raise LineError(f"lang must be one of {', '.join(LANGUAGES)}")
    notes: list[str] = []
    url, coarse = _url(raw.get("url"), notes), _coarse(raw.get("date"))
    moment, precision = (None, None) if coarse else _date(raw.get("date"), zone, notes)
    return Told(_id(raw), url, raw["lang"], title, text, moment, precision, coarse, tuple(notes))


def _object(line: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise LineError("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise LineError(f"is not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise LineError("is nested too deep") from None
    except ValueError as error:  # a number with thousands of digits
        raise LineError(f"is not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise LineError("is no JSON object")
    return raw


def _id(raw: dict[str, Any]) -> str | int:
    value = raw.get("id")
    if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
        raise LineError("id must be text or a whole number")
    return value


def _string(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise LineError(f"{key} must be text" if key in raw else f"{key} is missing")
    return value


def _url(value: object, notes: list[str]) -> str | None:
    """Return the address or name a line gives; what is neither is noted and counts as missing."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isprintable() and value.strip():
        return value.strip()
    notes.append("url is no printable text and is not used")
    return None


def _coarse(value: object) -> str | None:
    """Return a date that says only month or year, if it is one."""
    said = COARSE.fullmatch(value.strip()) if isinstance(value, str) else None
    if said is None or int(said[1]) not in YEARS or (said[2] and not 1 <= int(said[2]) <= 12):
        return None
    return said[0]


def _date(value: object, zone: tzinfo, notes: list[str]) -> tuple[datetime | None, Precision | None]:
    """Return the time a line tells and how exact it is; what cannot be used is noted and counts as missing."""
    if value is None or value == "":
        return None, None
    said = value if isinstance(value, str) else ""
    try:
        if len(said) == len("2026-11-21"):
            day = date.fromisoformat(said)
            moment, precision = datetime(day.year, day.month, day.day, tzinfo=zone), Precision.DAY
        else:
            moment, precision = datetime.fromisoformat(said), Precision.SECOND
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        notes.append("date is not like 2026-11-21 or 2026-11-21T15:30:00+08:00 and is not used")
        return None, None
    if moment.year not in YEARS:
        notes.append(f"date does not lie between {YEARS.start} and {YEARS.stop - 1} and is not used")
        return None, None
    return moment, precision
