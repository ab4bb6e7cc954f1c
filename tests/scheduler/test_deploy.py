"""The files to run coopwatch by, as far as they can be tried without a boot and without Docker."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler import cli
from scheduler.deploy import FOLDER
from scheduler.deploy.alive import is_alive
from scheduler.listening import Listener

ROOT = Path(__file__).parents[2]
UNIT, DOCKERFILE, COMPOSE = (FOLDER / name for name in ("coopwatch.service", "Dockerfile", "compose.yaml"))


def unit():
    """The unit's keys, each with all its values, by section."""
    sections, keys = {}, {}
    for line in UNIT.read_text().splitlines():
        if line.startswith("["):
            keys = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, mark, value = line.partition("=")
            assert mark, line
            keys.setdefault(key, []).append(value)
    return sections


def instructions():
    """The Dockerfile's instructions, lines that go on joined."""
    text = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", DOCKERFILE.read_text()))
    return [tuple(line.split(" ", 1)) for line in text.splitlines() if line.strip()]


def test_the_unit_starts_a_verb_there_is_and_waits_for_its_word():
    service = unit()["Service"]
    words = shlex.split(service["ExecStart"][0])
    assert words[0].endswith("/bin/coopwatch")
    assert words[-1] in cli.VERBS
    assert {word for word in words if word.startswith("--")} == {"--config", "--database"}
    assert service["Type"] == ["notify"]
    assert service["Restart"] == ["on-failure"]
    assert service["StateDirectory"] == ["coopwatch"]


def test_the_unit_gives_up_on_what_starting_again_cannot_mend():
    from scheduler.config import ConfigError
    from scheduler.lock import AlreadyRunningError
    from storage.errors import CorruptError, DiskError

    codes = {int(one) for one in unit()["Service"]["RestartPreventExitStatus"][0].split()}
    assert codes == {ConfigError.exit_code, AlreadyRunningError.exit_code, CorruptError.exit_code}
    assert DiskError.exit_code not in codes


def test_systemd_knows_every_word_of_the_unit(tmp_path):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze on this machine")
    here = tmp_path / "coopwatch.service"
    here.write_text(UNIT.read_text().replace("/opt/coopwatch/bin/coopwatch", sys.executable))
    done = subprocess.run(
        [tool, "verify", "--man=no", str(here)], capture_output=True, text=True, timeout=60, check=False
    )
    said = [line for line in done.stderr.splitlines() if "coopwatch.service" in line]
    if done.returncode and not said:
        pytest.skip(f"systemd-analyze cannot work here: {done.stderr.strip()[:100]}")
    assert said == []


def test_systemd_finds_the_unit_hardened(tmp_path):
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze on this machine")
    words = [tool, "security", "--offline=true", "--threshold=25", str(UNIT)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    if "exposure level" not in done.stdout:
        pytest.skip(f"systemd-analyze cannot judge here: {(done.stderr or done.stdout).strip()[:100]}")
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_the_image_is_made_from_what_is_there_and_runs_without_rights():
    steps = instructions()
    assert {name for name, _ in steps} <= {
        "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    for name, rest in steps:
        if name == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / one).exists() for one in rest.split()[:-1]), rest
    last = [name for name, _ in steps]
    assert dict(steps)["USER"] == "coopwatch"
    assert last.index("USER") < last.index("ENTRYPOINT")
    assert "--require-hashes" in DOCKERFILE.read_text()
    assert dict(steps)["CMD"] == '["run"]'


def test_docker_finds_no_fault_in_the_image_file():
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, timeout=30, check=False).returncode:
        pytest.skip("no Docker to ask on this machine")
    words = [docker, "build", "--check", "-f", str(DOCKERFILE), str(ROOT)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    if "unknown flag" in done.stderr or "failed to do request" in done.stderr or "resolve" in done.stderr:
        pytest.skip(f"Docker cannot check here: {done.stderr.strip()[-100:]}")
    assert done.returncode == 0, done.stderr


def test_the_compose_file_names_what_is_there_and_opens_nothing_to_the_world():
    yaml = pytest.importorskip("yaml", reason="no YAML library is installed")
    told = yaml.safe_load(COMPOSE.read_text())
    assert set(told) == {"services", "volumes"}
    ours, mail = told["services"]["coopwatch"], told["services"]["mailpit"]
    assert (FOLDER / ours["build"]["context"]).resolve() == ROOT
    assert (ROOT / ours["build"]["dockerfile"]).samefile(DOCKERFILE)
    for service in (ours, mail):
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
    assert mail["network_mode"] == "service:coopwatch"
    assert all(volume.partition(":")[0] in {*told["volumes"], "./coopwatch.toml"} for volume in ours["volumes"])


def test_what_the_files_name_goes_into_the_wheel():
    """hatchling takes all of the three packages; a pattern that left these files out would stand in pyproject.toml."""
    import tomllib

    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"packages": ["scraper", "scheduler", "storage"]}
    assert FOLDER.is_relative_to(ROOT / "scheduler")
    said = (FOLDER / "README.md").read_text()
    assert all(path.name in said for path in (UNIT, DOCKERFILE, COMPOSE))


@pytest.mark.parametrize(("status", "alive"), [(200, True), (503, False)])
def test_the_image_is_healthy_while_the_service_says_so(tmp_path, status, alive):
    opened = Listener("127.0.0.1", 0, {"/healthz": lambda: (status, "text/plain", "x")})
    file = tmp_path / "coopwatch.toml"
    file.write_text(f'[service]\nmetrics = "127.0.0.1:{opened.port}"\n')
    try:
        assert is_alive(file) is alive
    finally:
        opened.close()
    assert is_alive(file) is False
    file.write_text("")
    assert is_alive(file) is True
