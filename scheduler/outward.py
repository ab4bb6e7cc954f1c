"""What the running service lets others see of itself: systemd, a dead man's switch, and figures on loopback.

Each is there only where it is configured. Not here: how each is said (systemd.py, pinging.py, listening.py,
metrics.py).
"""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from scheduler import systemd
from storage.errors import StorageError

if TYPE_CHECKING:
    from scheduler.config import Config
    from scheduler.listening import Listener, Page
    from scheduler.pinging import Pinger
    from storage.database import Database
    from storage.model import Run

log = logging.getLogger(__name__)

STALLED = 600.0
"""Seconds without the look for incidents that is made each minute: then the scheduler is stuck, and nobody says that
all is well."""


class Outward:
    """Tells the world outside how the service is.

    Args:
        db: the database; only read.
        config: the configuration.
    """

    def __init__(self, db: Database, config: Config) -> None:
        self._db, self._config, self._started = db, config, datetime.now(UTC)
        self._systemd = systemd.from_here()
        self._beaten = time.monotonic()
        self._last = "no check yet"
        self._pinger = _pinger(config)
        self._listener: Listener | None = None

    @property
    def pause(self) -> float:
        """The longest time, in seconds, between two calls of `tick`."""
        return self._systemd.watchdog / 3 if self._systemd.watchdog else float("inf")

    def ready(self) -> None:
        """Say that the service has started, and begin to answer."""
        if self._config.service.metrics:
            self._listener = self._listen(self._config.service.metrics)
        self._systemd.ready(self._status())

    def tick(self) -> None:
        """Say that the service goes on, unless its scheduler is stuck."""
        if self._goes():
            self._systemd.alive(self._status())

    def beat(self) -> None:
        """Note that the scheduler ran a job."""
        self._beaten = time.monotonic()

    def after(self, run: Run, *, resting: bool) -> None:
        """Note that a check is recorded; `resting`: no other goes on, so that a cycle is complete."""
        self._last = f"{run.source} {run.outcome} at {run.ended.astimezone(self._config.service.zone):%H:%M}"
        if resting and self._pinger is not None:
            self._pinger.ping()

    def stopping(self, why: str) -> None:
        """Say that the service is ending, and stop answering."""
        self._systemd.stopping(why)
        if self._listener is not None:
            self._listener.close()
        if self._pinger is not None:
            self._pinger.close()

    def _goes(self) -> bool:
        return time.monotonic() - self._beaten < STALLED

    def _status(self) -> str:
        return f"watching {sum(one.enabled for one in self._config.sources.values())} sources; {self._last}"

    def _listen(self, address: str) -> Listener | None:
        from scheduler.listening import Listener

        host, _, port = address.rpartition(":")
        try:
            found = Listener(host.strip("[]"), int(port), {"/healthz": self.healthz, "/metrics": self.metrics})
        except OSError as error:
            log.warning("nothing is told at %s: %s", address, error.strerror)
            return None
        log.info("telling figures at http://%s:%d/metrics", host, found.port)
        return found

    def healthz(self) -> Page:
        """Return whether the service does its work: 200, or 503 where its scheduler or its database does not answer.

        What is not well with a source or a receiver stands in `problems` and is no reason to restart anything.
        """
        from scheduler.health import problems
        from scheduler.incident_words import opened
        from storage import incidents, links, runs

        now, goes = datetime.now(UTC), self._goes()
        said: list[str] = []
        try:
            said += problems(self._config, runs.states(self._db), {}, None, now, links.unread(self._db, now))
            said += [opened(one.kind, one.subject, one.evidence)[0] for one in incidents.open_now(self._db)]
        except StorageError as error:
            goes, said = False, [str(error)]
        body = {"alive": goes, "ok": goes and not said, "problems": said}
        return 200 if goes else 503, "application/json", json.dumps(body, ensure_ascii=False) + "\n"

    def metrics(self) -> Page:
        """Return the figures as Prometheus reads them."""
        from scheduler.metrics import CONTENT_TYPE, exposition, gather

        try:
            text = exposition(gather(self._db, self._config, self._started, datetime.now(UTC)))
        except StorageError as error:
            return 503, "text/plain; charset=utf-8", f"{error}\n"
        return 200, CONTENT_TYPE, text


def _pinger(config: Config) -> Pinger | None:
    service = config.service
    if not (service.ping or service.ping_env):
        return None
    from scheduler.alerts.secrets import Secret, read
    from scheduler.pinging import Pinger
    from scraper.agent import agent

    return Pinger(Secret(service.ping) if service.ping else read(service.ping_env, None), agent(service.contact))
