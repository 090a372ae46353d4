"""What blocks that wait for an anchor have changed, in the order of blocks: a trail beside the overlay.

The overlay holds only the newest version of a record. The versions of it that were replaced, and whose words are still
to be indexed, stand here at the end of one table, written together: for each act one page, where the history and a
queue would cost it four. A block's rows go when an anchor executes it: what is agreed stands in the history.
"""

from collections.abc import Sequence

from core.ledger.record import RECORD_ID_BYTES, Change, Record, decode_record, encode_record
from core.store.database import Database

_INDEXED = "foreseen-indexed"  # number of the last row whose record's words are indexed, big endian
_OF_BLOCK = "number BETWEEN ?1 << 32 AND (?1 + 1 << 32) - 1"


class ForeseenStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, position: int, changes: Sequence[Change], between: Sequence[Record], words_due: bool) -> None:
        """What the block at a position changes, before the overlay is written. Inside `atomic`.

        `between`: versions that it made and replaced itself; `words_due`: whether the words of what it changes are
        still to be indexed.
        """
        first = position << 32
        if words_due:
            statement = "INSERT INTO foreseen SELECT ?1, ?2, (SELECT body FROM overlay WHERE id = ?2)"
        else:
            statement = "INSERT INTO foreseen SELECT ?1, NULL, body FROM overlay WHERE id = ?2"
        told = [change.new.id for change in changes if words_due or change.old is not None]
        self._db.executemany(statement, [(first + place, record) for place, record in enumerate(told)])
        if between:
            rows = [(first + place, encode_record(one)) for place, one in enumerate(between, len(told))]
            self._db.executemany("INSERT INTO foreseen VALUES (?, NULL, ?)", rows)

    def drop(self, position: int) -> None:
        """An anchor has executed the block there: its changes are agreed, or were judged otherwise. Inside `atomic`."""
        self._db.execute(
            f"INSERT INTO search_due(record) SELECT record FROM foreseen WHERE {_OF_BLOCK} AND number > ?2"
            " AND record IS NOT NULL",
            (position, self._indexed()),
        )
        self._db.execute(f"DELETE FROM foreseen WHERE {_OF_BLOCK}", (position,))

    def clear(self) -> None:
        """Everything that waits is folded anew. Inside `atomic`."""
        self._db.execute("DELETE FROM foreseen")
        self._db.execute("DELETE FROM meta WHERE name = ?", (_INDEXED,))

    # -- words ----------------------------------------------------------------------------------------------------

    def words_due(self) -> list[bytes]:
        """Ids of records whose words are still to be indexed, oldest first."""
        rows = self._db.rows(
            "SELECT record FROM foreseen WHERE number > ? AND record IS NOT NULL ORDER BY number", (self._indexed(),)
        )
        return [row[0] for row in rows]

    def mark_indexed(self) -> None:
        """The words of all that stands here are indexed. Inside `atomic`."""
        newest = self._db.scalar("SELECT max(number) FROM foreseen") or 0
        self._db.set_meta(_INDEXED, max(newest, self._indexed()).to_bytes(8, "big"))

    def _indexed(self) -> int:
        return int.from_bytes(self._db.meta(_INDEXED) or b"", "big")

    # -- versions -------------------------------------------------------------------------------------------------

    def replaced_before(self, present: Record, agreed_version: int) -> list[Record]:
        """The versions between the agreed one and that of the overlay, newest first.

        From each version to the block that made it, and from there to what that block has replaced.
        """
        found: list[Record] = []
        newest = present
        while newest.version > agreed_version + 1 and (before := self._replaced_by(newest)):
            found += before
            newest = before[-1]
        return [version for version in found if version.version > agreed_version]

    def _replaced_by(self, version: Record) -> list[Record]:
        """What the block that made a version has replaced before it, newest first."""
        act, end = version.last_act, version.last_act + b"\xff" * RECORD_ID_BYTES
        rows = self._db.rows(
            "SELECT replaced FROM foreseen, (SELECT DISTINCT block FROM act WHERE id >= ? AND id <= ?)"
            " WHERE number BETWEEN block << 32 AND (block + 1 << 32) - 1 AND replaced IS NOT NULL",
            (act, end),
        )
        older = [one for one in (decode_record(body) for (body,) in rows) if one.id == version.id]
        return sorted((one for one in older if one.version < version.version), key=lambda one: -one.version)
