"""Programs as receivers: what they get, how they end, and that nothing of theirs is left running."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from scheduler.alerts import command
from scheduler.alerts.channels import Context, channel
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import Message
from scheduler.config import Config, Email, Subscription

MESSAGE = Message("msg_1", "New: 簽署", "text", "<p>text</p>", {"title": "`id` $(id) 簽署"})


def calling(code: str, **rest: object) -> Subscription:
    return Subscription(name="desk", channel="command", command=(sys.executable, "-c", code), **rest)  # type: ignore[arg-type]


def deliver(subscription: Subscription, config: Config | None = None) -> str:
    return command.deliver(MESSAGE, subscription, Context(config or Config()), frozenset())


def test_the_program_gets_the_body_and_the_id(tmp_path: Path) -> None:
    out = tmp_path / "got.json"
    code = (
        f"import sys, os, json; json.dump([json.load(sys.stdin), os.environ['COOPWATCH_MESSAGE_ID'],"
        f" os.environ['COOPWATCH_SUBSCRIPTION']], open({str(out)!r}, 'w')); print('kept')"
    )
    assert deliver(calling(code)) == "ended with 0: kept"
    assert json.loads(out.read_text()) == [MESSAGE.data, "msg_1", "desk"]


def test_no_shell_looks_at_the_arguments(tmp_path: Path) -> None:
    argv = (sys.executable, "-c", "import sys; print(sys.argv[1])", f"$(touch {tmp_path}/made)")
    assert "$(touch" in deliver(Subscription(name="desk", channel="command", command=argv))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("code", "permanent"), [(1, False), (75, False), (65, True)])
def test_another_code_than_0_is_a_failure_and_65_is_for_good(code: int, permanent: bool) -> None:
    with pytest.raises(DeliveryError, match=f"ended with {code}: no room") as raised:
        deliver(calling(f"print('no room'); raise SystemExit({code})"))
    assert raised.value.permanent is permanent


def test_a_program_that_hangs_is_ended_with_all_it_started(tmp_path: Path) -> None:
    out = tmp_path / "pid"
    code = (
        "import subprocess, sys, time;"
        f"p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(out)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    )
    began = time.monotonic()
    with pytest.raises(DeliveryError, match="did not end within 2 s"):
        deliver(calling(code, timeout=2.0))
    assert time.monotonic() - began < 10
    for _ in range(50):
        if not _runs(int(out.read_text())):
            break
        time.sleep(0.1)
    assert not _runs(int(out.read_text()))


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_program_that_neither_reads_nor_stops_talking_is_fine() -> None:
    code = "import sys; sys.stdin.close(); sys.stdout.write('x' * 5_000_000); print(); print('end\\x1b[31m')"
    assert deliver(calling(code)) == "ended with 0: end [31m"


def test_the_secrets_of_other_channels_are_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    config = Config(email=Email(host="mail.example.org", from_="a@example.org", user="a", password_env="MAIL_PASSWORD"))
    assert deliver(calling("import os; print(os.environ.get('MAIL_PASSWORD'))"), config) == "ended with 0: None"
    assert os.environ["MAIL_PASSWORD"] == "hunter2"


def test_a_program_that_is_not_there_is_named() -> None:
    missing = Subscription(name="desk", channel="command", command=("no-such-program",))
    with pytest.raises(DeliveryError, match="no-such-program cannot be started: No such file"):
        deliver(missing)
    with pytest.raises(DeliveryError, match="not a program that can be run"):
        command.probe(missing, Config())
    assert "can be run" in command.probe(calling(""), Config())


def test_the_channel_is_found_by_its_name() -> None:
    assert channel("command") is command
