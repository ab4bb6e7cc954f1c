import contextlib
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from pathlib import Path

import pytest

from storage import opening
from storage.database import (
    CorruptError,
    Database,
    DiskError,
    LockedError,
    MissingError,
    NewerError,
    ReadOnlyError,
    RefusedError,
    StorageError,
)
from storage.engine import VERSION, sqlite3, wal_is_safe
from storage.errors import explain
from storage.migrations import MIGRATIONS
from storage.releases import record


def run(code, *arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        **options,
    )


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def add(db, name="x"):
    with db.transaction():
        db.insert("source", {"name": name})


@pytest.fixture
def filled(path, make, thought, nobody, now):
    """A database of some pages, closed."""
    with Database.open(path) as db:
        for number in range(40):
            record(db, make(number), thought, now, route=nobody)
    return path


# --- opening ----------------------------------------------------------------------------------------------------


def test_a_new_database_is_made_whole_with_nothing_beside_it(path):
    Database.open(path).close()
    assert names(path.parent) == [path.name]
    assert path.read_bytes()[68:72] == b"coop"


def test_the_settings_are_those_that_lose_nothing(db):
    def pragma(name):
        return db.value(f"PRAGMA {name}")

    assert pragma("synchronous") == 2
    assert pragma("foreign_keys") == 1
    assert pragma("trusted_schema") == 0
    assert pragma("cell_size_check") == 1
    assert pragma("busy_timeout") == 10_000
    assert pragma("mmap_size") == 0
    assert db.journal_mode == pragma("journal_mode") == ("wal" if wal_is_safe(VERSION) else "delete")


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 4), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_wal_is_for_a_sqlite_without_the_reset_bug(version, safe):
    assert wal_is_safe(version) is safe


def test_an_affected_sqlite_leaves_wal_mode_and_keeps_what_was_in_it(filled, monkeypatch):
    monkeypatch.setattr(opening, "VERSION", (3, 40, 1))
    with Database.open(filled) as db:
        assert db.journal_mode == "delete"
        assert db.value("SELECT count(*) FROM release") == 40
        add(db)


def test_every_table_is_strict(db):
    loose = db.rows(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0"
        " AND name NOT LIKE 'sqlite_%' AND name <> '_sqlite_migrations'"
    )
    assert loose == []


def test_nothing_there_and_nothing_to_be_made_says_so(path):
    with pytest.raises(MissingError, match=r"coopwatch\.db: no database there") as caught:
        Database.open(path, create=False)
    assert caught.value.exit_code == 65
    with pytest.raises(MissingError):
        Database.open(path, read_only=True)
    with pytest.raises(MissingError, match="folder does not exist"):
        Database.open(path.parent / "nowhere" / "x.db")
    assert names(path.parent) == []


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def beginning(path):
    path.write_bytes(b"\x00" * 64 + path.read_bytes()[64:])


def page_four(path):
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 3 * 4096 + 64] = os.urandom(64)
    path.write_bytes(content)


def foreign(path):
    path.unlink()
    with sqlite3.connect(path) as conn:
        conn.execute("CREATE TABLE theirs (x)")
    conn.close()


HARM = {
    "cut in half": (cut, "cut short"),
    "cut within the header": (lambda path: path.write_bytes(path.read_bytes()[:50]), "cut short"),
    "beginning overwritten": (beginning, "not a SQLite database"),
    "a page overwritten": (page_four, "backup"),
    "empty": (lambda path: path.write_bytes(b""), "the file is empty"),
    "noise": (lambda path: path.write_bytes(os.urandom(9000)), "not a SQLite database"),
    "a text": (lambda path: path.write_text("hello"), "not a SQLite database"),
    "another program's": (foreign, "of another program"),
}


# Damage inside is looked for only by who may write; a reader meets it as it reads (see below).
BOTH = [(*HARM[name], read_only) for name in HARM for read_only in (False, True) if name != "a page overwritten"]


@pytest.mark.parametrize(("harm", "said", "read_only"), [*BOTH, (*HARM["a page overwritten"], False)])
def test_a_file_that_is_not_whole_or_not_ours_is_refused_and_left_alone(filled, harm, said, read_only):
    harm(filled)
    before = digest(filled)
    with pytest.raises(CorruptError, match=said) as caught:
        Database.open(filled, read_only=read_only)
    assert str(filled) in str(caught.value)
    assert caught.value.exit_code == 65
    assert digest(filled) == before
    assert names(filled.parent) == [filled.name]


def test_a_folder_or_a_link_to_nowhere_is_refused(tmp_path):
    with pytest.raises(CorruptError, match="not a file"):
        Database.open(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(MissingError):
        Database.open(tmp_path / "link")


def test_damage_met_while_reading_is_an_error_of_ours(filled):
    content = bytearray(filled.read_bytes())
    content[3 * 4096 :] = os.urandom(len(content) - 3 * 4096)
    filled.write_bytes(content)
    with pytest.raises(CorruptError), Database.open(filled, read_only=True) as db:
        db.rows("SELECT * FROM releases")


def log_of_another(path, make, thought, nobody, now):
    """Leave the write-ahead log of another database beside this one, as a careless restore does."""
    other = path.with_name("other.db")
    with Database.open(other) as db:
        record(db, make(text="x" * 50_000), thought, now, route=nobody)
        shutil.copyfile(f"{other}-wal", f"{path}-wal")
    other.unlink()


@pytest.mark.skipif(not wal_is_safe(VERSION), reason="no write-ahead log with this SQLite")
def test_the_log_of_another_database_is_not_worked_in(filled, make, thought, nobody, now):
    log_of_another(filled, make, thought, nobody, now)
    before = digest(filled)
    with pytest.raises(CorruptError, match=r"another database's; move coopwatch\.db-wal away"):
        Database.open(filled)
    assert digest(filled) == before
    Path(f"{filled}-wal").unlink()
    with Database.open(filled) as db:
        assert db.value("SELECT count(*) FROM releases") == 40


@pytest.mark.skipif(not wal_is_safe(VERSION), reason="no write-ahead log with this SQLite")
def test_a_log_full_of_noise_is_passed_over(filled):
    Path(f"{filled}-wal").write_bytes(os.urandom(20_000))
    with Database.open(filled) as db:
        assert db.value("SELECT count(*) FROM releases") == 40


def test_a_newer_database_is_refused_and_left_alone(filled):
    with sqlite3.connect(filled) as conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('coopwatch', 'm999_later', '')"
        )
    conn.close()
    before = digest(filled)
    with pytest.raises(NewerError, match=r"m999_later.*install the newer coopwatch") as caught:
        Database.open(filled)
    assert caught.value.exit_code == 65
    assert digest(filled) == before


def older(path):
    """Make a database that lacks the last step."""

    def build(draft):
        conn = sqlite3.connect(draft, isolation_level=None)
        conn.execute("PRAGMA application_id=0x636f6f70")
        MIGRATIONS.apply(opening.SqliteDatabase(conn), stop_before=[step.name for step in MIGRATIONS._migrations][1:])
        conn.execute("INSERT INTO source (name) VALUES ('kept')")
        conn.execute("PRAGMA journal_mode=wal")
        conn.close()

    opening.files.create(path, build)


def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(path):
    older(path)
    with pytest.raises(ReadOnlyError, match="older"):
        Database.open(path, read_only=True)
    with Database.open(path) as db:
        assert db.value("SELECT name FROM sources") == "kept"
        assert db.check() == []


def test_views_that_changed_are_made_anew(filled):
    with sqlite3.connect(filled) as conn:
        conn.execute("DROP VIEW releases")
        conn.execute("CREATE VIEW releases AS SELECT 1 AS old")
        conn.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'views_%'")
    conn.close()
    with Database.open(filled) as db:
        assert db.value("SELECT count(*) FROM releases WHERE title <> ''") == 40


def test_a_database_with_other_views_is_no_newer_one(filled):
    with sqlite3.connect(filled) as conn:
        conn.execute("UPDATE _sqlite_migrations SET name = 'views_of_another_day' WHERE name LIKE 'views_%'")
        conn.execute("DROP VIEW runs")
    conn.close()
    with Database.open(filled) as db:
        assert db.value("SELECT count(*) FROM runs") == 0
        names = [row["name"] for row in db.rows("SELECT name FROM _sqlite_migrations")]
        assert "views_of_another_day" not in names


def test_changes_and_deliveries_survive_the_step_that_makes_room_for_figures(path):
    older(path)
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA foreign_keys=ON")
        conn.execute(
            "INSERT INTO release (id, key, source, portal, url, language, first_seen, last_read, version)"
            " VALUES (7, 'k', 's', 'p', 'u', 'en', '', '', 1)"
        )
        conn.execute("INSERT INTO change (id, event, kind, release_id, version, at) VALUES (3, 'e', 'gone', 7, 1, '')")
        conn.execute(
            "INSERT INTO delivery (change_id, subscription, message_id, made) VALUES (3, 'desk', 'msg_1', '2026')"
        )
    conn.close()
    with Database.open(path) as db:
        assert db.rows("SELECT id, kind, release_id FROM change") == [{"id": 3, "kind": "gone", "release_id": 7}]
        assert db.value("SELECT change_id FROM delivery") == 3
        assert db.rows("PRAGMA foreign_key_check") == []


MIGRATE_AND_DIE = """
    import os, signal, sys
    from storage import migrations
    from storage.database import Database
    steps = migrations.MIGRATIONS._migrations
    done = steps[-1].fn
    def dies(db):
        done(db)
        for n in range(2000):
            db.execute("INSERT INTO source (name) VALUES (?)", (f"half {n}",))
        os.kill(os.getpid(), signal.SIGKILL)
    steps[-1].fn = dies
    Database.open(sys.argv[1])
"""


def test_a_migration_killed_half_way_leaves_the_old_schema_whole(path):
    older(path)
    assert run(MIGRATE_AND_DIE, path).returncode == -9
    conn = sqlite3.connect(path)
    assert conn.execute("SELECT count(*) FROM sqlite_master WHERE type = 'view'").fetchone() == (0,)
    assert conn.execute("SELECT name FROM source").fetchall() == [("kept",)]
    conn.close()
    with Database.open(path) as db:
        assert db.value("SELECT name FROM sources") == "kept"


def test_a_database_whose_making_was_killed_is_not_there_at_all(path):
    assert run(MIGRATE_AND_DIE, path).returncode == -9
    assert not path.exists()
    Database.open(path).close()


def test_two_processes_that_make_the_database_at_once_share_one(path):
    code = "import sys; from storage.database import Database; Database.open(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE) for _ in range(4)]
    assert [process.communicate()[1] for process in both] == [b""] * 4
    with Database.open(path) as db:
        assert db.value("SELECT count(*) FROM _sqlite_migrations") == 5


# --- reading without the right to write -------------------------------------------------------------------------


@pytest.fixture
def public(filled):
    """A filled database in a folder that everybody may enter and nobody else may write."""
    with tempfile.TemporaryDirectory(prefix="coopwatch-") as folder:
        place = Path(folder) / "coopwatch.db"
        shutil.copyfile(filled, place)
        place.chmod(0o444)
        Path(folder).chmod(0o555)
        yield place
        Path(folder).chmod(0o755)


DROP = """
import os, storage.database
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
"""


def as_nobody(code, path):
    """Run code as a user without rights; the imports come before, since that user need not be able to read them."""
    return run(DROP + textwrap.dedent(code), path)


OPEN = """
    import sys
    from storage.database import Database, StorageError
    try:
        with Database.open(sys.argv[1]) as db, db.transaction():
            db.insert("source", {"name": "x"})
    except StorageError as error:
        print(error)
        sys.exit(error.exit_code)
"""


def test_a_file_that_may_not_be_written_is_an_error_that_names_it(public):
    done = as_nobody(OPEN, public)
    assert done.returncode == 77, done.stderr
    assert str(public) in done.stdout
    assert "may not be written" in done.stdout


def test_a_folder_that_may_not_be_written_is_an_error_too(public):
    done = as_nobody(OPEN, public.with_name("new.db"))
    assert (done.returncode, "folder may not be written" in done.stdout) == (77, True), done.stderr


def test_a_file_that_may_not_be_read_is_an_error_too(public):
    public.chmod(0o000)
    done = as_nobody(OPEN, public)
    assert (done.returncode, "may not be read" in done.stdout) == (77, True), done.stderr


def test_a_closed_database_in_a_folder_that_may_not_be_written_can_be_read(public):
    code = """
        import sys
        from storage.database import Database
        with Database.open(sys.argv[1], read_only=True) as db:
            print(len(db.rows("SELECT * FROM releases")))
    """
    done = as_nobody(code, public)
    assert done.stdout == "40\n", done.stderr


def test_a_database_open_for_reading_refuses_to_write(filled):
    with Database.open(filled, read_only=True) as db, pytest.raises(ReadOnlyError):
        add(db)


# --- transactions -----------------------------------------------------------------------------------------------


def test_writing_outside_a_transaction_is_a_mistake(db):
    with pytest.raises(RuntimeError, match="transaction"):
        db.execute("DELETE FROM source")
    with pytest.raises(RuntimeError, match="transaction"):
        db.insert("source", {"name": "x"})


def add_and_raise(db, error):
    with db.transaction():
        db.insert("source", {"name": "y"})
        raise error


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), KeyboardInterrupt(), UnicodeDecodeError("utf-8", b"", 0, 1, "")]
)
def test_whatever_is_raised_undoes_the_unit(db, error):
    with pytest.raises(type(error)):
        add_and_raise(db, error)
    assert db.rows("SELECT * FROM source") == []
    assert not db.in_transaction


def test_a_transaction_within_one_is_part_of_it(db):
    def both():
        with db.transaction():
            add(db)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        both()
    assert db.rows("SELECT * FROM source") == []


def test_a_unit_with_a_failed_part_cannot_be_committed(db):
    def both():
        with db.transaction():
            db.insert("source", {"name": "x"})
            with contextlib.suppress(ZeroDivisionError):
                add_and_raise(db, ZeroDivisionError())

    with pytest.raises(StorageError, match="a part of this unit"):
        both()
    assert db.rows("SELECT * FROM source") == []
    add(db)


def test_a_constraint_that_is_broken_is_an_error_of_ours_and_undoes_the_unit(db):
    def both():
        with db.transaction():
            db.insert("source", {"name": "x"})
            db.insert("story_member", {"release_id": 9, "story_id": 9, "why": "first"})

    with pytest.raises(StorageError, match="FOREIGN KEY"):
        both()
    assert db.rows("SELECT * FROM source") == []


@pytest.mark.parametrize("value", ["\ud800", 1 << 70])
def test_a_value_sqlite_cannot_hold_is_refused(db, value):
    with pytest.raises(RefusedError):
        db.rows("SELECT ?", (value,))
    with pytest.raises(RefusedError), db.transaction():
        db.insert("source", {"name": value})


def test_threads_wait_for_each_other(db):
    def work(number):
        for at in range(25):
            with db.transaction():
                before = db.value("SELECT count(*) FROM source")
                db.insert("source", {"name": f"{number}/{at}"})
                assert db.value("SELECT count(*) FROM source") == before + 1

    troubles = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    threading.excepthook, kept = lambda args: troubles.append(args.exc_value), threading.excepthook
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        threading.excepthook = kept
    assert troubles == []
    assert db.value("SELECT count(*) FROM source") == 100


def test_two_processes_that_read_then_write_lose_nothing(path):
    code = """
        import sys
        from storage.database import Database
        with Database.open(sys.argv[1]) as db:
            for _ in range(100):
                with db.transaction():
                    row = db.row("SELECT failures FROM source WHERE name = 'n'") or {"failures": 0}
                    db.insert("source", {"name": "n", "failures": row["failures"] + 1}, verb="INSERT OR REPLACE")
    """
    Database.open(path).close()
    both = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), str(path)]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    with Database.open(path) as db:
        assert db.value("SELECT failures FROM source") == 200


def test_a_database_held_by_another_for_too_long_is_an_error_that_can_be_tried_again(db, path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    db._conn.execute("PRAGMA busy_timeout=50")
    with pytest.raises(LockedError, match="another process") as caught:
        add(db)
    assert caught.value.exit_code == 75
    assert db.rows("SELECT * FROM source") == []
    other.execute("ROLLBACK")
    other.close()
    add(db)


@pytest.mark.parametrize(
    "gone", [Path.unlink, lambda path: path.rename(path.with_name("aside"))], ids=["deleted", "moved"]
)
def test_a_file_that_vanishes_while_open_is_noticed_and_not_made_anew(path, gone):
    with Database.open(path) as db:
        gone(path)
        with pytest.raises(DiskError, match="moved, deleted or replaced") as caught:
            add(db)
        assert caught.value.exit_code == 74
    assert not path.exists()


# --- a disk that is full ----------------------------------------------------------------------------------------

FILL = """
    import resource, signal, sys
    from storage.database import Database, DiskError
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Database.open(sys.argv[1]) as db:
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
        acknowledged = 0
        try:
            while True:
                with db.transaction():
                    db.insert("robots", {"origin": f"o{acknowledged}", "body": "x" * 9000, "fetched": ""})
                acknowledged += 1
        except DiskError as error:
            assert error.exit_code == 74, error
        assert not db.in_transaction
        print(acknowledged, db.value("SELECT count(*) FROM robots"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with db.transaction():
            db.insert("robots", {"origin": "after", "body": "", "fetched": ""})
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on the size of files here")
def test_a_full_disk_is_a_clear_error_that_loses_nothing_and_passes(path):
    done = run(FILL, path)
    assert done.returncode == 0, done.stderr
    acknowledged, kept = map(int, done.stdout.split())
    assert acknowledged == kept > 5
    with Database.open(path) as db:
        assert db.value("SELECT count(*) FROM robots") == kept + 1
        assert db.check() == []


def test_a_disk_too_full_for_a_new_database_leaves_nothing(path):
    code = """
        import resource, signal, sys
        from storage.database import Database, StorageError
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            Database.open(sys.argv[1])
        except StorageError as error:
            print(error)
            sys.exit(error.exit_code)
    """
    done = run(code, path)
    assert done.returncode == 74, done.stderr
    assert names(path.parent) == []


# --- errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("database is locked", LockedError),
        ("file is not a database", CorruptError),
        ("database disk image is malformed", CorruptError),
        ("attempt to write a readonly database", ReadOnlyError),
        ("unable to open database file", ReadOnlyError),
        ("database or disk is full", DiskError),
        ("disk I/O error", DiskError),
        ("no such table: x", StorageError),
    ],
)
def test_an_error_without_a_code_is_known_by_its_words(said, kind):
    error = explain(sqlite3.OperationalError(said), "/tmp/x.db")
    assert type(error) is kind
    assert str(error).startswith(f"/tmp/x.db: {said}")
