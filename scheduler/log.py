"""Log lines a person can read: one line each on standard error, without secrets.

Nothing in them can steer a terminal. Not here: what is logged. Modules use `logging.getLogger(__name__)`.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Collection
from datetime import datetime, tzinfo

from scheduler.output import safe

# What a URL may carry that is nobody's business: who logs in, and keys among the parameters.
_USER_IN_URL = re.compile(r"(?<=://)[^/\s@'\"]{1,300}@")
_KEY_IN_URL = re.compile(
    r"(?i)([?&;][^=&\s]{0,40}(?:token|key|secret|sig|pass|auth|code)[^=&\s]{0,40}=)[^&\s'\"]{1,2000}"
)
_BREAK = re.compile(r"\s*[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]\s*")
# A shorter value would hide half the words of a line.
_LEAST_SECRET = 4
# Libraries that say at INFO what only their authors want to know.
_QUIET = ("apscheduler", "urllib3", "requests", "charset_normalizer")


class LineFormatter(logging.Formatter):
    """Makes a record one line.

    Args:
        zone: of the times.
        secrets: values that must not appear.
    """

    def __init__(self, zone: tzinfo, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._zone = zone
        self._secrets = sorted({value for value in secrets if len(value) >= _LEAST_SECRET}, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level where it is not plain information, and the message; of an error also what and where."""
        when = datetime.fromtimestamp(record.created, self._zone).isoformat(" ", "seconds")
        level = "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit: better half a line than none
            message = str(record.msg)
        return f"{when} {level}{self.plain(message + _cause(record))}"

    def plain(self, text: str) -> str:
        """Return text on one line, without secrets and without control characters."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        text = _KEY_IN_URL.sub(r"\1***", _USER_IN_URL.sub("***@", text))
        return safe(_BREAK.sub(" | ", text).replace("\t", " "))


def _cause(record: logging.LogRecord) -> str:
    """Return the kind, words and place of the error a record carries; a whole traceback would be many lines."""
    if not record.exc_info or record.exc_info[1] is None:
        return ""
    error = record.exc_info[1]
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" ({trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno})" if trace else ""
    return f": {type(error).__name__}: {error}{place}"


def configure(zone: tzinfo, secrets: Collection[str] = (), level: int = logging.INFO) -> None:
    """Send the log to standard error as such lines; replaces what was configured before."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LineFormatter(zone, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a log that cannot be written (full disk, closed pipe) must not add to the trouble
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)  # what they warn of, the service says in its own words
