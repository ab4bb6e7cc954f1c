"""What a single value of the configuration may be: each function takes it as TOML gave it and returns it ready for use.

A function that cannot use a value raises ValueError with words that say what to write instead; the value itself is
never repeated, since it could be a secret in the wrong place. Pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scheduler.config.durations import in_words, seconds_of

Reader = Callable[[Any], Any]


def written(reader: Reader, key: str = "") -> dict[str, Any]:
    """Return the metadata of a field: who reads it, and under which key it stands where that is not its name."""
    return {"reader": reader, "key": key}


# One address, as plain as an address can be: quoting and comments are legal in RFC 5322 and dangerous in practice.
_MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_NAMED_ADDRESS = re.compile(r"[^<>@,;:\"()\[\]\\\x00-\x1f\x7f]{0,80}<([^<>]+)>")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_CONTACT = re.compile(r"(?:mailto:[^\s@()]{1,64}@[^\s@()]{1,255}|https?://[^\s()]{1,300})", re.ASCII)


def text(value: Any) -> str:
    """Return text that is not empty and holds no control character."""
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value
    raise ValueError('is text in quotes: "...", not empty and without control characters')


def switch(value: Any) -> bool:
    """Return true or false; 0, 1 and "yes" are neither."""
    if value is True or value is False:
        return value
    raise ValueError("is true or false, without quotes")


def whole(least: int, most: int) -> Reader:
    """Return the reader of a whole number from `least` to `most`."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"is a whole number from {least} to {most}")
        return value

    return read


def number(least: float, most: float) -> Reader:
    """Return the reader of a number from `least` to `most`."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise ValueError(f"is a number from {least:g} to {most:g}")
        return float(value)

    return read


def duration(least: float = 0.0, most: float = math.inf) -> Reader:
    """Return the reader of a duration, in seconds, from `least` to `most`."""

    def read(value: Any) -> float:
        seconds = seconds_of(value)
        if seconds < least:
            raise ValueError(f"is too short; write {in_words(least)} or more")
        if seconds > most:
            raise ValueError(f"is too long; write {in_words(most)} or less")
        return seconds

    return read


def choice(*known: str) -> Reader:
    """Return the reader of one of a few words."""

    def read(value: Any) -> str:
        if value not in known:
            raise ValueError("is one of " + ", ".join(f'"{word}"' for word in known))
        return str(value)

    return read


def several(read_one: Reader) -> Reader:
    """Return the reader of a list whose values `read_one` reads; a single value counts as a list of one."""

    def read(value: Any) -> tuple[Any, ...]:
        values = value if isinstance(value, list) else [value]
        if len(values) > 1000:
            raise ValueError("is a list of over 1,000")
        return tuple(read_one(one) for one in values)

    return read


def pairs(value: Any) -> tuple[tuple[str, str], ...]:
    """Return pairs of names; a single pair counts as a list of one."""
    found = [value] if isinstance(value, list) and all(isinstance(one, str) for one in value) else value
    if not isinstance(found, list) or not all(isinstance(one, list) and len(one) == 2 for one in found):
        raise ValueError('is a list of pairs: [["Hong Kong", "Guangdong"], ["Macao", "Beijing"]]')
    read = tuple((text(one), text(other)) for one, other in found)
    if any(one.casefold() == other.casefold() for one, other in read):
        raise ValueError("has a pair of one name with itself; a pair takes two")
    return read


def mail_address(value: Any) -> str:
    """Return one plain mail address."""
    if not isinstance(value, str) or not _MAIL_ADDRESS.fullmatch(value):
        raise ValueError("is no mail address; write it like name@example.org")
    return value


def sender(value: Any) -> str:
    """Return a mail address, with or without a name: `coopwatch <name@example.org>`."""
    named = _NAMED_ADDRESS.fullmatch(value) if isinstance(value, str) else None
    mail_address(named.group(1) if named else value)
    return str(value)


def name(value: Any) -> str:
    """Return the name of a subscription; it stands in the database, in log lines and in mails."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise ValueError("is no name; use letters, digits, . _ and -, at most 64, and begin with a letter or digit")
    return value


def variable(value: Any) -> str:
    """Return the name of an environment variable."""
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueError("names an environment variable: letters, digits and _; the secret itself does not stand here")
    return value


def host(value: Any) -> str:
    """Return the name or address of a host."""
    if not isinstance(value, str) or not _HOST.fullmatch(value):
        raise ValueError("is no host; write it like mail.example.org")
    return value


def time_zone(value: Any) -> str:
    """Return the name of a time zone that this machine knows."""
    try:
        ZoneInfo(text(value))
    except (KeyError, ValueError, OSError):
        raise ValueError("is no time zone; write it like Asia/Hong_Kong or UTC") from None
    return str(value)


def contact(value: Any) -> str:
    """Return what goes into the User-Agent, so that a portal can reach the operator."""
    if not isinstance(value, str) or not _CONTACT.fullmatch(value) or not (value.isascii() and value.isprintable()):
        raise ValueError("is no contact; write mailto:name@example.org or https://example.org/about")
    return value


def listening(value: Any) -> str:
    """Return where figures are told, `host:port` on this machine: nothing there asks who wants to know."""
    found = re.fullmatch(r"(localhost|127(?:\.\d{1,3}){3}|\[::1\]):(\d{1,5})", value if isinstance(value, str) else "")
    if not found or int(found[2]) > 65535:
        raise ValueError("is no place on this machine; write it like 127.0.0.1:9108")
    return str(value)


def base(value: Any) -> str:
    """Return where a source is fetched from instead of its portal, without a slash at the end."""
    if not is_web_address(value) or urlsplit(value).query or urlsplit(value).fragment:
        raise ValueError("is no address to fetch from; write it like http://127.0.0.1:8000")
    return str(value).rstrip("/")


def web_address(value: Any) -> str:
    """Return an http(s) address."""
    if not is_web_address(value):
        raise ValueError("is no web address; write it like https://example.org/hook, without user or password in it")
    return str(value)


def is_web_address(value: Any) -> bool:
    """Return whether a value is an http(s) address with a host, without user, password, spaces or backslashes."""
    if not isinstance(value, str) or not re.fullmatch(r"[!-\[\]-~]{1,2000}", value):
        return False
    try:
        parts = urlsplit(value)
        has_place = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return has_place and parts.username is None and parts.password is None
