"""How long anything may take that asks a portal. Not here: how long a portal asks us to wait (courtesy.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """How long anything may take, in seconds.

    Args:
        glance: a whole glance; also robots.txt.
        connect: a connection to be made.
        page: a page fetched by the child.
        grace: what a job may take beyond `page`, for reading and understanding, before the child is killed.
    """

    glance: float = 20.0
    connect: float = 5.0
    page: float = 30.0
    grace: float = 15.0


USUAL = Patience()
