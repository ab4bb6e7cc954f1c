"""The JSON body of an alert, `coopwatch.alert/1`: what alert-1.schema.json describes, kept under 20 kB. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scheduler.alerts.plain import shorten
from storage.diff import diff
from storage.model import Delivery, Evidence, Mention, Notice

SCHEMA = "coopwatch.alert/1"
LONGEST = 20_000  # bytes; Standard Webhooks advises less than 20 kB


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a long thing is told: characters of a text, and how many of each list."""

    characters: int
    items: int


# Tried in turn until the body fits. The last fits always: see the test with the longest of everything.
ROOMS = (Room(2000, 40), Room(600, 20), Room(200, 10), Room(60, 4))


def payload(delivery: Delivery) -> dict[str, Any]:
    """Return the body of a delivery's webhook as a value; what is too long is shortened, and `shortened` says so."""
    whole = _told(delivery, Room(1_000_000, 10_000))
    if _fits(whole):
        return whole
    for room in ROOMS:
        told = _told(delivery, room) | {"shortened": True}
        if _fits(told):
            break
    return told


def encode(data: dict[str, Any]) -> bytes:
    """Return a value as compact JSON in UTF-8; halves of surrogate pairs, which no encoding can carry, become `?`."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _fits(data: dict[str, Any]) -> bool:
    return len(encode(data)) < LONGEST


def _told(delivery: Delivery, room: Room) -> dict[str, Any]:
    notice = delivery.notice
    change, release = notice.change, notice.release
    return {
        "schema": SCHEMA,
        "id": delivery.message_id,
        "type": f"release.{change.kind}",
        "timestamp": change.at.isoformat(),
        "kind": str(change.kind),
        "subscription": delivery.subscription,
        "title": shorten(release.title, min(room.characters, 1000)),
        "url": release.url if len(release.url) <= 2000 else None,
        "source": release.source,
        "portal": shorten(release.portal, 253),
        "language": release.language,
        "department": None if release.department is None else shorten(release.department, 200),
        "published": None if release.published is None else release.published.isoformat(),
        "precision": None if release.precision is None else str(release.precision),
        "detected": change.at.isoformat(),
        "story": change.story_id,
        "release": change.release_id,
        "version": change.version,
        "cooperation": _cooperation(notice, room),
        "before": _before(notice, room),
        "diff": _diff(notice, room),
        "shortened": False,
    }


def _cooperation(notice: Notice, room: Room) -> dict[str, Any]:
    made = notice.assessment
    return {
        "cooperation": made.cooperation,
        "score": made.score,
        "kind": made.kind,
        "reason": shorten(made.reason, min(room.characters, 1000)),
        "jurisdictions": [shorten(name, 100) for name in made.jurisdictions[: room.items]],
        "parties": _parties(made.parties, room),
        "evidence": _evidence(made.evidence, room),
        "detector": shorten(made.detector, 100),
    }


def _parties(parties: Sequence[Mention], room: Room) -> list[dict[str, Any]]:
    once = {party.name: party for party in reversed(parties)}
    first = sorted(once.values(), key=lambda party: party.start)[: room.items]
    return [
        {"name": shorten(party.name, 200), "jurisdiction": party.jurisdiction and shorten(party.jurisdiction, 100)}
        for party in first
    ]


def _evidence(evidence: Sequence[Evidence], room: Room) -> list[dict[str, Any]]:
    heaviest = sorted(evidence, key=lambda one: -one.weight)[: room.items]
    return [
        {
            "start": one.start,
            "end": one.end,
            "text": shorten(one.text, room.characters),
            "why": shorten(one.why, 200),
            "weight": one.weight,
        }
        for one in sorted(heaviest, key=lambda one: (one.start, one.end))
    ]


def _before(notice: Notice, room: Room) -> dict[str, Any] | None:
    if notice.before is None:
        return None
    return {
        "version": notice.before.number,
        "title": shorten(notice.before.title, min(room.characters, 1000)),
        "seen": notice.before.seen.isoformat(),
    }


def _diff(notice: Notice, room: Room) -> list[dict[str, str]] | None:
    """Return what a revision took out and put in; of what stayed the same, the words around it."""
    if notice.before is None:
        return None
    pieces = diff(notice.before.text, notice.release.text)
    told = [
        {"op": piece.op, "text": _around(piece.text) if piece.op == "same" else shorten(piece.text, room.characters)}
        for piece in pieces
    ]
    return told[: room.items * 2]


def _around(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:55].rstrip()} … {text[-55:].lstrip()}"
