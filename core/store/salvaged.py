"""Blocks that a repair found whole but could not place: something between them and the rest is still missing.

They wait on the disk, in order of arrival, until a meeting brings what they wait for: an office's own newest blocks may
be nowhere else. The table is made when it is first needed.
"""

from collections.abc import Iterable

from core.store.database import Database

Bytes = tuple[bytes, bytes, bytes | None]  # header, signature, payload


class SalvagedStore:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._has_table = self._db.scalar("SELECT 1 FROM sqlite_master WHERE name = 'salvaged'") is not None

    def add(self, blocks: Iterable[tuple[bytes, Bytes]]) -> None:
        """(id, block). Durable on return, unless inside `atomic`."""
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS salvaged("
            "number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, header BLOB NOT NULL, signature BLOB NOT NULL,"
            " payload BLOB)"
        )
        self._has_table = True
        rows = [(identity, *block) for identity, block in blocks]
        self._db.executemany("INSERT OR IGNORE INTO salvaged(id, header, signature, payload) VALUES (?,?,?,?)", rows)

    def ids(self) -> list[bytes]:
        """In order of arrival."""
        return [row[0] for row in self._db.rows("SELECT id FROM salvaged ORDER BY number")] if self._has_table else []

    def block(self, identity: bytes) -> Bytes:
        found: Bytes = self._db.row("SELECT header, signature, payload FROM salvaged WHERE id = ?", (identity,))
        return found

    def drop(self, identity: bytes) -> None:
        """It is taken in, or breaks a rule."""
        self._db.execute("DELETE FROM salvaged WHERE id = ?", (identity,))
