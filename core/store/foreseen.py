"""Versions of records that were only foreseen and are replaced already: a trail beside the overlay.

The overlay holds only the newest version of a record. What a block replaces there before an anchor has executed it
stands here, at the end of one table. A block's rows go when an anchor executes it: what is agreed is in the history.
"""

from collections.abc import Sequence

from core.ledger.record import RECORD_ID_BYTES, Change, Record, encode_record, read_record
from core.store.database import Database


class ForeseenStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, position: int, changes: Sequence[Change], between: Sequence[Record]) -> None:
        """What the block at a position is about to replace in the overlay. Inside `atomic`, before it is written.

        `between`: versions that it made and replaced itself.
        """
        first = position << 32
        replaced = [change.new.id for change in changes if change.old is not None]
        self._db.executemany(
            "INSERT INTO foreseen SELECT ?1, body FROM overlay WHERE id = ?2",
            [(first + place, record) for place, record in enumerate(replaced)],
        )
        rows = [(first + place, encode_record(one)) for place, one in enumerate(between, len(replaced))]
        self._db.executemany("INSERT INTO foreseen VALUES (?, ?)", rows)

    def drop(self, position: int) -> None:
        """An anchor has executed the block there: its changes are agreed, or were judged otherwise. Inside `atomic`."""
        self._db.execute("DELETE FROM foreseen WHERE number BETWEEN ?1 << 32 AND (?1 + 1 << 32) - 1", (position,))

    def clear(self) -> None:
        """Everything that waits is folded anew. Inside `atomic`."""
        self._db.execute("DELETE FROM foreseen")

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
            " WHERE number BETWEEN block << 32 AND (block + 1 << 32) - 1",
            (act, end),
        )
        older = [one for one in (read_record(body) for (body,) in rows) if one.id == version.id]
        return sorted((one for one in older if one.version < version.version), key=lambda one: -one.version)
