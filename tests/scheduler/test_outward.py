"""What others see of the running service: systemd's datagrams, the dead man's switch, /healthz and /metrics."""

from __future__ import annotations

import http.client
import json
import logging
import os
import re
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import psutil
import pytest

from scheduler import metrics, pinging
from scheduler.alerts.secrets import Secret
from scheduler.config import Config, SourceConfig
from scheduler.config.reading import parse
from scheduler.demo.portals import Portals
from scheduler.demo.watching import Watch
from scheduler.listening import Listener
from scheduler.pinging import Pinger
from scheduler.systemd import Systemd
from storage import incidents, runs
from storage.database import Database
from storage.model import Run

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

# --- systemd --------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path):
    """A service manager's socket: a path, or a name that begins with a zero byte."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        name = str(tmp_path / "notify") if request.param == "path" else f"@coopwatch-test-{os.getpid()}"
        listening.bind(name if request.param == "path" else f"\0{name[1:]}")
        listening.settimeout(5)
        yield listening, name


def test_systemd_is_told_of_start_life_and_end_each_status_once(manager):
    listening, name = manager
    told = Systemd({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "7"}, 7)
    assert told.watchdog == 30.0
    told.ready("watching 5 sources")
    told.alive("watching 5 sources")
    told.alive("watching 5 sources; one\nmoved")
    told.stopping("SIGTERM")
    assert [listening.recv(4096).decode() for _ in range(4)] == [
        "READY=1\nSTATUS=watching 5 sources",
        "WATCHDOG=1",
        "WATCHDOG=1\nSTATUS=watching 5 sources; one moved",
        "STOPPING=1\nSTATUS=ending: SIGTERM",
    ]


@pytest.mark.parametrize(
    "environ",
    [{}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "5000000", "WATCHDOG_PID": "8"}],
    ids=["none", "no number", "zero", "another process"],
)
def test_without_a_manager_nothing_is_said_and_nobody_looks(environ):
    told = Systemd(environ, 7)
    assert told.watchdog is None
    told.ready("fine")


def test_a_manager_that_went_away_holds_nothing_up(tmp_path):
    began = time.monotonic()
    Systemd({"NOTIFY_SOCKET": str(tmp_path / "gone")}, 7).ready("fine")
    assert time.monotonic() - began < 1


# --- the dead man's switch ------------------------------------------------------------------------------------------


class Switch(HTTPServer):
    """Answers each ping with `status`, after `pause`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status, self.pause = 200, threading.Event()
        self.pause.set()
        super().__init__(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/secret-path"


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.server.pause.wait(5)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def switch():
    server = Switch()
    yield server
    server.pause.set()
    server.shutdown()
    server.server_close()


def test_a_ping_is_sent_at_most_once_a_minute(switch):
    now = [0.0]
    pinger = Pinger(Secret(switch.url), "coopwatch-test", clock=lambda: now[0])
    pinger.ping().join(10)
    assert pinger.ping() is None
    now[0] = pinging.APART
    pinger.ping().join(10)
    pinger.close()
    assert switch.asked == ["/secret-path"] * 2


def test_a_ping_never_holds_up_whoever_sends_it_and_two_are_never_under_way(switch):
    switch.pause.clear()
    now = [0.0]
    pinger = Pinger(Secret(switch.url), "coopwatch-test", clock=lambda: now[0])
    began = time.monotonic()
    thread = pinger.ping()
    assert time.monotonic() - began < 0.5
    now[0] = 1000.0
    assert pinger.ping() is None
    switch.pause.set()
    thread.join(10)
    pinger.close()


def test_a_switch_out_of_reach_is_logged_once_without_its_address(switch, caplog):
    now = [0.0]
    pinger = Pinger(Secret(switch.url), "coopwatch-test", clock=lambda: now[0])
    with caplog.at_level(logging.INFO):
        for number, status in enumerate((500, 500, 200), 1):
            switch.status, now[0] = status, number * 100.0
            pinger.ping().join(10)
    pinger.close()
    assert [one.getMessage() for one in caplog.records if "switch" in one.getMessage()] == [
        "the dead man's switch cannot be reached: http 500",
        "the dead man's switch is reached again",
    ]
    assert "secret-path" not in caplog.text


def test_a_switch_nobody_listens_at_is_named_by_its_class(caplog):
    pinger = Pinger(Secret("http://127.0.0.1:9/secret-path"), "coopwatch-test")
    pinger.ping().join(10)
    pinger.close()
    assert "cannot be reached: connect" in caplog.text
    assert "secret-path" not in caplog.text


# --- HTTP on loopback -----------------------------------------------------------------------------------------------


@pytest.fixture
def listener():
    def broken():
        raise ValueError("x")

    opened = Listener("127.0.0.1", 0, {"/healthz": lambda: (200, "text/plain", "fine\n"), "/broken": broken})
    yield opened
    opened.close()


def asked(port, method="GET", path="/healthz", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ({}, (200, "fine\n")),
        ({"path": "/healthz?x=1"}, (200, "fine\n")),
        ({"method": "HEAD"}, (200, "")),
        ({"method": "POST"}, (405, "only GET\n")),
        ({"path": "/"}, (404, "there are: /healthz, /broken\n")),
        ({"path": "/broken"}, (500, "a fault of coopwatch; see the log\n")),
        ({"Host": "evil.example"}, (403, "not under this name\n")),
        ({"Host": "localhost:1"}, (200, "fine\n")),
    ],
)
def test_loopback_is_answered(listener, question, answer):
    assert asked(listener.port, **question) == answer


@pytest.mark.parametrize(
    "words", [b"", b"\r\n\r\n", b"\xff" * 8192, b"GET /healthz\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n"]
)
def test_rubbish_is_refused_and_the_next_visitor_is_answered(listener, words):
    with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as visitor:
        visitor.sendall(words)
        visitor.shutdown(socket.SHUT_WR)
        assert visitor.recv(100)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 403")
    assert asked(listener.port) == (200, "fine\n")


def test_a_visitor_who_says_nothing_is_sent_away_within_seconds(listener):
    with socket.create_connection(("127.0.0.1", listener.port)):
        began = time.monotonic()
        assert asked(listener.port) == (200, "fine\n")
        assert time.monotonic() - began < 5


# --- figures --------------------------------------------------------------------------------------------------------

SAMPLE = re.compile(r'^[a-z_]+(\{[a-z]+="(?:[^"\\\n]|\\.)*"(,[a-z]+="(?:[^"\\\n]|\\.)*")*\})? -?[0-9.e+]+$')


def test_the_figures_are_what_the_journal_holds_in_the_form_prometheus_reads(tmp_path):
    config = Config(sources={"one": SourceConfig(), "off": SourceConfig(enabled=False)})
    with Database.open(tmp_path / "x.db") as db:
        for minutes, outcome in ((2000, "moved"), (30, "moved"), (15, "failed")):
            at = NOW - timedelta(minutes=minutes)
            runs.journal(db, Run("one", at, at, outcome, trouble=None if outcome == "moved" else "dns: none"))
        incidents.open_(db, "disk", "/data", {}, NOW)
        text = metrics.exposition(metrics.gather(db, config, NOW, NOW))
    lines = text.splitlines()
    assert all(SAMPLE.match(line) for line in lines if not line.startswith("#")), text
    assert 'coopwatch_source_failures{source="one"} 1' in lines
    assert 'coopwatch_source_checks_last_day{source="one",outcome="moved"} 1' in lines
    assert f'coopwatch_source_last_good_seconds{{source="one"}} {int(NOW.timestamp()) - 1800}' in lines
    assert 'coopwatch_incidents_open_by_kind{kind="disk"} 1' in lines
    assert 'coopwatch_deliveries{state="dead"} 0' in lines
    helped = [line.split()[2] for line in lines if line.startswith("# HELP")]
    assert len(helped) == len(set(helped))
    assert "off" not in text


def test_a_label_cannot_break_out_of_its_quotes():
    text = metrics.exposition([metrics.Metric("x", "a\nb", (({"k": 'a"b\\c\nd'}, 1.5),))])
    assert text == '# HELP x a\\nb\n# TYPE x gauge\nx{k="a\\"b\\\\c\\nd"} 1.5\n'


# --- the configuration ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["0.0.0.0:9108", "example.org:80", "127.0.0.1", "127.0.0.1:99999", "[::]:80", "9108"])
def test_figures_are_told_on_this_machine_only(place):
    _, faults = parse(f'[service]\nmetrics = "{place}"\n', ())
    assert [fault.key for fault in faults] == ["service.metrics"]


def test_ping_and_its_variable_together_are_refused_and_a_user_in_it_too():
    _, faults = parse('[service]\nping = "https://a.example/x"\nping_env = "X"\n', ())
    assert [fault.key for fault in faults] == ["service.ping_env"]
    _, faults = parse('[service]\nping = "https://u:hidden@a.example/x"\n', ())
    assert "hidden" not in str(faults)


# --- all of it, in the service --------------------------------------------------------------------------------------


def test_the_service_tells_of_itself_and_stays_small_and_asks_no_portal_for_it(tmp_path, switch, monkeypatch):
    with (
        Portals([]) as web,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        port = free.getsockname()[1]
        free.close()
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "1500000")
        watch = Watch(tmp_path / "watch", web, every="1h")
        text = watch.config.read_text()
        more = f'[service]\nping = "{switch.url}"\nmetrics = "127.0.0.1:{port}"\n'
        watch.config.write_text(text.replace("[service]\n", more, 1))
        process = watch.start()
        try:
            assert manager.recv(4096).startswith(b"READY=1\nSTATUS=watching 5 sources")
            while b"WATCHDOG=1" not in manager.recv(4096):
                pass
            ends = time.monotonic() + 30
            while not switch.asked and time.monotonic() < ends:
                time.sleep(0.05)
            assert switch.asked == ["/secret-path"]
            seen = len(web.asked)
            assert seen
            status, body = asked(port, path="/healthz")
            assert (status, json.loads(body)["alive"]) == (200, True)
            status, body = asked(port, path="/metrics")
            assert status == 200
            assert "coopwatch_up 1" in body
            time.sleep(0.5)
            assert len(web.asked) == seen
            held = psutil.Process(process.pid).memory_info().rss
        finally:
            watch.stop()
        rest = b""
        while b"STOPPING=1" not in rest:
            rest = manager.recv(4096)
    assert "secret-path" not in watch.log.read_text()
    assert held < 60e6, f"{held / 1e6:.1f} MB"
