"""The JSON body of a digest, `coopwatch.digest/1`: what digest-1.schema.json describes, kept under 20 kB. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scheduler.alerts import payload, watch
from scheduler.alerts.bundles import Bundle, bundles
from scheduler.alerts.editions import Shown, shown
from scheduler.alerts.payload import Room
from storage.model import Delivery, Notice

if TYPE_CHECKING:
    from storage.ledger import Ledger

SCHEMA = "coopwatch.digest/1"
# Tried in turn until the body fits. A story is told in full, without its sentence, or by its alerts alone; where even
# that does not fit, as many stories are told as do, and of the others the number of a release each.
ROOMS = (Room(1_000_000, 10_000), Room(300, 60), Room(120, 20), Room(60, 5))
MOST = 1500  # such numbers
SENTENCES, WHAT_IT_IS = 300, 120  # characters of a room that has a reason for each story; facts at all


def digest(delivery: Delivery, wish: str | None, ledger: Ledger | None) -> dict[str, Any]:
    """Return the body of a digest's webhook as a value.

    Args:
        delivery: the digest with its members.
        wish: the language whose editions are shown; None for those that were told.
        ledger: the checks as of its time.
    """
    gathered = bundles(delivery.members)
    told = _told(delivery, gathered, wish, ledger, ROOMS[0])
    for room in ROOMS[1:]:
        if len(payload.encode(told)) < payload.LONGEST:
            return told
        told = _told(delivery, gathered, wish, ledger, room) | {"shortened": True}
    while told["stories"] and len(payload.encode(told)) >= payload.LONGEST:
        kept = len(told["stories"]) * 9 // 10
        told["stories"] = told["stories"][:kept]
        told["more"] = [one.lead.told.change.release_id for one in gathered[kept:]][:MOST]
    return told


def _told(
    delivery: Delivery, gathered: Sequence[Bundle], wish: str | None, ledger: Ledger | None, room: Room
) -> dict[str, Any]:
    body = delivery.body
    return {
        "schema": SCHEMA,
        "id": delivery.message_id,
        "type": "digest",
        "timestamp": delivery.moment.isoformat(),
        "subscription": delivery.subscription,
        "since": body.get("since"),
        "until": body.get("until") or delivery.moment.isoformat(),
        "slot": delivery.slot or body.get("slot"),
        "catch_up": body.get("catch_up"),
        "count": len(gathered),
        "alerts": len(delivery.members),
        "left_out": int(body.get("left_out") or 0),
        "held": int(body.get("held") or 0),
        "stories": [_story(one, wish, room) for one in gathered],
        "more": [],
        "watch": ledger and watch.plain(ledger, room.items, room.characters),
        "shortened": False,
    }


def _story(bundle: Bundle, wish: str | None, room: Room) -> dict[str, Any]:
    notice = bundle.lead.told
    view = shown(notice, wish)
    url = payload.address(view.url)
    told: dict[str, Any] = {
        "story": notice.change.story_id,
        "title": room.cut(view.title, 300),
        "url": url if url and len(url) <= max(room.characters, 200) else None,
        "alerts": [_alert(one) for one in bundle.members[: room.items]],
    }
    return told | _facts(notice, view, room) if room.characters >= WHAT_IT_IS else told


def _facts(notice: Notice, view: Shown, room: Room) -> dict[str, Any]:
    release, made = notice.release, view.assessment
    return {
        "portal": room.cut(view.edition.portal if view.edition else release.portal, 253),
        "language": view.language,
        "published": release.published and release.published.isoformat(),
        "precision": release.precision and str(release.precision),
        "kind": made.kind and room.cut(made.kind),
        "score": made.score,
        "reason": room.cut(made.reason, 500) if room.characters >= SENTENCES else None,
        "jurisdictions": [room.cut(one) for one in made.jurisdictions[: min(room.items, 10)]],
    }


def _alert(one: Delivery) -> dict[str, Any]:
    told = one.told
    return {
        "id": one.message_id,
        "kind": str(told.change.kind),
        "grade": told.grade and str(told.grade),
        "release": told.change.release_id,
        "version": told.change.version,
    }
