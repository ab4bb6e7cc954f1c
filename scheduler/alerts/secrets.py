"""Secrets, read from the environment or a file at the moment they are used. Nothing here prints, stores or logs one."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NoReturn

from scheduler.alerts.errors import SecretError

LONGEST = 4096  # bytes of a secret file: more is some other file named by mistake


class Secret:
    """A value that shows itself to nobody who does not ask: `repr`, `str` and formatting give `***`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself; call it in the expression that needs it and keep it in no name."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def read(variable: str | None, path: str | None) -> Secret:
    """Return the secret that an environment variable or a file holds; white space around it does not belong to it.

    Args:
        variable: name of the environment variable, or None.
        path: the file, looked at where no variable is named. Only its owner may read it (mode 0600 or 0400).

    Raises:
        SecretError: neither is named, there is nothing in it, or others may read the file. Not permanent: the operator
            mends it and the next attempt succeeds.
    """
    if variable:
        value = os.environ.get(variable, "").strip()
        if not value:
            raise SecretError(f"the environment variable {variable} is not set")
        return Secret(value)
    if path:
        return _from_file(Path(path))
    raise SecretError("no secret is named: give secret_env or secret_file (password_env or password_file for mail)")


def _from_file(path: Path) -> Secret:
    try:
        with path.open("rb") as file:
            # The open file is asked, not the path, so that nobody can swap it in between.
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise SecretError(f"{path} can be read by others than its owner: chmod 600 it")
            raw = file.read(LONGEST + 1)
    except OSError as trouble:
        raise SecretError(f"{path} cannot be read: {trouble.strerror}") from None
    if len(raw) > LONGEST:
        raise SecretError(f"{path} is longer than {LONGEST} bytes: that is no secret")
    try:
        value = raw.decode().strip()
    except UnicodeDecodeError:
        # From None, since the error carries the bytes.
        raise SecretError(f"{path} is not text in UTF-8") from None
    if not value:
        raise SecretError(f"{path} is empty")
    return Secret(value)
