"""A process to be killed: records invented releases without end and tells them (see test_delivering_kills.py).

Arguments: database, webhook address, and `early` for the control, which marks a delivery as sent before it is sent.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

from scheduler.alerts.attempting import Target
from scheduler.alerts.rules import route
from scheduler.config import Config, Subscription
from scheduler.delivering import Dispatcher
from storage import outbox
from storage.database import Database
from storage.model import Assessment, Release
from storage.releases import record


def main(path: str, url: str, *, early: bool) -> None:
    office = Subscription(name="office", channel="webhook", url=url, secret_env="HOOK_SECRET")
    assessment = Assessment(cooperation=True, score=0.9, detector="kill")
    with Database.open(path) as db:
        if early:
            attempt = Target.attempt

            def marked_first(self, delivery):
                outbox.sent(db, delivery, datetime.now(UTC), "too early")
                return attempt(self, delivery)

            Target.attempt = marked_first
        dispatcher = Dispatcher(db, Config(subscriptions=(office,)))
        dispatcher.start()
        print("ready", flush=True)
        number = db.value("SELECT count(*) FROM release")
        while True:
            number += 1
            release = Release(
                key=f"import/{number}",
                source="import",
                portal="example.org",
                url=f"https://example.org/{number}",
                language="en",
                title=f"Release {number}",
                text=f"Two hospitals agree on matter {number}.",
            )
            for _ in range(2):  # offered twice, as listings do
                record(db, release, assessment, datetime.now(UTC), route=route([office]))
            dispatcher.wake()
            time.sleep(0.002)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], early="early" in sys.argv[3:])
