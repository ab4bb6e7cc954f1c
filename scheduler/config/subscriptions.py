"""What may stand in `[[subscriptions]]`, `[[operator]]` and `where`: who is told, how, when, and of what.

Not here: whether it can be meant (subscription_rules.py), whether a change fits it (scheduler.alerts.rules).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from scheduler.config import times, values
from scheduler.config.times import Digest, Quiet
from scheduler.config.values import written

CHANNELS = ("webhook", "email", "apprise", "command", "feed")
LANGUAGES = ("en", "zh-Hant", "zh-Hans")
AT_ONCE, DIGEST = "at once", "digest"
# The kinds of change that can be told (storage.model.ChangeKind), and those that are where a subscription does not say.
DEFAULT_CHANGES = ("new", "revised", "gone", "returned")
FIGURE, ALSO = "figure", "also"
CHANGES = (*DEFAULT_CHANGES, FIGURE, ALSO)
# From small to great (storage.model.Grade); revisions below the default are told to those who ask for them.
GRADES = ("cosmetic", "wording", "figure", "date", "party", "withdrawn")
DEFAULT_GRADE = "wording"
FIRST_PAIRS = ("parties", "places", "jurisdictions")
CALENDARS = ("hong-kong", "mainland", "macao")
# How long the preferred edition is waited for where a language is preferred and nothing is said, in seconds: portals
# publish the editions of one release within minutes of each other.
USUAL_WAIT = 600.0
LONGEST_WAIT = 86400.0

_texts = values.several(values.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Conditions that must all hold, each by any one of its values; empty ones always hold.

    Args:
        sources: names of sources.
        portals: hosts that publish (`www.info.gov.hk`).
        languages: of the text; `zh` takes in both scripts.
        jurisdictions: that take part, or whose body publishes; places too.
        pairs: two jurisdictions or places that both take part.
        parties: that take part, by the gazetteer's canonical names once read (see names.py).
        kinds: of co-operation: `agreement`, `training`, ... (`KINDS` of rules.py).
        programmes: that the release names, by canonical names once read.
        words: in title or text.
        min_score: the least score.
        changes: kinds of change.
        figures: programmes; holds for a change of one of their figures.
        first_pairs: holds where two parties, places or jurisdictions take part together for the first time.
        min_grade: the least grade of a revision; changes without a grade pass.
    """

    sources: tuple[str, ...] = field(default=(), metadata=written(_texts))
    portals: tuple[str, ...] = field(default=(), metadata=written(_texts))
    languages: tuple[str, ...] = field(default=(), metadata=written(_texts))
    jurisdictions: tuple[str, ...] = field(default=(), metadata=written(_texts))
    pairs: tuple[tuple[str, str], ...] = field(default=(), metadata=written(values.pairs))
    parties: tuple[str, ...] = field(default=(), metadata=written(_texts))
    kinds: tuple[str, ...] = field(default=(), metadata=written(_texts))
    programmes: tuple[str, ...] = field(default=(), metadata=written(_texts))
    words: tuple[str, ...] = field(default=(), metadata=written(_texts))
    min_score: float | None = field(default=None, metadata=written(values.number(0, 1)))
    changes: tuple[str, ...] = field(default=(), metadata=written(values.several(values.choice(*CHANGES))))
    figures: tuple[str, ...] = field(default=(), metadata=written(_texts))
    first_pairs: tuple[str, ...] = field(default=(), metadata=written(values.several(values.choice(*FIRST_PAIRS))))
    min_grade: str | None = field(default=None, metadata=written(values.choice(*GRADES)))

    def given(self) -> tuple[str, ...]:
        """Return the names of the conditions that say anything, in their order."""
        return tuple(one.name for one in fields(Conditions) if getattr(self, one.name) not in ((), None))


@dataclass(frozen=True, slots=True, kw_only=True)
class Where(Conditions):
    """`where` of a subscription: its own conditions must hold, and these lists of further ones.

    Without `changes`, changes of releases themselves are told (`DEFAULT_CHANGES`), and what `figures` or a part of
    `any` asks for; without `min_score`, co-operation items; without `min_grade`, revisions from `wording` up.

    Args:
        all: each of these must hold.
        any: at least one of these must hold, where there are any.
        none: not one of these may hold.
    """

    all: tuple[Conditions, ...] = field(default=(), metadata={"tables": Conditions})
    any: tuple[Conditions, ...] = field(default=(), metadata={"tables": Conditions})
    none: tuple[Conditions, ...] = field(default=(), metadata={"tables": Conditions})

    def parts(self) -> tuple[Conditions, ...]:
        """Return the conditions of all three lists."""
        return (*self.all, *self.any, *self.none)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where something is sent to, and in which language.

    Args:
        channel: one of `CHANNELS`.
        url: of a webhook.
        to: mail addresses.
        secret_env: environment variable with a webhook's secret.
        secret_file: file with it.
        allow_private: whether a webhook may lead into a private network.
        url_env: environment variable with Apprise addresses, parted by commas or blanks.
        command: program and arguments.
        timeout: how long the program may take, in seconds.
        folder: where the files of a feed are written.
        language: of the edition that is preferred and of the words; None: the first edition, English words.
    """

    channel: str = field(metadata=written(values.choice(*CHANNELS)))
    url: str | None = field(default=None, metadata=written(values.web_address))
    to: tuple[str, ...] | None = field(default=None, metadata=written(values.several(values.mail_address)))
    secret_env: str | None = field(default=None, metadata=written(values.variable))
    secret_file: str | None = field(default=None, metadata=written(values.text))
    allow_private: bool | None = field(default=None, metadata=written(values.switch))
    url_env: str | None = field(default=None, metadata=written(values.variable))
    command: tuple[str, ...] | None = field(default=None, metadata=written(values.several(values.text)))
    timeout: float | None = field(default=None, metadata=written(values.duration(1, 600)))
    folder: str | None = field(default=None, metadata=written(values.text))
    language: str | None = field(default=None, metadata=written(values.choice(*LANGUAGES)))

    @property
    def tongue(self) -> str:
        """The language of the words: the preferred one, else English."""
        return self.language or "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator(Target):
    """`[[operator]]`: where coopwatch speaks of itself. Named operator-1, operator-2 where it has no name."""

    name: str | None = field(default=None, metadata=written(values.name))

    def as_subscription(self, number: int) -> Subscription:
        """Return the subscription that operator notices are delivered for; `number` counts the tables from 1."""
        same = {one.name: getattr(self, one.name) for one in fields(Target)}
        return Subscription(name=self.name or f"operator-{number}", operator=True, **same)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Target):
    """`[[subscriptions]]`: who wants what, when, by which channel.

    Args:
        name: stands in the database, in log lines and in mails.
        where: of what.
        wait: how long the edition in the preferred language is waited for, in seconds; never negative once made.
        mode: `at once` or `digest`; never empty once made.
        digest: when a digest is due.
        proof: whether a digest is sent when there is nothing to tell.
        timezone: of digest, quiet hours and holidays; None: the service's (`Config.zone_of`).
        quiet: hours in which nothing is sent.
        weekends: whether nothing is sent on Saturdays and Sundays.
        holidays: calendars on whose holidays nothing is sent.
        allow_many: whether it may send more than `[alerts] many` a day.
        operator: not in the file: it is a target of `[[operator]]`.
        canary: not in the file: it is the one that `[canary]` names.
    """

    name: str = field(metadata=written(values.name))
    where: Where = field(default=Where(), metadata={"table": Where})
    wait: float = field(default=-1.0, metadata=written(values.duration(0, LONGEST_WAIT)))
    mode: str = field(default="", metadata=written(values.choice(AT_ONCE, DIGEST)))
    digest: Digest | None = field(default=None, metadata=written(times.digest))
    proof: bool = field(default=False, metadata=written(values.switch))
    timezone: str | None = field(default=None, metadata=written(values.time_zone))
    quiet: Quiet | None = field(default=None, metadata=written(times.quiet))
    weekends: bool = field(default=False, metadata=written(values.switch))
    holidays: tuple[str, ...] = field(default=(), metadata=written(values.several(values.choice(*CALENDARS))))
    allow_many: bool = field(default=False, metadata=written(values.switch))
    operator: bool = False
    canary: bool = False

    def __post_init__(self) -> None:
        ready: dict[str, Any] = {}
        if self.wait < 0:
            ready["wait"] = USUAL_WAIT if self.language else 0.0
        if not self.mode:
            ready["mode"] = DIGEST if self.digest else AT_ONCE
        for key, value in ready.items():
            object.__setattr__(self, key, value)

    @property
    def gathered(self) -> bool:
        """Whether its alerts are gathered into digests."""
        return self.mode == DIGEST
