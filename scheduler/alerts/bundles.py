"""Groups a digest's alerts: those of one story together, the stories by what happened to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.model import ChangeKind, Delivery

ORDER = tuple(ChangeKind)
"""Sections of a digest: what is new first; a story stands where its first kind in this order is."""
BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The alerts of one story: the one that stands for it, and all of them in the order of their changes."""

    lead: Delivery
    members: tuple[Delivery, ...]

    @property
    def kind(self) -> ChangeKind:
        """Which section it stands in."""
        return self.lead.told.change.kind


def bundles(members: Iterable[Delivery]) -> list[Bundle]:
    """Return the stories of a digest: by section, the newest first in each."""
    stories: dict[str, list[Delivery]] = {}
    for one in members:
        stories.setdefault(_story(one), []).append(one)
    made = [_bundle(alerts) for alerts in stories.values()]
    made.sort(key=lambda one: one.lead.told.release.published or BEGINNING, reverse=True)
    return sorted(made, key=lambda one: ORDER.index(one.kind))


def _story(one: Delivery) -> str:
    told = one.told
    return told.story_key or f"story {told.change.story_id}" if told.change.story_id else told.story_key or str(one.id)


def _bundle(alerts: Sequence[Delivery]) -> Bundle:
    in_order = sorted(alerts, key=lambda one: (one.told.change.at, one.id))
    # Of several changes of the weightiest kind the latest speaks, since it has the words as they stand.
    lead = min(reversed(in_order), key=lambda one: ORDER.index(one.told.change.kind))
    return Bundle(lead, tuple(in_order))
