"""What is owed to whom, by subscription, and what the last words about it were. Reads only; judged in the scheduler."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.accounts import UNSETTLED
from storage.database import Database
from storage.outbox import message_id
from storage.times import from_text, from_text_or_none, stamp


@dataclass(frozen=True, slots=True)
class Outstanding:
    """How telling one subscription goes.

    Args:
        subscription: its name, or an operator's target's.
        waiting: deliveries that were tried and wait to be tried again, one under way included.
        oldest_tried: when the oldest of them was promised.
        dead: deliveries that were given up.
        last_dead: when the last of them was; `last_sent`: when anything last arrived.
        trouble: what was last said about one that did not.
        revived: deliveries that were given up once and are tried again, since somebody asked for it: how these end is
            not known yet.
    """

    subscription: str
    waiting: int = 0
    oldest_tried: datetime | None = None
    dead: int = 0
    last_dead: datetime | None = None
    last_sent: datetime | None = None
    trouble: str = ""
    revived: int = 0


def outstanding(db: Database) -> list[Outstanding]:
    """Return the subscriptions with deliveries that failed so far or were given up, by name.

    Members of a digest are not counted: it is the digest that is tried.
    """
    rows = db.rows(
        f"SELECT subscription, sum({_TRIED}) AS waiting, min(CASE WHEN {_TRIED} THEN made END) AS oldest,"
        " sum(state = 'dead') AS dead, max(CASE WHEN state = 'dead' THEN settled END) AS last_dead,"
        " sum(state <> 'dead' AND EXISTS"
        " (SELECT 1 FROM attempt WHERE delivery_id = delivery.id AND outcome = 'dead')) AS revived"
        f" FROM delivery INDEXED BY delivery_unsettled WHERE {UNSETTLED} AND bundle_id IS NULL AND"
        " (state = 'dead' OR (state IN ('waiting', 'sending') AND trouble IS NOT NULL))"
        " GROUP BY subscription ORDER BY subscription"
    )
    return [_outstanding(db, row) for row in rows]


def _outstanding(db: Database, row: dict[str, str | int | None]) -> Outstanding:
    name = str(row["subscription"])
    sent = db.value(
        "SELECT settled FROM delivery INDEXED BY delivery_settled WHERE subscription = ? AND settled IS NOT NULL"
        " AND state = 'sent' AND attempts > 0 ORDER BY settled DESC LIMIT 1",
        (name,),
    )
    trouble = db.value(
        f"SELECT trouble FROM delivery WHERE {UNSETTLED} AND subscription = ? AND trouble IS NOT NULL"
        " ORDER BY coalesce(settled, made) DESC, id DESC LIMIT 1",
        (name,),
    )
    times = [from_text_or_none(None if one is None else str(one)) for one in (row["oldest"], row["last_dead"], sent)]
    waiting, dead = int(row["waiting"] or 0), int(row["dead"] or 0)
    return Outstanding(name, waiting, times[0], dead, times[1], times[2], str(trouble or ""), int(row["revived"] or 0))


# One that was given up and is retried keeps its trouble, and begins anew with no attempt.
_TRIED = "(state <> 'dead' AND attempts > 0)"


@dataclass(frozen=True, slots=True)
class Flight:
    """How far the last change of a source came on its way to be told.

    Args:
        at: when it was recorded.
        cooperation: whether its release counts as co-operation.
        state: of its delivery; None where nobody was promised it.
        trouble: what was last said about the delivery.
    """

    at: datetime
    cooperation: bool
    state: str | None
    trouble: str | None

    @property
    def arrived(self) -> bool:
        """Whether it was delivered, as the item it is."""
        return self.state == "sent" and self.cooperation


def flight(db: Database, source: str, since: datetime) -> Flight | None:
    """Return how far the last change of a source came that was recorded since a time, or None where there is none."""
    row = db.row(
        "SELECT c.at, r.cooperation, d.state, d.trouble FROM release AS r JOIN change AS c ON c.release_id = r.id"
        " LEFT JOIN delivery AS d ON d.change_id = c.id"
        " WHERE r.source = ? AND c.at >= ? ORDER BY c.id DESC, d.state = 'sent' DESC LIMIT 1",
        (source, stamp(since)),
    )
    if row is None:
        return None
    return Flight(from_text(row["at"]), bool(row["cooperation"]), row["state"], row["trouble"])


def told_of(db: Database, key: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the names that were promised the notice of a key (storage.outbox.notify)."""
    return tuple(
        name
        for name in names
        if db.value("SELECT 1 FROM delivery WHERE message_id = ?", (message_id(f"notice|{key}", name),))
    )


def heard_of_story(db: Database, change_id: int, subscription: str, *, as_new: bool = False) -> int | None:
    """Return the release by which a subscription was promised the story of a change before it, or None.

    A new telling of a story is told to those alone who have not heard of it (stories.unheard), a figure once by
    whichever release states it (lifelines.tell), a further telling not to those who hear of it as new
    (concluding.conclude). Any other change is told for itself, but for a revision that is told `as_new`.
    """
    found = db.value(
        "SELECT min(c.release_id) FROM change AS mine JOIN change AS c ON c.story_id = mine.story_id"
        " JOIN delivery AS d ON d.change_id = c.id AND d.subscription = ?"
        " WHERE mine.id = ? AND c.id < mine.id AND CASE mine.kind WHEN 'new' THEN 1 WHEN 'revised' THEN ?"
        " WHEN 'figure' THEN c.kind = 'figure' WHEN 'also' THEN c.release_id = mine.release_id ELSE 0 END",
        (subscription, change_id, as_new),
    )
    return None if found is None else int(found)


def oldest_due(
    db: Database, now: datetime, *, gathered: Collection[str] = (), apart: Collection[str] = ()
) -> str | None:
    """Return when the oldest delivery was promised that should be out by now, as it is stored, or None.

    Args:
        db: the database.
        now: the time.
        gathered: subscriptions whose alerts wait for a digest.
        apart: subscriptions that nothing is sent to now: quiet hours, switched off.
    """
    names = [sorted(one) for one in (gathered, apart)]
    slots = [", ".join("?" * len(one)) for one in names]
    found = db.value(
        "SELECT min(made) FROM delivery WHERE state IN ('waiting', 'sending') AND (attempts > 0 OR next_try <= ?)"
        f" AND NOT (what = 'alert' AND attempts = 0 AND subscription IN ({slots[0]}))"
        f" AND subscription NOT IN ({slots[1]})",
        (stamp(now), *names[0], *names[1]),
    )
    return None if found is None else str(found)
