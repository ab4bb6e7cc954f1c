"""The many spellings of one release's address, and the one that is stored. Not here: addresses without a source."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_ODD = re.compile(r"[\x00-\x20\x7f\\]")
_CONVERTED = re.compile(r"/(?:gb|tunis)/([a-z0-9.-]{1,100})(/.*)", re.IGNORECASE)
_LONGEST = 500  # characters; portals' own stay under 120


@dataclass(frozen=True, slots=True)
class Address:
    """A release's identity as its portal gives it: the key (`portal/id`) and the canonical address."""

    key: str
    url: str


Spelling = Callable[[str], Address | None]
"""Any spelling of an address -> the one Address, or None where it is not a release of the portal."""


def spellings(path: str, *, hosts: tuple[str, ...], converters: tuple[str, ...], key: str, url: str) -> Spelling:
    """Return the function that takes any spelling of a portal's address to its one Address, everything else to None.

    Query and fragment are dropped, scheme, port and letter case do not matter, and an address of the portal's machine
    conversion to Simplified Chinese (`/gb/` or `/TuniS/` before the original's host) counts as the original's.

    Args:
        path: regular expression that the whole path must match, whatever the case; its groups fill `key` and `url`.
        hosts: lower-case names under which the portal serves its releases.
        converters: lower-case names of the hosts that convert them.
        key: format of the key, e.g. `info.gov.hk/{id}`.
        url: format of the stored address.
    """
    pattern = re.compile(path, re.IGNORECASE | re.ASCII)

    def address(spelt: str) -> Address | None:
        """Return the one Address of `spelt`, or None where it is not a release of this portal."""
        host, rest = _host_and_path(spelt)
        if host in converters and (converted := _CONVERTED.fullmatch(rest)):
            host, rest = converted[1].lower(), converted[2]
        found = pattern.fullmatch(rest) if host in hosts else None
        return Address(key.format(**found.groupdict()), url.format(**found.groupdict())) if found else None

    return address


def _host_and_path(spelt: str) -> tuple[str, str]:
    """Return host and path of a web address in lower and in given case; two empty strings where it is none, or odd."""
    spelt = spelt.strip()
    if len(spelt) > _LONGEST or _ODD.search(spelt):
        return "", ""
    try:
        parts = urlsplit(spelt)
        port = parts.port
    except ValueError:
        return "", ""
    if parts.scheme not in ("http", "https") or port not in (None, 80, 443) or "@" in parts.netloc:
        return "", ""
    return (parts.hostname or "").rstrip("."), re.sub("/{2,5}", "/", unquote(parts.path))
