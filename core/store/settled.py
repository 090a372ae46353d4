"""What the graph derived of blocks that have left memory (core/ledger/settled.py), one row each.

The table is no more than a help: after every start the graph derives all of it from the headers again, and rows that
are missing are written anew. It is made when it is first needed. Its name changes with what a row says.
"""

from collections.abc import Sequence
from typing import Any

from core.errors import MunimentError
from core.ledger.encoding import decode, encode
from core.ledger.settled import Approved, SettledRow, as_bytes
from core.store.database import Database

_TABLE, _BEFORE = "settled_2", "settled_1"
_PREFIX_BYTES = 8  # of an id, as a signed integer: whoever finds two alike has found two rows to choose from
_AT_ONCE = 500  # values of one statement
_OF_A_CHAIN = 2_000  # rows of one reading
_GROWING = ("counted_in", "approvals", "certified", "approved_by", "anchor")


class SettledStore:
    """Satisfies core.ledger.settled.Shelf."""

    keep = 10_000  # the newest blocks stay in memory, and beside them what is open
    step = 500  # so many leave at once

    def __init__(self, database: Database) -> None:
        self._db = database
        self._has_table = self._db.scalar(f"SELECT 1 FROM sqlite_master WHERE name = '{_TABLE}'") is not None

    def put(self, rows: Sequence[SettledRow], approved: Sequence[tuple[int, Approved]]) -> None:
        """New rows, in place of what stood at their positions; and approvals at positions that have a row."""
        with self._db.atomic():
            if not self._has_table:
                self._make()
            self._db.executemany(
                f"INSERT OR REPLACE INTO {_TABLE} VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                [(*row[:1], _prefix(row.id), *row[1:7], *_columns(row.approved)) for row in rows],
            )
            self._db.executemany(
                f"UPDATE {_TABLE} SET {', '.join(f'{name} = ?' for name in _GROWING)} WHERE position = ?",
                [(*_columns(one), position) for position, one in approved],
            )
        self._has_table = True

    def _make(self) -> None:
        self._db.execute(f"DROP TABLE IF EXISTS {_BEFORE}")
        self._db.execute(
            f"CREATE TABLE IF NOT EXISTS {_TABLE}(position INTEGER PRIMARY KEY, prefix INTEGER NOT NULL,"
            " id BLOB NOT NULL, author INTEGER NOT NULL, incarnation INTEGER NOT NULL, seq INTEGER NOT NULL,"
            " facts BLOB NOT NULL, links BLOB NOT NULL,"
            " counted_in INTEGER NOT NULL, approvals BLOB NOT NULL, certified INTEGER NOT NULL,"
            " approved_by BLOB NOT NULL, anchor INTEGER NOT NULL)"
        )
        self._db.execute(f"CREATE INDEX IF NOT EXISTS {_TABLE}_id ON {_TABLE}(prefix)")
        self._db.execute(f"CREATE INDEX IF NOT EXISTS {_TABLE}_place ON {_TABLE}(author, incarnation, seq)")

    def approved(self, blocks: Sequence[tuple[int, bytes]]) -> dict[int, Approved]:
        """Of those (position, id) that have a row already, by position."""
        found: dict[int, Approved] = {}
        for start in range(0, len(blocks) if self._has_table else 0, _AT_ONCE):
            wanted = dict(blocks[start : start + _AT_ONCE])
            rows = self._db.rows(
                f"SELECT position, id, {', '.join(_GROWING)} FROM {_TABLE}"
                f" WHERE position IN ({','.join('?' * len(wanted))})",
                tuple(wanted),
            )
            found.update((position, _approved(*columns)) for position, id_, *columns in rows if wanted[position] == id_)
        return found

    def row(self, position: int) -> SettledRow:
        """Raises `replica-damaged` if there is none."""
        found: Any = self._db.row(
            f"SELECT position, id, author, incarnation, seq, facts, links, {', '.join(_GROWING)}"
            f" FROM {_TABLE} WHERE position = ?",
            (position,),
        )
        if found is None:
            raise MunimentError("replica-damaged", path=self._db.path, block=position)
        position, block, author, incarnation, seq, facts, links, *approved = found
        return SettledRow(position, block, author, incarnation, seq, facts, links, _approved(*approved))

    def links(self, position: int) -> bytes:
        """Raises `replica-damaged` if there is none."""
        found: bytes | None = self._db.scalar(f"SELECT links FROM {_TABLE} WHERE position = ?", (position,))
        if found is None:
            raise MunimentError("replica-damaged", path=self._db.path, block=position)
        return found

    def position_of(self, block: bytes) -> int | None:
        if not self._has_table:
            return None
        statement = f"SELECT position FROM {_TABLE} WHERE prefix = ? AND id = ?"
        position: int | None = self._db.scalar(statement, (_prefix(block), block))
        return position

    def positions_at(self, author: int, incarnation: int, seq: int) -> list[int]:
        if not self._has_table:
            return []
        rows = self._db.rows(
            f"SELECT position FROM {_TABLE} WHERE author = ? AND incarnation = ? AND seq = ? ORDER BY position",
            (author, incarnation, seq),
        )
        return [row[0] for row in rows]

    def chain_below(self, author: int, incarnation: int, seq: int, least: int) -> list[tuple[int, int, bytes]]:
        """(seq, position, id) of the rows of a chain below a place, downwards, as far as one reading goes."""
        if not self._has_table:
            return []
        return self._db.rows(
            f"SELECT seq, position, id FROM {_TABLE}"
            " WHERE author = ? AND incarnation = ? AND seq BETWEEN ? AND ? ORDER BY seq DESC",
            (author, incarnation, max(least, seq - _OF_A_CHAIN), seq - 1),
        )

    def anchor(self, number: int) -> tuple[bytes, int]:
        """(block id, consensus time in ms) of an anchor that was passed. Raises `replica-damaged`."""
        found: tuple[bytes, int] | None = self._db.row(
            "SELECT block, consensus_ms FROM anchor WHERE number = ?", (number,)
        )
        if found is None:
            raise MunimentError("replica-damaged", path=self._db.path, anchor=number)
        return found


def _prefix(block: bytes) -> int:
    return int.from_bytes(block[:_PREFIX_BYTES], "big", signed=True)


def _columns(approved: Approved) -> tuple[int, bytes, bool, bytes, int]:
    by = encode(list(approved.by))
    return approved.counted_in, as_bytes(approved.approvals), approved.certified, by, approved.anchor


def _approved(counted_in: int, approvals: bytes, certified: int, by: bytes, anchor: int) -> Approved:
    return Approved(counted_in, int.from_bytes(approvals, "big"), bool(certified), tuple(decode(by)), anchor)
