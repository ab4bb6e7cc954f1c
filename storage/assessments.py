"""Assessments as plain values and back, for the tables and for the line from child to parent. Pure; judges nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any

from storage.model import Assessment, Dated, Evidence, Figure, Mention

_FACTS: dict[str, type[Mention | Dated | Figure]] = {
    "parties": Mention,
    "people": Mention,
    "places": Mention,
    "programmes": Mention,
    "laws": Mention,
    "dates": Dated,
    "figures": Figure,
}


_READERS: dict[type, tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]] = {}


def _reader(kind: type) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Return the names of a class's fields (two or more), and what reads them all at once; made once for each class."""
    if kind not in _READERS:
        names = tuple(field.name for field in fields(kind))
        _READERS[kind] = names, attrgetter(*names)
    return _READERS[kind]


def flat(value: Any) -> dict[str, Any]:
    """Return the fields of a frozen value by name, as they are: no copy of what cannot change (`asdict` makes many)."""
    names, read = _reader(type(value))
    return dict(zip(names, read(value), strict=True))


def to_plain(assessment: Assessment) -> dict[str, Any]:
    """Return the assessment as dictionaries, lists, texts and numbers, ready for JSON."""
    plain = flat(assessment)
    for name in ("evidence", *_FACTS):
        plain[name] = [flat(one) for one in plain[name]]
    return plain


def from_plain(plain: Mapping[str, Any]) -> Assessment:
    """Return the assessment that `to_plain` was given; names it does not know (a newer one's) are passed over.

    Raises:
        KeyError, TypeError: it is not one.
    """
    made: dict[str, Any] = {name: plain[name] for name in ("cooperation", "score", "detector")}
    made["cooperation"] = bool(made["cooperation"])
    made |= {name: plain[name] for name in ("kind", "reason") if name in plain}
    made["jurisdictions"] = tuple(plain.get("jurisdictions", ()))
    made["evidence"] = tuple(_make(Evidence, item) for item in plain.get("evidence", ()))
    for name, kind in _FACTS.items():
        made[name] = tuple(_make(kind, item) for item in plain.get(name, ()))
    return Assessment(**made)


def _make(kind: type[Any], item: Mapping[str, Any]) -> Any:
    values = {name: item[name] for name in _reader(kind)[0] if name in item}
    if "aliases" in values:
        values["aliases"] = tuple(values["aliases"])
    return kind(**values)


def to_columns(assessment: Assessment) -> dict[str, Any]:
    """Return the assessment as columns of the table `assessment`, but for `version_id` and `made`."""
    plain = to_plain(assessment)
    return {
        "detector": assessment.detector,
        "cooperation": int(assessment.cooperation),
        "score": float(assessment.score),
        "kind": assessment.kind,
        "reason": assessment.reason,
        "jurisdictions": as_json(plain["jurisdictions"]),
        "evidence": as_json(plain["evidence"]),
        "facts": as_json({name: plain[name] for name in _FACTS if plain[name]}),
    }


def from_columns(row: Mapping[str, Any]) -> Assessment:
    """Return the assessment of a row of the table `assessment`."""
    plain = dict(row) | json.loads(row["facts"])
    plain["jurisdictions"] = json.loads(row["jurisdictions"])
    plain["evidence"] = json.loads(row["evidence"])
    return from_plain(plain)


def as_json(value: Any) -> str:
    """Return plain values as compact JSON text in their own letters."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
