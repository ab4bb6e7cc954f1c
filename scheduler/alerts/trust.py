"""The one TLS context that all channels verify with. It takes some 28 ms to make, so it is made once."""

from __future__ import annotations

import ssl
from functools import cache

import certifi


@cache
def trusted() -> ssl.SSLContext:
    """Return a context that verifies certificates and names against the system's authorities and the bundled ones."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
