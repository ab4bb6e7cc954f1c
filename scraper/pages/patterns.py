"""Regular expressions that a user wrote, run by an engine that needs linear time whatever the text. Not here: ours."""

from __future__ import annotations

from typing import Any

_LONGEST = 300


def linear(expression: str) -> Any:
    """Return an expression compiled by RE2: no back reference, no look-around, and no text that makes it slow.

    Raises:
        ValueError: in words: the library is not there, or RE2 does not take the expression.
    """
    if len(expression) > _LONGEST:
        raise ValueError(f"is over {_LONGEST} characters")
    try:
        import re2  # here: only who writes an expression pays for the library
    except ImportError:
        raise ValueError("needs the library google-re2: pip install 'coopwatch[own]'") from None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        why = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"is no regular expression that runs in linear time (RE2): {why}") from None
