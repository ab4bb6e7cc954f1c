"""Read coopwatch.toml as a whole: every fault of every table at once, each with its line. Reads one file."""

from __future__ import annotations

import dataclasses
import difflib
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any, TypeVar, cast

from scheduler.config import rules, subscription_rules
from scheduler.config.built_in import BuiltIn, built_in, plain
from scheduler.config.canonical import Answers, Asked, as_written, asked, canonical
from scheduler.config.canonical import faults as name_faults
from scheduler.config.faults import ConfigError, Fault
from scheduler.config.model import Alerts, Canary, Config, Email, Politeness, Service, SourceConfig
from scheduler.config.own import (
    STAND_INS,
    OwnConfig,
    amount_faults,
    is_own,
    own_faults,
    place_faults,
    places_of,
    settled,
    taken,
    use_own,
)
from scheduler.config.subscriptions import Operator, Subscription, Target
from scheduler.config.toml_lines import Path, line_of, lines_of

DEFAULT_FILE = "coopwatch.toml"
# A configuration is a page of text; more is a mistake in the file name.
LARGEST_FILE = 1024 * 1024
TABLES = ("service", "politeness", "sources", "email", "subscriptions", "operator", "canary", "alerts")
T = TypeVar("T")


def load(path: str | os.PathLike[str] | None, source_names: Sequence[str] | None = None) -> Config:
    """Return the configuration.

    Args:
        path: the file; None for ./coopwatch.toml where there is one, else the defaults.
        source_names: the built-in sources; None asks scraper.find.

    Raises:
        ConfigError: with every fault of the file.
    """
    from scheduler.config.names import look_up

    known = plain(tuple(source_names)) if source_names is not None else built_in()
    if path is None and not FilePath(DEFAULT_FILE).exists():
        return Config(sources={name: one.usual for name, one in known.items()})
    file = str(path if path is not None else DEFAULT_FILE)
    config, found = parse(_text_of(file), known, file, look_up)
    if config is None:
        raise ConfigError(found)
    use_own(config.sources)
    return config


def parse(
    text: str,
    names: Sequence[str] | Mapping[str, BuiltIn],
    file: str = DEFAULT_FILE,
    look_up: Callable[[Asked, str | None], Answers] | None = None,
) -> tuple[Config | None, tuple[Fault, ...]]:
    """Return the configuration in `text` and no fault, or None and every fault, in the order of the file.

    Args:
        text: of the file.
        names: of the built-in sources, with what is known of each where that matters.
        file: its name, for faults.
        look_up: told the names that subscriptions ask for and the user's file of names, says what they stand for; None
            leaves them as they are written. Without it this is pure.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax_fault(text, file, str(error)),)
    lines = lines_of(text)
    known = names if isinstance(names, Mapping) else plain(tuple(names))
    config, findings = _checked(raw, known, look_up or (lambda asked, _: as_written(asked)))
    # One fault a key: a value that could not be read is missing for the rules as well, and that need not be said.
    first = dict(reversed(findings))
    faults = [Fault(file, line_of(lines, path), dotted(path), what) for path, what in first.items()]
    if faults or config is None:
        return None, tuple(sorted(faults, key=lambda fault: (fault.line, fault.key)))
    return config, ()


def dotted(path: Path) -> str:
    """Return a path as people write it: `subscriptions[0].url`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _text_of(file: str) -> str:
    try:
        with FilePath(file).open("rb") as stream:
            body = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ConfigError([Fault(file, 1, "", "there is no such file; write one with: coopwatch init")]) from None
    except OSError as error:
        raise ConfigError([Fault(file, 1, "", f"cannot be read: {error.strerror}")]) from None
    if len(body) > LARGEST_FILE:
        raise ConfigError([Fault(file, 1, "", "is over 1 MiB; this is no configuration")])
    try:
        return body.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise ConfigError([Fault(file, line, "", "is not UTF-8; save it as UTF-8")]) from None


def _syntax_fault(text: str, file: str, message: str) -> Fault:
    what, _, place = message.partition(" (at ")
    digits = place.removeprefix("line ").partition(",")[0].rstrip(")")
    line = int(digits) if digits.isdigit() else text.count("\n") + 1
    return Fault(file, line, "", f"is not TOML: {what[:1].lower()}{what[1:]}")


def _checked(
    raw: Mapping[str, Any], known: Mapping[str, BuiltIn], look_up: Callable[[Asked, str | None], Answers]
) -> tuple[Config | None, list[tuple[Path, str]]]:
    """Return the configuration as far as it can be read, and what is wrong with it."""
    found: list[tuple[Path, str]] = []
    found += [((key,), _unknown(key, TABLES)) for key in raw if key not in TABLES]
    service = _table(Service, raw.get("service", {}), ("service",), found) or Service()
    politeness = _table(Politeness, raw.get("politeness", {}), ("politeness",), found) or Politeness()
    alerts = _table(Alerts, raw.get("alerts", {}), ("alerts",), found) or Alerts()
    email = _table(Email, raw["email"], ("email",), found) if "email" in raw else None
    canary = _table(Canary, raw["canary"], ("canary",), found) if "canary" in raw else None
    sources = _sources(raw.get("sources", {}), known, found)
    names = tuple(sources)
    subscriptions = _tables(Subscription, raw.get("subscriptions", []), ("subscriptions",), found)
    operators = [
        (place, target.as_subscription(place + 1))
        for place, target in _tables(Operator, raw.get("operator", []), ("operator",), found)
    ]
    found += rules.service_faults(service)
    found += rules.source_faults(sources, {name: one.blocked for name, one in known.items() if one.blocked})
    found += rules.politeness_faults(politeness, sources)
    found += rules.email_faults(email) if email else ()
    found += subscription_rules.subscription_faults(subscriptions, names, "email" in raw)
    found += subscription_rules.operator_faults(operators, subscriptions, "email" in raw)
    found += subscription_rules.canary_faults(canary, subscriptions) if canary else ()
    answers = look_up(asked([one for _, one in subscriptions], places_of(sources)), service.gazetteer)
    found += place_faults(sources, answers)
    found += amount_faults(sources)
    found += [
        (("subscriptions", place, "where", *path), what)
        for place, one in subscriptions
        for path, what in name_faults(one.where, answers)
    ]
    if found:
        return None, found
    return Config(
        service=service,
        politeness=politeness,
        sources=settled(sources, answers),
        email=email,
        subscriptions=tuple(_ready(one, answers, canary) for _, one in subscriptions),
        operators=tuple(one for _, one in operators),
        alerts=alerts,
        canary=canary,
    ), found


def _ready(subscription: Subscription, answers: Answers, canary: Canary | None) -> Subscription:
    named = canonical(subscription, answers)
    return replace(named, canary=canary is not None and canary.subscription == named.name)


def _sources(raw: Any, known: Mapping[str, BuiltIn], found: list[tuple[Path, str]]) -> dict[str, SourceConfig]:
    if not isinstance(raw, dict):
        found.append((("sources",), "holds one table a source: [sources.NAME]"))
        raw = {}
    own = {name: one for name, one in raw.items() if name not in known and is_own(one)}
    found += [
        (("sources", name), _unknown_source(name, known)) for name in raw if name not in known and name not in own
    ]
    set_to = {name: _source(raw.get(name, {}), name, one.usual, found) for name, one in known.items()}
    return {**set_to, **{name: _own(one, name, found) for name, one in own.items()}}


def _own(raw: Mapping[str, Any], name: str, found: list[tuple[Path, str]]) -> SourceConfig:
    """Return the table of a portal of the user's own."""
    read = cast("OwnConfig", _table(OwnConfig, raw, ("sources", name), found))
    found += own_faults(name, raw, read)
    return read


def _unknown_source(name: str, known: Mapping[str, BuiltIn]) -> str:
    said = _unknown(name, tuple(known))
    return said if "did you mean" in said else f"{said}. A portal of your own needs kind and url"


def _source(raw: Any, name: str, usual: SourceConfig, found: list[tuple[Path, str]]) -> SourceConfig:
    """Return the table of a source; what it does not say is as usual for this one."""
    if is_own(raw):
        found += taken(raw, name)
        return usual
    read = _table(SourceConfig, raw, ("sources", name), found)
    if read is None:
        return usual
    return replace(read, **{each: getattr(usual, each) for each in ("enabled", "every") if each not in raw})


def _tables(table: type[T], raw: Any, at: Path, found: list[tuple[Path, str]]) -> list[tuple[int, T]]:
    """Return the tables of an array that could be read, each with its place, counted from 0."""
    if not isinstance(raw, list):
        found.append(
            (at, f"is a list; begin each with [[{dotted(at)}]]" if len(at) == 1 else "is a list of tables: [{ ... }]")
        )
        return []
    read = ((place, _table(table, item, (*at, place), found)) for place, item in enumerate(raw))
    return [(place, value) for place, value in read if value is not None]


def _table(table: type[T], raw: Any, at: Path, found: list[tuple[Path, str]]) -> T | None:
    """Return a table of the file as its value.

    Faults go to `found`; a faulty field gets its default or a stand-in, so that what hangs on it is checked as well.
    """
    if not isinstance(raw, dict):
        found.append((at, "is a table of keys and values"))
        return None
    fields = {
        (one.metadata.get("key") or one.name): one for one in dataclasses.fields(cast("Any", table)) if one.metadata
    }
    found += [((*at, key), _unknown(key, tuple(fields))) for key in raw if key not in fields]
    read: dict[str, Any] = {}
    for key, field in fields.items():
        if key in raw:
            with _collecting((*at, key), found):
                read[field.name] = _value(field.metadata, raw[key], (*at, key), found)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            found.append(((*at, key), "is needed"))
    return table(**{**_stand_ins(table, raw), **read})


def _value(metadata: Mapping[str, Any], raw: Any, at: Path, found: list[tuple[Path, str]]) -> Any:
    if "table" in metadata:
        return _table(metadata["table"], raw, at, found) or metadata["table"]()
    if "tables" in metadata:
        return tuple(value for _, value in _tables(metadata["tables"], raw, at, found))
    return metadata["reader"](raw)


@contextmanager
def _collecting(at: Path, found: list[tuple[Path, str]]) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        found.append((at, str(error)))


def _stand_ins(table: type[Any], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in for needed keys that are missing or faulty; a subscription's channel is guessed."""
    if issubclass(table, Target):
        marks = {"to": "email", "url_env": "apprise", "command": "command", "folder": "feed"}
        channel = next((channel for key, channel in marks.items() if key in raw), "webhook")
        return {"channel": channel, **({"name": f"stand-in {id(raw)}"} if table is Subscription else {})}
    if table is OwnConfig:
        return STAND_INS
    if table is Canary:
        return {"subscription": ""}
    return {"host": "localhost", "from_": "stand-in@example.org"} if table is Email else {}


def _unknown(key: str, known: Sequence[str]) -> str:
    """Return what to say of a key that nobody knows. Its value is never shown: it could be a secret."""
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if near:
        return f'is unknown; did you mean "{near[0]}"?'
    if any(word in key.casefold() for word in ("password", "secret", "token")):
        return "secrets do not stand in this file; name an environment variable or a file that holds it"
    return f"is unknown; known are: {', '.join(known)}"
