"""Which class a portal's trouble is of, and what an operator can do about each. Pure; the troubles: troubles.py."""

from __future__ import annotations

import re

CLASSES = {
    "dns": "The portal's name is not found: look at this machine's name server (`getent hosts`), then at the address.",
    "connect": "Nothing answers at the portal's address: look at this machine's network, firewall and proxy.",
    "tls": "The portal's certificate is not trusted: look at the date here, at `certifi`, and for a proxy between.",
    "timeout": "The portal answers too slowly; it is tried again by itself, ever less often.",
    "truncated": "The portal's answer ends too soon; it is tried again by itself.",
    "size": "The portal's answer is larger than a page can be: look at it in a browser.",
    "type": "The portal answers with something else than a page: look at it in a browser.",
    "redirect": "The portal leads elsewhere: it may have moved, or a captive portal stands between.",
    "http": "The portal answers with an error; it is tried again by itself, ever less often.",
    "robots": "The portal's robots.txt asks not to be read, or cannot be read itself; that is respected.",
    "blocked": "The portal shuts coopwatch out; look at it in a browser, and write to its keepers.",
    "empty": "The portal may have been rebuilt. `coopwatch crawl` tries again at once.",
    "unreadable": "The portal may have been rebuilt. `coopwatch crawl` tries again at once.",
    "child": "The crawling child died: look at the memory left, and at the log.",
    "bug": "This is a fault of coopwatch: please report it with the log's lines.",
}
"""Each class with what to do; the names are those of troubles.py."""
OTHER = "other"
NETWORK = frozenset({"dns", "connect", "tls", "timeout", "truncated"})
"""The classes in which nothing of the portal was seen."""

_NAMED = re.compile(rf"(?:^|[:;] )({'|'.join(CLASSES)})(?=[ :;]|$)")


def class_of(trouble: str | None) -> str:
    """Return the class of a trouble as the journal words it (`http 503`, `https://...: dns: ...`), or `other`."""
    found = _NAMED.search(trouble or "")
    return found[1] if found else OTHER


def advice(trouble: str | None) -> str:
    """Return what to do about a trouble, in a sentence."""
    return CLASSES.get(class_of(trouble), "It is tried again by itself; `coopwatch crawl` tries at once.")
