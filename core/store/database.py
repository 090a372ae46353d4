"""The encrypted database of a replica: SQLCipher with a raw key, WAL, synchronous FULL.

What `atomic()` encloses is durable as a whole when it returns, or has not happened at all. SQLCipher detects a
changed page (HMAC), but neither an old page nor an old file put back: chains are verified again at start and the
intent file keeps the high-water mark outside. Extension loading stays off. A wrong key and a damaged file look alike
to SQLCipher ("file is not a database"); the key file has told a wrong passphrase apart before (core/crypto/keyfile).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from core.errors import MunimentError
from core.store.files import lengthen
from core.store.schema import SCHEMA, SCHEMA_VERSION

KEY_BYTES = 32
DAILY_CACHE_KIB = 64 << 10
IMPORT_CACHE_KIB = 256 << 10
DAILY_LOG_PAGES = 1_000
IMPORT_LOG_PAGES = 16_384  # 64 MiB
LOG_ROOM_BYTES = (DAILY_LOG_PAGES + 100) * (4_096 + 24)  # a log is folded back after the commit that makes it too long
IN_MEMORY = ":memory:"
BUSY_TIMEOUT_S = 1.0
_INCREMENTAL = 2  # of PRAGMA auto_vacuum
# How a transaction begins, ends and is undone: by itself, or within others that become durable with it.
_ALONE = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
# SQLite keeps every page that one of several has changed in memory, to undo it alone: the first needs none of that.
_FIRST_OF_MANY = ("", "", ("ROLLBACK", "BEGIN IMMEDIATE"))
_ONE_OF_MANY = ("SAVEPOINT one", "RELEASE one", ("ROLLBACK TO one", "RELEASE one"))
_GATHERED, _ATOMIC = 1, 2  # how deep
_JOINED = nullcontext()
_DAMAGE = (sqlcipher.DatabaseError, UnicodeDecodeError)  # names and texts on an old page need not be UTF-8


def _code_of_version(version: int) -> str:
    if version > SCHEMA_VERSION:
        return "replica-from-newer-version"
    return "replica-from-older-version" if version > 0 else "replica-damaged"  # an emptied file has none


class Database:
    """One connection, used by one thread. Every failure of the file is a MunimentError."""

    def __init__(self, path: Path | str, key: bytes, *, create: bool = False, cache_kib: int = DAILY_CACHE_KIB) -> None:
        """Raises `replica-missing`, `replica-exists`, `replica-damaged`, `replica-from-newer-version`,
        `replica-from-older-version`, and `replica-in-use` where another process has it open.
        """
        self.path = str(path)
        in_memory = self.path == IN_MEMORY
        if not in_memory and Path(path).exists() == create:
            raise MunimentError("replica-exists" if create else "replica-missing", path=self.path)
        if create and not in_memory:
            Path(path).touch(mode=0o600)  # SQLite would let others read the encrypted bytes
        self._depth = 0
        self._changes_before = 0  # row_changes when what is gathered began
        self._put_off: list[Callable[[], None]] = []
        self._when_undone: list[Callable[[], None]] = []
        self._cache_kib, self._keeps_log_room = cache_kib, False
        try:
            self._connection = sqlcipher.connect(
                self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None, cached_statements=256
            )
        except sqlcipher.DatabaseError as error:
            raise _database_error(error, self.path) from None
        try:
            self._open(key, create or in_memory, cache_kib)
        except BaseException as error:
            self._connection.close()
            if isinstance(error, _DAMAGE):
                raise _database_error(error, self.path) from None
            raise

    def _open(self, key: bytes, create: bool, cache_kib: int) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a database key has 32 bytes")
        # What is wrong with the file is told as an error; SQLCipher would print it to stderr besides.
        self._connection.execute("PRAGMA cipher_log_level = NONE")
        # The key is given as a statement because PRAGMA takes no parameters; it never reaches a log or a message.
        self._connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        # One process at a time: two that hold one key would sign two blocks at one place.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("SELECT count(*) FROM sqlite_master")
        if not create:
            self._check_version()
        if create:
            self._connection.execute("PRAGMA auto_vacuum = INCREMENTAL")  # before the first table, or never
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = OFF",
            "temp_store = MEMORY",
            f"cache_size = -{cache_kib}",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        if create:
            self._connection.executescript(f"BEGIN;{SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")

    def _check_version(self) -> None:
        """Before anything is written: an emptied file must stay as it is."""
        version = self.scalar("PRAGMA user_version")
        if version != SCHEMA_VERSION:
            raise MunimentError(_code_of_version(version), path=self.path, version=version)

    def atomic(self) -> AbstractContextManager[None]:
        """All or nothing; durable on return. Nested calls join the outer one. Raises `disk-full`, `replica-damaged`."""
        if self._depth == _ATOMIC:
            return _JOINED
        if not self._depth:
            return self._transaction(_ATOMIC, *_ALONE)
        return self._transaction(_ATOMIC, *(_ONE_OF_MANY if self._has_gathered else _FIRST_OF_MANY))

    def gathered(self) -> AbstractContextManager[None]:
        """Each `atomic` inside is all or nothing, and none of them is durable before all are, on return.

        One that fails is undone alone, unless the disk failed: then there may be nothing left of those before it.
        """
        return self._transaction(_GATHERED, *_ALONE)

    @property
    def _has_gathered(self) -> bool:
        return self._depth == _GATHERED and self.row_changes != self._changes_before

    def settle_gathered(self) -> None:
        """What was gathered so far becomes durable now: very much follows, which is not to be undone in memory."""
        if self._has_gathered:
            self._finish_put_off()
            self.execute("COMMIT")
            self.execute("BEGIN IMMEDIATE")
            self._changes_before = self.row_changes

    @contextmanager
    def _transaction(self, depth: int, begin: str, end: str, undo: Sequence[str]) -> Iterator[None]:
        before = self._depth
        if begin:
            self.execute(begin)
        if depth == _GATHERED:
            self._changes_before = self.row_changes
        try:
            self._depth = depth
            try:
                yield
                self._finish_put_off()
            finally:
                self._depth = before
            if end:
                self.execute(end)
        except BaseException:
            for forget in self._when_undone:
                forget()
            if self._connection.in_transaction:  # else SQLite has undone it: the disk has failed
                with suppress(sqlcipher.DatabaseError):  # what failed first is what is told
                    for statement in undo:
                        self._connection.execute(statement)
            raise

    def _finish_put_off(self) -> None:
        for finish in self._put_off:
            finish()

    def overwrite(self) -> None:
        """From here on SQLite overwrites what is deleted: in a network whose laws seal something, an erasure is one."""
        self.rows("PRAGMA secure_delete = ON")

    @property
    def in_atomic(self) -> bool:
        return self._depth > 0

    @property
    def in_transaction(self) -> bool:
        """Whether what is written now may still be undone together with something else."""
        return bool(self._connection.in_transaction)

    def put_off(self, finish: Callable[[], None], forget: Callable[[], None]) -> None:
        """Have work done once at the end of each transaction, as a part of it; what fails is forgotten instead."""
        self._put_off.append(finish)
        self.when_undone(forget)

    def when_undone(self, forget: Callable[[], None]) -> None:
        """Have done whenever a transaction is undone: what was remembered of it is not so."""
        self._when_undone.append(forget)

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Room for an import: a larger cache, and a log that is folded back into the file less often.

        Pages that commit after commit touches (indexes of random ids) are then written to the file once. What
        `atomic` promises stays the same.
        """
        self._make_room(IMPORT_CACHE_KIB, IMPORT_LOG_PAGES)
        try:
            yield
        finally:
            self._make_room(self._cache_kib, DAILY_LOG_PAGES)
            self.empty_log()

    def keep_log_room(self) -> None:
        """From here on the log keeps the length that it comes to in a day: written over, it waits for one flush of the
        disk, where each commit that makes it longer waits for the file system's own journal as well.
        """
        self._keeps_log_room = True
        with suppress(OSError):  # the same without it, only slower
            lengthen(Path(f"{self.path}-wal"), LOG_ROOM_BYTES)

    def empty_log(self) -> bool:
        """Fold the log back into the file, outside `atomic`; whether nothing is left in it."""
        busy, _, _ = self.row("PRAGMA wal_checkpoint(TRUNCATE)")
        if self._keeps_log_room:
            self.keep_log_room()
        return not busy

    def _make_room(self, cache_kib: int, log_pages: int) -> None:
        self.rows(f"PRAGMA cache_size = -{cache_kib}")
        self.rows(f"PRAGMA wal_autocheckpoint = {log_pages}")

    def execute(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        try:
            return self._connection.execute(statement, values)
        except _DAMAGE as error:
            raise _database_error(error, self.path) from None

    def executemany(self, statement: str, rows: Any) -> None:
        if not rows:
            return
        try:
            self._connection.executemany(statement, rows)
        except _DAMAGE as error:
            raise _database_error(error, self.path) from None

    def each(self, statement: str) -> Iterator[Any]:
        """Rows one by one, those before a damaged page too. Raises `replica-damaged` where it cannot go on."""
        try:
            yield from self._connection.execute(statement)
        except _DAMAGE as error:
            raise _database_error(error, self.path) from None

    def rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        try:
            return list(self._connection.execute(statement, values))
        except _DAMAGE as error:
            raise _database_error(error, self.path) from None

    def row(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        found = self.rows(statement, values)
        return found[0] if found else None

    def scalar(self, statement: str, values: tuple[Any, ...] = ()) -> Any:
        found = self.row(statement, values)
        return found[0] if found else None

    @property
    def row_changes(self) -> int:
        """How many rows this connection, the only one, has written so far: it stands still while nothing changes."""
        return int(self._connection.total_changes)

    def meta(self, name: str) -> bytes | None:
        found: bytes | None = self.scalar("SELECT value FROM meta WHERE name = ?", (name,))
        return found

    def set_meta(self, name: str, value: bytes) -> None:
        self.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def drop_meta(self, name: str) -> None:
        self.execute("DELETE FROM meta WHERE name = ?", (name,))

    def copy_to(self, path: Path, key: bytes | None = None) -> None:
        """A whole encrypted copy of this moment under a key (by default the same), every page of it read back.

        The file must not exist. Raises `disk-full`, `replica-damaged`.
        """
        path.touch(mode=0o600, exist_ok=False)
        under = f" KEY \"x'{key.hex()}'\"" if key is not None else ""
        self.execute(f"ATTACH DATABASE ? AS copy{under}", (str(path),))
        try:
            self.execute(f"PRAGMA copy.auto_vacuum = {_INCREMENTAL}")  # before the first table, or never
            self.execute("SELECT sqlcipher_export('copy')")
            self.execute(f"PRAGMA copy.user_version = {SCHEMA_VERSION}")
            damaged = self.rows("PRAGMA copy.cipher_integrity_check")
            if damaged or self.scalar("PRAGMA copy.quick_check(1)") != "ok":
                raise MunimentError("replica-damaged", path=str(path), detail=str(damaged[:1]))
        finally:
            self.execute("DETACH DATABASE copy")

    @property
    def size_bytes(self) -> int:
        """Of the database without its log."""
        return int(self.scalar("PRAGMA page_count")) * int(self.scalar("PRAGMA page_size"))

    def shrink(self, pages: int) -> bool:
        """Give back to the disk so many pages that hold nothing; whether there are more.

        A file that was made before this was possible is written anew as a whole, once. Raises `disk-full`.
        """
        if self.scalar("PRAGMA auto_vacuum") != _INCREMENTAL:
            self.rows(f"PRAGMA auto_vacuum = {_INCREMENTAL}")
            self.rows("VACUUM")
        self.rows(f"PRAGMA incremental_vacuum({pages})")
        more = bool(self.scalar("PRAGMA freelist_count"))
        if not more:
            self.empty_log()  # until then the file itself stays as long as it was
        return more

    def check_pages(self) -> None:
        """Every page's HMAC and the b-trees. Raises `replica-damaged`. Reads the whole file."""
        damaged = self.rows("PRAGMA cipher_integrity_check")
        if damaged or self.scalar("PRAGMA quick_check(1)") != "ok":
            raise MunimentError("replica-damaged", path=self.path, detail=str(damaged[:1]))

    def close(self) -> None:
        self._connection.close()


# SQLite's names: a write or a sync failed, of which nothing is known but that the transaction did not happen.
_NOT_WRITTEN = ("SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC", "SQLITE_IOERR_TRUNCATE")


def _database_error(error: Exception, path: str) -> MunimentError:
    said = str(error)
    code = "disk-full" if "full" in said else "replica-in-use" if "locked" in said else "replica-damaged"
    if getattr(error, "sqlite_errorname", "") in _NOT_WRITTEN:
        code = "disk-failed"
    return MunimentError(code, path=path, detail=str(error))
