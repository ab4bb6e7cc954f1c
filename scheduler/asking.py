"""Asking one portal, politely: robots.txt first, then the host's turn, then a glance or a job for the child.

Every request for a listing or a page goes through here, each hop of a redirect too. Not here: what is worth asking.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from scheduler.courtesy import Courtesy, held
from scheduler.crawling import ChildError, Crawler
from scheduler.exchange import Exchange
from scheduler.glance import Sight, glance
from scheduler.robots import Robots
from scheduler.troubles import HeldError
from scraper.mirror import host, may_follow
from scraper.wire import Answer, Job
from storage.model import Validators

HOPS = 5
"""Redirects within one host that are followed."""


class Asking:
    """The service's way to the portals; shared by all checks.

    Args:
        exchange: for glances.
        robots: what may be asked for.
        courtesy: whose turn it is.
        crawler: for everything that is not a glance.
        clock: the time now, aware.
    """

    def __init__(
        self,
        exchange: Exchange,
        robots: Robots,
        courtesy: Courtesy,
        crawler: Crawler,
        clock: Callable[[], datetime],
    ) -> None:
        self._exchange = exchange
        self._robots = robots
        self._courtesy = courtesy
        self._crawler = crawler
        self._clock = clock

    def glance(self, url: str, known: Validators | None) -> Sight:
        """Look whether a listing moved.

        Raises:
            HeldError: the portal asks for patience; its host is held for everybody.
            TroubleError: it could not be read; the name comes first.
        """
        with self._courtesy.turn(host(url), self._robots.delay(url)):
            try:
                return glance(self._exchange, url, known, self._clock())
            except HeldError as patience:
                self._courtesy.hold(host(url), patience.seconds, patience.trouble)
                raise

    def fetch(self, job: Job) -> Answer:
        """Have the child do a job, following redirects that stay at home.

        Raises:
            HeldError: as for `glance`.
            TroubleError: robots.txt does not allow it, or neither the child nor a fresh one lived to answer.
        """
        if job.kind in ("item", "given"):  # nothing to fetch
            return self._patiently(self._crawler.do, job)
        for _ in range(HOPS + 1):
            answer = self._patiently(self._once, job)
            if answer.outcome != "redirect":
                return answer
            if answer.target is None or not may_follow(job.ask, answer.target):
                return _failed(answer, f"redirect: {job.ask} leads to {answer.target or 'nowhere'}")
            job = replace(job, ask=answer.target)
        return _failed(answer, f"redirect: more than {HOPS}, the last to {job.ask}")

    def _patiently(self, do: Callable[[Job], Answer], job: Job) -> Answer:
        """Do a job, once more where the child died over it: that is no word on the page, and somebody waits for it."""
        try:
            return do(job)
        except ChildError as error:
            if not error.died:
                raise
        return do(job)

    def _once(self, job: Job) -> Answer:
        place = host(job.ask)
        with self._courtesy.turn(place, self._robots.delay(job.ask)):
            answer = self._crawler.do(job)
            patience = held(answer.status or 0, answer.retry_after, self._clock())
            if patience is not None:
                self._courtesy.hold(place, patience.seconds, patience.trouble)
                raise patience
        return answer


def _failed(answer: Answer, trouble: str) -> Answer:
    return replace(answer, outcome="failed", trouble=trouble[:500])
