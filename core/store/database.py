"""The encrypted database of a replica: SQLCipher with a raw key, WAL, synchronous FULL.

What `atomic()` encloses is durable as a whole when it returns, or has not happened at all. SQLCipher detects a
changed page (HMAC), but neither an old page nor an old file put back: chains are verified again at start and the
intent file keeps the high-water mark outside. Extension loading stays off. A wrong key and a damaged file look alike
to SQLCipher ("file is not a database"); the key file has told a wrong passphrase apart before (core/crypto/keyfile).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from core.errors import MunimentError

SCHEMA_VERSION = 5
KEY_BYTES = 32
DAILY_CACHE_KIB = 64 << 10
IMPORT_CACHE_KIB = 256 << 10
DAILY_LOG_PAGES = 1_000
IMPORT_LOG_PAGES = 16_384  # 64 MiB
IN_MEMORY = ":memory:"
BUSY_TIMEOUT_S = 1.0
_INCREMENTAL = 2  # of PRAGMA auto_vacuum
# How a transaction begins, ends and is undone: by itself, or within others that become durable with it.
_ALONE = ("BEGIN IMMEDIATE", "COMMIT", ("ROLLBACK",))
_ONE_OF_MANY = ("SAVEPOINT one", "RELEASE one", ("ROLLBACK TO one", "RELEASE one"))
_DAMAGE = (sqlcipher.DatabaseError, UnicodeDecodeError)  # names and texts on an old page need not be UTF-8

_SCHEMA = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE block(
  position INTEGER PRIMARY KEY,          -- order of arrival: parents before children; the graph knows it by the id
  id BLOB NOT NULL, author INTEGER NOT NULL, incarnation INTEGER NOT NULL, seq INTEGER NOT NULL,
  header BLOB NOT NULL, signature BLOB NOT NULL,
  acts INTEGER NOT NULL, accused BLOB,   -- numbers of authors whose fork the payload proves
  anchor INTEGER NOT NULL DEFAULT 0,     -- number of the anchor that executed its acts
  payload BLOB);                         -- last: SQLite reads through up to 256 KiB to reach what stands behind it
CREATE TABLE act(
  number INTEGER PRIMARY KEY,            -- position of its block · 2^20 + place: a block's acts stand together
  id BLOB NOT NULL, block INTEGER NOT NULL REFERENCES block(position),
  place INTEGER NOT NULL, author INTEGER NOT NULL, outcome TEXT NOT NULL, code TEXT,
  shared INTEGER NOT NULL, facts BLOB,
  records BLOB);                          -- ids of the records of which it made a version, one after another
CREATE INDEX act_id ON act(id);
CREATE INDEX act_unusual ON act(author, number) WHERE outcome <> 'entered';
CREATE TABLE anchor(
  number INTEGER PRIMARY KEY, block BLOB NOT NULL, epoch INTEGER NOT NULL, round INTEGER NOT NULL,
  consensus_ms INTEGER NOT NULL, spread_ms INTEGER NOT NULL, acts INTEGER NOT NULL, closing INTEGER NOT NULL);
CREATE TABLE epoch(number INTEGER PRIMARY KEY, body BLOB NOT NULL);  -- constitutions from epoch 1 (epochs.py)
CREATE TABLE waiting(                     -- what shared acts touch that wait for an anchor (laws/verdict.py)
  author INTEGER, position INTEGER, key BLOB, PRIMARY KEY(author, position, key)) WITHOUT ROWID;
CREATE TABLE request(                     -- acts that wait for the office that is asked, until its decision is agreed
  id BLOB PRIMARY KEY, keeper INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE record(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, register TEXT NOT NULL, district INTEGER NOT NULL,
  label TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX record_list ON record(register, label, id);
CREATE TABLE overlay(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, author INTEGER NOT NULL, register TEXT NOT NULL,
  label TEXT NOT NULL, body BLOB NOT NULL);
CREATE INDEX overlay_list ON overlay(register, label, id);
CREATE TABLE history(                      -- agreed versions that were replaced by agreed ones
  record BLOB, version INTEGER, last_act BLOB, body BLOB NOT NULL,
  PRIMARY KEY(record, version, last_act)) WITHOUT ROWID;
CREATE TABLE foreseen(                     -- versions that were only foreseen, and replaced (foreseen.py)
  number INTEGER PRIMARY KEY,             -- position of the block that replaced it · 2^32 + place
  replaced BLOB NOT NULL);
CREATE TABLE index_entry(name TEXT, grp BLOB, record BLOB, PRIMARY KEY(name, grp, record)) WITHOUT ROWID;
CREATE TABLE overlay_index(
  name TEXT, grp BLOB, record BLOB, added INTEGER NOT NULL, author INTEGER NOT NULL,
  PRIMARY KEY(name, grp, record)) WITHOUT ROWID;
CREATE TABLE total(name TEXT, grp BLOB, sums BLOB NOT NULL, PRIMARY KEY(name, grp)) WITHOUT ROWID;  -- totals.py
CREATE TABLE overlay_total(               -- what the foreseen version of a record adds beyond the agreed one
  name TEXT, grp BLOB, record BLOB, added BLOB NOT NULL, PRIMARY KEY(name, grp, record)) WITHOUT ROWID;
CREATE TABLE state_tree(                  -- one a register and district that holds a record (state_tree.py)
  register TEXT, district INTEGER, records INTEGER NOT NULL, node INTEGER NOT NULL, hash BLOB NOT NULL,
  PRIMARY KEY(register, district)) WITHOUT ROWID;
CREATE TABLE state_node(number INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE entry(number INTEGER PRIMARY KEY, leaf BLOB NOT NULL);     -- executed acts, from 0 (entries.py)
CREATE TABLE entry_hash(number INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
CREATE TABLE checkpoint(
  anchor INTEGER PRIMARY KEY, size INTEGER NOT NULL, body BLOB NOT NULL,
  certified INTEGER NOT NULL DEFAULT 0);  -- the quorum that cosigned it, 0 while there is none
CREATE INDEX checkpoint_certified ON checkpoint(size) WHERE certified > 0;
CREATE TABLE cosignature(
  anchor INTEGER, witness INTEGER, body BLOB NOT NULL, PRIMARY KEY(anchor, witness)) WITHOUT ROWID;
CREATE TABLE cosignature_conflict(        -- of another checkpoint than ours, or a second one of the same witness
  anchor INTEGER, witness INTEGER, body BLOB NOT NULL, PRIMARY KEY(anchor, witness)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(
  words, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
CREATE TABLE search_row(number INTEGER PRIMARY KEY, record BLOB NOT NULL UNIQUE);
CREATE TABLE search_due(number INTEGER PRIMARY KEY, record BLOB NOT NULL);  -- whose words are not indexed (pages.py)
CREATE TABLE evidence(
  author INTEGER, incarnation INTEGER, seq INTEGER, body BLOB NOT NULL, position INTEGER NOT NULL,
  PRIMARY KEY(author, incarnation, seq)) WITHOUT ROWID;
CREATE TABLE look(                        -- who looked at what, and why (looks.py)
  number INTEGER PRIMARY KEY,            -- from 1, without a gap
  at_ms INTEGER NOT NULL,                -- as this computer's clock said
  officer INTEGER NOT NULL, name TEXT NOT NULL, roles TEXT NOT NULL,
  subject BLOB NOT NULL,                 -- id of a record or of an act
  register TEXT NOT NULL, purpose TEXT NOT NULL, note TEXT NOT NULL,
  digest BLOB NOT NULL);
CREATE INDEX look_subject ON look(subject);
CREATE TRIGGER look_stands BEFORE UPDATE ON look BEGIN SELECT RAISE(ABORT, 'a look stands'); END;
CREATE TRIGGER look_kept BEFORE DELETE ON look
  WHEN OLD.number > coalesce((SELECT CAST(CAST(value AS TEXT) AS INTEGER) FROM meta WHERE name = 'looks-exported'), 0)
  BEGIN SELECT RAISE(ABORT, 'a look stands until it is exported'); END;
CREATE TABLE sealed(                      -- sealed fields of the acts held here, by name (sealing.py)
  name BLOB PRIMARY KEY, act BLOB NOT NULL, block BLOB NOT NULL, author INTEGER NOT NULL, field TEXT NOT NULL,
  value BLOB NOT NULL,                    -- without its box
  law TEXT NOT NULL, procedure TEXT NOT NULL, event TEXT, event_record BLOB, erased BLOB) WITHOUT ROWID;
CREATE INDEX sealed_block ON sealed(block);
CREATE TABLE sealed_link(                 -- the records that an act with a sealed field is about, as it saw them
  record BLOB, name BLOB, version INTEGER NOT NULL, PRIMARY KEY(record, name)) WITHOUT ROWID;
CREATE TABLE sealed_for(office INTEGER, name BLOB, PRIMARY KEY(office, name)) WITHOUT ROWID;  -- readers, share holders
CREATE TABLE sealed_key(name BLOB PRIMARY KEY, key BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE sealed_envelope(             -- keys and shares on their way, sealed to a node (core/sealing/envelope.py)
  name BLOB, kind INTEGER, recipient INTEGER, incarnation INTEGER, by INTEGER, body BLOB NOT NULL,
  PRIMARY KEY(name, kind, recipient, incarnation, by)) WITHOUT ROWID;
CREATE TABLE sealed_event(                -- final acts of procedures that open sealed fields
  law TEXT, procedure TEXT, record BLOB, act BLOB NOT NULL, PRIMARY KEY(law, procedure, record)) WITHOUT ROWID;
CREATE TABLE share_release(name BLOB, holder INTEGER, usable INTEGER NOT NULL, PRIMARY KEY(name, holder)) WITHOUT ROWID;
CREATE TABLE erasure(                     -- orders that an anchor has executed
  act BLOB, record BLOB, version INTEGER NOT NULL, anchor INTEGER NOT NULL, swept INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(act, record)) WITHOUT ROWID;
CREATE TABLE erasure_note(act BLOB, office INTEGER, PRIMARY KEY(act, office)) WITHOUT ROWID;
CREATE TABLE draft(
  id BLOB PRIMARY KEY, law TEXT NOT NULL, procedure TEXT NOT NULL, title TEXT NOT NULL,
  changed_ms INTEGER NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE draft_subject(draft BLOB, record BLOB, PRIMARY KEY(draft, record)) WITHOUT ROWID;
CREATE TABLE met(member INTEGER PRIMARY KEY, vector BLOB NOT NULL);  -- tips that both held at the end (encounters.py)
CREATE TABLE partly(                      -- payloads that came in part: digest of the frame, its length, what is here
  number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, total INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE paper(                       -- scans that acts name by their SHA-256 (papers.py)
  digest BLOB PRIMARY KEY, size INTEGER NOT NULL, held INTEGER NOT NULL, whole INTEGER NOT NULL,
  wanted INTEGER NOT NULL, source INTEGER, alone INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE paper_chunk(number INTEGER PRIMARY KEY, digest BLOB NOT NULL, place INTEGER NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX paper_place ON paper_chunk(digest, place);
CREATE TABLE shared_draft(                -- case files that an officer of another office may edit too (sharing.py)
  draft BLOB, office INTEGER, mirror BLOB NOT NULL, said BLOB NOT NULL, gone INTEGER NOT NULL,
  PRIMARY KEY(draft, office)) WITHOUT ROWID;
"""


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
        self._gathering = False
        self._put_off: list[tuple[Callable[[], None], Callable[[], None]]] = []
        self._cache_kib = cache_kib
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
            self._connection.executescript(f"BEGIN;{_SCHEMA}PRAGMA user_version = {SCHEMA_VERSION};COMMIT;")

    def _check_version(self) -> None:
        """Before anything is written: an emptied file must stay as it is."""
        version = self.scalar("PRAGMA user_version")
        if version != SCHEMA_VERSION:
            raise MunimentError(_code_of_version(version), path=self.path, version=version)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing; durable on return. Nested calls join the outer one. Raises `disk-full`, `replica-damaged`."""
        if self._depth:
            yield
            return
        with self._transaction(*(_ONE_OF_MANY if self._gathering else _ALONE)):
            self._depth = 1
            try:
                yield
                self._finish_put_off()
            finally:
                self._depth = 0

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Each `atomic` inside is all or nothing, and none of them is durable before all are, on return.

        One that fails is undone alone, unless the disk failed: then there may be nothing left of those before it.
        """
        with self._transaction(*_ALONE):
            self._gathering = True
            try:
                yield
                self._finish_put_off()
            finally:
                self._gathering = False

    @contextmanager
    def _transaction(self, begin: str, end: str, undo: Sequence[str]) -> Iterator[None]:
        self.execute(begin)
        try:
            yield
            self.execute(end)
        except BaseException:
            for _, forget in self._put_off:
                forget()
            if self._connection.in_transaction:  # else SQLite has undone it: the disk has failed
                with suppress(sqlcipher.DatabaseError):  # what failed first is what is told
                    for statement in undo:
                        self._connection.execute(statement)
            raise

    def _finish_put_off(self) -> None:
        for finish, _ in self._put_off:
            finish()

    def overwrite(self) -> None:
        """From here on SQLite overwrites what is deleted: in a network whose laws seal something, an erasure is one."""
        self.rows("PRAGMA secure_delete = ON")

    @property
    def in_atomic(self) -> bool:
        return self._depth > 0 or self._gathering

    @property
    def in_transaction(self) -> bool:
        """Whether what is written now may still be undone together with something else."""
        return bool(self._connection.in_transaction)

    def put_off(self, finish: Callable[[], None], forget: Callable[[], None]) -> None:
        """Have work done once at the end of each transaction, as a part of it; what fails is forgotten instead."""
        self._put_off.append((finish, forget))

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
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

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
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")  # until then the file itself stays as long as it was
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
