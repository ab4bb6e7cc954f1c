"""The channel `apprise`: chats, telephones and some hundred other services, by the library of that name (an extra).

The library runs in a process of its own for each message (this module, called as a program): it loads some 15 MB, opens
connections as it likes, and knows no deadline. The addresses hold tokens: they come from an environment variable, go to
that process by its environment, and are told to nobody.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import sys
from typing import Any

from scheduler.alerts import schedule, secrets
from scheduler.alerts.channels import Context
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import Message
from scheduler.alerts.plain import safe_header, shorten
from scheduler.alerts.program import run
from scheduler.config import Config, Subscription

DEADLINE = 60.0  # seconds for all services of a subscription
ADDRESSES = "COOPWATCH_CHAT"  # the environment variable that tells the process where to send
LONGEST = 4000  # characters of a chat message; services cut or split beyond that, each in its own way
UNUSABLE = 78  # sysexits EX_CONFIG: not one address that the library understands
MISSING = "the library apprise is not installed: pip install 'coopwatch[chat]'"


def wait(attempts: int, luck: float, retry_after: float | None) -> float | None:
    """Return the seconds until the next attempt, None to give up (see schedule.py)."""
    return schedule.webhook_wait(attempts, luck, retry_after)


def destination(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Return the name of the variable that holds the addresses: each gets one message at a time."""
    return f"apprise:{subscription.url_env}"


def deliver(message: Message, subscription: Subscription, context: Context, accepted: frozenset[str]) -> str:  # noqa: ARG001
    """Send to all services that the variable names and have no copy yet; return a line about it.

    Raises:
        DeliveryError: a service did not take it (`accepted` names those that did, by a mark), the library is missing,
            or an address is not usable.
        SecretError: the variable is not set.
    """
    told = {"title": message.subject, "body": shorten(message.text, LONGEST), "accepted": sorted(accepted)}
    return _send(subscription, told)


def probe(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Let the library read the addresses, and send nothing.

    Raises:
        DeliveryError: as for `deliver`.
    """
    return _send(subscription, {})


def _send(subscription: Subscription, told: dict[str, Any]) -> str:
    if importlib.util.find_spec("apprise") is None:
        raise DeliveryError(MISSING)
    addresses = secrets.read(subscription.url_env, None)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "SSL_CERT_FILE")}
    env = kept | {ADDRESSES: addresses.reveal(), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = run([sys.executable, "-m", __name__], json.dumps(told).encode(), env, subscription.timeout or DEADLINE)
    try:
        answer = json.loads(ended.output.splitlines()[-1])
        line, taken = safe_header(answer["line"]), frozenset(map(str, answer["taken"]))
    except (ValueError, IndexError, KeyError, TypeError):
        raise DeliveryError(f"apprise failed ({ended.code})") from None
    if ended.code:
        raise DeliveryError(line, accepted=taken)
    return line


def main() -> int:
    """Send what standard input says to the addresses in the environment; print how it went; return the exit code."""
    logging.disable(logging.CRITICAL)  # the library's words may hold addresses
    told = json.load(sys.stdin)
    addresses = os.environ.get(ADDRESSES, "").replace(",", " ").split()
    services = {_mark(each): _service(each) for each in addresses}
    unreadable = sum(service is None for service in services.values())
    if unreadable or not services:
        return _answer(UNUSABLE, f"{unreadable} of {len(services)} addresses are none that apprise knows", [])
    names = ", ".join(sorted({str(service.service_name) for service in services.values()}))
    if not told:
        return _answer(0, f"apprise knows how to reach {names}", [])
    taken = [mark for mark, service in services.items() if mark in told["accepted"] or _take(service, told)]
    if len(taken) < len(services):
        return _answer(1, f"{len(taken)} of {len(services)} took it ({names})", taken)
    return _answer(0, f"taken by {names}", taken)


def _service(address: str) -> Any:
    import apprise

    return apprise.Apprise.instantiate(address, suppress_exceptions=True)


def _take(service: Any, told: dict[str, Any]) -> bool:
    try:
        return bool(service.notify(title=told["title"], body=told["body"]))
    except Exception:  # noqa: BLE001 - a fault in one service's part of the library must not keep it from the others
        return False


def _mark(address: str) -> str:
    """Return what tells one address from another and gives none of them away."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _answer(code: int, line: str, taken: list[str]) -> int:
    print(json.dumps({"line": line, "taken": taken}))
    return code


if __name__ == "__main__":
    sys.exit(main())
