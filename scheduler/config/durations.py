"""Lengths of time as the configuration writes them: "15m", "2s", "1h30m", or a number of seconds. Pure."""

from __future__ import annotations

import math
import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")


def seconds_of(value: object) -> float:
    """Return a duration in seconds.

    Args:
        value: text such as "15m" or "1h30m" (units ms, s, m, h, d), or a number of seconds.

    Raises:
        ValueError: the value is no duration, negative, or not finite.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < 0 or not math.isfinite(value):
            raise ValueError("a duration is not negative and has an end; write it like 15m, 2s or 1h30m")
        return float(value)
    text = value.strip() if isinstance(value, str) else ""
    if text == "0":  # nothing needs no unit
        return 0.0
    if len(text) > 40 or not _WHOLE.fullmatch(text):
        raise ValueError("is no duration; write it like 15m, 2s or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))


def in_words(seconds: float) -> str:
    """Return a duration as the configuration would write it: 5400 -> "1h30m"; below a second in ms."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms" if seconds else "0s"
    rest, parts = round(seconds), []
    for unit in ("d", "h", "m", "s"):
        count, rest = divmod(rest, int(_UNITS[unit]))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)
