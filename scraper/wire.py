"""The lines between the service and its crawling child: a Job in, an Answer out, each one line of JSON. Pure.

The child is the only part that a hostile page can reach, so the service takes nothing from it but these values, each
field checked against its type.
"""

from __future__ import annotations

import base64
import json
import types
import typing
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from functools import cache, partial
from typing import Any, TypeVar

from storage.assessments import flat
from storage.model import Assessment, Link, Page, Release, Validators
from storage.telling import Telling

T = TypeVar("T")
MAX_LINE = 64 << 20
"""Bytes in one line: a 5 MiB page as text, as Base64 and as JSON, with room to spare."""


ARCHIVE = -1
"""The number of a source's archive among its listings."""


class WireError(ValueError):
    """A line that is not what this module writes."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the child is held: all the service tells it at the start.

    Args:
        agent: the User-Agent.
        memory: bytes of address space. 400 MiB turned an 80 MB header bomb into one failed request.
        cpu: seconds of CPU for one job.
        files: descriptors open at once.
        written: bytes in any one file; nothing but compiled modules is ever written.
        parent: process id of the service.
        names: the user's own file of names, for the detector; empty for none.
        own: the user's own portals, as scraper.own writes them; empty for none.
    """

    agent: str
    memory: int = 400 << 20
    cpu: int = 60
    files: int = 256
    written: int = 16 << 20
    parent: int = 0
    names: str = ""
    own: str = ""

    def as_argument(self) -> str:
        """Return the options as the one argument of the command."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Job:
    """One thing for the child to do.

    Args:
        id: comes back in the answer.
        kind: `article` (fetch and read a release), `listing` (fetch and read a listing), `item` (read one release out
            of the listing in `body`), `given` (understand the release that comes along: the canary), `attachment`
            (fetch a PDF and read its text).
        source: the source's name.
        url: the portal's own address.
        ask: the address to fetch.
        key: the release's key; empty for a listing.
        listing: which listing: 0 for the source's own, n for its n-th gap check, ARCHIVE for a page of its archive.
        base: what stands in for the portal, if anything (see mirror.py).
        validators: sent as a conditional request where given.
        body: the listing, for `item`.
        content_type: of `body`.
        timeout: seconds for the whole exchange.
        release: for `given`.
    """

    id: int
    kind: str
    source: str
    url: str
    ask: str = ""
    key: str = ""
    listing: int = 0
    base: str | None = None
    validators: Validators | None = None
    body: bytes = b""
    content_type: str = ""
    timeout: float = 30.0
    release: Release | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a job.

    Args:
        id: the job's.
        outcome: `read` (release, assessment, telling, page), `links`, `text`, `unread` (304), `missing` (404, 410),
            `redirect` (target) or `failed` (trouble).
        trouble: what went wrong, its name first: `http 503`, `timeout: ...`.
        retry_after: the header as it came with a 429 or 503.
        target: where a redirect leads, absolute.
        page: the raw page, also of a listing that carries full texts.
        text: of an attachment.
        memory: most memory the child ever held, bytes.
    """

    id: int
    outcome: str
    trouble: str | None = None
    status: int | None = None
    retry_after: str | None = None
    target: str | None = None
    release: Release | None = None
    assessment: Assessment | None = None
    telling: Telling | None = None
    page: Page | None = None
    links: tuple[Link, ...] = ()
    validators: Validators | None = None
    text: str = ""
    memory: int = 0


def write(value: Job | Answer) -> bytes:
    """Return a value as one line of JSON, line feed included; fields at their default are left out."""
    plain = {
        field.name: found
        for field in fields(value)
        if (found := getattr(value, field.name)) != field.default or field.name == "id"
    }
    return (
        json.dumps(plain, ensure_ascii=False, separators=(",", ":"), default=_plain).encode("utf-8", "replace") + b"\n"
    )


def read(kind: type[T], line: bytes) -> T:
    """Return the Job or Answer of a line.

    Raises:
        WireError: the line is no JSON, or a field is missing, unknown or of another type.
    """
    try:
        return typing.cast("T", _reader(typing.cast("Any", kind))(json.loads(line)))
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError(f"not a {kind.__name__}: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return flat(value)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """Return what builds a value of a type from what JSON gave; the types are those that storage.model uses."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in {types.UnionType, typing.Union}:
        inner = _reader(next(one for one in arguments if one is not type(None)))
        return inner if type(None) not in arguments else lambda plain: None if plain is None else inner(plain)
    if origin is tuple:
        each = _reader(arguments[0])
        return lambda plain: tuple([each(one) for one in _checked(list, plain)])
    if isinstance(kind, type) and is_dataclass(kind):
        return _builder(kind)
    return _scalar(kind)


def _builder(kind: type) -> Callable[[Any], Any]:
    """Return what builds a value of a class, each field checked."""
    readers = {name: _reader(hint) for name, hint in typing.get_type_hints(kind).items()}

    def build(plain: Any) -> Any:
        given = _checked(dict, plain)
        if not given.keys() <= readers.keys():
            raise WireError(f"unknown field {next(name for name in given if name not in readers)!r}")
        return kind(**{name: readers[name](one) for name, one in given.items()})

    return build


def _scalar(kind: Any) -> Callable[[Any], Any]:
    if kind is datetime:
        return lambda plain: datetime.fromisoformat(_checked(str, plain))
    if kind is bytes:
        return lambda plain: base64.b64decode(_checked(str, plain), validate=True)
    if kind is float:
        return lambda plain: float(plain) if type(plain) is int else _checked(float, plain)
    return kind if issubclass(kind, Enum) else partial(_checked, kind)


def _checked(kind: Any, plain: Any) -> Any:
    if type(plain) is not kind:
        raise WireError(f"{kind.__name__} expected, {type(plain).__name__} found")
    return plain
