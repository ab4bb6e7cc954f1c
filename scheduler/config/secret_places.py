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
    email = config.email
    if email and (email.password_env or email.password_file):
        key = "password_env" if email.password_env else "password_file"
        yield ("email", key), email.password_env, email.password_file
    for place, subscription in enumerate(config.subscriptions):
        if subscription.secret_env or subscription.secret_file:
            key = "secret_env" if subscription.secret_env else "secret_file"
            yield ("subscriptions", place, key), subscription.secret_env, subscription.secret_file


def secret_faults(config: Config) -> Iterator[tuple[Path, str]]:
    """Yield (path of the key, what is wrong) of every secret that is missing, laid open to others, or signs nothing."""
    for path, variable, file in places(config):
        try:
            secret = secrets.read(variable, file)
            if path[0] == "subscriptions":
                signing.keys(secret)
        except SecretError as error:
            yield path, str(error)


def secret_values(config: Config) -> tuple[str, ...]:
    """Return the values of all secrets that can be read, for what hides them in logs; nobody else needs them."""
    found = []
    for _, variable, file in places(config):
        try:
            found.append(secrets.read(variable, file).reveal())
        except SecretError:
            continue
    return tuple(found)
