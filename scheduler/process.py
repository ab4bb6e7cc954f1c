"""One child process: its pipes, the jobs it has in hand, and how it ended. Who starts it and when: crawling.py."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import SimpleQueue
from typing import IO, cast

import certifi

import scraper
from scraper import wire
from scraper.wire import Options

log = logging.getLogger("coopwatch.child")

MODULE = "scraper.child"
ENVIRONMENT = frozenset({"PATH", "HOME", "TMPDIR", "TZ", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH"})
"""What the child gets of the environment, besides LC_* and PYTHON*: no secret of the service is among it."""
GRACE = 10.0
"""Seconds a child that was asked to end may take."""
LOUDEST = 50
"""Lines of a child's standard error that are logged; a flood is not."""


def environment() -> dict[str, str]:
    """Return the child's environment: no secrets, our packages importable, the same authorities trusted as here.

    One memory arena a thread would use up the address space that is allowed; two are enough.
    """
    kept = {
        name: value for name, value in os.environ.items() if name in ENVIRONMENT or name.startswith(("LC_", "PYTHON"))
    }
    ours = str(Path(scraper.__file__).parent.parent)
    paths = [ours, *filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    if not kept.keys() & {"SSL_CERT_FILE", "SSL_CERT_DIR"}:
        kept |= _authorities()
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "MALLOC_ARENA_MAX": "2"}


def _authorities() -> dict[str, str]:
    """Return where OpenSSL finds the system's authorities, as this interpreter's own does; certifi's without any."""
    paths = ssl.get_default_verify_paths()
    if paths.cafile:
        return {"SSL_CERT_FILE": paths.cafile}
    if paths.capath and any(Path(paths.capath).iterdir()):
        return {"SSL_CERT_DIR": paths.capath}
    return {"SSL_CERT_FILE": certifi.where()}


class Process:
    """A running child.

    Args:
        options: handed to it.
        journal: called with this object and None when it has started, which gives a row number; with that at its end.

    Raises:
        OSError: it could not be started.
    """

    def __init__(self, options: Options, journal: Callable[[Process, int | None], int | None]) -> None:
        self.started = time.monotonic()
        self.jobs = 0
        self.crawls = 0
        self.peak = 0
        self.fate = ""
        self._options = options
        self._journal = journal
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._inboxes: dict[int, SimpleQueue[wire.Answer | None]] = {}
        self._over = False
        self._said = ""
        self._born: SimpleQueue[OSError | None] = SimpleQueue()
        # The kernel ends the child when the thread that started it ends, so that thread must live as long as the child.
        self._attendant = threading.Thread(target=self._attend, name="child", daemon=True)
        self._attendant.start()
        failed = self._born.get()
        if failed is not None:
            raise failed

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can still answer."""
        return not self._over

    def do(self, job: wire.Job, wall: float) -> wire.Answer | None:
        """Hand over a job and wait for its answer; None: the child ended first, `fate` says how.

        Args:
            job: with an id of its own.
            wall: seconds after which the child is killed.
        """
        inbox: SimpleQueue[wire.Answer | None] = SimpleQueue()
        with self._lock:
            if self._over:
                return None
            self._inboxes[job.id] = inbox
            self.jobs += 1
        clock = threading.Timer(wall, self.kill, ("killed: wall clock",))
        clock.daemon = True
        clock.start()
        try:
            with self._writing, contextlib.suppress(OSError, ValueError):  # a broken pipe: the end is told to the inbox
                self._stdin.write(wire.write(job))
                self._stdin.flush()
            return inbox.get()
        finally:
            clock.cancel()

    def retire(self, fate: str, grace: float = GRACE) -> None:
        """Let it end by itself, jobs in hand included; after `grace` seconds it is killed."""
        self.fate = self.fate or fate
        clock = threading.Timer(grace, self.kill, ("killed: did not end",))
        clock.daemon = True
        clock.start()  # first: whoever is writing to a child that hangs keeps the lock until it is killed
        with self._writing, contextlib.suppress(OSError, ValueError):
            self._stdin.close()

    def kill(self, fate: str) -> None:
        """End it and all it started, now."""
        with self._lock:
            if self._over:
                return
            self.fate = fate
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def join(self) -> None:
        """Wait until it has ended and its fate is journalled."""
        self._attendant.join(GRACE * 2)

    def _attend(self) -> None:
        """Start the child, pass its answers on until it ends, say how it ended."""
        try:
            self._process = self._start()
        except OSError as error:
            self._born.put(error)
            return
        self._stdin = cast("IO[bytes]", self._process.stdin)
        listener = threading.Thread(target=self._listen, name="child-log", daemon=True)
        listener.start()
        row = self._journal(self, None)
        self._born.put(None)
        self._read(cast("IO[bytes]", self._process.stdout))
        code = self._process.wait()
        listener.join(1.0)
        self._end(code)
        if row is not None:
            self._journal(self, row)

    def _start(self) -> subprocess.Popen[bytes]:
        options = replace(self._options, parent=os.getpid())
        return subprocess.Popen(
            [sys.executable, "-P", "-m", MODULE, options.as_argument()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            process_group=0,
        )

    def _read(self, lines: IO[bytes]) -> None:
        while line := lines.readline(wire.MAX_LINE):
            try:
                answer = wire.read(wire.Answer, line)
            except wire.WireError as error:
                self.kill(f"killed: {error}"[:300])
                return
            self.peak = max(self.peak, answer.memory)
            with self._lock:
                inbox = self._inboxes.pop(answer.id, None)
            if inbox is not None:
                inbox.put(answer)

    def _listen(self) -> None:
        lines = cast("IO[bytes]", self._process.stderr)
        for number, line in enumerate(lines):
            self._said = line.decode("utf-8", "replace").strip()[:300] or self._said
            if number < LOUDEST:
                log.warning("%r", self._said)

    def _end(self, code: int) -> None:
        with self._lock:
            self._over = True
            waiting, self._inboxes = list(self._inboxes.values()), {}
            if code < 0:
                self.fate = self.fate if self.fate.startswith("killed") else f"died: {signal.Signals(-code).name}"
            elif code > 0:
                self.fate = f"died: exit {code}: {self._said}"
            self.fate = self.fate or "died: exit 0"
        for inbox in waiting:
            inbox.put(None)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()
        with contextlib.suppress(OSError):
            self._stdin.close()
