"""The lines that `assess` and `import` take: one JSON object a line, checked whole before anything is done with it.

A bad line spoils nothing but itself: it is told with its number, the others are answered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import IO, Any
from urllib.parse import urlsplit

from storage.model import Precision

# What a line may name as its language; `zh` alone would leave the script open.
LANGUAGES = ("en", "zh-Hant", "zh-Hans", "pt")
# No release comes near this; a longer line is a file that is no NDJSON.
LONGEST_LINE = 16 * 1024 * 1024
LONGEST_TITLE = 2000
# Official portals have no earlier releases, and a later year is a slip of the pen.
YEARS = range(1900, 2101)


class LineError(ValueError):
    """A line that cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """One release as a line tells it. `date` is aware, or None where the line has none; `id` is as it stood there."""

    id: str | int
    url: str | None
    language: str
    title: str
    text: str
    date: datetime | None
    precision: Precision | None


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
    moment, precision = _date(raw.get("date"), zone)
    return Told(_id(raw), _url(raw), raw["lang"], title, text, moment, precision)


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


def _url(raw: dict[str, Any]) -> str | None:
    value = raw.get("url")
    if value is None:
        return None
    if not isinstance(value, str) or not _is_address(value):
        raise LineError("url must be an http or https address")
    return value


def _is_address(value: str) -> bool:
    """Return whether text leads to a host by http(s); addresses in the wild carry characters that should be escaped."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    is_host = bool(parts.hostname) and not re.search(r"\s", parts.hostname or "")
    return parts.scheme in ("http", "https") and is_host and value.isprintable()


def _date(value: object, zone: tzinfo) -> tuple[datetime | None, Precision | None]:
    if value is None or value == "":
        return None, None
    if not isinstance(value, str):
        raise LineError("date must be text like 2026-11-21 or 2026-11-21T15:30:00+08:00")
    try:
        if len(value) == len("2026-11-21"):
            day = date.fromisoformat(value)
            moment, precision = datetime(day.year, day.month, day.day, tzinfo=zone), Precision.DAY
        else:
            moment, precision = datetime.fromisoformat(value), Precision.SECOND
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise LineError("date must be like 2026-11-21 or 2026-11-21T15:30:00+08:00") from None
    if moment.year not in YEARS:
        raise LineError(f"date must lie between {YEARS.start} and {YEARS.stop - 1}")
    return moment, precision
