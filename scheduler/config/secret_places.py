"""Whether the secrets that a configuration names are there, and hidden from others. Their values go nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.alerts import secrets, signing
from scheduler.alerts.errors import SecretError
from scheduler.config.model import Config
from scheduler.config.toml_lines import Path

Place = tuple[Path, str | None, str | None]


def places(config: Config) -> Iterator[Place]:
    """Yield (path of the key, environment variable or None, file or None) of every secret that is named."""
    if config.service.ping_env:
        yield ("service", "ping_env"), config.service.ping_env, None
    email = config.email
    if email and (email.password_env or email.password_file):
        key = "password_env" if email.password_env else "password_file"
        yield ("email", key), email.password_env, email.password_file
    for table, targets in (("subscriptions", config.subscriptions), ("operator", config.operators)):
        for place, target in enumerate(targets):
            if target.secret_env or target.secret_file:
                key = "secret_env" if target.secret_env else "secret_file"
                yield (table, place, key), target.secret_env, target.secret_file
            if target.url_env:
                yield (table, place, "url_env"), target.url_env, None


def secret_faults(config: Config) -> Iterator[tuple[Path, str]]:
    """Yield (path of the key, what is wrong) of every secret that is missing, laid open to others, or signs nothing."""
    for path, variable, file in places(config):
        try:
            secret = secrets.read(variable, file)
            if path[-1] in ("secret_env", "secret_file"):
                signing.keys(secret)
        except SecretError as error:
            yield path, str(error)


def secret_values(config: Config) -> tuple[str, ...]:
    """Return the values of all secrets that can be read, for what hides them in logs; nobody else needs them.

    Of several addresses in one variable each is a value.
    """
    found: list[str] = [config.service.ping] if config.service.ping else []
    for path, variable, file in places(config):
        try:
            value = secrets.read(variable, file).reveal()
        except SecretError:
            continue
        found += value.replace(",", " ").split() if path[-1] == "url_env" else [value]
    return tuple(found)
