"""The literal rules of 3-ledger §2–§3 over explicit sets: slow, without masks, clocks or caches of relations.

The real graph (core/ledger/blocklace.py) must agree with this on every block of every random graph.
"""

from dataclasses import dataclass, field

from core.ledger.block import CLOSE, Header


@dataclass(frozen=True)
class GraphBlock:
    """What the graph knows of a block: `accused` are the authors against whom its payload carries evidence."""

    id: bytes
    header: Header
    has_acts: bool = False
    accused: frozenset[int] = frozenset()

    @property
    def author(self) -> int:
        return self.header.author

    @property
    def parents(self) -> list[bytes]:
        named = [reference.id for reference in self.header.refs]
        return named if self.header.prev is None else [self.header.prev, *named]


@dataclass
class ReferenceGraph:
    """A causally closed set of blocks. All offices are witnesses."""

    office_count: int
    quorum: int
    blocks: dict[bytes, GraphBlock] = field(default_factory=dict)
    pasts: dict[bytes, frozenset[bytes]] = field(default_factory=dict)  # a past never changes: kept once

    def add(self, block: GraphBlock) -> None:
        self.blocks[block.id] = block
        self.pasts[block.id] = frozenset({block.id}).union(*(self.pasts[parent] for parent in block.parents))

    def past(self, block_id: bytes) -> frozenset[bytes]:
        """The past includes the block."""
        return self.pasts[block_id]

    def past_of_all(self, ids: list[bytes]) -> frozenset[bytes]:
        return frozenset().union(*(self.pasts[one] for one in ids))

    def prev(self, block_id: bytes) -> GraphBlock | None:
        prev = self.blocks[block_id].header.prev
        return None if prev is None else self.blocks[prev]

    def is_opener(self, block_id: bytes) -> bool:
        prev = self.prev(block_id)
        return prev is None or prev.header.round < self.blocks[block_id].header.round

    def round_above(self, parents: list[bytes]) -> int:
        """The round of a block with these parents."""
        highest = max((self.blocks[parent].header.round for parent in parents), default=0)
        openers = {
            self.blocks[one].author
            for one in self.past_of_all(parents)
            if self.blocks[one].header.round == highest and self.is_opener(one)
        }
        return highest + 1 if len(openers) >= self.quorum else highest

    def forkers_in(self, ids: frozenset[bytes]) -> frozenset[int]:
        """Authors of whom the set holds two blocks of one place, or evidence in a payload."""
        places: dict[tuple[int, int, int], int] = {}
        accused: set[int] = set()
        for one in ids:
            block = self.blocks[one]
            place = (block.author, block.header.incarnation, block.header.seq)
            places[place] = places.get(place, 0) + 1
            accused |= block.accused
        return frozenset(accused | {author for (author, _, _), count in places.items() if count > 1})

    def proven(self, block_id: bytes) -> frozenset[int]:
        """E(b)."""
        return self.forkers_in(self.past(block_id))

    def is_closed(self, block_id: bytes) -> bool:
        """CLOSE on the block or before it on its chain."""
        step: GraphBlock | None = self.blocks[block_id]
        while step is not None:
            if step.header.flags & CLOSE:
                return True
            step = self.prev(step.id)
        return False

    def approvers(self, block_id: bytes) -> frozenset[int]:
        return frozenset(self.blocks[one].author for one in self.blocks if self._approves(one, block_id))

    def _approves(self, voter: bytes, block_id: bytes) -> bool:
        """Whether `voter` is the block by which its author approves: the first of its chain that sees it."""
        prev = self.prev(voter)
        seen_before = prev is not None and block_id in self.past(prev.id)
        if block_id not in self.past(voter) or seen_before or self.is_closed(voter):
            return False
        return self.blocks[block_id].author not in self.proven(voter)

    def certified(self) -> frozenset[bytes]:
        return frozenset(one for one in self.blocks if len(self.approvers(one)) >= self.quorum)

    def next_parents(self, author: int) -> tuple[bytes | None, list[bytes]]:
        """(prev, refs) of the next block of an honest author: the sinks of what it may reference."""
        own = [one for one in self.blocks.values() if one.author == author]
        prev = max(own, key=lambda one: one.header.seq).id if own else None
        forkers = self.forkers_in(frozenset(self.blocks))
        allowed = {one.id for one in self.blocks.values() if one.author not in forkers}
        if prev is not None:
            allowed |= {prev}
        sinks = [one for one in allowed if not any(one != other and one in self.past(other) for other in allowed)]
        named = [self.blocks[one] for one in sinks if one != prev]
        return prev, [block.id for block in sorted(named, key=lambda b: (b.author, b.header.seq, b.id))]
