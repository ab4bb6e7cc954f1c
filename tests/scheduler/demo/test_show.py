"""The demo plays to its end, judges itself by what really came, and says clearly what it lacks."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

import psutil
import pytest
import requests

from scheduler.demo import gia
from scheduler.demo.invented import stock
from scheduler.demo.plain import run_plain_scrapy
from scheduler.demo.portals import Portals
from scheduler.demo.receivers import Hook, Mail, WebhookReceiver
from scheduler.demo.result import Outcome, faults
from scheduler.demo.show import FolderError, main


def processes_below():
    return {child.pid for child in psutil.Process().children(recursive=True)}


def test_the_demo_plays_to_its_end_keeps_what_came_and_leaves_no_process(tmp_path, capsys):
    before = processes_below()
    assert main(keep=tmp_path / "kept") == 0
    shown = capsys.readouterr().out
    assert "All 4 alerts came by webhook and 3 by mail" in shown
    assert len(list((tmp_path / "kept" / "mails").glob("*.eml"))) == 3
    assert len(list((tmp_path / "kept" / "webhooks").glob("*.json"))) == 4
    assert (tmp_path / "kept" / "coopwatch.db").exists()
    assert processes_below() == before


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FolderError, match="not empty"):
        main(keep=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["standardwebhooks", "aiosmtpd"])
def test_without_its_extra_the_demo_says_what_to_install(name):
    words = (
        f"import sys; sys.modules['{name}'] = None; sys.modules['{name}.controller'] = None\n"
        "from scheduler.cli import run\nsys.exit(run(['demo']))"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 69
    assert f"needs {name}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_webhook_with_a_wrong_signature_is_refused_and_not_counted():
    with WebhookReceiver() as hooks:
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(datetime.now(UTC).timestamp()))}
        answer = requests.post(hooks.url, data=b"{}", headers={**headers, "webhook-signature": "v1,AAAA"}, timeout=5)
        assert answer.status_code == 401
        assert hooks.accepted == []
        assert [hook.verified for hook in hooks.received] == [False]


# --- the judgement, on outcomes put together by hand -------------------------------------------------------------

AT = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


def outcome(**changed):
    """One English co-operation release, published and told by webhook and mail: nothing to find fault with."""
    issued = gia.issue(next(one for one in stock() if one.name == "marrow-registry"), 1, AT)
    hook = Hook(AT, "msg_1", {"url": issued.url, "kind": "new"}, verified=True, status=204)
    mail = Mail(AT, ("reader@demo.example",), f"Subject: x\n\n{issued.url}\n".encode())
    good = Outcome(
        issued=[issued],
        hooks=[hook],
        mails=[mail],
        expected=[(issued.url, "new")],
        releases=[{"key": issued.key, "cooperation": 1}],
        exit_code=0,
    )
    return replace(good, **changed)


def test_an_outcome_in_which_all_came_once_has_no_fault():
    assert faults(outcome()) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"hooks": []}, "no webhook told"),
        ({"hooks": outcome().hooks * 2}, "2 webhooks told"),
        ({"hooks": [replace(outcome().hooks[0], verified=False)]}, "did not verify"),
        ({"expected": []}, "was not due"),
        ({"mails": []}, "0 mails came, 1 were due"),
        ({"mails": outcome().mails * 2}, "2 mails came, 1 were due"),
        ({"mails": [replace(outcome().mails[0], raw=b"Subject: x\n\nnothing\n")]}, "no mail told"),
        ({"first_sight_alerts": 1}, "first sight"),
        ({"releases": []}, "was never recorded"),
        ({"releases": [{**outcome().releases[0], "cooperation": 0}]}, "coopwatch says otherwise"),
        ({"exit_code": -9}, "exit code -9"),
        ({"stalled": "nothing came"}, "nothing came"),
    ],
)
def test_whatever_went_wrong_is_a_fault(changed, said):
    assert any(said in fault for fault in faults(outcome(**changed)))


def test_the_plain_spider_of_the_bench_reads_every_page_of_an_index(tmp_path):
    releases = [one for one in stock() if (one.portal, one.language, one.when) == ("gia", "en", "before")]
    with Portals(clock=lambda: AT) as web:
        for one in releases:
            web.publish(one, at=AT)
        listing = f"{web.base('gia')}/gia/general/202611/21.htm"
        assert run_plain_scrapy([listing], tmp_path / "pages.jsonl") == len(releases)
