"""Dates in a form that a user wrote down (`%d.%m.%Y %H:%M`). Not here: the forms known by themselves (dates.py)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from scraper.pages.dates import HONG_KONG, Moment
from storage.model import Precision

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FORMS = {
    "Y": r"(?P<year>\d{4})",
    "y": r"(?P<short>\d{2})",
    "m": r"(?P<month>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
    "b": r"(?P<name>[A-Za-z]{3,9})\.?",
    "B": r"(?P<name>[A-Za-z]{3,9})\.?",
    "H": r"(?P<hour>\d{1,2})",
    "I": r"(?P<hour>\d{1,2})",
    "M": r"(?P<minute>\d{2})",
    "S": r"(?P<second>\d{2})",
    "p": r"(?P<half>[AaPp]\.?[Mm]\.?|[上下]午)",
    "z": r"(?P<zone>Z|[+-]\d{2}:?\d{2})",
    "A": r"[^\W\d_]{2,12}",
    "a": r"[^\W\d_]{2,12}",
    "%": "%",
}
_DIRECTIVE = re.compile(r"%(.?)|(\s+)|([^%\s]+)", re.DOTALL)
_LOOKED_AT = 500


def by_format(form: str) -> Callable[[str], Moment | None]:
    """Return what finds the first date of a form in the first 500 characters of a text; None where there is none.

    Args:
        form: as of `strptime`: %Y %y %m %d %b %B %H %I %M %S %p %z %a %A %%; the rest stands for itself. Month names
            are English ones; a time without %z is taken as that of Hong Kong.

    Raises:
        ValueError: a form by which no date can be told; the words say why.
    """
    pattern = _compiled(form)

    def find(text: str) -> Moment | None:
        """Return the first date of the form, as exact as the form is."""
        for found in pattern.finditer(text[:_LOOKED_AT]):
            if moment := _moment(found.groupdict()):
                return moment
        return None

    return find


@lru_cache(maxsize=256)
def _compiled(form: str) -> re.Pattern[str]:
    """Return a form as an expression in which every repetition is short and bounded."""
    if len(form) > 100:
        raise ValueError("is over 100 characters")
    parts = []
    for found in _DIRECTIVE.finditer(form):
        letter, space, words = found.groups()
        if letter is not None and letter not in _FORMS:
            raise ValueError(f"has %{letter}, which is none of {' '.join('%' + known for known in _FORMS)}")
        parts.append(_FORMS[letter] if letter is not None else r"\s{1,3}" if space else re.escape(words))
    told = re.findall(r"%([A-Za-z])", form.replace("%%", ""))
    for needed, letters in (("a year (%Y)", "Yy"), ("a month (%m or %B)", "mbB"), ("a day (%d)", "d")):
        if sum(letter in letters for letter in told) != 1:
            raise ValueError(f"must hold {needed} once")
    if len(set(told)) != len(told) or {"H", "I"} <= set(told):
        raise ValueError("holds something twice")
    if ("M" in told and not {"H", "I"} & set(told)) or ("S" in told and "M" not in told):
        raise ValueError("holds minutes without hours, or seconds without minutes")
    if ("I" in told) != ("p" in told):
        raise ValueError("needs %I and %p together, or %H")
    return re.compile(rf"(?<!\d){''.join(parts)}(?!\d)" if form.endswith(("Y", "y", "d", "m")) else "".join(parts))


def _moment(told: dict[str, str | None]) -> Moment | None:
    """Return the moment that the parts tell; None for one that cannot be (31 February)."""
    month = told.get("month") or _month(told.get("name") or "")
    year = told.get("year") or f"20{told.get('short')}"
    hour, minute, second = (int(told.get(part) or 0) for part in ("hour", "minute", "second"))
    if half := told.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "Pp下" else 0)
    try:
        zone = _zone(told.get("zone"))
        at = datetime(int(year), int(month), int(told["day"] or 0), hour, minute, second, tzinfo=zone)
        at = at.astimezone(HONG_KONG)
    except (ValueError, OverflowError):
        return None
    if told.get("hour") is None:
        return Moment(at, Precision.DAY)
    return Moment(at, Precision.SECOND if told.get("second") else Precision.MINUTE)


def _month(name: str) -> int:
    known = name[:3].lower()
    return _MONTHS.index(known) + 1 if known in _MONTHS else 0


def _zone(offset: str | None) -> timezone:
    if offset is None:
        return HONG_KONG
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    return timezone((1 if offset[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
