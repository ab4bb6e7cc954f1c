"""Chats by Apprise, which posts to a server of ours on loopback."""

from __future__ import annotations

import json

import pytest

from scheduler.alerts import chat
from scheduler.alerts.channels import Context, channel
from scheduler.alerts.errors import DeliveryError, SecretError
from scheduler.alerts.message import Message
from scheduler.config import Config, Subscription

pytest.importorskip("apprise", reason="the extra `chat` is not installed")

MESSAGE = Message("msg_1", "New: 簽署 <b>", "first\n\nsecond {{7*7}}", "<p>text</p>", {})
OK, BAD = (f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode() for status in (200, 500))
TEAM = Subscription(name="team", channel="apprise", url_env="TEAM_CHAT")


def deliver(accepted: frozenset[str] = frozenset()) -> str:
    return chat.deliver(MESSAGE, TEAM, Context(Config()), accepted)


def test_a_service_gets_title_and_text(answering, monkeypatch) -> None:
    server = answering(OK)
    monkeypatch.setenv("TEAM_CHAT", f"json://127.0.0.1:{server.port}/token-1")
    assert deliver().startswith("taken by ")
    body = json.loads(server.requests[0][1])
    assert (body["title"], body["message"]) == (MESSAGE.subject, MESSAGE.text)


def test_a_service_that_refuses_is_tried_again_alone(answering, monkeypatch) -> None:
    good, bad = answering(OK), answering(BAD)
    addresses = [f"json://127.0.0.1:{one.port}/token" for one in (good, bad)]
    monkeypatch.setenv("TEAM_CHAT", ", ".join(addresses))
    with pytest.raises(DeliveryError, match="1 of 2 took it") as raised:
        deliver()
    assert not raised.value.permanent
    assert len(raised.value.accepted) == 1
    with pytest.raises(DeliveryError):
        deliver(raised.value.accepted)
    assert (len(good.requests), len(bad.requests)) == (1, 2)


def test_addresses_are_never_shown(monkeypatch, capfd, caplog) -> None:
    monkeypatch.setenv("TEAM_CHAT", "json://127.0.0.1:1/very-secret-token, nonsense:very-secret-token")
    with pytest.raises(DeliveryError, match="1 of 2 addresses are none that apprise knows") as raised:
        deliver()
    shown = str(raised.value) + caplog.text + "".join(capfd.readouterr())
    assert "very-secret-token" not in shown


def test_a_probe_reads_the_addresses_and_sends_nothing(answering, monkeypatch) -> None:
    server = answering(OK)
    monkeypatch.setenv("TEAM_CHAT", f"json://127.0.0.1:{server.port}")
    assert chat.probe(TEAM, Config()).startswith("apprise knows how to reach")
    assert server.requests == []
    monkeypatch.delenv("TEAM_CHAT")
    with pytest.raises(SecretError):
        chat.probe(TEAM, Config())


def test_the_channel_is_found_by_its_name() -> None:
    assert channel("apprise") is chat
