"""Python loads this by itself at start (PYTHONPATH, set in conftest.py): no process of a test may leave the loopback.

Not a mock: sockets work as ever, but connecting or sending anywhere else raises, and other names do not resolve.
"""

import ipaddress
import socket
import sys

REFUSED: list[str] = []


class OutsideConnectionError(RuntimeError):
    """A test, or a process it started, tried to reach something that is not on this machine."""


def is_loopback(host: object) -> bool:
    """Tell whether `host`, a name or an address, can only mean this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in {"", "localhost"} or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def is_numeric(host: object) -> bool:
    """Tell whether looking `host` up needs no name service."""
    try:
        ipaddress.ip_address((host.decode() if isinstance(host, bytes) else str(host)).partition("%")[0])
    except ValueError:
        return False
    return True


def watch(event: str, args: tuple) -> None:
    """Refuse what would leave the machine."""
    if event in {"socket.connect", "socket.sendto"}:
        sock, address = args
        if sock.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(address[0]):
            REFUSED.append(f"{event} {address}")
            raise OutsideConnectionError(f"tests stay on the loopback; refused {event} to {address}")
    elif event == "socket.getaddrinfo" and args[0] is not None and not (is_loopback(args[0]) or is_numeric(args[0])):
        raise socket.gaierror(socket.EAI_NONAME, f"tests resolve no names; asked for {args[0]!r}")


sys.addaudithook(watch)
