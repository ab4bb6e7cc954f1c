"""What every verb is given: which configuration and which database the command line names, opened when asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scheduler.config import Config
    from storage.database import Database


class CommandError(Exception):
    """A verb cannot do what it is asked: the message says why and what to do, `exit_code` is the command's."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Session:
    """The command line's options.

    Args:
        config_file: as given by `--config`, or None.
        database_file: as given by `--database`, or None.
    """

    config_file: str | None = None
    database_file: str | None = None

    @cached_property
    def config(self) -> Config:
        """The configuration, read once. Raises ConfigError."""
        from scheduler.config import load

        return load(self.config_file)

    @property
    def config_name(self) -> str:
        """The configuration's file name, for messages."""
        from scheduler.config.reading import DEFAULT_FILE

        return self.config_file or DEFAULT_FILE

    @cached_property
    def database_path(self) -> Path:
        """Where the database is: `--database`, else the configuration's, as seen from the configuration's folder."""
        if self.database_file:
            return Path(self.database_file)
        return Path(self.config_name).parent / self.config.service.database

    def know_portals(self) -> Config:
        """Read the configuration, if that is not done, and with it the user's own portals. Raises ConfigError."""
        return self.config

    def use_names(self) -> None:
        """Let the detector know the names of the user's own file, where there is one. Raises ConfigError."""
        from scheduler.config.names import use_names

        use_names(self.config)

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """Open the database to read; it must be there, and nothing is made or changed."""
        from storage.database import Database

        with Database.open(self.database_path, create=False, read_only=True) as db:
            yield db

    @contextmanager
    def writing(self, verb: str, *, create: bool = True) -> Iterator[Database]:
        """Open the database to write, as the only coopwatch that does so.

        Args:
            verb: what for, told to whoever finds the lock taken.
            create: whether to make the database where there is none.
        """
        from scheduler.lock import hold
        from storage.database import Database

        if not create or os.path.lexists(self.database_path):
            self.must_be_database()
        with hold(self.database_path, verb, datetime.now(UTC)), Database.open(self.database_path, create=create) as db:
            yield db

    @contextmanager
    def beside(self) -> Iterator[Database]:
        """Open the database for one small change, also while the service runs."""
        from storage.database import Database

        with Database.open(self.database_path, create=False) as db:
            yield db

    def local(self, moment: datetime | str | None, precision: str | None = None) -> str:
        """Return a time as people of the configured zone read it; empty for None.

        Args:
            moment: aware, or as the views tell it.
            precision: how exactly it is known: `day` leaves the time of day out.
        """
        if not moment:
            return ""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        form = "%Y-%m-%d" if precision == "day" else "%Y-%m-%d %H:%M"
        return moment.astimezone(self.config.service.zone).strftime(form)

    def must_be_database(self) -> None:
        """Refuse a path that leads to no database of ours, before anything is put beside it. Raises StorageError."""
        from storage.files import inspect

        inspect(self.database_path)


pass_session = click.make_pass_decorator(Session)


def json_option(function: click.decorators.FC) -> click.decorators.FC:
    """Give a verb the option `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text for people.")(function)
