"""Blocks, their acts and fork evidence, in the order in which they arrived: parents before children."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.errors import MunimentError
from core.ledger.block import Block, decode_header
from core.ledger.encoding import Value, decode, encode
from core.ledger.payload import Evidence
from core.ledger.record import RECORD_ID_BYTES
from core.ledger.request import REQUESTED
from core.store.database import Database


class ActRow(NamedTuple):
    """What a replica knows of one act: where it stands and what became of it."""

    id: bytes
    block: int  # position of its block
    place: int  # number of the act in its block
    author: int
    outcome: str  # as executed here last: predicted in the overlay, then decided at an anchor
    code: str | None
    facts: Value
    records: tuple[bytes, ...] = ()  # ids of the records of which it made a version
    shared: bool = False  # only an anchor decides it


@dataclass(frozen=True, slots=True)
class BlockRow:
    position: int
    block: Block
    anchor: int  # number of the anchor that executed it, 0 while none has


@dataclass(frozen=True, slots=True)
class AnchorRow:
    """One anchor as it was executed here."""

    number: int
    block: bytes  # id
    epoch: int
    round: int
    consensus_ms: int
    spread_ms: int
    acts: int
    closing: bool


PLACE_BITS = 20  # a payload of 256 KiB has room for far fewer acts
# Executed before foreseen; of several places where it was refused the first: what became of it there stays.
_ACT_WHERE_IT_COUNTS = (
    "SELECT act.id, block, place, act.author, outcome, code, facts, records, shared FROM act"
    " JOIN block ON block.position = act.block"
    " WHERE {} ORDER BY outcome = 'rejected', anchor = 0, anchor, number LIMIT 1"
)


class ChainStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add_block(self, position: int, block: Block, act_count: int, accused: Sequence[int] = ()) -> None:
        """`position`: behind the last. `accused`: authors whose fork its payload proves. Inside `atomic`."""
        header = block.header
        self._db.execute(
            "INSERT INTO block(position, id, author, incarnation, seq, header, signature, payload, acts, accused)"
            " VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                position,
                block.id,
                header.author,
                header.incarnation,
                header.seq,
                block.header_bytes,
                block.signature,
                block.payload,
                act_count,
                encode(list(accused)) if accused else None,
            ),
        )

    def mark_executed(self, position: int, anchor: int) -> None:
        self._db.execute("UPDATE block SET anchor = ? WHERE position = ?", (anchor, position))

    def block_at(self, position: int) -> BlockRow:
        """Raises `replica-damaged`: the graph has told the position (core/ledger/vertex.py)."""
        row = self._db.row(
            "SELECT position, id, header, signature, payload, anchor FROM block WHERE position = ?",
            (position,),
        )
        if row is None:
            raise MunimentError("replica-damaged", path=self._db.path)
        return _block_row(row)

    def anchor_at(self, position: int) -> int:
        """Number of the anchor that has executed the block at a position, 0 while none has."""
        return int(self._db.scalar("SELECT anchor FROM block WHERE position = ?", (position,)))

    def weigh(self, positions: Sequence[int]) -> tuple[int, int]:
        """(acts, bytes of payloads) of the blocks at these positions; the payloads are not read."""
        acts = size = 0
        for position in positions:
            row = self._db.row("SELECT acts, coalesce(length(payload), 0) FROM block WHERE position = ?", (position,))
            acts, size = acts + row[0], size + row[1]
        return acts, size

    def blocks(self, after: int, count: int) -> list[BlockRow]:
        """At most so many blocks after a position, in order of arrival."""
        rows = self._db.rows(
            "SELECT position, id, header, signature, payload, anchor FROM block"
            " WHERE position > ? ORDER BY position LIMIT ?",
            (after, count),
        )
        return [_block_row(row) for row in rows]

    def payloads(self) -> Iterator[tuple[int, bytes]]:
        """(position, payload) of every block that has one here, in order of arrival."""
        positions = self._db.rows("SELECT position FROM block WHERE payload IS NOT NULL ORDER BY position")
        for (position,) in positions:
            yield position, self._db.scalar("SELECT payload FROM block WHERE position = ?", (position,))

    def settled_positions(self, after: int, anchor: int) -> Iterator[int]:
        """Positions after one, in order, of blocks that an anchor up to this number has executed."""
        while rows := self._db.rows(
            "SELECT position FROM block WHERE position > ? AND anchor BETWEEN 1 AND ? ORDER BY position LIMIT 500",
            (after, anchor),
        ):
            yield from (row[0] for row in rows)
            after = rows[-1][0]

    def executed_since(self, anchor: int, position: int) -> list[tuple[int, int]]:
        """(number of the anchor, position), in this order, of blocks with acts from a position on that anchors after
        one have executed.
        """
        query = "SELECT anchor, position FROM block WHERE position >= ? AND anchor > ? AND acts > 0"
        return sorted((row[0], row[1]) for row in self._db.rows(query, (position, anchor)))

    def newest_position(self) -> int:
        """0 where there is no block."""
        return self._db.scalar("SELECT max(position) FROM block") or 0

    def requested_blocks(self) -> set[int]:
        """Positions of the blocks with requests that nobody has decided."""
        rows = self._db.rows("SELECT act.block FROM request JOIN act ON act.id = request.id")
        return {row[0] for row in rows}

    def act_counts_at(self, positions: Sequence[int]) -> dict[int, int]:
        """How many acts the blocks at these positions have, by position."""
        found: dict[int, int] = {}
        for start in range(0, len(positions), 500):
            part = positions[start : start + 500]
            marks = ",".join("?" * len(part))
            found.update(self._db.rows(f"SELECT position, acts FROM block WHERE position IN ({marks})", tuple(part)))
        return found

    def act_count_at(self, positions: Sequence[int]) -> int:
        """How many acts the blocks at these positions have together."""
        parts = (positions[start : start + 500] for start in range(0, len(positions), 500))
        return sum(sum(self.act_counts_at(part).values()) for part in parts)

    def act_counts_of_blocks(self, after: int, count: int) -> list[tuple[int, bytes, int]]:
        """(position, id, how many acts) of at most so many blocks after a position, in order of arrival."""
        return self._db.rows(
            "SELECT position, id, acts FROM block WHERE position > ? ORDER BY position LIMIT ?", (after, count)
        )

    def newest_sizes(self, count: int) -> list[tuple[bytes, int, int]]:
        """(header, how many acts, bytes of header, signature and held payload) of the newest blocks by arrival."""
        return self._db.rows(
            "SELECT header, acts, length(header) + length(signature) + coalesce(length(payload), 0) FROM block"
            " ORDER BY position DESC LIMIT ?",
            (count,),
        )

    def headers(self) -> Iterator[tuple[bytes, bytes, bool, list[int]]]:
        """(id, header, whether it has acts, accused) of all blocks in order of arrival.

        Raises `replica-damaged` where a position is left out: the graph counts on there being none.
        """
        after = 0
        while rows := self._db.rows(
            "SELECT position, id, header, acts > 0, accused FROM block WHERE position > ? ORDER BY position LIMIT 5000",
            (after,),
        ):
            for position, block_id, header, has_acts, accused in rows:
                after += 1
                if position != after:
                    raise MunimentError("replica-damaged", path=self._db.path, block=after)
                yield block_id, header, bool(has_acts), decode(accused) if accused else []

    def id_at(self, position: int) -> bytes:
        found: bytes = self._db.scalar("SELECT id FROM block WHERE position = ?", (position,))
        return found

    # -- acts ---------------------------------------------------------------------------------------------------

    def add_acts(self, position: int, rows: Sequence[ActRow]) -> None:
        """The acts of the block at a position, whatever the rows say of theirs."""
        self._db.executemany(
            "INSERT INTO act(number, id, block, place, author, outcome, code, shared, facts, records)"
            " VALUES (?,?,?,?,?,?,?,?,?,?)",
            [
                (
                    _number(position, row.place),
                    row.id,
                    position,
                    row.place,
                    row.author,
                    row.outcome,
                    row.code,
                    row.shared,
                    *_blobs(row),
                )
                for row in rows
            ],
        )
        self._add_requests(rows)

    def set_outcomes(self, rows: Sequence[ActRow]) -> None:
        self._db.executemany(
            "UPDATE act SET outcome = ?, code = ?, shared = ?, facts = ?, records = ? WHERE number = ?",
            [(row.outcome, row.code, row.shared, *_blobs(row), _number(row.block, row.place)) for row in rows],
        )
        self._add_requests(rows)

    def _add_requests(self, rows: Iterable[ActRow]) -> None:
        asked = [(row.id, row.facts["office"]) for row in rows if row.outcome == REQUESTED and row.facts]
        if asked:
            self._db.executemany("INSERT OR IGNORE INTO request VALUES (?,?)", asked)

    def requests_to(self, keeper: int) -> list[ActRow]:
        """Acts that wait for an office, in order of arrival; among them those that it has just decided."""
        ids = [row[0] for row in self._db.rows("SELECT id FROM request WHERE keeper = ?", (keeper,))]
        rows = [row for row in map(self.act, ids) if row is not None and row.outcome == REQUESTED]
        return sorted(rows, key=lambda row: (row.block, row.place))

    def drop_requests(self, ids: Iterable[bytes]) -> None:
        """Their decisions are agreed: nobody waits any more."""
        self._db.executemany("DELETE FROM request WHERE id = ?", [(one,) for one in ids])

    def act(self, act_id: bytes) -> ActRow | None:
        """The act where it counts: copies by other nodes are rejected, other branches of a fork are never executed."""
        row = self._db.row(_ACT_WHERE_IT_COUNTS.format("act.id = ?"), (act_id,))
        return _act_row(row) if row else None

    def places_of_act(self, act_id: bytes) -> list[ActRow]:
        """Each place where somebody has enclosed the act, on any branch, in order of arrival."""
        rows = self._db.rows(
            "SELECT id, block, place, author, outcome, code, facts, records, shared FROM act WHERE id = ?"
            " ORDER BY number",
            (act_id,),
        )
        return [_act_row(row) for row in rows]

    def enclosures(self, author: int, ids: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
        """(act, block) for each place where the author enclosed one of these acts, on any of its branches."""
        found: list[tuple[bytes, bytes]] = []
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            marks = ",".join("?" * len(part))
            found.extend(
                self._db.rows(
                    "SELECT act.id, block.id FROM act JOIN block ON block.position = act.block"
                    f" WHERE act.id IN ({marks}) AND act.author = ?",
                    (*part, author),
                )
            )
        return found

    def act_by_prefix(self, prefix: bytes) -> ActRow | None:
        """The act whose id begins with the 16 bytes that a record keeps of it."""
        row = self._db.row(
            _ACT_WHERE_IT_COUNTS.format("act.id >= ? AND act.id <= ?"),
            (prefix, prefix + b"\xff" * (32 - len(prefix))),
        )
        return _act_row(row) if row else None

    def acts_of_block(self, position: int, limit: int = -1) -> list[ActRow]:
        """In their order, the first so many; all by default."""
        rows = self._db.rows(
            "SELECT id, block, place, author, outcome, code, facts, records, shared FROM act"
            " WHERE number >= ? AND number < ? ORDER BY number LIMIT ?",
            (_number(position, 0), _number(position + 1, 0), limit),
        )
        return [_act_row(row) for row in rows]

    def unusual_acts(self, author: int, outcomes: Sequence[str], limit: int) -> list[ActRow]:
        """An author's acts that ended so (not as "entered"), newest first."""
        marks = ",".join("?" * len(outcomes))
        rows = self._db.rows(
            "SELECT id, block, place, author, outcome, code, facts, records, shared FROM act"
            f" WHERE author = ? AND outcome <> 'entered' AND outcome IN ({marks}) ORDER BY number DESC LIMIT ?",
            (author, *outcomes, limit),
        )
        return [_act_row(row) for row in rows]

    def unusual_counts(self, author: int) -> dict[str, int]:
        """An author's acts that were not simply entered, by outcome."""
        return dict(
            self._db.rows(
                "SELECT outcome, count(*) FROM act WHERE author = ? AND outcome <> 'entered' GROUP BY outcome",
                (author,),
            )
        )

    def counts(self) -> tuple[int, int]:
        """(blocks, acts)."""
        return self._db.scalar("SELECT count(*) FROM block"), self._db.scalar("SELECT count(*) FROM act")

    def act_counts(self) -> dict[int, int]:
        """Acts by author."""
        return dict(self._db.rows("SELECT author, count(*) FROM act GROUP BY author"))

    def refused_counts(self) -> dict[int, int]:
        """How many acts were refused, by position of the block. The partial index finds them."""
        query = "SELECT block, count(*) FROM act WHERE outcome <> 'entered' AND outcome = 'rejected' GROUP BY block"
        return dict(self._db.rows(query))

    # -- anchors ------------------------------------------------------------------------------------------------

    def add_anchor(self, row: AnchorRow) -> None:
        values = (row.number, row.block, row.epoch, row.round, row.consensus_ms, row.spread_ms, row.acts, row.closing)
        self._db.execute("INSERT INTO anchor VALUES (?,?,?,?,?,?,?,?)", values)

    def anchors(self, after: int, count: int) -> list[AnchorRow]:
        """At most so many anchors after a number, in order."""
        rows = self._db.rows("SELECT * FROM anchor WHERE number > ? ORDER BY number LIMIT ?", (after, count))
        return [
            AnchorRow(number, block, epoch, round_, consensus_ms, spread_ms, acts, bool(closing))
            for number, block, epoch, round_, consensus_ms, spread_ms, acts, closing in rows
        ]

    def closings(self) -> list[int]:
        """Consensus times of the anchors that closed an epoch, in order: the nth began epoch n, from 1."""
        rows = self._db.rows("SELECT consensus_ms FROM anchor WHERE closing ORDER BY number")
        return [row[0] for row in rows]

    def anchor_count(self) -> int:
        return int(self._db.scalar("SELECT count(*) FROM anchor"))

    # -- evidence -----------------------------------------------------------------------------------------------

    def add_evidence(self, author: int, incarnation: int, seq: int, evidence: Evidence, position: int) -> None:
        """`position`: of the newest block here when the fork was found. One proof an author is enough, and bounded."""
        body = encode([evidence.first, evidence.first_signature, evidence.second, evidence.second_signature])
        self._db.execute(
            "INSERT INTO evidence SELECT ?1, ?2, ?3, ?4, ?5"
            " WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE author = ?1 AND incarnation = ?2)",
            (author, incarnation, seq, body, position),
        )

    def accused(self) -> list[tuple[int, int]]:
        """(author, incarnation) of every known fork."""
        return [tuple(row) for row in self._db.rows("SELECT DISTINCT author, incarnation FROM evidence")]

    def evidence(self) -> list[tuple[int, Evidence]]:
        """(author, evidence) of every known fork."""
        return [
            (author, Evidence(*decode(body)))
            for author, body in self._db.rows("SELECT author, body FROM evidence ORDER BY author, incarnation, seq")
        ]


def _block_row(row: tuple[int, bytes, bytes, bytes, bytes | None, int]) -> BlockRow:
    position, block_id, header, signature, payload, anchor = row
    return BlockRow(position, Block(block_id, decode_header(header), header, signature, payload), anchor)


def _number(position: int, place: int) -> int:
    return position << PLACE_BITS | place


def _blobs(row: ActRow) -> tuple[bytes | None, bytes | None]:
    """The columns `facts` and `records`."""
    return encode(row.facts) if row.facts else None, b"".join(row.records) or None


def _act_row(row: tuple[bytes, int, int, int, str, str | None, bytes | None, bytes | None, int]) -> ActRow:
    act_id, block, place, author, outcome, code, facts, records, shared = row
    joined, step = records or b"", RECORD_ID_BYTES
    ids = tuple(joined[start : start + step] for start in range(0, len(joined), step))
    return ActRow(act_id, block, place, author, outcome, code, decode(facts) if facts else {}, ids, bool(shared))
