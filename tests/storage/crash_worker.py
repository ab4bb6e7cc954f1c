"""A small service for the crash tests: records releases, tells them, and acknowledges each step in a file.

Arguments: the database; the folder for the acknowledgements; how to record: `whole`, or `torn`, a negative control that
makes the promises in a second transaction; and after how many releases to end.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import links, outbox, releases
from storage.database import Database
from storage.model import Assessment, Link, Release

LEASE = timedelta(seconds=0)  # a claim of a killed process lapses at once: the tests do not wait


def acknowledge(file: int, said: str) -> None:
    os.write(file, f"{said}\n".encode())


def record_torn(db: Database, release: Release, now: datetime) -> None:
    """Do what must not be done: commit the change, and promise to tell it afterwards."""
    done = releases.record(db, release, Assessment(True, 1.0, "1"), now, route=lambda notice: [])
    with db.transaction():
        outbox.promise(db, releases.notice(db, done.change.id), ["a", "b"], now)


def main(path: str, folder: str, how: str, most: str) -> None:
    recorded, received = (
        os.open(Path(folder) / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND) for name in ("recorded", "received")
    )
    with Database.open(path) as db:
        outbox.recover(db, datetime.now(UTC))
        links.seeded(db, "s", datetime.now(UTC))
        there = db.value("SELECT count(*) FROM release")
        for number in range(there, there + int(most)):
            now = datetime.now(UTC)
            key = f"e/{number}"
            release = Release(
                key, "s", "p", f"https://e.test/{number}", "en", f"Title {number}", f"Text {number}. " * 50
            )
            links.take(db, "s", [Link(key, release.url)], now, listing_url="https://e.test/", validators=None)
            if how == "torn":
                record_torn(db, release, now)
            else:
                releases.record(db, release, Assessment(True, 1.0, "1"), now, route=lambda notice: ["a", "b"])
            acknowledge(recorded, key)
            for delivery in outbox.claim(db, now, LEASE, limit=2):
                acknowledge(received, delivery.message_id)
                outbox.sent(db, delivery, now, "200 OK")


if __name__ == "__main__":
    main(*sys.argv[1:])
