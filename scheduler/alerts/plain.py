"""Makes foreign text harmless before it goes into a header, a mail or a link. Pure. Templates escape HTML, not this."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit, urlunsplit

import idna

LONGEST_HEADER = 200  # characters
LONGEST_LINK = 2000  # characters; longer ones break in mail programs
DROPPED = frozenset({"Cf", "Cs", "Co", "Cn"})
BLANKED = frozenset({"Cc", "Zl", "Zp"})


def safe_header(text: str, longest: int = LONGEST_HEADER) -> str:
    """Return `text` as it may stand in a mail header: one line, at most `longest` characters, no hidden meaning.

    The order matters (RELIABILITY.md 7.4): what is invisible goes first, lest `=` and `?` come together afterwards and
    make an encoded-word, which Python before 3.11.10 decodes into header lines of its own (CVE-2024-6923).
    """
    kept = (char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char) not in DROPPED)
    line = "".join(" " if unicodedata.category(char) in BLANKED else char for char in kept)
    return shorten(" ".join(line.split()).replace("=?", "= ?"), longest)


def clean(text: str) -> str:
    """Return `text` without control, format and surrogate characters; every kind of line end becomes a line feed."""
    lines = text.replace("\r\n", "\n").translate({0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0x09: " "})
    return "".join(char for char in lines if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"})


def shorten(text: str, longest: int) -> str:
    """Return at most `longest` characters of `text`; an ellipsis takes the place of what was cut."""
    return text if len(text) <= longest else text[: max(longest - 1, 0)].rstrip() + "…"


def line(text: str, longest: int = 200) -> str:
    """Return foreign text as one clean line of at most `longest` characters."""
    # Cut before cleaning as well: cleaning looks at every character, and some texts have millions.
    return shorten(" ".join(clean(text[: 4 * longest]).split()), longest)


def web_link(address: str) -> str | None:
    """Return an address as a link may carry it, or None where it is not http(s) or pretends to be another's.

    A host in other letters is shown in its ASCII form (`xn--...`), so that a look-alike does not look alike.
    """
    if len(address) > LONGEST_LINK or re.search(r"[\x00-\x20\x7f\\]", address):
        return None
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
            return None
        ascii_host = f"[{host}]" if ":" in host else idna.encode(host, uts46=True).decode()
    except (ValueError, UnicodeError):
        return None
    where = ascii_host + (f":{port}" if port else "")
    return quote(
        urlunsplit((parts.scheme, where, parts.path, parts.query, parts.fragment)), safe="%/:?#[]@!$&'()*+,;=-._~"
    )
