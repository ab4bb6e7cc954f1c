"""A small service for the crash tests of digests and holds: records, keeps back, judges, gathers and tells, for ever.

Subscription `a` gathers, `b` does not. Arguments: the database; the folder for the acknowledgements; and how to settle
and gather: `whole`, or `torn`, a negative control that does each in two transactions.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import outbox, releases
from storage.database import Database
from storage.model import Assessment, Release

LEASE = timedelta(seconds=0)  # a claim of a killed process lapses at once: the tests do not wait
GATHERED = {"a"}


def acknowledge(file: int, said: str) -> None:
    os.write(file, f"{said}\n".encode())


def keep_back(db: Database, turn: int, now: datetime) -> int | None:
    return outbox.hold_open(db, "s", now, f"turn {turn}") if turn % 3 else None


def judge(db: Database, hold: int, turn: int, now: datetime, how: str) -> str:
    """Release every other hold into a catch-up digest, drop the others."""
    state = "released" if turn % 2 else "dropped"
    if how == "torn":
        with db.transaction():
            db.execute("UPDATE hold SET state = ?, settled = '' WHERE id = ?", (state, hold))
        with db.transaction():
            to, due = ("waiting", "2026") if state == "released" else ("dropped", None)
            db.execute("UPDATE delivery SET state = ?, next_try = ? WHERE hold_id = ?", (to, due, hold))
        return state
    with db.transaction():
        if state == "released":
            outbox.gather(db, "b", f"catch-up {hold}", now, {}, empty=False, hold=hold)
        outbox.hold_settle(db, hold, state, now, "test")
    return state


def gather(db: Database, slot: str, now: datetime, how: str) -> None:
    if how == "torn":
        with db.transaction():
            row = {"what": "digest", "subscription": "a", "message_id": f"msg_{slot}", "slot": slot, "made": ""}
            digest = db.insert("delivery", row | {"state": "waiting", "next_try": ""})
        with db.transaction():
            db.execute(
                "UPDATE delivery SET state = 'bundled', next_try = NULL, bundle_id = ?"
                " WHERE subscription = 'a' AND what = 'alert' AND state = 'waiting'",
                (digest,),
            )
        return
    outbox.gather(db, "a", slot, now, {}, empty=False)


def tell(db: Database, received: int, now: datetime) -> None:
    for delivery in outbox.claim(db, now, LEASE, limit=2, gathered=GATHERED):
        for one in delivery.members or (delivery,):
            acknowledge(received, one.message_id)
        if delivery.attempts % 2 and delivery.what == "digest":
            outbox.dead(db, delivery, now, "550")
            outbox.retry(db, now, [delivery.id])
        else:
            outbox.sent(db, delivery, now, "200 OK")


def main(path: str, folder: str, how: str) -> None:
    recorded, received, settled = (
        os.open(Path(folder) / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for name in ("recorded", "received", "settled")
    )
    with Database.open(path) as db:
        outbox.recover(db, datetime.now(UTC))
        for hold in outbox.holds(db):
            judge(db, hold.id, 1, datetime.now(UTC), how)
        number = db.value("SELECT count(*) FROM release")
        while True:
            now = datetime.now(UTC)
            turn = number // 3
            hold = keep_back(db, turn, now)
            for _ in range(3):
                key = f"e/{number}"
                release = Release(key, "s", "p", f"https://e.test/{number}", "en", f"Title {number}", f"Text {number}.")
                releases.record(db, release, Assessment(True, 1.0, "1"), now, hold=hold, route=lambda _: ["a", "b"])
                acknowledge(recorded, key)
                number += 1
            if hold is not None:
                acknowledge(settled, f"{hold}:{judge(db, hold, turn, now, how)}")
            gather(db, f"turn {now.isoformat()}", now, how)
            tell(db, received, now)


if __name__ == "__main__":
    main(*sys.argv[1:])
