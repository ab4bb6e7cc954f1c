"""Invented releases: those of releases.toml, and as many more as a measurement wants. Not here: how they look."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from importlib import resources
from typing import Any, Literal

HONG_KONG = timezone(timedelta(hours=8))  # the clock of all three portals; none of them has summer time
Portal = Literal["gia", "news", "gcs"]


@dataclass(frozen=True, slots=True)
class Invented:
    """A release nobody ever issued.

    Args:
        name: how the demo speaks of it.
        portal: who publishes it.
        language: `en` or `zh-Hant`.
        title: as published, suffixes included.
        paragraphs: the text; `{today}` becomes the day of publication.
        captions: of its photographs.
        department: the issuing department, where the portal names one.
        cooperation: what a reader would say it is.
        when: `before` (there at first sight) or `meanwhile`.
        minutes_ago: for `before`: how long it has been out.
        same_as: the name of the release whose text it tells again.
        retells: the name of the release whose event it tells in other words, or in another language.
        later: its paragraphs after an edit in place; empty where it is never edited.
    """

    name: str
    portal: Portal
    language: str
    title: str
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...] = ()
    department: str | None = None
    cooperation: bool = False
    when: str = "meanwhile"
    minutes_ago: int = 0
    same_as: str | None = None
    retells: str | None = None
    later: tuple[str, ...] = ()

    @property
    def first(self) -> bool:
        """Whether nobody told of its event before."""
        return not (self.same_as or self.retells)

    def on(self, day: datetime) -> Invented:
        """Return the release as it reads on its day of publication."""
        word = f"{day:%B} {day.day}" if self.language == "en" else f"{day.month}月{day.day}日"
        return replace(
            self,
            paragraphs=tuple(text.replace("{today}", word) for text in self.paragraphs),
            later=tuple(text.replace("{today}", word) for text in self.later),
        )


def stock() -> tuple[Invented, ...]:
    """Return the releases of releases.toml, in its order."""
    text = resources.files(__package__).joinpath("releases.toml").read_text(encoding="utf-8")
    tables: list[dict[str, Any]] = tomllib.loads(text)["release"]
    texts = {table["name"]: table.get("text", "") for table in tables}
    return tuple(_release(table, texts) for table in tables)


def _release(table: dict[str, Any], texts: dict[str, str]) -> Invented:
    body = table.pop("text", None) or texts[table["same_as"]]
    return Invented(
        **{
            **table,
            "paragraphs": _paragraphs(body),
            "captions": tuple(table.get("captions", ())),
            "later": _paragraphs(table.get("later", "")),
        }
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("\n\n") if part.strip())


# What two sides do, for `event`: title, who of Hong Kong, and three sentences that no other act has.
_ACTS = (
    (
        "sign agreement on {field}",
        "The Department of Health and the health commission of {place} today signed an agreement on {field}.",
        "It replaces an understanding of earlier years and will be reviewed every {figure} months.",
        "Protocols of both sides were compared line by line before lawyers set down the final wording.",
    ),
    (
        "open training centre for {field}",
        "The Hong Kong Academy of Medicine opened a training centre for {field} in {place}, with {figure} places.",
        "Residents rotate through wards, a skills laboratory and evening tutorials.",
        "Examiners from both colleges of specialists will mark the first papers next summer.",
    ),
    (
        "start referral scheme in {field}",
        "Public hospitals of Hong Kong and {place} began to refer patients to each other for {field}.",
        "Up to {figure} families a month may cross the boundary by ambulance without changing vehicles.",
        "Fees follow the tariff of the hospital that treats, and a telephone line answers questions at night.",
    ),
    (
        "found medical research network for {field}",
        "The Health Bureau and hospitals in {place} founded a joint medical research network for {field}.",
        "A grant pays for {figure} projects, a shared bank of samples and a yearly symposium.",
        "Data stay where they were gathered; only algorithms travel, a spokeswoman explained.",
    ),
    (
        "exchange specialists in {field}",
        "The Hospital Authority will send {figure} specialists in {field} to {place}, and receive as many.",
        "Each stays half a year, lives in staff quarters and keeps the pay of the home post.",
        "Colleagues who came back from an earlier round spoke of friendships that outlast their contracts.",
    ),
)
_PLACES = ("Guangdong", "Shenzhen", "Macao", "Zhuhai", "Shanghai", "Singapore")
_FIELDS = (
    "oncology",
    "nursing",
    "dialysis",
    "stroke care",
    "paediatrics",
    "rehabilitation",
    "infection control",
    "midwifery",
)
_TOPICS = (
    "road works",
    "a swimming gala",
    "library hours",
    "flower shows",
    "school places",
    "tax returns",
    "ferry berths",
)
_FILLERS = (
    "Details stand on the department's website, and enquiries may be made by telephone during office hours.",
    "A spokesman thanked all colleagues who had worked through the weekend to have everything ready in time.",
    "The arrangement will be looked at again after one year in the light of what has been learnt.",
    "Members of the public are advised to plan their journeys early, since some bus stops have been moved.",
    "Leaflets in both languages can be had from all district offices while stocks last.",
)


def event(number: int) -> Invented:
    """Return an English release of co-operation; any ten neighbours tell different events, up to number 119.

    Neighbours share neither act nor place, and acts have words of their own: none is another telling of the one before.
    """
    place, field = _PLACES[number % len(_PLACES)], _FIELDS[(number // 3) % len(_FIELDS)]
    facts = {"place": place, "field": field, "figure": 17 + 11 * number}
    title, *told = (words.format(**facts) for words in _ACTS[number % len(_ACTS)])
    last = f"The Secretary for Health welcomed the medical co-operation between Hong Kong and {place}."
    return Invented(f"event-{number}", "gia", "en", f"Hong Kong and {place} {title}", (*told, last), cooperation=True)


def synthetic(count: int, *, days: int, now: datetime, seed: int = 2) -> Iterator[tuple[Invented, datetime]]:
    """Yield `count` English press releases, one in ten of them co-operation, spread evenly over `days` up to `now`.

    Returns pairs of release and time of publication (Hong Kong time, whole minutes), the oldest first; the same
    arguments give the same releases. A text has about 2,000 characters, as the press releases of the real portal have.
    """
    chance = random.Random(seed)  # noqa: S311 - variety, not secrecy
    latest = now.astimezone(HONG_KONG).replace(second=0, microsecond=0) - timedelta(minutes=1)
    step = timedelta(days=days) / count
    for number in range(count):
        at = (latest - step * (count - 1 - number)).replace(second=0, microsecond=0)
        yield _made_up(number, chance), at


def _made_up(number: int, chance: random.Random) -> Invented:
    cooperation = number % 10 == 0
    place, field, topic = chance.choice(_PLACES), chance.choice(_FIELDS), chance.choice(_TOPICS)
    if cooperation:
        title = f"Hospital Authority and {place} sign co-operation agreement on {field} (No. {number})"
        first = (
            f"The Hospital Authority and the health authorities of {place} today signed an agreement on medical "
            f"co-operation in {field}, number {number} of its kind. "
            f"Both sides will exchange {chance.randrange(10, 90)} doctors and nurses."
        )
    else:
        title = f"Arrangements for {topic} announced (No. {number})"
        first = (
            f"Notice number {number} on {topic} was published today. It takes effect in {chance.randrange(2, 60)} days."
        )
    rest = tuple(" ".join(chance.choices(_FILLERS, k=4)) for _ in range(5))
    return Invented(f"synthetic-{number}", "gia", "en", title, (first, *rest), cooperation=cooperation)
