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
    told = make_delivery()
    digest = replace(told, id=2, message_id="msg_digest", notice=None, what="digest", members=(told, told))
    notice = replace(told, id=3, message_id="msg_notice", notice=None, what="notice", body={"kind": "disk"})
    for other in (digest, notice):
        assert webhook.send(word(other, office), office, Secret(SECRET)) == "HTTP 204"
    lines = [process.stdout.readline().rstrip("\n") for _ in range(4)]  # each is printed after its answer
    process.kill()
    assert process.stdout.read() == ""
    assert lines[2].startswith("digest Hospital Board")
    assert lines[3] == "notice.told disk "
    assert lines[0].startswith("release.new Hospital Board & Harbour Medical University sign <agreement>")


def keys_of(what):
    """Return the keys that the schema of a body knows, all of which must be there."""
    schema = json.loads(ROOM.joinpath(f"{what}-1.schema.json").read_text(encoding="utf-8"))
    assert set(schema["required"]) == set(schema["properties"])
    return schema["properties"]


def row(start):
    """Return the names in backquotes of the row that starts so."""
    return set(re.findall(r"`([a-z_]+)`", next(line for line in README.splitlines() if line.startswith(start))))


def test_the_page_lists_every_key_of_the_body(make_delivery):
    known = keys_of("alert")
    body = word(make_delivery(), Subscription(name="office", channel="webhook")).data
    assert set(table("### The body")) == set(known) == set(body)
    assert set(known["cooperation"]["required"]) == set(body["cooperation"]) <= row("| `cooperation`")
    assert set(known["watch"]["anyOf"][1]["properties"]) <= row("| `watch` | the checks in short")
    schema = json.loads(ROOM.joinpath("alert-1.schema.json").read_text(encoding="utf-8"))
    assert set(schema["$defs"]["edition"]["properties"]) <= row("| `editions`")


def test_the_page_lists_every_key_of_a_digest_and_of_a_notice(make_delivery):
    office, one = Subscription(name="office", channel="webhook"), make_delivery()
    digest = word(replace(one, notice=None, what="digest", members=(one,)), office).data
    known = keys_of("digest")
    assert set(table("### The body of a digest")) == set(known) == set(digest)
    assert set(known["stories"]["items"]["properties"]) == set(digest["stories"][0]) <= row("| `stories`")
    assert set(known["stories"]["items"]["properties"]["alerts"]["items"]["properties"]) <= row("| `stories`")
    ledger = known["watch"]["anyOf"][1]["properties"]
    assert {*ledger, *ledger["sources"]["items"]["properties"]} <= row("| `watch` | every source")
    notice = word(replace(one, notice=None, what="notice", body={"kind": "disk"}), office).data
    assert set(table("### The body of a notice")) == set(keys_of("notice")) == set(notice)


def test_the_page_lists_every_header_of_a_mail(make_delivery):
    message = replace(word(make_delivery(), Subscription(name="office", channel="email")), story="a story")
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
