"""The command channel: a program of the operator's own gets the JSON body on its standard input. No shell is asked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from scheduler.alerts import schedule
from scheduler.alerts.channels import Context
from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.message import Message
from scheduler.alerts.program import Ended, run
from scheduler.config import Config, Subscription
from scheduler.config.secret_places import places

DEADLINE = 60.0  # seconds a program may take where the subscription says nothing
REFUSED = 65  # sysexits EX_DATAERR: the program will never take this message


def wait(attempts: int, luck: float, retry_after: float | None) -> float | None:
    """Return the seconds until the next attempt, None to give up (see schedule.py)."""
    return schedule.webhook_wait(attempts, luck, retry_after)


def destination(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Return the name of the program: it gets one message at a time."""
    return f"command:{' '.join(subscription.command or ())}"


def deliver(message: Message, subscription: Subscription, context: Context, accepted: frozenset[str]) -> str:  # noqa: ARG001
    """Run the program once and return how it ended.

    Raises:
        DeliveryError: it did not start, did not end in time, or ended with another code than 0; 65 is for good.
    """
    argv = _program(subscription)
    env = _environment(context.config, os.environ) | {
        "COOPWATCH_MESSAGE_ID": message.id,
        "COOPWATCH_SUBSCRIPTION": subscription.name,
    }
    ended = run(argv, message.body, env, subscription.timeout or DEADLINE)
    if ended.code:
        raise DeliveryError(_words(ended), permanent=ended.code == REFUSED)
    return "ended with 0" + (f": {ended.said}" if ended.said else "")


def probe(subscription: Subscription, config: Config) -> str:  # noqa: ARG001 - every channel is asked the same way
    """Find the program, and run nothing.

    Raises:
        DeliveryError: it is not there, or is no program.
    """
    found = shutil.which(_program(subscription)[0])
    if found is None:
        raise DeliveryError(f"{_program(subscription)[0]} is not a program that can be run")
    return f"{found} can be run"


def _program(subscription: Subscription) -> tuple[str, ...]:
    if not subscription.command:
        raise DeliveryError("the subscription names no command")
    return subscription.command


def _environment(config: Config, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the secrets of other channels."""
    hidden = {variable for _, variable, _ in places(config) if variable}
    return {name: value for name, value in environ.items() if name not in hidden}


def _words(ended: Ended) -> str:
    how = f"ended with {ended.code}" if ended.code > 0 else f"was ended by signal {-ended.code}"
    return f"the program {how}" + (f": {ended.said}" if ended.said else "")
