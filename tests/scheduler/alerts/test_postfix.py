"""Mail through a real Postfix on loopback: taken, greylisted, refused, under STARTTLS, and kept in a mailbox."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import ClassVar

import pytest
import trustme

from scheduler.alerts import email as channel
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import Message
from scheduler.config import Email, Subscription

MESSAGE = Message("msg_0123456789", "New: 器官移植", "text 器官\n", "<p>html</p>\n", {})
SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"""
SETTINGS = """\
compatibility_level = 3.6
queue_directory = {here}/queue
data_directory = {here}/data
maillog_file = {here}/log
maillog_file_prefixes = {here}
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.net
mydestination =
virtual_mailbox_domains = example.net
virtual_mailbox_base = {here}/mail
virtual_mailbox_maps = static:box/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{judge}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {here}/chain.pem
smtpd_tls_key_file = {here}/chain.pem
smtputf8_enable = yes
"""


class Judge(socketserver.StreamRequestHandler):
    """Postfix asks it about each recipient (its policy delegation protocol); it answers what `verdicts` says."""

    verdicts: ClassVar[dict[str, list[str]]] = {}

    def handle(self) -> None:
        asked: dict[str, str] = {}
        for raw in self.rfile:
            name, found, value = raw.decode().strip().partition("=")
            if found:
                asked[name] = value
                continue
            left = self.verdicts.get(asked.get("recipient", ""), [])
            self.wfile.write(f"action={left.pop(0) if left else 'DUNNO'}\n\n".encode())
            asked.clear()


class Postfix:
    """A Postfix with a folder of its own."""

    def __init__(self, here: Path, port: int) -> None:
        self.here, self.port = here, port

    def run(self, verb: str) -> None:
        subprocess.run(["postfix", "-c", str(self.here / "etc"), verb], check=True, capture_output=True, timeout=30)

    def mails(self, count: int) -> list[EmailMessage]:
        """Return the mails in the box, once there are `count`."""
        ends = time.monotonic() + 20
        while time.monotonic() < ends:
            found = list((self.here / "mail/box/new").glob("*"))
            if len(found) >= count:
                return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in found]  # type: ignore[misc]
            time.sleep(0.05)
        raise AssertionError((self.here / "log").read_text())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def postfix(authority: trustme.CA) -> Iterator[Postfix]:
    if shutil.which("postfix") is None or os.getuid() != 0:
        pytest.skip("needs Postfix (Debian: apt-get install postfix) and root, as which it starts")
    # Not pytest's own folder: Postfix's user could not enter it.
    here = Path(tempfile.mkdtemp(prefix="coopwatch-postfix-"))
    here.chmod(0o755)
    user = pwd.getpwnam("postfix")
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Judge) as judge:
        judge.daemon_threads = True
        threading.Thread(target=judge.serve_forever, daemon=True).start()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        for name in ("etc", "queue", "data", "mail"):
            (here / name).mkdir()
        for name in ("data", "mail"):
            os.chown(here / name, user.pw_uid, user.pw_gid)
        cert = authority.issue_cert("localhost", "127.0.0.1")
        cert.private_key_and_cert_chain_pem.write_to_path(here / "chain.pem")
        values = {"here": here, "uid": user.pw_uid, "gid": user.pw_gid, "judge": judge.server_address[1]}
        (here / "etc/main.cf").write_text(SETTINGS.format(**values))
        (here / "etc/master.cf").write_text(SERVICES.format(port=port))
        server = Postfix(here, port)
        try:
            server.run("start")
            yield server
        finally:
            subprocess.run(["postfix", "-c", str(here / "etc"), "stop"], check=False, capture_output=True, timeout=30)
            judge.shutdown()
            shutil.rmtree(here, ignore_errors=True)


@pytest.fixture(autouse=True)
def empty_box(postfix: Postfix) -> None:
    Judge.verdicts.clear()
    shutil.rmtree(postfix.here / "mail/box", ignore_errors=True)


def settings(server: Postfix, security: str = "none") -> Email:
    return Email(host="localhost", port=server.port, security=security, from_="Watch <alerts@watch.example.org>")


def office(*to: str) -> Subscription:
    return Subscription(name="office", channel="email", to=to or ("ann@example.net",))


def test_a_mail_lies_in_the_box_as_it_was_meant(postfix: Postfix) -> None:
    assert "accepted by localhost" in channel.send(MESSAGE, office(), settings(postfix), None)
    (mail,) = postfix.mails(1)
    assert mail["Subject"] == "New: 器官移植"
    assert mail["X-Alert-ID"] == MESSAGE.id
    assert mail.get_body(("plain",)).get_content().splitlines() == MESSAGE.text.splitlines()  # type: ignore[union-attr]
    assert len(mail.defects) == 0


def test_greylisting_passes_under_the_same_message_id(postfix: Postfix) -> None:
    Judge.verdicts["ann@example.net"] = ["DEFER_IF_PERMIT greylisted, come back in 300 s"]
    with pytest.raises(DeliveryError, match=r"recipient refused: 450 .*greylisted") as raised:
        channel.send(MESSAGE, office(), settings(postfix), None)
    assert not raised.value.permanent
    channel.send(MESSAGE, office(), settings(postfix), None)
    first = postfix.mails(1)[0]["Message-ID"]
    channel.send(MESSAGE, office(), settings(postfix), None)
    assert {mail["Message-ID"] for mail in postfix.mails(2)} == {first}


def test_a_recipient_that_is_refused_for_good_is_told_from_one_that_is_not(postfix: Postfix) -> None:
    Judge.verdicts["bob@example.net"] = ["REJECT no such user"]
    with pytest.raises(DeliveryError, match="1 of 2 recipients have it") as raised:
        channel.send(MESSAGE, office("ann@example.net", "bob@example.net"), settings(postfix), None)
    assert raised.value.permanent
    assert raised.value.accepted == {"ann@example.net"}
    assert [mail["To"] for mail in postfix.mails(1)] == ["ann@example.net"]


def test_another_domain_is_not_relayed_and_that_is_for_good(postfix: Postfix) -> None:
    with pytest.raises(DeliveryError, match="recipient refused: 554") as raised:
        channel.send(MESSAGE, office("eve@elsewhere.example"), settings(postfix), None)
    assert raised.value.permanent


def test_starttls_is_verified(postfix: Postfix, authority: trustme.CA) -> None:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    channel.send(MESSAGE, office(), settings(postfix, "starttls"), None, context=trusting)
    (mail,) = postfix.mails(1)
    assert "with ESMTPS" in mail["Received"]
    with pytest.raises(DeliveryError, match="certificate is refused") as raised:
        channel.send(MESSAGE, office(), settings(postfix, "starttls"), None)
    assert not raised.value.permanent
