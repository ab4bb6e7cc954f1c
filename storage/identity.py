"""When two addresses or two texts are the same: canonical address and text fingerprint. Pure; no portal's own rules.

A portal's own spellings of one release (print version, other hosts) are its source's matter (`Source.address`).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote, unquote, urlsplit, urlunsplit

FINGERPRINT = "1"
"""The version of the rule; a fingerprint starts with it. Another rule gets another number (see releases.py)."""

_DROPPED = {"fbclid", "gclid", "spm", "from", "sid", "jsessionid", "phpsessid"}
_PORTS = {"http": 80, "https": 443}
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_SAFE = "/%:@!$&'()*+,;=~-._"

# Title suffixes that say what hangs below the text; with half-width brackets, as `fold` leaves them.
_SUFFIX = re.compile(
    r"\s*\((?:with (?:photo|video|picture|annex|table|chart|infographic|attachment|audio)[a-z]*"
    r"(?:(?:/|, | and | & )(?:photo|video|picture|annex|table|chart|infographic|attachment|audio)[a-z]*)*"
    r"|附(?:有)?[圖图相照影短表片](?:[片像])?(?:[/、及和][^()]{1,4})?"
    r"|(?:only )?in (?:chinese|english)(?: only)?|(?:chinese|english) only|只有[中英]文版?)\)\s*$",
    re.IGNORECASE,
)


def canonical(url: str) -> str:
    """Return one spelling for all addresses that a browser would take for the same page.

    Lower-case scheme and host, https, no fragment, user, default port, trailing dot of the host or session mark in the
    path; tracking and visitor parameters dropped (RELIABILITY.md section 2.5), the others kept in their order.

    Args:
        url: an absolute http or https address.

    Raises:
        ValueError: not an absolute http or https address.
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not parts.hostname:
        raise ValueError(f"not an absolute http(s) address: {url!r}")
    host = parts.hostname.rstrip(".").lower()
    if ":" in host:
        host = f"[{host}]"
    port = parts.port
    if port is not None and port not in _PORTS.values():
        host = f"{host}:{port}"
    path = quote(unquote(_SESSION.sub("", parts.path), errors="surrogateescape"), safe=_SAFE, errors="surrogateescape")
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _is_tracking(pair))
    return urlunsplit(("https", host, path or "/", quote(query, safe=_SAFE + "?"), ""))


def _is_tracking(pair: str) -> bool:
    name = unquote(pair.partition("=")[0]).lower()
    return name in _DROPPED or name.startswith("utm_")


def fold(text: str) -> str:
    """Return the text with compatibility forms made alike (NFKC) and white space folded within and between lines."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFKC", text).splitlines())
    return "\n".join(line for line in lines if line)


def bare_title(title: str) -> str:
    """Return the title folded to one line, without suffixes such as "(with photos)" or "（附圖）"."""
    bare = " ".join(fold(title).split())
    while True:
        shorter = _SUFFIX.sub("", bare)
        if shorter == bare or not shorter:
            return bare
        bare = shorter


def fingerprint(title: str, text: str) -> str:
    """Return `"1:"` and 64 hexadecimal digits that change only when the words of title or text change.

    White space, width of letters and digits, title suffixes, captions and addresses have no part in it.

    Args:
        title: as published.
        text: the paragraphs, joined by line feeds.
    """
    body = f"{bare_title(title)}\n\n{fold(text)}"
    return f"{FINGERPRINT}:{hashlib.sha256(body.encode('utf-8', 'surrogatepass')).hexdigest()}"
