"""A folder with a configuration, and the real `coopwatch` in it, watching a small web. Not here: what is shown."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scheduler.demo.portals import SOURCES, Portals
from scheduler.demo.receivers import MailServer, WebhookReceiver

ROOT = Path(__file__).parent.parent.parent
HOOKED, MAILED = "every-word-by-webhook", "english-by-mail"


class Watch:
    """coopwatch at work on a small web; `with` starts the service and leaves no process behind.

    Args:
        folder: gets coopwatch.toml, the database, the webhook's secret and the service's log.
        web: what it watches.
        hooks: told of everything, where given.
        mail: told of what is in English, where given.
        every: how often each source is checked.
        only: the sources that are watched.
        linger: how long the crawling child waits for more work; "0s": a cold start for each crawl.
        more: further lines for the end of the configuration.
    """

    def __init__(
        self,
        folder: Path,
        web: Portals,
        *,
        hooks: WebhookReceiver | None = None,
        mail: MailServer | None = None,
        every: str = "1s",
        only: Sequence[str] = tuple(SOURCES),
        linger: str = "10m",
        more: str = "",
    ) -> None:
        self.folder, self.config, self.database = folder, folder / "coopwatch.toml", folder / "coopwatch.db"
        self.log = folder / "service.log"
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        parts = [
            f'[service]\ntimezone = "Asia/Hong_Kong"\nlinger = "{linger}"\ndatabase = "{self.database}"\n',
            '[politeness]\ndelay = "0s"          # loopback only\n',
            web.configuration(every, only),
        ]
        if mail:
            parts.append(
                f'[email]\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"      # loopback only\n'
                'from = "coopwatch <coopwatch@demo.example>"\n'
            )
        if hooks:
            secret = folder / "webhook.secret"
            secret.write_text(hooks.secret + "\n")
            secret.chmod(0o600)
            parts.append(
                f'[[subscriptions]]\nname = "{HOOKED}"\nchannel = "webhook"\nurl = "{hooks.url}"\n'
                f'secret_file = "{secret}"\nallow_private = true\n'
            )
        if mail:
            parts.append(
                f'[[subscriptions]]\nname = "{MAILED}"\nchannel = "email"\nto = "reader@demo.example"\n'
                'where = { languages = ["en"] }\n'
            )
        self.config.write_text("\n".join([*parts, more]), encoding="utf-8")

    def command(
        self, *arguments: str, stdin: str | None = None, seconds: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run `coopwatch --config ... ARGUMENTS` to its end and return what it printed."""
        return subprocess.run(
            self._words(*arguments),
            cwd=self.folder,
            env=_environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def start(self) -> subprocess.Popen[bytes]:
        """Start `coopwatch run`; what it says goes to service.log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._words("run"),
                cwd=self.folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    def stop(self, seconds: float = 15) -> int | None:
        """End the service as an operator would (SIGTERM); kill it if it takes longer. Return its exit code."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.process.returncode

    def kill(self) -> None:
        """End the service as a power cut would (SIGKILL)."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> Self:
        """Start the service."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()

    def rows(self, question: str) -> list[dict[str, Any]]:
        """Return what the database answers now, read-only; nothing while there is none, or none with its views yet."""
        from storage import sql
        from storage.errors import StorageError

        try:
            answer = sql.query(self.database, question, limit=0)
        except StorageError as error:
            if isinstance(error, sql.QueryError) and "no such table" not in str(error):
                raise
            return []
        columns, rows = answer[0], answer[1]
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def said(self, lines: int = 25) -> str:
        """Return the last lines of the service's log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])

    def seeded(self) -> set[str]:
        """Return the sources whose first whole check has ended."""
        return {row["name"] for row in self.rows("SELECT name FROM sources WHERE seeded IS NOT NULL")}

    def until(self, reached: Callable[[], object], seconds: float = 30, every: float = 0.05) -> bool:
        """Wait until something is reached; return whether it was, at the latest when the service has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if reached():
                return True
            if self.process is not None and self.process.poll() is not None:
                return bool(reached())
            time.sleep(every)
        return False

    def _words(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "scheduler.cli", "--config", str(self.config), *arguments]


def _environment() -> dict[str, str]:
    """Return our environment, with the packages we run from importable in the command too."""
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *([known] if known else [])])}
