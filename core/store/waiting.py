"""What acts touch that only the common order decides, while they wait for an anchor (core/laws/verdict.py).

An act of the same chain that touches any of it waits with them, so every act asks. Mostly there is nothing: that is
remembered, because asking took a hundredth of the time in which an act is recorded.
"""

from collections.abc import Iterable

from core.store.database import Database


class WaitingStore:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._is_empty = False  # as far as it was asked
        database.when_undone(self._ask_again)  # what a transaction that failed has deleted is there again

    def of(self, author: int) -> set[bytes]:
        """What the shared acts of an author's chain read and write."""
        if self._is_empty:
            return set()
        found = {row[0] for row in self._db.rows("SELECT key FROM waiting WHERE author = ?", (author,))}
        self._is_empty = not found and self._db.scalar("SELECT 1 FROM waiting LIMIT 1") is None
        return found

    # -- inside `atomic` ----------------------------------------------------------------------------------------

    def add(self, author: int, position: int, touched: Iterable[bytes]) -> None:
        """What those of the block at a position touch."""
        self._ask_again()
        self._db.executemany(
            "INSERT OR IGNORE INTO waiting VALUES (?,?,?)", [(author, position, key) for key in sorted(touched)]
        )

    def drop(self, position: int) -> None:
        """An anchor has executed the block there."""
        if not self._is_empty:
            self._db.execute("DELETE FROM waiting WHERE position = ?", (position,))

    def clear(self) -> None:
        """Everything that waits is folded anew."""
        self._db.execute("DELETE FROM waiting")

    def _ask_again(self) -> None:
        self._is_empty = False
