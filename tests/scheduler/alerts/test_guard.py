"""Where a webhook may go, and where no spelling leads."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from scheduler.alerts import webhook
from scheduler.alerts.errors import AddressError, DeliveryError
from scheduler.alerts.guard import check_scheme, connect, is_public
from scheduler.alerts.message import Message
from scheduler.alerts.secrets import Secret
from scheduler.config import Subscription
from scheduler.timed import Bell

SECRET = Secret("whsec_" + "A" * 32)
MESSAGE = Message("msg_1", "Subject", "text", "<p>html</p>", {"title": "x"})
# RELIABILITY.md 7.5, without the three spellings of this machine that an operator may write.
SPELLINGS = [
    *("rebinding.example", "mixed.example", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0"),
    *("[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]"),
    *("10.0.0.1", "172.16.9.9", "192.168.1.1", "169.254.169.254", "100.100.100.200", "192.0.0.192"),
    *("[fd00:ec2::254]", "[fe80::1]", "[fec0::1]", "224.0.0.1", "255.255.255.255"),
    *("127.0.0.1.", "localhost.", "①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.2", "private.example", "[::ffff:7f00:1]"),
]


@pytest.fixture
def names(monkeypatch):
    """Give names to resolve as a name service with bad intentions would, and numbers as the C library does."""
    asked = {"rebinding.example": 0}
    plain = socket.getaddrinfo

    def resolve(host, port, *args, **kwargs):
        host = host.decode() if isinstance(host, bytes) else host
        if host == "rebinding.example":
            asked[host] += 1
            found = ["93.184.215.14"] if asked[host] == 1 else ["127.0.0.1"]
        elif host in {"mixed.example", "private.example"}:
            found = ["93.184.215.14", "127.0.0.1"] if host == "mixed.example" else ["127.0.0.1"]
        elif host in {"localhost", "localhost."}:
            found = ["127.0.0.1"]
        elif ":" in host:
            return plain(host, port, *args, **kwargs)
        else:
            try:
                found = [socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))]
            except OSError:
                raise socket.gaierror(socket.EAI_NONAME, "no such name") from None
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.fixture
def canary(raw_server):
    """Open a server that nobody may connect to."""
    return raw_server(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))


def hook(host, port, **more):
    # What the configuration would refuse must be refused here once more.
    return Subscription(name="x", channel="webhook", url=f"http://{host}:{port}/hook", **more)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_private_address_is_connected_to(host, scheme, names, canary, monkeypatch):
    if host == "rebinding.example":
        names[host] = 1  # somebody has validated it before: the answer from now on is this machine
    # Without the rule about http, so that each spelling reaches the guard itself.
    monkeypatch.setattr("scheduler.alerts.guard.check_scheme", lambda *_args, **_more: None)
    subscription = Subscription(
        name="x", channel="webhook", url=f"{scheme}://{host}:{canary.port}/hook", allow_private=None
    )
    with pytest.raises(DeliveryError):
        webhook.send(MESSAGE, subscription, SECRET)
    assert canary.connections == 0


def test_checking_first_and_connecting_later_is_beaten_by_a_rebinding_name(names, canary):
    """The control: what the guard is there for."""
    host = "rebinding.example"
    assert all(is_public(entry[4][0]) for entry in socket.getaddrinfo(host, canary.port))
    found = socket.getaddrinfo(host, canary.port)
    with socket.create_connection(found[0][4]):
        pass
    assert found[0][4][0] == "127.0.0.1"


@pytest.mark.parametrize("address", [r"http://127.0.0.1\@example.com/", "http://example.com\\@127.0.0.1/"])
def test_an_address_that_parsers_disagree_about_is_not_connected_to(address, names, canary):
    subscription = Subscription(name="x", channel="webhook", url=address, allow_private=None)
    with pytest.raises(DeliveryError):
        webhook.send(MESSAGE, subscription, SECRET)
    assert canary.connections == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_this_machine_may_be_named_plainly(host, names, canary):
    assert webhook.send(MESSAGE, hook(host, canary.port, allow_private=None), SECRET) == "HTTP 200"
    assert canary.connections == 1


def test_ones_own_network_may_be_allowed(names, canary):
    """Stands for an intranet: a name that leads to a private address."""
    with pytest.raises(AddressError, match="allow_private = true"):
        webhook.send(MESSAGE, hook("private.example", canary.port, allow_private=False), SECRET)
    assert webhook.send(MESSAGE, hook("private.example", canary.port, allow_private=True), SECRET) == "HTTP 200"
    assert canary.connections == 1


def test_localhost_that_leads_away_is_refused(monkeypatch, canary):
    away = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", canary.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: away)
    with Bell(5) as bell, pytest.raises(AddressError, match="not a public address"):
        connect("localhost", canary.port, bell)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("::ffff:93.184.215.14", True),
        ("::ffff:10.0.0.1", False),
        ("100.64.0.1", False),
        ("192.0.0.192", False),
        ("192.88.99.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::1", False),
        ("2001:0:1::1", False),
        ("2002:a00:1::", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("fec0::1", False),
        ("fe80::1%eth0", False),
        ("ff0e::1", False),
        ("::", False),
        ("::1", False),
        ("0.0.0.0", False),
        ("240.0.0.1", False),
        ("not an address", False),
    ],
)
def test_only_the_worlds_own_addresses_are_public(address, public):
    assert is_public(address) is public


def test_everything_ipaddress_calls_private_is_refused_too():
    for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7"):
        assert not is_public(str(ipaddress.ip_network(net)[1]))


@pytest.mark.parametrize(
    ("scheme", "host", "own", "fine"),
    [
        ("https", "example.org", False, True),
        ("http", "127.0.0.1", False, True),
        ("http", "::1", False, True),
        ("http", "intranet.example", True, True),
        ("http", "example.org", False, False),
        ("ftp", "127.0.0.1", True, False),
        ("", "", False, False),
    ],
)
def test_nothing_crosses_a_network_in_the_clear_unless_it_is_ones_own(scheme, host, own, fine):
    if fine:
        check_scheme(scheme, host, allow_private=own)
    else:
        with pytest.raises(AddressError, match="https"):
            check_scheme(scheme, host, allow_private=own)
