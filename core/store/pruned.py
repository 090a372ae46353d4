"""Blocks whose payload is settled and not in this database: what is left of it proves that the header named it.

A pruned block's row has no payload though its header names one; its stub (core/ledger/snapshot.py) stands here, and
where its payload stands in the archive, if this computer has it there. The table is made when it is first needed.
"""

from core.store.database import Database


class PrunedStore:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._has_table = self._db.scalar("SELECT 1 FROM sqlite_master WHERE name = 'pruned'") is not None

    def prepare(self) -> None:
        """Before the first of them, outside `atomic`."""
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS pruned("
            "position INTEGER PRIMARY KEY, stub BLOB NOT NULL, place INTEGER)"  # place: in the archive
        )
        self._has_table = True

    def add(self, position: int, stub: bytes, place: int | None = None) -> None:
        """The payload of the block there is gone from now on. Inside `atomic`."""
        self._db.execute("INSERT INTO pruned VALUES (?,?,?)", (position, stub, place))
        self._db.execute("UPDATE block SET payload = NULL WHERE position = ?", (position,))

    def stub(self, position: int) -> bytes | None:
        row = self._row(position)
        return bytes(row[0]) if row else None

    def place(self, position: int) -> int | None:
        """In the archive; None where it is not there."""
        row = self._row(position)
        return row[1] if row else None

    def archived(self) -> list[tuple[int, bytes]]:
        """(place in the archive, block id) of what is there, in order of place."""
        if not self._has_table:
            return []
        rows = self._db.rows(
            "SELECT pruned.place, block.id FROM pruned JOIN block USING(position)"
            " WHERE pruned.place IS NOT NULL ORDER BY pruned.place"
        )
        return [(place, bytes(block)) for place, block in rows]

    def places(self) -> list[tuple[int, int]]:
        """(position, place in the archive) of what is there."""
        if not self._has_table:
            return []
        return self._db.rows("SELECT position, place FROM pruned WHERE place IS NOT NULL ORDER BY position")

    def lacks_any(self) -> bool:
        """Whether some payload is nowhere on this computer."""
        return self._has_table and self._db.scalar("SELECT 1 FROM pruned WHERE place IS NULL LIMIT 1") is not None

    def _row(self, position: int) -> tuple[bytes, int | None] | None:
        if not self._has_table:
            return None
        found: tuple[bytes, int | None] | None = self._db.row(
            "SELECT stub, place FROM pruned WHERE position = ?", (position,)
        )
        return found

    def count(self) -> int:
        return int(self._db.scalar("SELECT count(*) FROM pruned")) if self._has_table else 0

    def not_held_among(self, first: int, last: int) -> set[int]:
        """Positions in a range, ends included, of blocks whose payload is not in the archive either."""
        if not self._has_table:
            return set()
        rows = self._db.rows(
            "SELECT position FROM pruned WHERE position BETWEEN ? AND ? AND place IS NULL", (first, last)
        )
        return {row[0] for row in rows}
