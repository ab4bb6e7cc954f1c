"""Read coopwatch.toml as a whole: every fault of every table at once, each with its line. Reads one file."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError

from scheduler.config import rules
from scheduler.config.faults import ConfigError, Fault
from scheduler.config.model import Config, Email, Politeness, Service, SourceConfig, Strict, Subscription, Where
from scheduler.config.toml_lines import Path, line_of, lines_of

DEFAULT_FILE = "coopwatch.toml"
# A configuration is a page of text; more is a mistake in the file name.
LARGEST_FILE = 1024 * 1024
TABLES: dict[str, type[Strict]] = {"service": Service, "politeness": Politeness, "email": Email}
# What stands in for a needed key that is missing or faulty, so that the rest of its table can be checked as well.
STAND_INS: dict[type[Strict], dict[str, Any]] = {
    Email: {"host": "localhost", "from": "stand-in@example.org"},
    Subscription: {"name": "stand-in"},
}
ModelT = TypeVar("ModelT", bound=Strict)


def load(path: str | os.PathLike[str] | None, source_names: Sequence[str] | None = None) -> Config:
    """Return the configuration.

    Args:
        path: the file; None for ./coopwatch.toml where there is one, else the defaults.
        source_names: the built-in sources; None asks scraper.find.

    Raises:
        ConfigError: with every fault of the file.
    """
    names = tuple(source_names) if source_names is not None else built_in_sources()
    if path is None and not FilePath(DEFAULT_FILE).exists():
        return Config(sources={name: SourceConfig() for name in names})
    file = str(path if path is not None else DEFAULT_FILE)
    config, found = parse(_text_of(file), names, file)
    if config is None:
        raise ConfigError(found)
    return config


def built_in_sources() -> tuple[str, ...]:
    """Return the names of the sources that come with coopwatch, in order."""
    from scraper.find import sources

    return tuple(sources())


def parse(text: str, names: Sequence[str], file: str = DEFAULT_FILE) -> tuple[Config | None, tuple[Fault, ...]]:
    """Return the configuration in `text` and no fault, or None and every fault, in the order of the file. Pure."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax_fault(text, file, str(error)),)
    lines = lines_of(text)
    config, findings = _checked(raw, names)
    faults = [Fault(file, line_of(lines, path), dotted(path), what) for path, what in findings]
    if faults or config is None:
        return None, tuple(sorted(set(faults), key=lambda fault: (fault.line, fault.key)))
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


def _checked(raw: Mapping[str, Any], names: Sequence[str]) -> tuple[Config | None, list[tuple[Path, str]]]:
    """Return the configuration as far as it can be read, and what is wrong with it."""
    found: list[tuple[Path, str]] = []
    known = (*TABLES, "sources", "subscriptions")
    found += [((key,), _unknown(key, known)) for key in raw if key not in known]
    service = _table(Service, raw.get("service", {}), ("service",), found) or Service()
    politeness = _table(Politeness, raw.get("politeness", {}), ("politeness",), found) or Politeness()
    email = _table(Email, raw["email"], ("email",), found) if "email" in raw else None
    sources = _sources(raw.get("sources", {}), names, found)
    subscriptions = _subscriptions(raw.get("subscriptions", []), found)
    found += rules.source_faults(sources)
    found += rules.politeness_faults(politeness, sources)
    found += rules.email_faults(email) if email else ()
    found += rules.subscription_faults(subscriptions, names, "email" in raw)
    if found:
        return None, found
    told = tuple(subscription for _, subscription in subscriptions)
    return Config(service=service, politeness=politeness, sources=sources, email=email, subscriptions=told), found


def _sources(raw: Any, names: Sequence[str], found: list[tuple[Path, str]]) -> dict[str, SourceConfig]:
    if not isinstance(raw, dict):
        found.append((("sources",), "holds one table a source: [sources.NAME]"))
        raw = {}
    found += [(("sources", name), _unknown(name, names)) for name in raw if name not in names]
    return {name: _table(SourceConfig, raw.get(name, {}), ("sources", name), found) or SourceConfig() for name in names}


def _subscriptions(raw: Any, found: list[tuple[Path, str]]) -> list[tuple[int, Subscription]]:
    if not isinstance(raw, list):
        found.append((("subscriptions",), "is a list; begin each subscription with [[subscriptions]]"))
        return []
    tables = ((place, _table(Subscription, item, ("subscriptions", place), found)) for place, item in enumerate(raw))
    return [(place, subscription) for place, subscription in tables if subscription is not None]


def _table(model: type[ModelT], raw: Any, at: Path, found: list[tuple[Path, str]]) -> ModelT | None:
    """Return a table as its model; faults go to `found` and what is faulty is left out, so that the rest is checked."""
    if not isinstance(raw, dict):
        found.append((at, "is a table; write [" + dotted(at) + "] and its keys below"))
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        faults = list(_field_faults(model, error))
    found += [(at + path, what) for path, what in faults]
    sound = _without(raw, [path for path, _ in faults])
    try:
        return model.model_validate({**STAND_INS.get(model, {}), **_channel_guess(model, raw), **sound})
    except ValidationError:  # what is left cannot stand on its own; its own faults are told already
        return None


def _without(raw: Mapping[str, Any], faulty: Sequence[Path]) -> dict[str, Any]:
    """Return a table without its faulty keys, inner tables likewise."""
    gone = {path[0] for path in faulty if path and not isinstance(raw.get(str(path[0])), dict)}
    sound = {key: value for key, value in raw.items() if key not in gone}
    for key, value in sound.items():
        if isinstance(value, dict):
            sound[key] = _without(value, [path[1:] for path in faulty if path[:1] == (key,)])
    return sound


def _channel_guess(model: type[Strict], raw: Mapping[str, Any]) -> dict[str, str]:
    """Return what a subscription without a usable channel is checked as."""
    return {"channel": "email" if "to" in raw else "webhook"} if model is Subscription else {}


def _field_faults(model: type[Strict], error: ValidationError) -> Iterator[tuple[Path, str]]:
    for fault in error.errors(include_url=False, include_input=False):
        path: Path = tuple(part for part in fault["loc"] if not _is_branch(part))
        if fault["type"] == "extra_forbidden":
            yield path, _unknown(str(path[-1]), _keys(model, path[:-1]))
        elif fault["type"] == "missing":
            yield path, "is needed"
        else:
            what = fault["msg"].removeprefix("Value error, ").removeprefix("Input ")
            yield path, what[:1].lower() + what[1:]


def _is_branch(part: str | int) -> bool:
    """Return whether pydantic put this into a path to name its own inner step rather than a key of ours."""
    return isinstance(part, str) and ("[" in part or part.startswith("function-"))


def _keys(model: type[Strict], path: Path) -> tuple[str, ...]:
    """Return the keys that the table at `path` inside `model` knows."""
    table = Where if path == ("where",) else model
    return tuple(field.alias or name for name, field in table.model_fields.items())


def _unknown(key: str, known: Sequence[str]) -> str:
    """Return what to say of a key that nobody knows. Its value is never shown: it could be a secret."""
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if near:
        return f'is unknown; did you mean "{near[0]}"?'
    if any(word in key.casefold() for word in ("password", "secret", "token")):
        return "secrets do not stand in this file; name an environment variable or a file that holds it"
    return f"is unknown; known are: {', '.join(known)}"
