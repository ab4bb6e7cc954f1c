"""A process to be killed: records invented releases without end and tells them (see test_delivering_kills.py).

Arguments: database, webhook address, and `early` for the control, which marks a delivery as sent before it is sent.
What it tells is mixed: single alerts; alerts gathered into a digest every half second (the clock of its dispatcher goes
120 times as fast, and a digest is due each minute); every tenth release kept back by a hold that is settled later.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

from scheduler.alerts.attempting import Target
from scheduler.alerts.rules import route
from scheduler.config import Config, Digest, Subscription
from scheduler.delivering import Dispatcher
from storage import holds, outbox
from storage.database import Database
from storage.model import Assessment, Release
from storage.releases import record

FASTER = 120
EPOCH = datetime(2026, 11, 21, tzinfo=UTC)


def subscriptions(url: str) -> tuple[Subscription, Subscription]:
    """Return who is told at once, and who by digest, each at an address of its own."""
    office = Subscription(name="office", channel="webhook", url=url, secret_env="HOOK_SECRET")
    minutely = Digest("each minute", "* * * * *")
    board = Subscription(name="board", channel="webhook", url=f"{url}/board", secret_env="HOOK_SECRET", digest=minutely)
    return office, board


def clock() -> datetime:
    """Return a present that goes faster, and goes on over restarts."""
    return EPOCH + timedelta(seconds=(time.time() - 1_790_000_000) * FASTER)


def release(number: int) -> Release:
    return Release(
        key=f"import/{number}",
        source="import",
        portal="example.org",
        url=f"https://example.org/{number}",
        language="en",
        title=f"Release {number}",
        text=f"Two hospitals agree on matter {number}.",
    )


def settle_holds(db: Database) -> None:
    """Judge what a run kept back, or one that was killed: let out, or out as one digest for each subscription."""
    for one in holds.holds(db):
        with db.transaction():
            if one.id % 2:
                for name in ("office", "board"):
                    outbox.gather(db, name, f"hold {one.id}", clock(), {"catch_up": "import"}, empty=False, hold=one.id)
            holds.hold_settle(db, one.id, "released", clock(), "brake")


def main(path: str, url: str, *, early: bool) -> None:
    office, board = subscriptions(url)
    assessment = Assessment(cooperation=True, score=0.9, detector="kill")
    with Database.open(path) as db:
        if early:
            attempt = Target.attempt

            def marked_first(self, delivery, without=()):
                outbox.sent(db, delivery, clock(), "too early")
                return attempt(self, delivery, without)

            Target.attempt = marked_first
        settle_holds(db)
        dispatcher = Dispatcher(db, Config(subscriptions=(office, board)), clock=clock)
        dispatcher.start()
        print("ready", flush=True)
        number = db.value("SELECT count(*) FROM release")
        hold = None
        while True:
            number += 1
            if number % 10 == 0:
                hold = holds.hold_open(db, "import", clock(), "every tenth")
            for _ in range(2):  # offered twice, as listings do
                record(db, release(number), assessment, clock(), route=route([office, board]), hold=hold)
            if number % 10 == 3 and hold is not None:
                settle_holds(db)
                hold = None
            dispatcher.wake()
            time.sleep(0.002)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], early="early" in sys.argv[3:])
