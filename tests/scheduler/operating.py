"""What the operator's drills need: portals, receivers and coopwatch's own parts under a clock that the test moves."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scheduler.alerts.rules import route
from scheduler.checking import Checker, Patience
from scheduler.config import Config, Politeness, Service, SourceConfig, Subscription
from scheduler.delivering import Dispatcher
from scheduler.demo.invented import Invented
from scheduler.demo.portals import SOURCES, Portals
from scheduler.watchman import Watchman
from scraper.find import sources
from storage.database import Database
from storage.outbox import recover

EN = "hk_gia_en"
START = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # 10:00 in Hong Kong


def co_operation(number: int) -> Invented:
    """Return an English release of co-operation, one of any number, none of them another telling of another."""
    chance = random.Random(number)
    words = ["".join(chance.choices("bdfgklmnprstv", k=1) + chance.choices("aeiou", k=1)) * 2 + "n" for _ in range(30)]
    words = [f"{one}{chance.choice('aeiou')}{chance.choice('lmnrst')}" for one in words]
    place = ("Guangdong", "Shenzhen", "Macao", "Zhuhai", "Shanghai")[number % 5]
    title = f"Hospital Authority and {place} sign co-operation agreement on {words[0]} {words[1]} care"
    text = (
        f"The Hospital Authority and the health board of {place} signed agreement {number}x on {' '.join(words[:9])}.",
        f"Both sides will exchange {10 + 7 * number} doctors and nurses, said the {' '.join(words[12:])}.",
    )
    return Invented(f"co-{number}", "gia", "en", title, text, cooperation=True)


def other(number: int) -> Invented:
    """Return an English release of something else."""
    title = f"Arrangements for flower show No. {number} announced"
    return Invented(f"other-{number}", "gia", "en", title, (f"Notice number {number} on flowers takes effect today.",))


class World:
    """coopwatch in one process: its database, checker, dispatcher and watchman over portals and a receiver.

    Args:
        folder: for the database.
        url: of the receiver; each subscription has a path of its own there.
        subscriptions: by name, with what differs from a plain webhook.
        enabled: the sources that are watched.
        more: further fields of the configuration.
    """

    def __init__(self, folder, url, subscriptions, enabled=(EN,), **more):
        self.now, self.path = START, folder / "coopwatch.db"
        self.portals = Portals([replace(other(0), minutes_ago=120)], clock=lambda: self.now)
        self.portals.__enter__()
        hook = {"channel": "webhook", "secret_env": "HOOK_SECRET", "allow_private": True}
        made = tuple(
            Subscription(name=name, url=f"{url}/{name}", **{**hook, **keys}) for name, keys in subscriptions.items()
        )
        bases = {
            name: SourceConfig(base=self.portals.base(portal), enabled=name in enabled)
            for name, portal in SOURCES.items()
        }
        operator = (Subscription(name="operator", url=f"{url}/operator", operator=True, **hook),)
        self.config = Config(
            service=Service(linger=60), politeness=Politeness(delay=0), sources=bases, subscriptions=made,
            **{"operators": operator, **more},
        )  # fmt: skip
        self.db = Database.open(self.path)
        self.start()

    def start(self):
        """Start the parts, as after a restart."""
        clock = lambda: self.now  # noqa: E731 - the parts want a function
        told = route(self.config.subscriptions)
        self.dispatcher = Dispatcher(self.db, self.config, clock=clock, luck=lambda: 0.5)
        recover(self.db, self.now)
        patience = Patience(glance=5.0, page=5.0, grace=15.0)
        self.checker = Checker(self.db, self.config, sources(), told, clock=clock, patience=patience)
        self.watchman = Watchman(
            self.db, self.config, self.checker, told,
            wake=lambda: None, breakers=self.dispatcher.breakers, clock=clock,
        )  # fmt: skip
        self.dispatcher.once()

    def restart(self):
        self.checker.close()
        self.start()

    def check(self, name=EN):
        """Check a source, look for incidents and deliver what is due."""
        run = self.checker.check(name)
        self.watchman.after(run)
        self.dispatcher.once()
        return run

    def minute(self):
        self.watchman.minute()
        self.dispatcher.once()

    def later(self, **span):
        self.now += timedelta(**span)

    def end(self):
        self.checker.close()
        self.db.close()
        self.portals.__exit__(None, None, None)
