"""A shelf of plain dictionaries, and a graph that lets go of every block as early as it can: after each one."""

from collections.abc import Sequence

from core.ledger.anchors import Anchor
from core.ledger.settled import Approved, SettledRow


class Shelf:
    """Satisfies core.ledger.settled.Shelf. `anchors`: those that were passed, as somebody else keeps them."""

    def __init__(self, anchors: Sequence[Anchor]) -> None:
        self._anchors = anchors
        self._rows: dict[int, SettledRow] = {}
        self._positions: dict[bytes, int] = {}
        self._places: dict[tuple[int, int, int], list[int]] = {}

    def put(self, rows: Sequence[SettledRow], approved: Sequence[tuple[int, Approved]]) -> None:
        for row in rows:
            self._rows[row.position] = row
            self._positions[row.id] = row.position
            self._places.setdefault((row.author, row.incarnation, row.seq), []).append(row.position)
        for position, one in approved:
            self._rows[position] = self._rows[position]._replace(approved=one)

    def approved(self, blocks: Sequence[tuple[int, bytes]]) -> dict[int, Approved]:
        return {position: self._rows[position].approved for position, _ in blocks if position in self._rows}

    def row(self, position: int) -> SettledRow:
        return self._rows[position]

    def links(self, position: int) -> bytes:
        return self._rows[position].links

    def position_of(self, block: bytes) -> int | None:
        return self._positions.get(block)

    def positions_at(self, author: int, incarnation: int, seq: int) -> list[int]:
        return self._places.get((author, incarnation, seq), [])

    def anchor(self, number: int) -> tuple[bytes, int]:
        found = self._anchors[number - 1]
        return found.vertex.id, found.consensus_ms
