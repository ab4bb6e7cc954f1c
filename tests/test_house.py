"""The house rules that a linter does not know: sizes, names, first lines, and nothing of one machine in a commit."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ("scheduler", "scraper", "storage")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:  # a source archive without its history
        return [
            path
            for path in ROOT.rglob("*")
            if path.is_file() and not set(path.parts) & {".venv", ".git", "__pycache__"}
        ]
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


FILES = tracked()
MODULES = [path for path in FILES if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in FLOORS]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_has_fewer_than_300_lines(path):
    assert len(path.read_text().splitlines()) < 300


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent.name == "sources"], ids=named)
def test_a_source_file_has_at_most_40_lines(path):
    assert len(path.read_text().splitlines()) <= 40


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_a_module_says_in_its_first_line_what_it_is_for(path):
    text = path.read_text()
    if path.name == "__init__.py" and not text.strip():
        return
    said = ast.get_docstring(ast.parse(text))
    assert said, "no docstring"
    assert text.startswith(('"""', 'r"""', "#!")), "the docstring is not the first thing in the file"
    assert len(said.splitlines()[0]) > 20, "the first line says too little"


def test_no_room_is_called_utils_helpers_common_or_manager():
    forbidden = re.compile(r"(^|_)(utils?|helpers?|common|managers?|misc)(_|$)")
    assert [
        named(path) for path in MODULES if any(forbidden.search(part) for part in [*path.parent.parts[-2:], path.stem])
    ] == []


def test_the_only_code_folders_at_the_top_are_the_three_floors_and_the_tests():
    folders = {path.relative_to(ROOT).parts[0] for path in FILES if path.suffix == ".py" and path.parent != ROOT}
    assert folders <= {*FLOORS, "tests"}


def test_nothing_in_a_commit_names_a_package_registry_or_a_path_of_one_machine():
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "registry." + "npmjs",
        "--index" + "-url",
        "--extra-index" + "-url",
    ]
    paths = re.compile(r"(^|[^\w.])/(wo" + r"rk|ro" + r"ot|home/\w+)/")
    found = []
    for path in FILES:
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [
            f"{named(path)}:{n}"
            for n, line in enumerate(text.splitlines(), 1)
            if any(h in line for h in hosts) or paths.search(line)
        ]
    assert found == []


def test_sqlite_comes_from_sqlite_utils_alone():
    wrong = re.compile(r"^\s*(import sqlite3|from sqlite3 |import pysqlite3|from pysqlite3 )", re.MULTILINE)
    assert [named(path) for path in FILES if path.suffix == ".py" and wrong.search(path.read_text())] == []


@pytest.mark.parametrize(("lock", "extras"), [("run", ()), ("demo", ("demo",)), ("dev", ("demo", "dev"))])
def test_every_dependency_stands_in_its_lock_with_hashes(lock, extras):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *(one for extra in extras for one in project["optional-dependencies"][extra])]
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    entries = {
        re.match(r"[\w.-]+", entry).group().lower().replace("_", "-"): entry
        for entry in re.split(r"\n(?=\S)", text.strip())
    }
    for requirement in wanted:
        name = re.match(r"[\w.-]+", requirement).group().lower()
        if name != "coopwatch":
            assert name in entries, f"{name} is not locked: make lock"
    assert all("--hash=sha256:" in entry for entry in entries.values())


def imported():
    """The names of the packages that are not ours and not Python's, with a file that imports each."""
    found = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            found |= {name.partition(".")[0]: named(path) for name in names}
    return {name: path for name, path in found.items() if name not in {*FLOORS, *sys.stdlib_module_names}}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    def names(requirements):
        return {re.match(r"[\w.-]+", one).group().lower().replace("-", "_") for one in requirements}

    run = names(project["dependencies"])
    extra = names(one for part in project["optional-dependencies"].values() for one in part)
    # The one whose module has another name than its package.
    used = {"google_re2" if name == "re2" else name: path for name, path in imported().items()}
    assert {name: used[name] for name in used.keys() - run - extra} == {}
    # Not imported by name: the time zones, and the SQLite that sqlite-utils prefers by itself.
    assert run - used.keys() == {"tzdata", "pysqlite3"}


def test_a_test_cannot_leave_the_machine(allow_refusals):
    with socket.socket() as sock, pytest.raises(RuntimeError, match="loopback"):
        sock.connect(("192.0.2.1", 80))
    assert allow_refusals
    allow_refusals.clear()
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("www.info.gov.hk", 443)


def test_a_process_that_a_test_starts_cannot_leave_the_machine_either():
    tried = subprocess.run(
        [sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 80), 1)"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "stay on the loopback" in tried.stderr
