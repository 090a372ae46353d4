"""Where possible duplicates meet: the keys of the records that take part, and the pairs that were found.

Made from the records at any time, so it may be thrown away; its tables are made when first asked for, and a file of
before knows none. What a person decided about a pair for this office alone, before there were acts for it, is kept.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from core.ledger.record import RECORD_ID_BYTES
from core.store.database import Database

_TABLES = (
    "CREATE TABLE IF NOT EXISTS likeness(key BLOB, record BLOB, PRIMARY KEY(key, record)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS likeness_of(record BLOB PRIMARY KEY, keys BLOB NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS likeness_pair(
         one BLOB, other BLOB, reasons TEXT NOT NULL, decided TEXT, PRIMARY KEY(one, other)) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS likeness_due(record BLOB PRIMARY KEY) WITHOUT ROWID",  # to be looked through
    "CREATE TABLE IF NOT EXISTS likeness_again(act INTEGER PRIMARY KEY)",
    # An anchor may enter what this office had refused, or the other way round, long after the cursor has passed it.
    """CREATE TRIGGER IF NOT EXISTS likeness_decided AFTER UPDATE OF records ON act
       WHEN new.number <= (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'likeness-act')
       BEGIN INSERT OR IGNORE INTO likeness_again VALUES (new.number); END""",
)
_CURSOR, _DECLARED = "likeness-act", "likeness-declared"
_KEY_BYTES = 8


class PairRow(NamedTuple):
    one: bytes
    other: bytes
    reasons: tuple[str, ...]


class LikenessStore:
    def __init__(self, database: Database) -> None:
        self._db = database
        for table in _TABLES:
            database.execute(table)

    def begin(self, declared: bytes, registers: Iterable[str]) -> None:
        """Where the keys were made by other declarations they are gone now, the cursor stands after the newest act, and
        every record of these registers is due, those of acts not yet executed included. Inside `atomic`.
        """
        if self._db.meta(_DECLARED) == declared:
            return
        for table in ("likeness", "likeness_of", "likeness_due", "likeness_again"):
            self._db.execute(f"DELETE FROM {table}")
        self._db.execute("DELETE FROM likeness_pair WHERE decided IS NULL")
        self._db.set_meta(_DECLARED, declared)
        self._move(self._db.scalar("SELECT coalesce(max(number), 0) FROM act"))
        for register in registers:
            for table in ("record", "overlay"):
                self._db.execute(
                    f"INSERT OR IGNORE INTO likeness_due SELECT id FROM {table} WHERE register = ?", (register,)
                )

    def changed(self, portion: int) -> list[bytes]:
        """The next records to look through: so many that are due, or those of which so many acts made a version. They
        are told once. Inside `atomic`.
        """
        due: list[bytes] = [row[0] for row in self._db.rows("SELECT record FROM likeness_due LIMIT ?", (portion,))]
        if due:
            self._db.executemany("DELETE FROM likeness_due WHERE record = ?", [(one,) for one in due])
            return due
        again = "SELECT act, records FROM likeness_again JOIN act ON number = act LIMIT ?"
        rows = self._db.rows(again, (portion,))
        if rows:
            self._db.executemany("DELETE FROM likeness_again WHERE act = ?", [(number,) for number, _ in rows])
        else:
            newer = "SELECT number, records FROM act WHERE number > ? ORDER BY number LIMIT ?"
            rows = self._db.rows(newer, (self._cursor(), portion))
            if rows:
                self._move(rows[-1][0])
        ids = (
            body[at : at + RECORD_ID_BYTES] for _, body in rows if body for at in range(0, len(body), RECORD_ID_BYTES)
        )
        return list(dict.fromkeys(ids))

    def behind(self) -> bool:
        """Whether there is something that `changed` has not told yet."""
        asked = (
            "SELECT EXISTS(SELECT 1 FROM likeness_due) OR EXISTS(SELECT 1 FROM likeness_again JOIN act ON number = act)"
            " OR EXISTS(SELECT 1 FROM act WHERE number > ?)"
        )
        return bool(self._db.scalar(asked, (self._cursor(),)))

    def put(self, record: bytes, keys: Iterable[bytes]) -> None:
        """These are its keys from now on; none takes it out. Inside `atomic`."""
        wanted = b"".join(sorted(keys))
        old = self._db.scalar("SELECT keys FROM likeness_of WHERE record = ?", (record,)) or b""
        if wanted == old:
            return
        self._db.executemany("DELETE FROM likeness WHERE key = ? AND record = ?", [(key, record) for key in _cut(old)])
        self._db.executemany("INSERT OR IGNORE INTO likeness VALUES (?,?)", [(key, record) for key in _cut(wanted)])
        self._db.execute("INSERT OR REPLACE INTO likeness_of VALUES (?,?)", (record, wanted))

    def sharing(self, keys: Iterable[bytes], most: int) -> list[bytes]:
        """Records with one of these keys, in order; of each key at most so many."""
        found: set[bytes] = set()
        for key in keys:
            rows = self._db.rows("SELECT record FROM likeness WHERE key = ? ORDER BY record LIMIT ?", (key, most))
            found.update(row[0] for row in rows)
        return sorted(found)

    def keep(self, record: bytes, alike: Sequence[tuple[bytes, tuple[str, ...]]]) -> None:
        """The pairs of a record as they are now; what was decided stays decided. Inside `atomic`."""
        self._db.execute("DELETE FROM likeness_pair WHERE decided IS NULL AND (one = ?1 OR other = ?1)", (record,))
        self._db.executemany(
            "INSERT OR IGNORE INTO likeness_pair VALUES (?,?,?,NULL)",
            [(*sorted((record, other)), " ".join(reasons)) for other, reasons in alike],
        )

    def pairs(self) -> list[PairRow]:
        """Those that this office has not decided about for itself, as it could before there were acts for it."""
        asked = "SELECT one, other, reasons FROM likeness_pair WHERE decided IS NULL ORDER BY one, other"
        return [PairRow(one, other, tuple(reasons.split())) for one, other, reasons in self._db.rows(asked)]

    def _cursor(self) -> int:
        return int(self._db.meta(_CURSOR) or b"0")

    def _move(self, number: int) -> None:
        self._db.set_meta(_CURSOR, str(number).encode())


def _cut(keys: bytes) -> list[bytes]:
    return [keys[at : at + _KEY_BYTES] for at in range(0, len(keys), _KEY_BYTES)]
