"""`coopwatch deliver` keeps quiet hours and digests, and says what waits for them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.demo.receivers import WebhookReceiver
from storage.database import Database
from storage.model import Assessment, Release
from storage.releases import record

SECRET = "whsec_" + base64.b64encode(b"v" * 32).decode()


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with WebhookReceiver(secret=SECRET) as opened:
        yield opened


def configure(folder, receiver, **more):
    tables = []
    for name, lines in more.items():
        tables.append(
            f'[[subscriptions]]\nname = "{name}"\nchannel = "webhook"\nurl = "{receiver.url}/{name}"\n'
            f'secret_env = "HOOK_SECRET"\n{lines}\n'
        )
    contact = '[service]\ncontact = "mailto:ops@example.org"\n\n'
    (folder / "coopwatch.toml").write_text(contact + "\n".join(tables))


def promise(folder, names):
    with Database.open(folder / "coopwatch.db") as db:
        release = Release(
            key="import/1",
            source="import",
            portal="example.org",
            url="https://example.org/1",
            language="en",
            title="Two hospitals agree",
            text="Two hospitals agree.",
        )
        assessment = Assessment(cooperation=True, score=0.9, detector="test-1")
        record(db, release, assessment, datetime.now(UTC), route=lambda _notice: names)


def test_quiet_hours_and_digests_are_kept_and_what_waits_is_named(coopwatch, folder, receiver):
    quiet = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=2)
    hours = "-".join(f"{moment:%H:%M}" for moment in quiet)
    configure(
        folder,
        receiver,
        awake="",
        asleep=f'quiet = "{hours}"\ntimezone = "UTC"',
        weekly='digest = "weekly Monday 08:00"',
    )
    promise(folder, ("awake", "asleep", "weekly"))
    done = coopwatch("deliver", "--json")
    assert done.code == 0, done.err
    assert (done.json["sent"], done.json["again"], done.json["dead"]) == (1, 0, 0)
    assert [one.data["subscription"] for one in receiver.accepted] == ["awake"]
    put_off = {one["subscription"]: one for one in done.json["put_off"]}
    assert put_off["asleep"]["why"] == "quiet hours or a free day"
    assert put_off["asleep"]["until"].startswith(f"{quiet[1]:%Y-%m-%dT%H:%M}")
    assert (put_off["weekly"]["waiting"], put_off["weekly"]["why"]) == (1, "gathered for the next digest")
    again = coopwatch("deliver")
    assert again.code == 0
    assert "asleep: 1 put off, until " in again.err
    assert len(receiver.received) == 1
