"""Names of bodies, programmes and places that the configuration holds, looked over against the detector's lists.

Two things: the user's own file of names, `[service] gazetteer`, and the names that subscriptions ask for. Both need the
detector's lists, which the service must not keep in its memory: a process of its own looks, and answers in JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scheduler.config.canonical import Answer, Answers, Asked
from scheduler.config.faults import ConfigError, Fault
from scheduler.config.model import Config

# Seconds that looking names up may take; the lists are loaded in a fraction of one.
PATIENCE = 60
# What may stand for a place besides places: bodies of many countries are of this side.
NO_PLACE = "International"


def name_faults(config: Config) -> list[Fault]:
    """Return what is wrong with the file of names, each with its line; nothing where none is configured."""
    from scraper.cooperation import GazetteerError, load_extra

    file = config.service.gazetteer
    if file is None:
        return []
    try:
        load_extra(Path(file))
    except GazetteerError as error:
        return [Fault(file, fault.line, "", fault.what) for fault in error.faults]
    return []


def use_names(config: Config) -> None:
    """Add the names of the file to those that this process knows, once.

    Raises:
        ConfigError: with all that is wrong with it.
    """
    file = config.service.gazetteer
    if file is None:
        return
    from scraper.cooperation import extend, load_extra
    from scraper.cooperation.lexicon import lexicon

    found = name_faults(config)
    if found:
        raise ConfigError(found)
    extra = load_extra(Path(file))
    if extra.mark not in lexicon().marks:
        extend(extra)


def require_names(config: Config) -> None:
    """Refuse to start with a file of names that cannot be used; this process loads none of it.

    Raises:
        ConfigError: with all that is wrong with it.
    """
    file = config.service.gazetteer
    if file is None:
        return
    found = [Fault(**fault) for fault in _told({"gazetteer": file}, file)["faults"]]
    if found:
        raise ConfigError(found)


def look_up(asked: Asked, gazetteer: str | None) -> Answers:
    """Return what names stand for; this process loads no list.

    Args:
        asked: the names, under `party`, `programme` or `place`.
        gazetteer: the user's own file of names. With one that cannot be used, unknown names stand for themselves: they
            may be in it, and its own faults are told elsewhere (`name_faults`, `require_names`).

    Raises:
        ConfigError: they could not be looked up.
    """
    if not any(asked.values()):
        return {}
    told = _told({"gazetteer": gazetteer, "asked": dict(asked)}, gazetteer or "the names of subscriptions")
    found = {what: {name: Answer(**one) for name, one in each.items()} for what, each in told["answers"].items()}
    if not told["faults"]:
        return found
    return {what: {name: Answer(one.name or name) for name, one in each.items()} for what, each in found.items()}


def _told(question: Mapping[str, Any], about: str) -> Any:
    """Return what a process of its own answers. Raises ConfigError, naming what it is about."""
    from scheduler.process import environment

    words = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(
            words,
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            env=environment(),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError([Fault(about, 1, "", f"could not be looked over: {error}")]) from None
    if done.returncode:
        raise ConfigError([Fault(about, 1, "", f"could not be looked over: {done.stderr.strip()[-300:]}")])
    return json.loads(done.stdout)


def _answers(asked: Asked) -> dict[str, dict[str, dict[str, str | None]]]:
    return {what: {name: _answer(what, name) for name in names} for what, names in asked.items()}


def _answer(what: str, name: str) -> dict[str, str | None]:
    """Return what a name stands for: a canonical name in any case, else the one thing of which it is a whole name."""
    from scheduler.naming import meant
    from scraper.gazetteer import form, known

    things = known(what)
    exact = {one.casefold(): one for one in things} | ({NO_PLACE.casefold(): NO_PLACE} if what == "place" else {})
    if found := exact.get(name.casefold()):
        return {"name": found, "what": ""}
    sought = form(name)
    fitting = sorted(thing.name for thing in things.values() if sought in thing.forms)
    if len(fitting) == 1:
        return {"name": fitting[0], "what": ""}
    if fitting:
        return {"name": None, "what": f'"{name}" is the name of several: {", ".join(fitting)}; write one of them'}
    likely = meant(sought, {one.name: one.forms for one in things.values()})
    near = [likely.name] if likely.name else list(likely.near[:3])
    if near:
        offered = " or ".join(f'"{one}"' for one in near)
        return {"name": None, "what": f'"{name}" is unknown; did you mean {offered}?'}
    return {"name": None, "what": f'"{name}" is unknown; a name of your own can be added to [service] gazetteer'}


def _main() -> None:
    from scheduler.config.model import Service

    question = json.load(sys.stdin)
    config = Config(service=Service(gazetteer=question["gazetteer"]))
    found = name_faults(config)
    if not found:
        use_names(config)
    answer = {"faults": [fault.as_dict() for fault in found], "answers": _answers(question.get("asked", {}))}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    _main()
