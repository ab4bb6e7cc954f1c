"""Runs a program for one message: no shell, a deadline for it and all it starts, and little kept of what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from scheduler.alerts.errors import DeliveryError
from scheduler.alerts.plain import safe_header

KEPT = 4096  # bytes kept of what a program says; the rest is read and thrown away, lest it wait for a reader
GRACE = 2.0  # seconds between asking a program to end and ending it


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code, negative for the signal that ended it, and the end of what it said."""

    code: int
    output: bytes

    @property
    def said(self) -> str:
        """The last line of its words, made harmless."""
        lines = [line for line in self.output.decode("utf-8", "replace").splitlines() if line.strip()]
        return safe_header(lines[-1]) if lines else ""


def run(argv: Sequence[str], given: bytes, env: Mapping[str, str], seconds: float) -> Ended:
    """Run a program with `given` on its standard input, and wait for it to end.

    Args:
        argv: the program and its arguments, each as it is: nothing is expanded.
        given: written to its standard input, which is closed then; a program need not read it.
        env: its environment, the whole of it.
        seconds: how long it may take; after that it and whatever it started are ended.

    Raises:
        DeliveryError: it cannot be started, or did not end in time.
    """
    try:
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(env),
            start_new_session=True,
        )
    except (OSError, ValueError) as trouble:
        why = getattr(trouble, "strerror", None) or type(trouble).__name__
        raise DeliveryError(f"{os.path.basename(argv[0])} cannot be started: {why}") from None  # noqa: PTH119 - a name
    said = bytearray()
    talking = [
        threading.Thread(target=_give, args=(child.stdin, given), daemon=True),
        threading.Thread(target=_hear, args=(child.stdout, said), daemon=True),
    ]
    for each in talking:
        each.start()
    try:
        code = child.wait(seconds)
    except subprocess.TimeoutExpired:
        raise DeliveryError(f"{os.path.basename(argv[0])} did not end within {seconds:.0f} s") from None  # noqa: PTH119
    finally:
        _end(child)
        for each in talking:
            each.join(GRACE)
    return Ended(code, bytes(said))


def _give(pipe: IO[bytes] | None, given: bytes) -> None:
    with suppress(OSError, ValueError):  # the program does not care to read
        if pipe is not None:
            with pipe:
                pipe.write(given)


def _hear(pipe: IO[bytes] | None, said: bytearray) -> None:
    """Keep the end of what a program says; until it ends, or the pipe is closed under us."""
    with suppress(OSError, ValueError):
        if pipe is not None:
            with pipe:
                while piece := pipe.read1(65536):  # type: ignore[attr-defined]  # a BufferedReader
                    said += piece
                    del said[:-KEPT]


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a program's whole group, politely first; what it started must not outlive its message."""
    for number, patience in ((signal.SIGTERM, GRACE), (signal.SIGKILL, GRACE)):
        try:
            os.killpg(child.pid, number)
        except (ProcessLookupError, PermissionError):
            break
        with suppress(subprocess.TimeoutExpired):
            child.wait(patience)
        if child.poll() is not None and number is signal.SIGTERM:
            continue  # it ended; what it started may not have
    child.wait()
