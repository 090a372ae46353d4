"""Blocks that have left memory: what the graph derived of them stands as rows on a shelf and is read where it is asked.

Without a shelf every block stays. With one a block may leave at any time but while its votes count (core/ledger/
anchors.py): what it links to (its parents, its clock) goes, and comes back from its row where somebody reads it. So no
rule knows which blocks have left, none can answer otherwise, and which ones leave is only a matter of speed. One id is
one Vertex for as long as anybody holds it: rules compare blocks by identity.

A row is a function of the block's past, but for approvals, which grow, and the anchor that executes it; rows that an
earlier run has written are joined with what this one knows.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence, ValuesView
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple, Protocol
from weakref import WeakValueDictionary

from core.ledger.encoding import Value, decode, encode
from core.ledger.vertex import Tips, Vertex

_CHANGED_AT_ONCE = 2_000  # blocks that are held because their rows have to follow


class Approved(NamedTuple):
    """How far approvals have come, and what an anchor has made of them."""

    counted_in: int  # epoch
    approvals: int  # mask
    certified: bool
    by: tuple[int, ...] = ()  # orders of the first approving blocks, while no anchor has executed its acts
    anchor: int = 0  # number of the one that has


class SettledRow(NamedTuple):
    """One block as the shelf keeps it, at the position of its arrival."""

    position: int
    id: bytes
    author: int
    incarnation: int
    seq: int
    facts: bytes
    links: bytes
    approved: Approved


class Shelf(Protocol):
    """Where rows stand. What is written is durable, all or nothing, when `put` returns."""

    def put(self, rows: Sequence[SettledRow], approved: Sequence[tuple[int, Approved]]) -> None:
        """New rows, in place of what stood at their positions; and approvals at positions that have a row."""

    def approved(self, blocks: Sequence[tuple[int, bytes]]) -> dict[int, Approved]:
        """Of those (position, id) that have a row already, by position."""

    def row(self, position: int) -> SettledRow:
        """Raises `replica-damaged` if there is none."""

    def links(self, position: int) -> bytes:
        """Raises `replica-damaged` if there is none."""

    def position_of(self, block: bytes) -> int | None: ...

    def positions_at(self, author: int, incarnation: int, seq: int) -> list[int]: ...

    def anchor(self, number: int) -> tuple[bytes, int]:
        """(block id, consensus time in ms) of an anchor that was passed."""


class Vertices(MutableMapping[bytes, Vertex]):
    """All blocks of a graph by id, in the order of arrival, wherever they stand."""

    def __init__(self, shelf: Shelf | None) -> None:
        self.shelf = shelf
        self._here: dict[bytes, Vertex] = {}
        self._young: deque[Vertex] = deque()  # newer than those at which `settle` has looked
        self._looked_at = 0
        self._behind: dict[int, Vertex] = {}  # by order: those that were to stay
        self._away: WeakValueDictionary[int, Vertex] = WeakValueDictionary()  # by order: somebody holds them
        self._changed: dict[Vertex, None] = {}  # away, and approved or executed since

    def __len__(self) -> int:
        return self._looked_at + len(self._young)

    def __getitem__(self, block: bytes) -> Vertex:
        found = self._find(block)
        if found is None:
            raise KeyError(block)
        return found

    def __contains__(self, block: object) -> bool:
        return block in self._here or (isinstance(block, bytes) and self._find(block) is not None)

    def _find(self, block: bytes) -> Vertex | None:
        found = self._here.get(block)
        if found is None and self.shelf is not None and self._looked_at:
            position = self.shelf.position_of(block)
            # An earlier run may have known more blocks than this one does yet.
            found = self.in_order(position - 1) if position is not None and position <= self._looked_at else None
        return found if found is not None and found.id == block else None

    def __setitem__(self, block: bytes, vertex: Vertex) -> None:
        """A new one, with the next order."""
        self._here[block] = vertex
        self._young.append(vertex)

    def __delitem__(self, block: bytes) -> None:
        raise TypeError("blocks stay")

    def __iter__(self) -> Iterator[bytes]:
        return (vertex.id for vertex in self.each())

    def each(self) -> Iterator[Vertex]:
        for order in range(self._looked_at):
            yield self.in_order(order)
        yield from tuple(self._young)

    def values(self) -> ValuesView[Vertex]:
        return _Values(self)

    def at(self, author: int, incarnation: int, seq: int) -> list[Vertex]:
        """Of one place, those that are not in memory."""
        positions = self.shelf.positions_at(author, incarnation, seq) if self.shelf and self._looked_at else []
        away = (position - 1 for position in positions if position <= self._looked_at)
        return [self.in_order(order) for order in away if order not in self._behind]

    @property
    def in_memory(self) -> int:
        return len(self._here)

    # -- leaving --------------------------------------------------------------------------------------------------

    def settle(self, keep: int, stays: Callable[[Vertex], bool]) -> list[Vertex]:
        """Let go of all but the newest so many and those that are to stay; which ones left.

        A failure of the shelf is raised, and nothing has left.
        """
        shelf = self.shelf
        if shelf is None:
            return []
        aged = list(islice(self._young, max(0, len(self._young) - keep)))
        leaving = [vertex for vertex in (*self._behind.values(), *aged) if not stays(vertex)]
        stood: dict[int, Approved] = shelf.approved([(one.position, one.id) for one in leaving]) if leaving else {}
        now = {one.position: _joined(one, stood.get(one.position)) for one in leaving}
        grown = [(position, now[position]) for position, before in stood.items() if now[position] != before]
        grown += [(vertex.position, approved_of(vertex)) for vertex in self._changed]
        rows = [_row(one, now[one.position]) for one in leaving if one.position not in stood]
        if rows or grown:
            shelf.put(rows, grown)
        self._have_followed()
        for vertex in aged:
            self._young.popleft()
            self._behind[vertex.order] = vertex
        self._looked_at += len(aged)
        for vertex in leaving:
            vertex.counted_in, vertex.approvals, vertex.certified = now[vertex.position][:3]
            del self._behind[vertex.order], self._here[vertex.id]
            self._away[vertex.order] = vertex
            vertex.let_go(self)
        return leaving

    def changed(self, vertex: Vertex) -> None:
        """A block that is not in memory was approved, or executed: its row has to follow.

        Until then the block is held. An office that was alone for a year is approved at once: rows of many follow in
        between, in the transaction that this is part of. Raises what the shelf does.
        """
        self._changed[vertex] = None
        if len(self._changed) >= _CHANGED_AT_ONCE:
            self._shelf.put([], [(one.position, approved_of(one)) for one in self._changed])
            self._have_followed()

    def _have_followed(self) -> None:
        """Rows are as their blocks: who approved is read there again. A witness approves its own block, and would
        hold it for ever.
        """
        for vertex in self._changed:
            with suppress(AttributeError):  # not all had any
                del vertex.approved_by
        self._changed.clear()

    # -- coming back ----------------------------------------------------------------------------------------------

    def link(self, vertex: Vertex, name: str) -> Any:
        """What a block that has left links to; `name`: one of LINKS."""
        if name == "approved_by":
            return list(map(self.in_order, self._shelf.row(vertex.position).approved.by))
        prev, parents, clock, opener, c3, c4 = decode(self._shelf.links(vertex.position))
        match name:
            case "prev":
                return self.in_order(prev) if prev is not None else None
            case "parents":
                return tuple(map(self.in_order, parents))
            case "clock":
                return _Clock(clock, self.in_order)
            case "newest_opener":
                return self.in_order(opener) if opener is not None else None
            case _:
                return tuple(map(self.in_order, c3 if name == "c3_of_forkers" else c4))

    def in_order(self, order: int) -> Vertex:
        """The block that came so many blocks after the first."""
        if order >= self._looked_at:
            return self._young[order - self._looked_at]
        found = self._behind.get(order) or self._away.get(order)
        if found is None:
            found = _vertex(self._shelf.row(order + 1))
            found.let_go(self)
            self._away[order] = found
        return found

    @property
    def _shelf(self) -> Shelf:
        assert self.shelf is not None  # nothing leaves without one
        return self.shelf


class _Values(ValuesView[Vertex]):
    _mapping: Vertices

    def __iter__(self) -> Iterator[Vertex]:
        return self._mapping.each()


class _Clock(Sequence[Tips]):
    """A clock whose entries are read one by one."""

    def __init__(self, orders: list[Value], at: Callable[[int], Vertex]) -> None:
        self._orders, self._at = orders, at

    def __len__(self) -> int:
        return len(self._orders)

    def __getitem__(self, chain: Any) -> Any:
        order = self._orders[chain]
        if isinstance(order, list):
            return tuple(map(self._at, order))
        return self._at(order) if order is not None else None


def approved_of(vertex: Vertex) -> Approved:
    by = tuple(_orders(vertex.approved_by)) if vertex.has_acts and not vertex.anchor else ()
    return Approved(vertex.counted_in, vertex.approvals, vertex.certified, by, vertex.anchor)


def _joined(vertex: Vertex, stood: Approved | None) -> Approved:
    """Approvals of the newer epoch, of one epoch those of both; of acts that no anchor has executed in this run those
    of this run alone: an anchor that is still to come asks by whom a block was certified in its own past.
    """
    mine = approved_of(vertex)
    if stood is None or stood == mine or (vertex.has_acts and not vertex.anchor):
        return mine
    counted_in = max(mine.counted_in, stood.counted_in)
    masks = [one.approvals for one in (mine, stood) if one.counted_in == counted_in]
    return Approved(counted_in, masks[0] | masks[-1], mine.certified or stood.certified, (), mine.anchor)


def _row(vertex: Vertex, approved: Approved) -> SettledRow:
    v = vertex
    masks = [as_bytes(mask) for mask in (*v.seen, v.forkers, v.c3, v.c4)]
    facts = [v.chain, v.epoch, v.round, v.claimed_ms, v.has_acts, v.opener, v.closes, v.closed, v.leads]
    clock = [_orders(tips) if isinstance(tips, tuple) else tips and tips.order for tips in v.clock]
    opener = v.newest_opener.order if v.newest_opener else None
    prev = v.prev.order if v.prev else None
    links = [prev, _orders(v.parents), clock, opener, _orders(v.c3_of_forkers), _orders(v.c4_of_forkers)]
    place = (v.position, v.id, v.author, v.incarnation, v.seq)
    return SettledRow(*place, encode([*facts, *masks]), encode(links), approved)


def _vertex(row: SettledRow) -> Vertex:
    facts = decode(row.facts)
    chain, epoch, round_, claimed_ms, has_acts, opener, closes, closed, leads, *masks = facts
    *seen, forkers, c3, c4 = (int.from_bytes(mask, "big") for mask in masks)
    vertex = Vertex(
        row.id, row.author, row.incarnation, chain, epoch, row.seq, round_, None, (), has_acts, claimed_ms,
        row.position - 1, opener, closes, closed, (seen[0], seen[1], seen[2], seen[3]), forkers,
    )  # fmt: skip
    vertex.counted_in, vertex.approvals, vertex.certified, _, vertex.anchor = row.approved
    vertex.leads, vertex.c3, vertex.c4 = leads, c3, c4
    return vertex


def _orders(vertices: Iterable[Vertex]) -> list[int]:
    return [vertex.order for vertex in vertices]


def as_bytes(mask: int) -> bytes:
    """Masks have a bit an office: more than an encoded integer holds."""
    return mask.to_bytes((mask.bit_length() + 7) // 8, "big")
