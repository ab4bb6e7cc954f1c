"""One instance per database."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from scheduler.lock import AlreadyRunningError, LockFileError, hold, holder, holders, lock_path
from storage.database import Database

NOW = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
HOLD = """
import sys, time
from datetime import UTC, datetime
from scheduler.lock import hold
with hold(sys.argv[1], "run", datetime(2026, 11, 21, 8, 30, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def database(tmp_path):
    return tmp_path / "x.db"


@pytest.fixture
def other(database):
    """Another process that holds the lock."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(database)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_holder_is_refused_with_the_name_of_the_first(database, other):
    with pytest.raises(AlreadyRunningError) as caught, hold(database, "crawl", NOW):
        pass
    assert caught.value.exit_code == 75
    assert f"process {other.pid}, since 2026-11-21T08:30:00Z" in str(caught.value)


def test_who_holds_the_lock_can_be_asked_without_touching_it(database, other):
    found = holder(database)
    assert (found.verb, found.pid, found.since) == ("run", other.pid, "2026-11-21T08:30:00Z")
    assert holder(database.with_name("other.db")) is None


def test_the_lock_of_a_process_that_was_killed_is_free_at_once(database, other):
    other.send_signal(signal.SIGKILL)
    other.wait()
    assert holder(database) is None
    with hold(database, "run", NOW):
        assert holder(database).pid == os.getpid()
    assert holder(database) is None


def test_another_spelling_of_the_path_is_the_same_lock(database, other, tmp_path):
    database.touch()
    link = tmp_path / "link.db"
    link.symlink_to(database)
    assert lock_path(link) == lock_path(database)
    with pytest.raises(AlreadyRunningError), hold(link, "run", NOW):
        pass


def test_a_child_that_outlives_its_parent_does_not_keep_the_lock(database):
    with hold(database, "run", NOW):
        code = "import time; print('up', flush=True); time.sleep(60)"
        child = subprocess.Popen([sys.executable, "-c", code], close_fds=False, stdout=subprocess.PIPE)
        assert child.stdout.readline() == b"up\n"
    try:
        with hold(database, "run", NOW):
            pass
    finally:
        child.kill()
        child.communicate()


def test_of_twenty_at_once_one_gets_the_lock(database):
    ready, got, refused = threading.Barrier(20), [], []
    done = threading.Event()

    def attempt() -> None:
        ready.wait()
        try:
            with hold(database, "run", NOW):
                got.append(1)
                done.wait(10)
        except AlreadyRunningError:
            refused.append(1)
            if len(refused) == 19:
                done.set()

    threads = [threading.Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(refused)) == (1, 19)


def test_a_folder_that_may_not_be_written_or_is_not_there_is_told_apart(tmp_path):
    with pytest.raises(LockFileError) as caught, hold(tmp_path / "none" / "x.db", "run", NOW):
        pass
    assert caught.value.exit_code == 74
    (tmp_path / "x.db.lock").mkdir()
    with pytest.raises(LockFileError), hold(tmp_path / "x.db", "run", NOW):
        pass
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(LockFileError) as caught, hold(tmp_path / "y.db", "run", NOW):
        pass
    assert caught.value.exit_code == 77


def test_whoever_holds_the_database_itself_is_named(database):
    Database.open(database).close()
    code = f"""
import time
from sqlite_utils.utils import sqlite3
conn = sqlite3.connect({str(database)!r}, isolation_level=None)
conn.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        assert holders(database) == (process.pid,)
        process.kill()
    assert holders(database) == ()
