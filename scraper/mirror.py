"""Where a portal's addresses are fetched from when that is not the portal itself (`base` in the configuration).

What is stored always carries the portal's own addresses; only the request goes elsewhere. Pure.
"""

from __future__ import annotations

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""The answers that lead elsewhere; where to is judged by `may_follow`."""


def ask_address(url: str, base: str | None) -> str:
    """Return the address to fetch for the portal's address `url`.

    Args:
        url: the portal's own absolute address.
        base: what stands in for scheme and host (`http://127.0.0.1:8000`), or None for the portal itself.
    """
    if not base:
        return url
    parts = urlsplit(url)
    return base.rstrip("/") + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def own_addresses(body: bytes, base: str | None, portal: str) -> bytes:
    """Return a page with the base's own absolute addresses turned back into the portal's.

    Args:
        body: the page as fetched.
        base: as for `ask_address`.
        portal: the host whose addresses are stored (`www.info.gov.hk`).
    """
    if not base:
        return body
    return body.replace(base.rstrip("/").encode() + b"/", b"https://" + portal.encode() + b"/")


def host(url: str) -> str:
    """Return what politeness counts by: host and port of an address, the default port left out."""
    parts = urlsplit(url)
    name = (parts.hostname or "").rstrip(".")
    return name if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f"{name}:{parts.port}"


def may_follow(asked: str, target: str) -> bool:
    """Tell whether a redirect stays at home: the same host, never from https down to http.

    A redirect elsewhere is refused: what another host says is not this portal's word.
    """
    old, new = urlsplit(asked), urlsplit(target)
    if new.scheme not in DEFAULT_PORTS or (old.scheme, new.scheme) == ("https", "http"):
        return False
    try:
        return host(asked) == host(target)
    except ValueError:  # a port that is no number
        return False
