"""Keeps webhooks away from addresses that are not the world's: the check is made on the very address we connect to.

Checking a name first and connecting later asks the name service twice, and the second answer may differ. Not here: what
a URL in the configuration may look like (scheduler.config).
"""

from __future__ import annotations

import ipaddress
import socket

from scheduler.alerts.errors import AddressError
from scheduler.timed import Bell

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# The spellings of this machine that an operator may write. Any other way to say it is somebody's trick.
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
# Networks beyond what `ipaddress` calls not global; it differs between Python versions (RELIABILITY.md 7.5).
REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "100.64.0.0/10",  # shared by providers, and cloud metadata at 100.100.100.200
        "192.0.0.0/24",  # protocol assignments, and Oracle's metadata
        "192.88.99.0/24",  # 6to4 relays
        "::/96",  # IPv4 inside IPv6, as it was long ago
        "64:ff9b::/96",  # NAT64
        "64:ff9b:1::/48",  # NAT64, local
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fec0::/10",  # site-local, as it was long ago
    )
)
CONNECT_TIMEOUT = 10.0  # seconds for one address, of several that a name may have


def is_public(address: str) -> bool:
    """Return whether an IP address, with or without a zone, belongs to the world at large."""
    try:
        ip: Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    odd = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    return ip.is_global and not odd and not any(ip.version == net.version and ip in net for net in REFUSED)


def is_strange(host: str) -> bool:
    """Return whether a host, as it is written, can only be an address that `connect` refuses; names are looked up then.

    An IPv4 address has more spellings than four numbers: `127.1`, `2130706433`, `0x7f.1` (inet_aton(3)).
    """
    said = host.strip("[]").casefold()
    if said in LOOPBACK_HOSTS:
        return False
    plain = said.rstrip(".")
    if plain in LOOPBACK_HOSTS:  # any other way to say it
        return True
    try:
        plain = socket.inet_ntoa(socket.inet_aton(plain)) if ":" not in plain else plain.partition("%")[0]
        ipaddress.ip_address(plain)
    except (OSError, ValueError):
        return False
    return not is_public(plain)


def connect(host: str, port: int, bell: Bell, *, allow_private: bool = False) -> socket.socket:
    """Return a connected socket to one of the addresses of a host, after all of them were found good.

    Args:
        host: as it stands in the configuration; `localhost`, `127.0.0.1` and `::1` mean this machine and may be used.
        port: the port.
        bell: the deadline; it watches the socket.
        allow_private: any address will do (the operator's own network).

    Raises:
        AddressError: an address is private, or the name has one that is. Nothing was connected.
        OSError: the name does not resolve, or nobody answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not allow_private:
        _check(host, [str(entry[4][0]) for entry in found])
    trouble: OSError = OSError(f"{host} has no address")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(min(CONNECT_TIMEOUT, bell.left()))
            sock.connect(address)
            bell.watch(sock)
        except OSError as error:
            sock.close()
            trouble = error
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise trouble


def _check(host: str, addresses: list[str]) -> None:
    if host.strip("[]").lower() in LOOPBACK_HOSTS:
        strange = [one for one in addresses if not ipaddress.ip_address(one.partition("%")[0]).is_loopback]
    else:
        strange = [one for one in addresses if not is_public(one)]
    for address in strange:
        raise AddressError(
            f"{host} is at {address}, which is not a public address;"
            " if that is your own network, set allow_private = true in the subscription"
        )


def check_scheme(scheme: str, host: str, *, allow_private: bool = False) -> None:
    """Refuse what is not https, before any name is resolved.

    Raises:
        AddressError: not https, nor http to this machine or, with `allow_private`, to the operator's own network.
    """
    own = allow_private or host.strip("[]").lower() in LOOPBACK_HOSTS
    if scheme != "https" and not (scheme == "http" and own):
        raise AddressError(
            "the address must be https; http is for this machine and, with allow_private = true, one's own network"
        )
