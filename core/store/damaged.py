"""Reading what can still be read of a damaged replica; nothing is believed, and nothing is written into it.

Every block is offered to the new replica as if a neighbour had sent it. SQLCipher gives no page any more once one has
failed, so the file is opened again behind each that does; where pages in the middle of a table fail, rows on both sides
of them are found from both ends.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.errors import MunimentError
from core.store.archive import Archive
from core.store.database import Database

MAX_FAILED = 5_000  # places without a readable block, one after another, behind which no more are looked for
ROWS_AT_ONCE = 50  # a chunk of a scan is large
_NOT_DAMAGE = ("replica-in-use", "replica-from-newer-version", "replica-from-older-version")


@dataclass(frozen=True)
class FoundBlock:
    header: bytes
    signature: bytes
    payload: bytes | None


class DamagedReplica:
    """Raises `replica-in-use` and the codes of another version; all else is damage, and what is damaged is left out."""

    def __init__(self, path: Path, key: bytes, archive: Archive | None) -> None:
        self._path, self._key, self._archive = path, key, archive
        self._database: Database | None = None
        self.failed = 0  # reads
        self._reopen()

    @property
    def opens(self) -> bool:
        return self._database is not None

    @property
    def joined(self) -> bool:
        """Whether it says that it joined with a snapshot and never had the text of its first acts."""
        return bool(self._rows("SELECT 1 FROM pruned WHERE place IS NULL LIMIT 1"))

    def close(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None

    def _reopen(self) -> None:
        self.close()
        try:
            self._database = Database(self._path, self._key)
        except MunimentError as error:
            if error.code in _NOT_DAMAGE:
                raise

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any] | None:
        """None where that cannot be read."""
        if self._database is None:
            return None
        try:
            return self._database.rows(statement, values)
        except MunimentError:
            self.failed += 1
            self._reopen()
            return None

    def blocks(self) -> Iterator[tuple[int, FoundBlock | None]]:
        """(position, block, None for one that cannot be read), in order of arrival."""
        newest = self._rows("SELECT max(position) FROM block")
        last = newest[0][0] or 0 if newest else None
        position, failed = 0, 0
        while self.opens and failed < MAX_FAILED and (last is None or position < last):
            position += 1
            found = self._block(position)
            if found is None and failed == 0 and last is None and self._rows(_AT, (position,)) == []:
                return  # the table ends here
            failed = failed + 1 if found is None else 0
            if found is not None or last is not None:
                yield position, found

    def _block(self, position: int) -> FoundBlock | None:
        rows = self._rows("SELECT id, header, signature, payload FROM block WHERE position = ?", (position,))
        if not rows:
            return None
        identity, header, signature, payload = rows[0]
        if not (isinstance(header, bytes) and isinstance(signature, bytes)):
            return None
        return FoundBlock(header, signature, payload if payload is not None else self._archived(position, identity))

    def _archived(self, position: int, identity: bytes) -> bytes | None:
        rows = self._rows("SELECT place FROM pruned WHERE position = ? AND place IS NOT NULL", (position,))
        if rows and self._archive is not None:
            with suppress(MunimentError):
                return self._archive.payload(rows[0][0], identity)
        return None

    def facts(self, names: Iterable[str]) -> list[tuple[str, bytes]]:
        """Those of the replica's facts that are there."""
        found = [(name, self._rows("SELECT value FROM meta WHERE name = ?", (name,))) for name in names]
        return [(name, rows[0][0]) for name, rows in found if rows]

    def facts_beginning(self, beginning: str) -> list[tuple[str, bytes]]:
        """Those whose names begin so; nothing where that cannot be read."""
        end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
        rows = self._rows("SELECT name, value FROM meta WHERE name >= ? AND name < ?", (beginning, end))
        return [(name, value) for name, value in rows or ()]

    def copy(self, name: str, key: str, into: Database, both_ends: bool) -> bool:
        """Put the rows of a table that are not there yet into the same table of another replica; whether all came.

        `key`: the columns of its primary key; `both_ends`: of use where what lies behind a damaged page is.
        """
        if self._copy(f"SELECT * FROM {name} ORDER BY {key}", name, into):
            return True
        if not both_ends:
            return False
        descending = ", ".join(f"{column} DESC" for column in key.split(", "))
        self._copy(f"SELECT * FROM {name} ORDER BY {descending}", name, into)
        return False

    def _copy(self, statement: str, name: str, into: Database) -> bool:
        if self._database is None:
            return False
        rows = self._database.each(statement)
        while True:
            some: list[Any] = []
            failed = False
            try:
                some.extend(islice(rows, ROWS_AT_ONCE))
            except MunimentError:
                failed = True
                self.failed += 1
            if some:
                marks = ",".join("?" * len(some[0]))
                into.executemany(f"INSERT OR IGNORE INTO {name} VALUES ({marks})", some)
            if failed:
                self._reopen()
                return False
            if len(some) < ROWS_AT_ONCE:
                return True


_AT = "SELECT 1 FROM block WHERE position = ?"
