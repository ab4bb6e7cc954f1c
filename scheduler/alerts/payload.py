"""The JSON body of an alert, `coopwatch.alert/1`: what alert-1.schema.json describes, kept under 20 kB. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler.alerts import watch
from scheduler.alerts.figures import plain
from scheduler.alerts.firsts import notable
from scheduler.alerts.plain import shorten
from storage.diff import Piece, diff
from storage.model import Assessment, Delivery, Edition, Evidence, Mention, Notice

if TYPE_CHECKING:
    from storage.ledger import Ledger

SCHEMA = "coopwatch.alert/1"
LONGEST = 20_000  # bytes; Standard Webhooks advises less than 20 kB
PAIRS = 20  # two long lists of parties make hundreds
AROUND = 120  # characters kept of a passage that a revision did not touch


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a long thing is told: characters of a text, and how many of each list."""

    characters: int
    items: int

    def cut(self, text: str, most: int = 200) -> str:
        """Return a text of at most `most` characters, fewer where there is less room."""
        return shorten(text, min(self.characters, most))


# Tried in turn until the body fits. The last fits always: see the test with the longest of everything.
WHOLE = Room(1_000_000, 10_000)
ROOMS = (Room(2000, 40), Room(600, 20), Room(200, 10), Room(60, 4))


def payload(delivery: Delivery, ledger: Ledger | None = None) -> dict[str, Any]:
    """Return the body of an alert's webhook as a value; what is too long is shortened, and `shortened` says so."""
    before = delivery.told.before
    pieces = None if before is None else diff(before.text, delivery.told.release.text)
    return fitted(lambda room: _told(delivery, pieces, ledger, room))


def fitted(tell: Callable[[Room], dict[str, Any]]) -> dict[str, Any]:
    """Return the fullest of what `tell` makes that stays under LONGEST bytes; the last room's in any case."""
    told = tell(WHOLE)
    for room in ROOMS:
        if len(encode(told)) < LONGEST:
            break
        told = tell(room) | {"shortened": True}
    return told


def encode(data: dict[str, Any]) -> bytes:
    """Return a value as compact JSON in UTF-8; halves of surrogate pairs, which no encoding can carry, become `?`."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _told(delivery: Delivery, pieces: Sequence[Piece] | None, ledger: Ledger | None, room: Room) -> dict[str, Any]:
    notice = delivery.told
    change, release, before = notice.change, notice.release, notice.before
    return {
        "schema": SCHEMA,
        "id": delivery.message_id,
        "type": f"release.{change.kind}",
        "timestamp": change.at.isoformat(),
        "kind": str(change.kind),
        "subscription": delivery.subscription,
        "title": room.cut(release.title, 1000),
        "url": address(release.url),
        "source": release.source,
        "portal": room.cut(release.portal, 253),
        "language": release.language,
        "department": release.department and room.cut(release.department),
        "published": release.published and release.published.isoformat(),
        "precision": release.precision and str(release.precision),
        "detected": change.at.isoformat(),
        "story": change.story_id,
        "release": change.release_id,
        "version": change.version,
        "cooperation": _cooperation(notice.assessment, room),
        "before": before
        and {"version": before.number, "title": room.cut(before.title, 1000), "seen": before.seen.isoformat()},
        "grade": notice.grade and str(notice.grade),
        "figure": _figure(notice, room),
        "diff": None if pieces is None else [_piece(piece, room) for piece in pieces[: room.items * 2]],
        "editions": [edition(one, room) for one in notice.editions[: room.items]],
        "first": notice.first and edition(notice.first, room),
        "first_pairs": [
            {"what": pair.what, "one": room.cut(pair.one), "other": room.cut(pair.other)}
            for pair in notable(notice)[: min(room.items, PAIRS)]
        ],
        "watch": ledger and watch.brief(ledger, release.source),
        "shortened": False,
    }


def address(url: str) -> str | None:
    """Return an address, or None where it is too long to pass on."""
    return url if len(url) <= 2000 else None


def edition(one: Edition, room: Room) -> dict[str, Any]:
    """Return another edition of a story: where it stands, and what became of it."""
    return {
        "release": one.release_id,
        "source": one.source,
        "portal": room.cut(one.portal, 253),
        "language": one.language,
        "title": room.cut(one.title, 1000),
        "url": address(one.url) if len(one.url) <= room.characters else None,
        "published": one.published and one.published.isoformat(),
        "precision": one.precision and str(one.precision),
        "state": one.state,
        "version": one.version,
        "revised": one.revised and one.revised.isoformat(),
    }


def _figure(notice: Notice, room: Room) -> dict[str, Any] | None:
    if notice.figure is None:
        return None
    told = plain(notice.figure, notice.release.text)
    told |= {name: room.cut(told[name], 500) for name in ("programme", "counts", "text")}
    return told | {"before": told["before"] | {"url": address(told["before"]["url"])}}


def _cooperation(made: Assessment, room: Room) -> dict[str, Any]:
    return {
        "cooperation": made.cooperation,
        "score": made.score,
        "kind": made.kind and room.cut(made.kind),
        "reason": room.cut(made.reason, 1000),
        "jurisdictions": [room.cut(name) for name in made.jurisdictions[: room.items]],
        "parties": _parties(made.parties, room),
        "evidence": _evidence(made.evidence, room),
        "detector": room.cut(made.detector),
    }


def _parties(parties: Sequence[Mention], room: Room) -> list[dict[str, Any]]:
    once = {party.name: party for party in reversed(parties)}
    first = sorted(once.values(), key=lambda party: party.start)[: room.items]
    return [
        {"name": room.cut(party.name), "jurisdiction": party.jurisdiction and room.cut(party.jurisdiction)}
        for party in first
    ]


def _evidence(evidence: Sequence[Evidence], room: Room) -> list[dict[str, Any]]:
    heaviest = sorted(evidence, key=lambda one: -abs(one.weight))[: room.items]
    return [
        {
            "start": one.start,
            "end": one.end,
            "text": shorten(one.text, room.characters),
            "why": room.cut(one.why),
            "weight": one.weight,
        }
        for one in sorted(heaviest, key=lambda one: (one.start, one.end))
    ]


def _to_a_word(text: str, longest: int = 20) -> str:
    """Return a text without the piece of a word at its end; one without blanks near there stays as it is."""
    kept, blank, rest = text.rpartition(" ")
    return (kept if blank and len(rest) < longest else text).rstrip()


def _piece(piece: Piece, room: Room) -> dict[str, str]:
    """Return a piece of a diff; of what stayed the same only the words next to what did not."""
    text = shorten(piece.text, room.characters)
    if piece.op == "same" and len(piece.text) > AROUND:
        half = min(AROUND, room.characters) // 2 - 2
        text = f"{_to_a_word(piece.text[:half])} … {_to_a_word(piece.text[-half:][::-1])[::-1]}"
    return {"op": piece.op, "text": text}
