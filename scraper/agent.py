"""How coopwatch introduces itself to a portal: the User-Agent, and the name robots.txt rules are looked up under."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

PRODUCT = "coopwatch"


@cache
def release() -> str:
    """Return the installed version, or `0` where the packages run from a folder that was never installed."""
    try:
        return version(PRODUCT)
    except PackageNotFoundError:
        return "0"


def agent(contact: str | None) -> str:
    """Return the User-Agent: product, version and, where the operator gave one, the contact.

    Args:
        contact: a `mailto:` or `https:` address under which a portal's operator reaches ours.
    """
    own = f"{PRODUCT}/{release()}"
    return f"{own} (+{contact})" if contact else own
