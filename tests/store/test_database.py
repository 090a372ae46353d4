"""The encrypted file: all or nothing, and every way in which it can be wrong is named."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import MunimentError
from core.ledger.record import Change
from core.store.database import IN_MEMORY, LOG_ROOM_BYTES, Database
from core.store.replica import ReplicaStore
from core.store.schema import SCHEMA_VERSION
from tests.store.records import KEY, agree, empty_store, make_record


def code_of(path: Path, key: bytes = KEY, create: bool = False) -> str:
    with pytest.raises(MunimentError) as caught:
        Database(path, key, create=create)
    return caught.value.code


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "replica.db"
    database = Database(made, KEY, create=True)
    database.set_meta("kept", b"this")
    store = ReplicaStore(database)
    agree(store, [Change(None, make_record(number, address="x" * 300)) for number in range(300)])
    database.close()
    return made


# -- atomic ---------------------------------------------------------------------------------------------------------


def set_and_fail(database: Database, value: bytes) -> None:
    with database.atomic():
        with database.atomic():
            database.set_meta("name", value)
        raise ZeroDivisionError


def test_what_fails_inside_has_not_happened() -> None:
    database = Database(IN_MEMORY, KEY)
    database.set_meta("name", b"before")
    with pytest.raises(ZeroDivisionError):
        set_and_fail(database, b"after")
    assert database.meta("name") == b"before"
    with database.atomic():
        database.set_meta("name", b"after")
    assert database.meta("name") == b"after"


def test_an_inner_step_stands_or_falls_with_the_outer() -> None:
    database = Database(IN_MEMORY, KEY)
    with pytest.raises(ZeroDivisionError):
        set_and_fail(database, b"inner")
    assert database.meta("name") is None
    with database.atomic(), database.atomic():
        database.set_meta("name", b"both")
    assert database.meta("name") == b"both"


def test_gathered_transactions_become_durable_together(path: Path, tmp_path: Path) -> None:
    def held_elsewhere(number: int) -> bytes | None:
        """By whoever opens the files as a power cut would leave them now."""
        copy = tmp_path / f"copy-{number}.db"
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        database = Database(copy, KEY)
        found = database.meta("second")
        database.close()
        return found

    database = Database(path, KEY)
    with database.gathered():
        for name in ("first", "second"):
            with database.atomic():
                database.set_meta(name, b"there")
        assert held_elsewhere(1) is None
    assert held_elsewhere(2) == b"there"


def test_of_gathered_transactions_the_one_that_fails_is_undone_alone() -> None:
    database = Database(IN_MEMORY, KEY)
    with database.gathered():
        with pytest.raises(ZeroDivisionError):
            set_and_fail(database, b"fails first")
        with database.atomic():
            database.set_meta("first", b"stands")
        with pytest.raises(ZeroDivisionError):
            set_and_fail(database, b"fails")
        with database.atomic():
            database.set_meta("third", b"stands")
    assert [database.meta(name) for name in ("first", "name", "third")] == [b"stands", None, b"stands"]


def test_the_first_of_those_gathered_needs_no_memory_to_be_undone_alone(path: Path) -> None:
    """SQLite would keep each page that it changes; so what may change very many settles the others before."""
    said = list[str]()
    database = Database(path, KEY)
    database._connection.set_trace_callback(said.append)
    with database.gathered():
        for name in ("first", "second"):
            with database.atomic():
                database.set_meta(name, b"there")
        database.settle_gathered()
        with database.atomic():
            database.set_meta("third", b"there")
    database._connection.set_trace_callback(None)
    told = [words.split()[0] for words in said if words.split()[0] in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")]
    assert told == ["BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "BEGIN", "COMMIT"]
    assert [database.meta(name) for name in ("first", "second", "third")] == [b"there"] * 3
    database.close()


def gather_and_fail(database: Database) -> None:
    with database.gathered():
        with database.atomic():
            database.set_meta("name", b"first")
        raise ZeroDivisionError


def test_nothing_of_what_was_gathered_stands_where_the_whole_fails() -> None:
    database = Database(IN_MEMORY, KEY)
    with pytest.raises(ZeroDivisionError):
        gather_and_fail(database)
    assert database.meta("name") is None
    with database.atomic():
        database.set_meta("name", b"after")
    assert database.meta("name") == b"after"


def test_a_broken_statement_is_an_error_of_ours_and_rolls_back() -> None:
    database = Database(IN_MEMORY, KEY)

    def insert() -> None:
        with database.atomic():
            database.set_meta("name", b"value")
            database.execute("INSERT INTO nowhere VALUES (1)")

    with pytest.raises(MunimentError, match="replica-damaged"):
        insert()
    assert database.meta("name") is None


def test_a_full_disk_is_named(path: Path) -> None:
    database = Database(path, KEY)
    pages = database.scalar("PRAGMA page_count")
    database.rows(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(MunimentError, match="disk-full"), database.atomic():
        database.set_meta("large", bytes(1 << 20))
    assert database.meta("large") is None
    assert database.meta("kept") == b"this"
    database.close()


# -- opening --------------------------------------------------------------------------------------------------------


def test_it_opens_again_with_its_key(path: Path) -> None:
    database = Database(path, KEY)
    assert database.meta("kept") == b"this"
    assert database.scalar("PRAGMA journal_mode") == "wal"
    assert database.scalar("PRAGMA synchronous") == 2
    database.check_pages()
    database.close()


def test_nothing_of_it_can_be_read_without_the_key(path: Path) -> None:
    assert b"parcel" not in path.read_bytes()
    assert path.read_bytes()[:15] != b"SQLite format 3"
    assert path.stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing_and_changes_nothing(path: Path) -> None:
    before = path.read_bytes()
    assert code_of(path, bytes(32)) == "replica-damaged"
    assert path.read_bytes() == before


def test_missing_and_existing_files_are_told_apart(path: Path) -> None:
    assert code_of(path, create=True) == "replica-exists"
    assert code_of(path.with_name("none.db")) == "replica-missing"
    assert not path.with_name("none.db").exists()


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\x00" + bytes(4096), bytes(8192), os.urandom(10_000), b"%PDF-1.7\n"], ids=len
)
def test_a_foreign_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    foreign = tmp_path / "replica.db"
    foreign.write_bytes(content)
    assert code_of(foreign) == "replica-damaged"
    assert foreign.read_bytes() == content


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "replica-damaged"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_found(path: Path, part: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * part)])
    with pytest.raises(MunimentError, match="replica-damaged"):
        Database(path, KEY).check_pages()


def check_all(path: Path) -> None:
    """Some pages are read, and found wrong, when the file is opened already."""
    database = Database(path, KEY)
    try:
        database.check_pages()
    finally:
        database.close()


def test_a_flipped_bit_in_any_page_is_found(path: Path) -> None:
    content = path.read_bytes()
    page_bytes = 4096
    for place in range(page_bytes + 100, len(content), page_bytes * 5):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        with pytest.raises(MunimentError, match="replica-damaged"):
            check_all(path)
    path.write_bytes(content)
    database = Database(path, KEY)
    database.check_pages()
    database.close()


def test_two_swapped_pages_are_found(path: Path) -> None:
    content = path.read_bytes()
    one, two = slice(8 * 4096, 9 * 4096), slice(12 * 4096, 13 * 4096)
    swapped = bytearray(content)
    swapped[one], swapped[two] = content[two], content[one]
    path.write_bytes(bytes(swapped))
    database = Database(path, KEY)
    with pytest.raises(MunimentError, match="replica-damaged"):
        database.check_pages()
    database.close()


@pytest.mark.parametrize(
    ("version", "code"),
    [
        (SCHEMA_VERSION + 1, "replica-from-newer-version"),
        (SCHEMA_VERSION - 1, "replica-from-older-version"),
        (0, "replica-damaged"),
    ],
)
def test_another_schema_is_not_touched(path: Path, version: int, code: str) -> None:
    database = Database(path, KEY)
    database.execute(f"PRAGMA user_version = {version}")
    database.close()
    assert code_of(path) == code


def test_one_process_at_a_time_has_it_open(path: Path) -> None:
    """Two processes with one key would each sign a block at the same place."""
    database = Database(path, KEY)
    script = (
        "import sys\nfrom pathlib import Path\nfrom core.errors import MunimentError\n"
        "from core.store.database import Database\n"
        "try:\n    Database(Path(sys.argv[1]), bytes(range(32)))\n"
        "except MunimentError as error:\n    print(error.code)\n"
    )
    root = Path(__file__).parents[2]
    answer = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=root, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "replica-in-use"
    database.close()
    again = subprocess.run(
        [sys.executable, "-c", script, str(path)], cwd=root, capture_output=True, text=True, check=True
    )
    assert again.stdout == ""


def test_a_wrong_length_of_key_is_a_mistake_of_the_caller(path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Database(path, bytes(31))


# -- copies ---------------------------------------------------------------------------------------------------------


def test_a_copy_is_whole_and_encrypted(path: Path, tmp_path: Path) -> None:
    database = Database(path, KEY)
    copy = tmp_path / "copy.db"
    database.copy_to(copy, KEY)
    database.set_meta("later", b"not in the copy")
    store = ReplicaStore(database)
    root, found = store.state.state_root(), store.pages.search("xxx", 5)
    database.close()
    opened = Database(copy, KEY)
    opened.check_pages()
    copied = ReplicaStore(opened)
    assert opened.meta("kept") == b"this"
    assert opened.meta("later") is None
    assert copied.state.state_root() == root
    assert copied.pages.search("xxx", 5) == found
    opened.close()
    assert b"parcel" not in copy.read_bytes()
    assert code_of(copy, bytes(32)) == "replica-damaged"


def test_an_old_file_put_back_opens_and_tells_nothing(path: Path, tmp_path: Path) -> None:
    """Why there is a mark outside the database: SQLCipher itself does not see it (core/store/intent.py does)."""
    old = tmp_path / "old.db"
    shutil.copy(path, old)
    database = Database(path, KEY)
    database.set_meta("newer", b"1")
    database.close()
    shutil.copy(old, path)
    database = Database(path, KEY)
    database.check_pages()
    assert database.meta("newer") is None
    database.close()


def test_bulk_keeps_what_atomic_promises(path: Path) -> None:
    database = Database(path, KEY)
    with database.bulk():
        with database.atomic():
            database.set_meta("name", b"1")
        with pytest.raises(ZeroDivisionError):
            set_and_fail(database, b"2")
    assert database.meta("name") == b"1"
    database.close()


def test_a_log_with_room_is_written_over_and_emptied_like_any_other(path: Path, tmp_path: Path) -> None:
    def held_elsewhere(number: int) -> bytes | None:
        """By whoever opens the files as a power cut would leave them now."""
        copy = tmp_path / f"copy-{number}.db"
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
        database = Database(copy, KEY)
        database.check_pages()
        found = database.meta("name")
        database.close()
        return found

    def written_to() -> int:
        """Where the log ends that holds anything."""
        return len(log.read_bytes().rstrip(b"\0"))

    log, database = Path(f"{path}-wal"), Database(path, KEY)
    database.keep_log_room()
    assert (log.stat().st_size, written_to(), held_elsewhere(1)) == (LOG_ROOM_BYTES, 0, None)
    for name in (b"first", b"second"):
        database.set_meta("name", name)
        assert held_elsewhere(len(name)) == name
    assert log.stat().st_size == LOG_ROOM_BYTES
    assert database.empty_log()
    assert (log.stat().st_size, written_to(), held_elsewhere(2)) == (LOG_ROOM_BYTES, 0, b"second")
    database.set_meta("name", b"third")
    assert 0 < written_to() < LOG_ROOM_BYTES
    assert held_elsewhere(3) == b"third"
    database.close()
    assert not log.exists()


def test_every_statement_of_an_empty_store_answers() -> None:
    store = empty_store()
    assert store.chain.counts() == (0, 0)
    assert store.chain.act_counts() == {}
    assert store.chain.refused_counts() == {}
    assert store.chain.evidence() == []
    assert store.drafts() == []
    assert store.pages.count("land.parcel") == 0
    assert store.state.record_count() == 0
