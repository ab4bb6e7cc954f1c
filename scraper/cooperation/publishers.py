"""Tells whose release an address holds by the government's domain it lies in, where no source is known for it.

Other domains tell nothing: broadcasters report what other sides do at home, and papers anywhere print any release.
"""

from __future__ import annotations

from urllib.parse import urlsplit

# Governments' domains and the side that publishes there.
DOMAINS = {
    "gov.hk": "Hong Kong",
    "ha.org.hk": "Hong Kong",
    "gov.mo": "Macao",
    "gov.cn": "Mainland",
    "gov.uk": "United Kingdom",
    "gov.sg": "Singapore",
    "who.int": "International",
}


def side_of_address(url: str | None) -> str | None:
    """Return the side that publishes at an address, or None where its domain does not tell."""
    try:
        host = (urlsplit(url).hostname or "") if url else ""
    except ValueError:
        return None
    return next((side for domain, side in DOMAINS.items() if host == domain or host.endswith("." + domain)), None)
