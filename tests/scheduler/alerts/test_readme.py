"""The page for receivers says what the code does, and its receiver runs."""

from __future__ import annotations

import base64
import json
import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from scheduler.alerts import email, schedule, webhook
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.mail import mail
from scheduler.alerts.message import word
from scheduler.alerts.secrets import Secret
from scheduler.config import Subscription

ROOM = files("scheduler.alerts")
README = ROOM.joinpath("README.md").read_text(encoding="utf-8")
SECRET = "whsec_" + base64.b64encode(b"r" * 32).decode()


def table(heading):
    """Return the first cells of the first table after a heading, backquotes resolved."""
    rows = README.partition(f"\n{heading}\n")[2].partition("\n|---")[2].partition("\n\n")[0].split("\n")[1:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


@pytest.fixture
def receiver(tmp_path):
    """Run the receiver of the page; yields (port, process)."""
    script = tmp_path / "receiver.py"
    script.write_text(re.search(r"```python\n(.*?)```", README, re.DOTALL).group(1), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {"HOOK_SECRET": SECRET, "PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for _ in range(1000):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield port, process
        process.kill()


def test_the_receiver_of_the_page_takes_good_webhooks_once_and_refuses_others(receiver, make_delivery):
    port, process = receiver
    office = Subscription(name="office", channel="webhook", url=f"http://127.0.0.1:{port}/hook")
    message = word(make_delivery(), office)
    both = Secret(f"whsec_{base64.b64encode(b'n' * 32).decode()} {SECRET}")
    for secret in (Secret(SECRET), Secret(SECRET), both):
        assert webhook.send(message, office, secret) == "HTTP 204"
    with pytest.raises(DeliveryError, match="HTTP 401"):
        webhook.send(message, office, Secret("whsec_" + base64.b64encode(b"x" * 32).decode()))
    assert webhook.send(replace(message, id="msg_other"), office, Secret(SECRET)) == "HTTP 204"
    process.kill()
    lines = process.stdout.read().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("new Hospital Board & Harbour Medical University sign <agreement>")


def test_the_page_lists_every_key_of_the_body(make_delivery):
    schema = json.loads(ROOM.joinpath("alert-1.schema.json").read_text(encoding="utf-8"))
    body = word(make_delivery(), Subscription(name="office", channel="webhook")).data
    assert set(table("### The body")) == set(schema["properties"]) == set(schema["required"]) == set(body)
    assert set(schema["properties"]["cooperation"]["required"]) == set(body["cooperation"])
    row = next(line for line in README.splitlines() if line.startswith("| `cooperation`"))
    assert set(body["cooperation"]) <= set(re.findall(r"`([a-z]+)`", row))


def test_the_page_lists_every_header_of_a_mail(make_delivery):
    message = word(make_delivery(), Subscription(name="office", channel="email"))
    made = mail(message, "alerts@watch.example.org", "ann@example.net", "office", datetime.now(UTC))
    assert set(table("## Mail")) == set(made.keys()) - {"MIME-Version", "Content-Type"}


def in_words(seconds):
    return next(f"{seconds / size:g} {unit}" for size, unit in ((3600, "h"), (60, "min"), (1, "s")) if seconds >= size)


def test_the_page_tells_the_times_of_the_code():
    assert ", ".join(map(in_words, schedule.WEBHOOK_WAITS)) in README
    said = " ".join(README.split())
    assert "1 min, 5 min, 15 min, 1 h and then hourly, for three days" in said
    assert list(map(in_words, schedule.EMAIL_WAITS)) == ["1 min", "5 min", "15 min", "1 h"]
    assert schedule.EMAIL_LASTS == 3 * 86400
    assert f"within {webhook.DEADLINE:.0f} seconds" in said
    assert webhook.LONGEST_ANSWER == 64 << 10
    assert email.DEADLINE > 0


def test_the_page_names_files_that_exist():
    named = set(re.findall(r"`([a-z0-9_./-]+\.(?:py|json))`", README))
    assert {"rules.py", "webhook.py", "email.py", "../delivering.py"} <= named
    for name in named:
        assert ROOM.joinpath(name).is_file(), name
