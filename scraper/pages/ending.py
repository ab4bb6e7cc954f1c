"""Whether a page shows that it came whole. Asked only where HTTP does not tell: no length and no chunks. Pure."""

from __future__ import annotations

import re

ENDLESS = "nothing tells where the answer ends (no length, no chunks, no closing tag)"
TAIL = 2048
"""Bytes at the end that are looked at: some portals' pages carry a comment or a script behind their closing tag."""
_END = re.compile(rb"</(?:html|rss|feed|rdf:rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)


def ends(body: bytes) -> bool:
    """Return whether a decoded page closes its outermost element.

    An answer that is ended by closing the connection looks the same whether it came whole or was cut (RELIABILITY.md,
    fact 11). Small servers answer so; what their pages say themselves is then the only proof.
    """
    if body[:64].lstrip()[:1] in (b"{", b"["):
        return body[-64:].rstrip()[-1:] in (b"}", b"]")  # what is cut inside that is no JSON, and is refused as such
    if body.startswith(b"%PDF-"):
        return b"%%EOF" in body[-TAIL:]
    return _END.search(body[-TAIL:]) is not None
